package smb_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

func opening(q *smb2.CreateRequest) { q.Disposition = smb2.FileOpen }

func folder(q *smb2.CreateRequest) { q.Options = smb2.FileDirectoryFile }

func withAccess(mask uint32) func(*smb2.CreateRequest) {
	return func(q *smb2.CreateRequest) { q.DesiredAccess = mask }
}

func sharing(s smb2.ShareAccess) func(*smb2.CreateRequest) {
	return func(q *smb2.CreateRequest) { q.ShareAccess = s }
}

func (p *peer) setInfo(id smb2.FileID, class fscc.FileInfoClass, b []byte) ntstatus.Status {
	p.t.Helper()
	return p.call(smb2.CommandSetInfo, &smb2.SetInfoRequest{Type: smb2.InfoFile, Class: uint8(class), FileID: id, Buffer: b}, nil)
}

func (p *peer) queryInfo(id smb2.FileID, class fscc.FileInfoClass) ([]byte, ntstatus.Status) {
	p.t.Helper()
	var resp smb2.QueryInfoResponse
	st := p.call(smb2.CommandQueryInfo, &smb2.QueryInfoRequest{Type: smb2.InfoFile, Class: uint8(class), FileID: id, OutputBufferLength: 4096}, &resp)
	return resp.Output, st
}

func (p *peer) basic(id smb2.FileID) (b fscc.BasicInfo) {
	p.t.Helper()
	out, st := p.queryInfo(id, fscc.FileBasicInformation)
	require.Equal(p.t, ntstatus.Success, st)
	require.NoError(p.t, b.Decode(out))
	return b
}

// TestRename is MS-FSA 2.1.5.15.12 with what Windows adds by opening the
// target's directory.
func TestRename(t *testing.T) {
	const denied = ntstatus.SharingViolation
	for _, row := range []struct {
		name  string
		setUp func(p *peer)
		to    string
		over  bool
		want  ntstatus.Status
	}{
		{"to a free name", func(*peer) {}, `d\new`, false, ntstatus.Success},
		{"to another directory", func(*peer) {}, `new`, false, ntstatus.Success},
		{"to its own name in another case", func(*peer) {}, `d\F`, false, ntstatus.Success},
		{"over a file", func(p *peer) { p.closeFile(p.open(`d\other`).FileID) }, `d\other`, true, ntstatus.Success},
		{"over a file, not asked for", func(p *peer) { p.closeFile(p.open(`d\other`).FileID) }, `d\other`, false, ntstatus.ObjectNameCollision},
		{"over an open file", func(p *peer) { p.open(`d\other`) }, `d\other`, true, ntstatus.AccessDenied},
		{"over a directory", func(p *peer) { p.closeFile(p.open(`d\other`, folder).FileID) }, `d\other`, true, ntstatus.AccessDenied},
		{"into nowhere", func(*peer) {}, `none\new`, false, ntstatus.ObjectPathNotFound},
		{"the directory is open for DELETE", func(p *peer) { p.open("d", folder, opening, withAccess(0x00010080)) }, `d\new`, false, denied},
		{"the directory is open without", func(p *peer) { p.open("d", folder, opening, withAccess(0x00000081)) }, `d\new`, false, ntstatus.Success},
		{"the directory is open and not shared for writing", func(p *peer) {
			p.open("d", folder, opening, withAccess(0x00000081), sharing(smb2.ShareRead))
		}, `d\new`, false, denied},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := connect(t, serve(t))
			p.closeFile(p.open("d", folder).FileID)
			f := p.open(`d\f`)
			row.setUp(p)
			info := fscc.RenameInfo{Name: row.to, ReplaceIfExists: row.over}
			require.Equal(t, row.want, p.setInfo(f.FileID, fscc.FileRenameInformation, info.Append(nil)))
			name := `d\f`
			if row.want == ntstatus.Success {
				name = row.to
			}
			require.Equal(t, ntstatus.Success, p.closeFile(f.FileID))
			p.open(name, opening)
		})
	}
	t.Run("without DELETE", func(t *testing.T) {
		p := connect(t, serve(t))
		f := p.open("f", withAccess(readOnly))
		require.Equal(t, ntstatus.AccessDenied, p.setInfo(f.FileID, fscc.FileRenameInformation, (&fscc.RenameInfo{Name: "g"}).Append(nil)))
	})
}

