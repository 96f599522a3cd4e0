package smb_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

func directory(q *smb2.CreateRequest) { q.Options = smb2.FileDirectoryFile }

// watching is a CHANGE_NOTIFY for every change.
func watching(id smb2.FileID, room uint32, flags uint16) request {
	return request{cmd: smb2.CommandChangeNotify, body: &smb2.ChangeNotifyRequest{FileID: id, OutputBufferLength: room,
		Flags: flags, CompletionFilter: 0xFFF}}
}

// told is what a CHANGE_NOTIFY response says.
func told(t *testing.T, r reply) (list []string) {
	t.Helper()
	var resp smb2.ChangeNotifyResponse
	require.NoError(t, resp.Decode(r.msg))
	records, err := fscc.DecodeNotify(resp.Output)
	require.NoError(t, err)
	for _, c := range records {
		list = append(list, fmt.Sprintf("%v %s", c.Action, c.Name))
	}
	return list
}

// TestChangeNotifyOfNFS: what another protocol does is told to who watches.
func TestChangeNotifyOfNFS(t *testing.T) {
	nfs := &vfs.Origin{Protocol: vfs.ProtocolNFS, Client: "nfs"}
	ctx := context.Background()
	s := serve(t)
	tree := s.tree(t, "data")
	p := connect(t, s)
	dir := p.open("d", directory).FileID
	made := p.open(`d\sub`, directory).FileID
	p.closeFile(made)
	d, _, err := tree.Lookup(ctx, nfs, tree.Root(), "d")
	require.NoError(t, err)
	sub, _, err := tree.Lookup(ctx, nfs, d.Attr.Handle, "sub")
	require.NoError(t, err)

	id := p.send(watching(dir, 4096, smb2.WatchTree))[0]
	p.awaitPending(id)
	n, err := tree.Create(ctx, nfs, sub.Attr.Handle, "new", vfs.CreateOptions{})
	require.NoError(t, err)
	r := p.await(id)
	require.Equal(t, ntstatus.Success, r.h.Status)
	require.Equal(t, []string{`added sub\new`}, told(t, r))

	// Between two requests changes are kept, and the next is answered at once.
	_, err = tree.Write(ctx, nfs, n.Entry.Attr.Handle, "", []byte("data"), 0, 0)
	require.NoError(t, err)
	_, err = tree.Rename(ctx, nfs, sub.Attr.Handle, "new", d.Attr.Handle, "moved")
	require.NoError(t, err)
	_, err = tree.Rename(ctx, nfs, d.Attr.Handle, "moved", d.Attr.Handle, "renamed")
	require.NoError(t, err)
	_, err = tree.Remove(ctx, nfs, d.Attr.Handle, "renamed")
	require.NoError(t, err)
	r = p.await(p.send(watching(dir, 4096, smb2.WatchTree))[0])
	require.False(t, r.h.IsAsync())
	require.Equal(t, []string{`modified sub\new`, `removed sub\new`, `added moved`, `old-name moved`, `new-name renamed`, `removed renamed`}, told(t, r))
}

