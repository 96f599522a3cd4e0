package smb_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// TestEndsOfOpens: whatever ends an open gives back its reservation and its
// locks, deletes what it was to delete, and tells the holder's waiters.
func TestEndsOfOpens(t *testing.T) {
	logoff := func(p *peer) ntstatus.Status { return p.call(smb2.CommandLogoff, &smb2.LogoffRequest{}, nil) }
	for _, row := range []struct {
		name  string
		end   func(t *testing.T, s *service, p *peer)
		after ntstatus.Status // of a request on the open
	}{
		{"LOGOFF", func(t *testing.T, _ *service, p *peer) { require.Equal(t, ntstatus.Success, logoff(p)) }, ntstatus.UserSessionDeleted},
		{"TREE_DISCONNECT", func(t *testing.T, _ *service, p *peer) {
			require.Equal(t, ntstatus.Success, p.call(smb2.CommandTreeDisconnect, &smb2.TreeDisconnectRequest{}, nil))
		}, ntstatus.NetworkNameDeleted},
		{"the share is removed", func(t *testing.T, s *service, _ *peer) { require.NoError(t, s.rt.RemoveShare("data")) }, ntstatus.NetworkNameDeleted},
		{"PreviousSessionId", func(t *testing.T, s *service, p *peer) {
			again := dial(t, s)
			require.Equal(t, ntstatus.Success, again.negotiate())
			require.Equal(t, ntstatus.Success, again.logOn("alice", "secret", p.session))
		}, ntstatus.UserSessionDeleted},
		{"the connection is lost", func(_ *testing.T, _ *service, p *peer) { p.nc.Close() }, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t)
			// Another share of the same store, to look from outside.
			require.NoError(t, s.rt.AddShare(adapter.Share{Name: "same", Store: "data"}))
			p, other := connect(t, s), dial(t, s)
			require.Equal(t, ntstatus.Success, other.negotiate())
			require.Equal(t, ntstatus.Success, other.logOn("alice", "secret", 0))
			require.Equal(t, ntstatus.Success, other.treeConnect("same"))
			denyAll := func(q *smb2.CreateRequest) { q.ShareAccess = 0 }
			f := p.open("f", denyAll)
			g := p.open("gone", func(q *smb2.CreateRequest) { q.Options |= smb2.FileDeleteOnClose })
			l := p.open("locked", withOplock(smb2.OplockII))
			require.Equal(t, ntstatus.Success, p.call(smb2.CommandLock, lock(l.FileID, 0, 1, smb2.LockExclusive), nil))
			require.NotZero(t, g)
			require.Equal(t, ntstatus.SharingViolation, other.call(smb2.CommandCreate, creating("f"), nil))

			waiting := other.open("locked").FileID
			id := other.send(request{cmd: smb2.CommandLock, body: lock(waiting, 0, 1, smb2.LockExclusive)})[0]
			other.awaitPending(id)
			row.end(t, s, p)
			require.Equal(t, ntstatus.Success, other.await(id).h.Status, "the lock is free")
			require.Eventually(t, func() bool {
				return other.call(smb2.CommandCreate, creating("f"), nil) == ntstatus.Success
			}, patience, time.Millisecond, "the reservation is free")
			require.Eventually(t, func() bool {
				return other.call(smb2.CommandCreate, creating("gone", func(q *smb2.CreateRequest) { q.Disposition = smb2.FileOpen }), nil) == ntstatus.ObjectNameNotFound
			}, patience, time.Millisecond, "what was to be deleted is")
			if row.after != 0 {
				require.Equal(t, row.after, p.closeFile(f.FileID))
			}
		})
	}
}

// TestPreviousSessionOfAnother is left alone (MS-SMB2 3.3.5.5.3).
func TestPreviousSessionOfAnother(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	bob := dial(t, s)
	require.Equal(t, ntstatus.Success, bob.negotiate())
	require.Equal(t, ntstatus.Success, bob.logOn("bob", "secret2", p.session))
	p.open("f")
}