// TestPosition: READ and WRITE move CurrentByteOffset (MS-FSA 2.1.5.3, 2.1.5.4).
func TestPosition(t *testing.T) {
	p := connect(t, serve(t))
	f := p.open("f")
	position := func() uint64 {
		out, st := p.queryInfo(f.FileID, fscc.FilePositionInformation)
		require.Equal(t, ntstatus.Success, st)
		var i fscc.PositionInfo
		require.NoError(t, i.Decode(out))
		return i.CurrentByteOffset
	}
	require.Zero(t, position())
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 100, "0123456789"))
	require.EqualValues(t, 110, position())
	_, st := p.readAt(f.FileID, 95, 10)
	require.Equal(t, ntstatus.Success, st)
	require.EqualValues(t, 105, position())
	_, st = p.readAt(f.FileID, 500, 10)
	require.Equal(t, ntstatus.EndOfFile, st)
	require.EqualValues(t, 105, position())
	require.Equal(t, ntstatus.Success, p.setInfo(f.FileID, fscc.FilePositionInformation, (&fscc.PositionInfo{CurrentByteOffset: 7}).Append(nil)))
	require.EqualValues(t, 7, position())
}

// TestTimes is MS-FSA 2.1.5.15.2: 0 leaves a time, -1 keeps this handle from
// changing it, -2 takes that back, and what was set explicitly stays.
func TestTimes(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	f, other := p.open("f"), p.open("f")
	then := fscc.FiletimeOf(time.Date(2001, 2, 3, 4, 5, 6, 7_000_000, time.UTC))
	set := func(b fscc.BasicInfo) {
		t.Helper()
		require.Equal(t, ntstatus.Success, p.setInfo(f.FileID, fscc.FileBasicInformation, b.Append(nil)))
	}
	set(fscc.BasicInfo{CreationTime: then, LastAccessTime: then + 1, LastWriteTime: then + 2, ChangeTime: then + 3})
	got := p.basic(f.FileID)
	require.Equal(t, []fscc.Filetime{then, then + 1, then + 2, then + 3},
		[]fscc.Filetime{got.CreationTime, got.LastAccessTime, got.LastWriteTime, got.ChangeTime})

	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "x"))
	require.Equal(t, then+2, p.basic(f.FileID).LastWriteTime, "set through this handle")
	set(fscc.BasicInfo{FileAttributes: fscc.AttributeHidden})
	require.Equal(t, then+2, p.basic(f.FileID).LastWriteTime)

	require.Equal(t, ntstatus.Success, p.writeAt(other.FileID, 0, "x"))
	written := p.basic(f.FileID).LastWriteTime
	require.Greater(t, written, then+2, "another handle goes by the clock")
	set(fscc.BasicInfo{LastWriteTime: fscc.FiletimeFreeze})
	s.clock.Advance(time.Hour)
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "x"))
	require.Equal(t, written, p.basic(f.FileID).LastWriteTime, "frozen")
	set(fscc.BasicInfo{LastWriteTime: fscc.FiletimeThaw})
	require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "x"))
	require.Greater(t, p.basic(f.FileID).LastWriteTime, written, "thawed")

	bad := fscc.BasicInfo{CreationTime: -3}
	require.Equal(t, ntstatus.InvalidParameter, p.setInfo(f.FileID, fscc.FileBasicInformation, bad.Append(nil)))
	bad = fscc.BasicInfo{FileAttributes: fscc.AttributeDirectory}
	require.Equal(t, ntstatus.InvalidParameter, p.setInfo(f.FileID, fscc.FileBasicInformation, bad.Append(nil)))
}