// TestChangeNotifyEnds: a request that waits is answered exactly once, whatever
// happens to it (MS-SMB2 3.3.5.16, 3.3.4.4; MS-FSA 2.1.5.5, 2.1.5.15.3).
func TestChangeNotifyEnds(t *testing.T) {
	for _, row := range []struct {
		name string
		end  func(p, other *peer, dir smb2.FileID, interim reply)
		want ntstatus.Status
		gone bool // the session is
	}{
		{"cancelled", func(p, _ *peer, _ smb2.FileID, r reply) { p.send(cancelOf(r, false)) }, ntstatus.Cancelled, false},
		{"closed", func(p, _ *peer, dir smb2.FileID, _ reply) { p.closeFile(dir) }, ntstatus.NotifyCleanup, false},
		{"its tree is disconnected", func(p, _ *peer, _ smb2.FileID, _ reply) {
			p.call(smb2.CommandTreeDisconnect, &smb2.TreeDisconnectRequest{}, nil)
		}, ntstatus.NotifyCleanup, false},
		{"its user logs off", func(p, _ *peer, _ smb2.FileID, _ reply) {
			p.call(smb2.CommandLogoff, &smb2.LogoffRequest{}, nil)
		}, ntstatus.NotifyCleanup, true},
		{"the directory is deleted", func(_, other *peer, _ smb2.FileID, _ reply) {
			other.closeFile(other.open("d", directory, func(q *smb2.CreateRequest) { q.Options |= smb2.FileDeleteOnClose }).FileID)
		}, ntstatus.DeletePending, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t)
			p, other := connect(t, s), connect(t, s)
			dir := p.open("d", directory).FileID
			id := p.send(watching(dir, 4096, 0))[0]
			interim := p.awaitPending(id)
			p.echo() // the connection does not wait with it
			row.end(p, other, dir, interim)
			r := p.await(id)
			require.Equal(t, row.want, r.h.Status)
			require.Equal(t, interim.h.AsyncID, r.h.AsyncID)
			if !row.gone {
				p.echo()
			}
			for _, extra := range p.stash {
				require.NotEqual(t, id, extra.h.MessageID, "answered twice")
			}
		})
	}
}

// TestChangeNotifyRefuses what can never be watched.
func TestChangeNotifyRefuses(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	dir, file := p.open("d", directory).FileID, p.open("f").FileID
	blind := p.open("d", directory, func(q *smb2.CreateRequest) { q.DesiredAccess = 0x80 }).FileID
	for _, row := range []struct {
		name string
		id   smb2.FileID
		room uint32
		want ntstatus.Status
	}{
		{"a file", file, 4096, ntstatus.InvalidParameter},
		{"without FILE_LIST_DIRECTORY", blind, 4096, ntstatus.AccessDenied},
		{"more room than one transaction has", dir, 8<<20 + 1, ntstatus.InvalidParameter},
		{"no such open", smb2.FileID{Persistent: 1, Volatile: 99}, 4096, ntstatus.FileClosed},
	} {
		t.Run(row.name, func(t *testing.T) {
			p.charge = uint16(row.room>>16) + 1
			defer func() { p.charge = 0 }()
			require.Equal(t, row.want, p.await(p.send(watching(row.id, row.room, 0))[0]).h.Status)
		})
	}
}

// TestChangeNotifyInCompound: last in a chain it goes async, in the middle it
// is refused and the rest goes on (MS-SMB2 3.3.5.2.7).
func TestChangeNotifyInCompound(t *testing.T) {
	create := request{cmd: smb2.CommandCreate, body: creating("d", directory)}
	notify := watching(smb2.RelatedFileID, 4096, 0)
	notify.flags = related
	closing := request{cmd: smb2.CommandClose, body: &smb2.CloseRequest{FileID: smb2.RelatedFileID}, flags: related}
	s := serve(t)
	p := connect(t, s)

	ids := p.send(create, notify, closing)
	for i, want := range []ntstatus.Status{ntstatus.Success, ntstatus.InternalError, ntstatus.Success} {
		require.Equal(t, want, p.await(ids[i]).h.Status)
	}
	ids = p.send(create, notify)
	require.Equal(t, ntstatus.Success, p.await(ids[0]).h.Status)
	p.send(cancelOf(p.awaitPending(ids[1]), false))
	require.Equal(t, ntstatus.Cancelled, p.await(ids[1]).h.Status)
}

// TestChangeNotifyOverflow: what does not fit is STATUS_NOTIFY_ENUM_DIR with an
// empty body of its own kind (MS-SMB2 3.3.4.4).
func TestChangeNotifyOverflow(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	dir := p.open("d", directory).FileID
	id := p.send(watching(dir, 16, 0))[0]
	p.awaitPending(id)
	p.closeFile(p.open(`d\a-name-longer-than-that`).FileID)
	r := p.await(id)
	require.Equal(t, ntstatus.NotifyEnumDir, r.h.Status)
	require.Empty(t, told(t, r))
}