// TestDeleteStream: deleting a named stream leaves the file (MS-FSA 2.1.5.15.3).
func TestDeleteStream(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	f := p.open("f")
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "data"))
	require.Equal(t, ntstatus.Success, p.closeFile(f.FileID))
	a := p.open("f:Stream")
	b := p.open("F:STREAM")
	remove := &smb2.SetInfoRequest{Type: smb2.InfoFile, Class: uint8(fscc.FileDispositionInformation), FileID: a.FileID, Buffer: []byte{1}}
	require.Equal(t, ntstatus.Success, p.call(smb2.CommandSetInfo, remove, nil))
	require.Equal(t, ntstatus.Success, p.closeFile(a.FileID))
	require.Equal(t, ntstatus.DeletePending, p.call(smb2.CommandCreate, creating("f:stream"), nil))
	require.Equal(t, ntstatus.Success, p.writeAt(b.FileID, 0, "still there"))
	require.Equal(t, ntstatus.Success, p.closeFile(b.FileID))
	opening := func(q *smb2.CreateRequest) { q.Disposition = smb2.FileOpen }
	require.Equal(t, ntstatus.ObjectNameNotFound, p.call(smb2.CommandCreate, creating("f:stream", opening), nil))
	got, st := p.readAt(p.open("f", opening).FileID, 0, 10)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, "data", got)
	g := p.open("f:other", deleting)
	require.Equal(t, ntstatus.Success, p.closeFile(g.FileID))
	p.open("f", opening)
}

// TestFullDisk refuses what has no room, and loses nothing (MS-FSA 2.1.5.4).
func TestFullDisk(t *testing.T) {
	s := serve(t)
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "small", CapacityBytes: 1 << 20}))
	p := connect(t, s)
	require.Equal(t, ntstatus.Success, p.treeConnect("small"))
	f := p.open("f")
	text := letters(256 << 10)
	p.charge = 4
	wrote := 0
	for i := range 8 {
		st := p.writeAt(f.FileID, uint64(i)*uint64(len(text)), text)
		if st == ntstatus.DiskFull {
			break
		}
		require.Equal(t, ntstatus.Success, st)
		wrote++
	}
	require.Less(t, wrote, 8)
	require.Equal(t, ntstatus.DiskFull, p.writeAt(f.FileID, 1<<30, "beyond the volume"))
	require.Equal(t, ntstatus.InvalidParameter, p.writeAt(f.FileID, 0xfffffff0000, "beyond NTFS"))
	for i := range wrote {
		got, st := p.readAt(f.FileID, uint64(i)*uint64(len(text)), uint32(len(text)))
		require.Equal(t, ntstatus.Success, st)
		require.Equal(t, text, got)
	}
	p.charge = 1
	require.Equal(t, ntstatus.DiskFull, p.call(smb2.CommandCreate, creating("g", func(q *smb2.CreateRequest) {
		q.Contexts = smb2.CreateContexts{smb2.AllocationSizeContext(16 << 20)}
	}), nil))
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "over what is there"))
}

// TestFrames ends connections whose frames make no sense, and no other.
func TestFrames(t *testing.T) {
	for _, row := range []struct {
		name  string
		bytes []byte
		close bool // the peer closes after them
	}{
		{"longer than a stranger may send", []byte{0, 0x10, 0, 0}, false},
		{"the longest", []byte{0, 0xff, 0xff, 0xff}, false},
		{"not a session message", []byte{0x85, 0, 0, 0, 1, 2, 3, 4}, false},
		{"empty", []byte{0, 0, 0, 0}, false},
		{"shorter than a header", []byte{0, 0, 0, 8, 0xfe, 'S', 'M', 'B', 64, 0, 0, 0}, false},
		{"another protocol", append([]byte{0, 0, 0, 64, 'G', 'E', 'T', ' '}, make([]byte, 60)...), false},
		{"compressed", append([]byte{0, 0, 0, 64, 0xfc, 'S', 'M', 'B'}, make([]byte, 60)...), false},
		{"encrypted, of no session", append([]byte{0, 0, 0, 120, 0xfd, 'S', 'M', 'B'}, make([]byte, 116)...), false},
		{"cut in its header", []byte{0, 0}, true},
		{"cut in its body", []byte{0, 0, 1, 0, 0xfe, 'S', 'M', 'B'}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t)
			bystander := connect(t, s)
			p := dial(t, s)
			p.write(row.bytes)
			if row.close {
				require.NoError(t, p.nc.(*net.TCPConn).CloseWrite())
			}
			p.closed()
			bystander.open("f")
		})
	}
}