// TestHandleRights: what an open may do was settled by its access (MS-SMB2
// 3.3.5.12 to 3.3.5.21).
func TestHandleRights(t *testing.T) {
	const (
		readData, writeData      = 0x1, 0x2
		readAttributes, writeAtt = 0x80, 0x100
		deletion                 = 0x10000
	)
	size := (&fscc.EndOfFileInfo{EndOfFile: 1}).Append(nil)
	basic := (&fscc.BasicInfo{FileAttributes: fscc.AttributeHidden}).Append(nil)
	for _, row := range []struct {
		name string
		need uint32
		do   func(p *peer, id smb2.FileID) ntstatus.Status
	}{
		{"READ", readData, func(p *peer, id smb2.FileID) ntstatus.Status { _, st := p.readAt(id, 0, 1); return st }},
		{"WRITE", writeData, func(p *peer, id smb2.FileID) ntstatus.Status { return p.writeAt(id, 0, "x") }},
		{"FLUSH", writeData, func(p *peer, id smb2.FileID) ntstatus.Status {
			return p.call(smb2.CommandFlush, &smb2.FlushRequest{FileID: id}, nil)
		}},
		{"QUERY_INFO basic", readAttributes, func(p *peer, id smb2.FileID) ntstatus.Status {
			_, st := p.queryInfo(id, fscc.FileBasicInformation)
			return st
		}},
		{"SET_INFO size", writeData, func(p *peer, id smb2.FileID) ntstatus.Status {
			return p.setInfo(id, fscc.FileEndOfFileInformation, size)
		}},
		{"SET_INFO basic", writeAtt, func(p *peer, id smb2.FileID) ntstatus.Status {
			return p.setInfo(id, fscc.FileBasicInformation, basic)
		}},
		{"SET_INFO disposition", deletion, func(p *peer, id smb2.FileID) ntstatus.Status {
			return p.setInfo(id, fscc.FileDispositionInformation, []byte{1})
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := connect(t, serve(t))
			f := p.open("f")
			require.Equal(t, ntstatus.Success, p.writeAt(f.FileID, 0, "data"))
			with := p.open("f", withAccess(row.need))
			without := p.open("f", withAccess(0x001F01FF&^row.need&^0x26)) // nor APPEND, nor EXECUTE
			if row.need != writeData {
				require.Equal(t, ntstatus.AccessDenied, row.do(p, without.FileID))
			} else {
				none := p.open("f", withAccess(readData|deletion))
				require.Equal(t, ntstatus.AccessDenied, row.do(p, none.FileID))
			}
			require.Equal(t, ntstatus.Success, row.do(p, with.FileID))
		})
	}
}

// TestStatOpens: an open that only reads attributes breaks no cache; one that
// reads the security too ends an oplock, but no lease (MS-FSA 2.1.4.12).
func TestStatOpens(t *testing.T) {
	for _, row := range []struct {
		name   string
		access uint32
		oplock bool // is broken
		lease  bool
	}{
		{"READ_ATTRIBUTES", 0x80, false, false},
		{"WRITE_ATTRIBUTES and SYNCHRONIZE", 0x100100, false, false},
		{"READ_CONTROL", 0x20000, true, false},
		{"READ_EA", 0x8, true, true},
		{"DELETE", 0x10000, true, true},
	} {
		for _, lease := range []bool{false, true} {
			broken, held := row.oplock, withOplock(smb2.OplockBatch)
			if lease {
				broken, held = row.lease, withLease(1, smb2.LeaseRWH)
			}
			s := serve(t)
			holder, p := connect(t, s), connect(t, s)
			f := holder.open("f", held)
			id := p.send(request{cmd: smb2.CommandCreate, body: creating("f", withAccess(row.access))})[0]
			if broken {
				p.awaitPending(id)
				holder.awaitBreak()
				holder.closeFile(f.FileID)
			}
			require.Equal(t, ntstatus.Success, p.await(id).h.Status, row.name)
			holder.echo()
			require.Empty(t, holder.breaks, row.name)
		}
	}
}

// TestStreamShares: a stream that does not share deletion keeps its file, and a
// stream's name is folded wherever it counts (MS-FSA 2.1.5.1.2.2).
func TestStreamShares(t *testing.T) {
	p := connect(t, serve(t))
	a := p.open("f:Stream", sharing(smb2.ShareRead))
	require.Equal(t, ntstatus.SharingViolation, p.call(smb2.CommandCreate, creating("f:STREAM"), nil))
	require.Equal(t, ntstatus.SharingViolation, p.call(smb2.CommandCreate, creating("f", withAccess(0x10000)), nil))
	p.open("f", withAccess(0x3))
	require.Equal(t, ntstatus.Success, p.closeFile(a.FileID))

	a, b := p.open("f:Stream"), p.open("f:STREAM")
	require.Equal(t, ntstatus.Success, p.call(smb2.CommandLock, lock(a.FileID, 0, 1, smb2.LockExclusive), nil))
	require.Equal(t, ntstatus.FileLockConflict, p.writeAt(b.FileID, 0, "x"))
	require.Equal(t, ntstatus.Success, p.writeAt(p.open("f").FileID, 0, "x"), "the data is another stream")

	d := p.open("d:stream", func(q *smb2.CreateRequest) { q.Options = 0 })
	require.Equal(t, ntstatus.Success, p.writeAt(d.FileID, 0, "of what will be a file"))
	p.closeFile(p.open("dir", folder).FileID)
	d = p.open("dir:stream", func(q *smb2.CreateRequest) { q.Options = 0 })
	require.Equal(t, ntstatus.Success, p.writeAt(d.FileID, 0, "of a directory"))
	got, st := p.readAt(d.FileID, 3, 20)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, "a directory", got)
	require.Equal(t, ntstatus.NotADirectory, p.call(smb2.CommandCreate, creating("f:stream", folder), nil))
	require.Equal(t, ntstatus.FileIsADirectory, p.call(smb2.CommandCreate, creating("dir::$DATA", opening), nil))
	p.open("dir::$INDEX_ALLOCATION", opening, func(q *smb2.CreateRequest) { q.Options = 0 })
}