// TestTruncatedRequests: every prefix of every request is answered or ends the
// connection, and the server goes on.
func TestTruncatedRequests(t *testing.T) {
	s := serve(t)
	witness := connect(t, s)
	bodies := map[smb2.Command]interface{ Append([]byte) []byte }{
		smb2.CommandCreate:         creating("f", withLease(1, smb2.LeaseRWH)),
		smb2.CommandRead:           &smb2.ReadRequest{Length: 10},
		smb2.CommandWrite:          &smb2.WriteRequest{Data: []byte("0123456789")},
		smb2.CommandLock:           lock(smb2.FileID{}, 0, 1, smb2.LockShared),
		smb2.CommandIoctl:          &smb2.IoctlRequest{Input: make([]byte, 30)},
		smb2.CommandQueryDirectory: &smb2.QueryDirectoryRequest{Class: fscc.FileDirectoryInformation, Pattern: "*", OutputBufferLength: 1000},
		smb2.CommandQueryInfo:      &smb2.QueryInfoRequest{Type: smb2.InfoFile, Class: 5, OutputBufferLength: 100},
		smb2.CommandSetInfo:        &smb2.SetInfoRequest{Type: smb2.InfoFile, Class: 10, Buffer: make([]byte, 30)},
		smb2.CommandTreeConnect:    &smb2.TreeConnectRequest{Path: `\\h\data`},
		smb2.CommandOplockBreak:    &smb2.LeaseBreakAck{},
		smb2.CommandChangeNotify:   &smb2.ChangeNotifyRequest{},
	}
	for command, body := range bodies {
		p := connect(t, s)
		whole := body.Append(make([]byte, smb2.HeaderSize))[smb2.HeaderSize:]
		for n := range whole {
			r := p.await(p.send(request{cmd: command, body: rawBody(whole[:n])})[0])
			require.True(t, r.h.Status.IsError(), "%v cut to %d of %d bytes: %v", command, n, len(whole), r.h.Status)
		}
	}
	witness.open("still here")
}

// rawBody is a body as it is.
type rawBody []byte

func (b rawBody) Append(dst []byte) []byte { return append(dst, b...) }

// TestSlowReader: a client that asks for much and reads nothing is dropped, and
// costs the others nothing.
func TestSlowReader(t *testing.T) {
	s := serve(t)
	p, other := connect(t, s), connect(t, s)
	f := p.open("f")
	p.charge = 16
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, letters(1<<20)))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range 400 { // 400 MiB of answers
			frame, _ := p.frame(request{cmd: smb2.CommandRead, body: &smb2.ReadRequest{FileID: f.FileID, Length: 1 << 20},
				edit: func(h *smb2.Header) { h.Credits = 16 }})
			_ = p.nc.SetWriteDeadline(time.Now().Add(patience))
			if _, err := p.nc.Write(frame); err != nil {
				return
			}
		}
	}()
	for range 50 {
		other.echo()
	}
	<-ended
	other.open("g")
	s.stop()
}

// TestRemovedShareAndTheOthers: only requests on the share that went notice.
func TestRemovedShareAndTheOthers(t *testing.T) {
	s := serve(t)
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "second"}))
	p := connect(t, s)
	data := p.tid
	require.Equal(t, ntstatus.Success, p.treeConnect("second"))
	second := p.tid
	f := p.open("f")
	require.NoError(t, s.rt.RemoveShare("data"))
	p.tid = data
	require.Equal(t, ntstatus.NetworkNameDeleted, p.call(smb2.CommandCreate, creating("f"), nil))
	require.Equal(t, ntstatus.BadNetworkName, p.treeConnect("data"))
	p.tid = second
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "x"))
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "data"}))
	require.Equal(t, ntstatus.Success, p.treeConnect("data"))
	require.Equal(t, ntstatus.ObjectNameNotFound, p.call(smb2.CommandCreate,
		creating("f", func(q *smb2.CreateRequest) { q.Disposition = smb2.FileOpen }), nil), "it is another store")
}

// TestStopRefusesConnections: after Stop nobody listens.
func TestStopRefusesConnections(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	p.open("f", withOplock(smb2.OplockBatch))
	addr := s.Addr().String()
	s.stop()
	p.closed()
	_, err := net.Dial("tcp", addr)
	require.Error(t, err)
	require.Zero(t, s.road.Locks().Files(), "nothing is held any more")
}