// TestQueryDirectory is MS-SMB2 3.3.5.18 and MS-FSA 2.1.5.6.3: the pattern of
// the first query holds, a restart begins anew, and the end is told once as no
// such file, then as no more.
func TestQueryDirectory(t *testing.T) {
	p := connect(t, serve(t))
	d := p.open("d", folder)
	for _, name := range []string{"a.txt", "b.txt", "c.dat"} {
		p.closeFile(p.open(`d\` + name).FileID)
	}
	list := func(flags smb2.QueryDirectoryFlags, pattern string) (names []string, st ntstatus.Status) {
		t.Helper()
		var resp smb2.QueryDirectoryResponse
		st = p.call(smb2.CommandQueryDirectory, &smb2.QueryDirectoryRequest{Class: fscc.FileNamesInformation, Flags: flags,
			FileID: d.FileID, Pattern: pattern, OutputBufferLength: 4096}, &resp)
		if st != ntstatus.Success {
			return nil, st
		}
		entries, err := fscc.DecodeDirectory(fscc.FileNamesInformation, resp.Output)
		require.NoError(t, err)
		for _, e := range entries {
			names = append(names, e.Name)
		}
		return names, st
	}
	for i, step := range []struct {
		flags   smb2.QueryDirectoryFlags
		pattern string
		names   []string
		status  ntstatus.Status
	}{
		{0, "*.TXT", []string{"a.txt", "b.txt"}, ntstatus.Success},
		{0, "*", nil, ntstatus.NoMoreFiles}, // the first pattern holds
		{smb2.RestartScans, "", []string{"a.txt", "b.txt"}, ntstatus.Success},
		{smb2.RestartScans, "c*", []string{"c.dat"}, ntstatus.Success},
		{smb2.Reopen, "", []string{".", "..", "a.txt", "b.txt", "c.dat"}, ntstatus.Success},
		{smb2.Reopen | smb2.ReturnSingleEntry, "?.??t", []string{"a.txt"}, ntstatus.Success},
		{smb2.ReturnSingleEntry, "", []string{"b.txt"}, ntstatus.Success},
		{smb2.ReturnSingleEntry, "", []string{"c.dat"}, ntstatus.Success},
		{0, "", nil, ntstatus.NoMoreFiles},
		{smb2.Reopen, "nothing", nil, ntstatus.NoSuchFile},
		{0, "", nil, ntstatus.NoMoreFiles},
	} {
		names, st := list(step.flags, step.pattern)
		require.Equal(t, step.status, st, "step %d", i)
		require.Equal(t, step.names, names, "step %d", i)
	}
	file := p.open("f")
	require.Equal(t, ntstatus.InvalidParameter, p.call(smb2.CommandQueryDirectory, &smb2.QueryDirectoryRequest{
		Class: fscc.FileNamesInformation, FileID: file.FileID, Pattern: "*", OutputBufferLength: 100}, nil))
}

// TestObjectID: the id stays with the node, whatever it is called.
func TestObjectID(t *testing.T) {
	p := connect(t, serve(t))
	id := func(f smb2.FileID, room uint32) ([]byte, ntstatus.Status) {
		var resp smb2.IoctlResponse
		st := p.call(smb2.CommandIoctl, &smb2.IoctlRequest{CtlCode: fscc.FsctlCreateOrGetObjectID, FileID: f, MaxOutputResponse: room, Flags: smb2.IoctlIsFsctl}, &resp)
		return resp.Output, st
	}
	f, g := p.open("f"), p.open("g")
	_, st := id(f.FileID, 63)
	require.Equal(t, ntstatus.InvalidParameter, st)
	one, st := id(f.FileID, 64)
	require.Equal(t, ntstatus.Success, st)
	require.Len(t, one, 64)
	require.Equal(t, ntstatus.Success, p.setInfo(f.FileID, fscc.FileRenameInformation, (&fscc.RenameInfo{Name: "h"}).Append(nil)))
	again, _ := id(p.open("h", opening).FileID, 64)
	require.Equal(t, one, again)
	other, _ := id(g.FileID, 64)
	require.NotEqual(t, one, other)
	_, st = id(smb2.RelatedFileID, 64)
	require.Equal(t, ntstatus.FileClosed, st)
}
