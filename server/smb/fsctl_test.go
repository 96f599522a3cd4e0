package smb_test

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// control sends one FSCTL and gives the output, which some errors have too.
func (p *peer) control(id smb2.FileID, code fscc.FSCTL, in []byte, room uint32) ([]byte, ntstatus.Status) {
	p.t.Helper()
	r := p.await(p.send(request{cmd: smb2.CommandIoctl, body: &smb2.IoctlRequest{
		CtlCode: code, FileID: id, Input: in, MaxOutputResponse: room, Flags: smb2.IoctlIsFsctl}})[0])
	var resp smb2.IoctlResponse
	if resp.Decode(r.msg) != nil {
		return nil, r.h.Status
	}
	return resp.Output, r.h.Status
}

func zeroData(from, to int64) []byte {
	return (&fscc.ZeroData{FileOffset: from, BeyondFinalZero: to}).Append(nil)
}

func fileRange(off, n int64) []byte { return (&fscc.FileRange{Offset: off, Length: n}).Append(nil) }

func withRights(mask uint32) func(*smb2.CreateRequest) {
	return func(q *smb2.CreateRequest) { q.DesiredAccess = mask }
}

// TestControlRefused: what is refused before anything is done.
func TestControlRefused(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	file := p.open("f").FileID
	require.Equal(t, ntstatus.Success, p.writeAt(file, 0, strings.Repeat("x", 8192)))
	reader := p.open("f", withRights(readOnly)).FileID
	dir := p.open("d", func(q *smb2.CreateRequest) { q.Options = smb2.FileDirectoryFile }).FileID
	none := smb2.RelatedFileID
	for _, c := range []struct {
		name string
		id   smb2.FileID
		code fscc.FSCTL
		in   []byte
		room uint32
		want ntstatus.Status
	}{
		{"unknown", file, 0x00090FFC, nil, 0, ntstatus.InvalidDeviceRequest},
		{"unknown on a closed file", smb2.FileID{Persistent: 9, Volatile: 9}, 0x00090FFC, nil, 0, ntstatus.FileClosed},
		{"too much room", file, fscc.FsctlGetObjectID, nil, 1 << 30, ntstatus.InvalidParameter},
		{"a pipe's on a file", file, fscc.FsctlPipeTransceive, nil, 100, ntstatus.InvalidDeviceRequest},
		{"peek on a file", file, fscc.FsctlPipePeek, nil, 100, ntstatus.InvalidDeviceRequest},
		{"pipe wait on a disk", none, fscc.FsctlPipeWait, (&fscc.PipeWait{Name: "srvsvc"}).Append(nil), 0, ntstatus.InvalidDeviceRequest},
		{"referrals", none, fscc.FsctlDfsGetReferrals, []byte{4, 0, 'x', 0, 0, 0}, 4096, ntstatus.FSDriverRequired},
		{"referrals of a file", file, fscc.FsctlDfsGetReferrals, []byte{4, 0, 'x', 0, 0, 0}, 4096, ntstatus.InvalidParameter},
		{"interfaces of a file", file, fscc.FsctlQueryNetworkInterfaceInfo, nil, 4096, ntstatus.InvalidParameter},
		{"resume key without room", file, fscc.FsctlSrvRequestResumeKey, nil, 31, ntstatus.InvalidParameter},
		{"hash", file, fscc.FsctlSrvReadHash, make([]byte, 32), 4096, ntstatus.HashNotSupported},
		{"sparse directory", dir, fscc.FsctlSetSparse, nil, 0, ntstatus.InvalidParameter},
		{"sparse by a reader", reader, fscc.FsctlSetSparse, nil, 0, ntstatus.AccessDenied},
		{"zero by a reader", reader, fscc.FsctlSetZeroData, zeroData(0, 1), 0, ntstatus.AccessDenied},
		{"zero of nothing", file, fscc.FsctlSetZeroData, zeroData(0, 1)[:15], 0, ntstatus.InvalidParameter},
		{"zero backwards", file, fscc.FsctlSetZeroData, zeroData(2, 1), 0, ntstatus.InvalidParameter},
		{"zero from below", file, fscc.FsctlSetZeroData, zeroData(-1, 1), 0, ntstatus.InvalidParameter},
		{"zero a directory", dir, fscc.FsctlSetZeroData, zeroData(0, 1), 0, ntstatus.InvalidParameter},
		{"ranges of nothing", file, fscc.FsctlQueryAllocatedRanges, nil, 100, ntstatus.InvalidParameter},
		{"ranges without room", file, fscc.FsctlQueryAllocatedRanges, fileRange(0, 1), 15, ntstatus.BufferTooSmall},
		{"ranges past the end of numbers", file, fscc.FsctlQueryAllocatedRanges, fileRange(2, 1<<63-2), 16, ntstatus.InvalidParameter},
		{"regions without room", file, fscc.FsctlQueryFileRegions, nil, 15, ntstatus.BufferTooSmall},
		{"regions of no usage", file, fscc.FsctlQueryFileRegions, make([]byte, 24), 64, ntstatus.InvalidParameter},
		{"trim nothing", file, fscc.FsctlFileLevelTrim, fscc.AppendFileLevelTrim(nil, nil), 0, ntstatus.InvalidParameter},
		{"trim more than there is", file, fscc.FsctlFileLevelTrim, []byte{0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF}, 0, ntstatus.InvalidParameter},
		{"trim with a key", file, fscc.FsctlFileLevelTrim, append([]byte{1}, fscc.AppendFileLevelTrim(nil, []vfsTrim{{Length: 1}})[1:]...), 0, ntstatus.InvalidParameter},
		{"compress", file, fscc.FsctlSetCompression, []byte{1, 0}, 0, ntstatus.NotSupported},
		{"compress somehow", file, fscc.FsctlSetCompression, []byte{9, 0}, 0, ntstatus.InvalidParameter},
		{"checksums", file, fscc.FsctlSetIntegrityInformation, []byte{2, 0, 0, 0, 0, 0, 0, 0}, 0, ntstatus.NotSupported},
		{"no link", file, fscc.FsctlGetReparsePoint, nil, 1024, ntstatus.NotAReparsePoint},
		{"link in a short buffer", file, fscc.FsctlGetReparsePoint, nil, 7, ntstatus.BufferTooSmall},
		{"object id by who may not restore", file, fscc.FsctlSetObjectID, make([]byte, 64), 0, ntstatus.AccessDenied},
		{"object id without room", file, fscc.FsctlCreateOrGetObjectID, nil, 63, ntstatus.InvalidParameter},
		{"name with a longer length", file, fscc.FsctlIsPathnameValid, []byte{8, 0, 0, 0, 'a', 0}, 0, ntstatus.InvalidParameter},
		{"bad name", file, fscc.FsctlIsPathnameValid, []byte{2, 0, 0, 0, '*', 0}, 0, ntstatus.ObjectNameInvalid},
		{"good name", file, fscc.FsctlIsPathnameValid, []byte{2, 0, 0, 0, 'a', 0}, 0, ntstatus.Success},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, st := p.control(c.id, c.code, c.in, c.room)
			assert.Equal(t, c.want, st)
		})
	}
	data, st := p.readAt(file, 0, 8192)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, strings.Repeat("x", 8192), data, "nothing was changed")
}

type vfsTrim = fscc.TrimRange

// TestSparse: holes are made, shown and filled.
func TestSparse(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	id := p.open("f").FileID
	ranges := func(off, n int64, room uint32) ([]fscc.FileRange, ntstatus.Status) {
		out, st := p.control(id, fscc.FsctlQueryAllocatedRanges, fileRange(off, n), room)
		l, err := fscc.DecodeFileRanges(out)
		require.NoError(t, err)
		return l, st
	}
	const block = 4096
	require.Equal(t, ntstatus.Success, p.writeAt(id, 0, strings.Repeat("x", 4*block)))
	_, st := p.control(id, fscc.FsctlSetZeroData, zeroData(block, 2*block), 0)
	require.Equal(t, ntstatus.Success, st)
	got, _ := ranges(0, 1<<40, 1024)
	require.Equal(t, []fscc.FileRange{{Offset: 0, Length: 4 * block}}, got, "zeros of a file that is not sparse are allocated")

	_, st = p.control(id, fscc.FsctlSetSparse, nil, 0)
	require.Equal(t, ntstatus.Success, st)
	_, st = p.control(id, fscc.FsctlSetZeroData, zeroData(block, 2*block), 0)
	require.Equal(t, ntstatus.Success, st)
	got, st = ranges(0, 1<<40, 1024)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, []fscc.FileRange{{Offset: 0, Length: block}, {Offset: 2 * block, Length: 2 * block}}, got)
	got, st = ranges(0, 1<<40, 31)
	require.Equal(t, ntstatus.BufferOverflow, st)
	require.Equal(t, []fscc.FileRange{{Offset: 0, Length: block}}, got, "as many as fit, whole")
	got, st = ranges(block, block, 1024)
	require.Equal(t, ntstatus.Success, st)
	require.Empty(t, got)
	data, _ := p.readAt(id, 0, 4*block)
	require.Equal(t, strings.Repeat("x", block)+strings.Repeat("\x00", block)+strings.Repeat("x", 2*block), data)

	_, st = p.control(id, fscc.FsctlSetZeroData, zeroData(3*block, 100*block), 0)
	require.Equal(t, ntstatus.Success, st)
	a, err := s.tree(t, "data").GetAttr(context.Background(), &vfs.Origin{}, s.handle(t, "f"))
	require.NoError(t, err)
	require.EqualValues(t, 4*block, a.Size, "zeroing does not extend")
	require.NotZero(t, a.DOS&vfs.DOSSparse)

	_, st = p.control(id, fscc.FsctlSetSparse, []byte{0}, 0)
	require.Equal(t, ntstatus.Success, st)
	a, err = s.tree(t, "data").GetAttr(context.Background(), &vfs.Origin{}, s.handle(t, "f"))
	require.NoError(t, err)
	require.EqualValues(t, 4*block, a.Used, "the holes were filled")
	require.Zero(t, a.DOS&vfs.DOSSparse)

	out, st := p.control(id, fscc.FsctlFileLevelTrim, fscc.AppendFileLevelTrim(nil, []vfsTrim{{Offset: 10, Length: 2 * block}}), 4)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, []byte{1, 0, 0, 0}, out)
	data, _ = p.readAt(id, 0, block)
	require.Equal(t, strings.Repeat("x", block), data, "of a block in part nothing is given back")

	out, st = p.control(id, fscc.FsctlQueryFileRegions, nil, 64)
	require.Equal(t, ntstatus.Success, st)
	require.Len(t, out, 40)
	require.EqualValues(t, 4*block, binary.LittleEndian.Uint64(out[24:]))
}

// handle finds a file of "data" as another protocol would.
func (s *service) handle(t testing.TB, path string) vfs.FileHandle {
	t.Helper()
	p, err := s.tree(t, "data").Walk(context.Background(), &vfs.Origin{}, path, false)
	require.NoError(t, err)
	require.True(t, p.Found)
	return p.Entry.Attr.Handle
}

// TestZeroDataLockedAndCached: zeroing is a write to locks and caches.
func TestZeroDataLockedAndCached(t *testing.T) {
	s := serve(t)
	p, other := connect(t, s), connect(t, s)
	id := p.open("f").FileID
	require.Equal(t, ntstatus.Success, p.writeAt(id, 0, "0123456789"))
	held := other.open("f", withLease(1, smb2.LeaseR)).FileID
	require.Equal(t, ntstatus.Success, other.call(smb2.CommandLock, lock(held, 0, 5, smb2.LockExclusive|smb2.LockFailImmediately), nil))
	_, st := p.control(id, fscc.FsctlSetZeroData, zeroData(4, 6), 0)
	require.Equal(t, ntstatus.FileLockConflict, st)
	_, st = p.control(id, fscc.FsctlSetZeroData, zeroData(5, 6), 0)
	require.Equal(t, ntstatus.Success, st)
	var b smb2.LeaseBreakNotification
	require.NoError(t, b.Decode(other.awaitBreak().msg))
	require.Zero(t, b.NewState)
}

// TestCopyChunk: what is copied, and what is said of it.
func TestCopyChunk(t *testing.T) {
	s := serve(t)
	p, other := connect(t, s), connect(t, s)
	src, dst := p.open("src").FileID, p.open("dst").FileID
	require.Equal(t, ntstatus.Success, p.writeAt(src, 0, "0123456789"))
	key := func(p *peer, id smb2.FileID) smb2.ResumeKey {
		out, st := p.control(id, fscc.FsctlSrvRequestResumeKey, nil, 32)
		require.Equal(t, ntstatus.Success, st)
		var k smb2.ResumeKeyResponse
		require.NoError(t, k.Decode(out))
		return k.Key
	}
	writeOnly := p.open("dst", withRights(vfs.RightWriteData)).FileID
	blind := p.open("src", withRights(vfs.RightWriteData)).FileID
	dir := p.open("d", func(q *smb2.CreateRequest) { q.Options = smb2.FileDirectoryFile }).FileID
	locked := p.open("locked").FileID
	require.Equal(t, ntstatus.Success, p.writeAt(locked, 0, "0123456789"))
	require.Equal(t, ntstatus.Success, other.call(smb2.CommandLock, lock(other.open("locked").FileID, 5, 1, smb2.LockExclusive|smb2.LockFailImmediately), nil))
	limits := smb2.CopyChunkResponse{ChunksWritten: 256, ChunkBytesWritten: 1 << 20, TotalBytesWritten: 16 << 20}
	none := smb2.CopyChunkResponse{}
	chunks := func(n int, c smb2.CopyChunk) []smb2.CopyChunk {
		l := make([]smb2.CopyChunk, n)
		for i := range l {
			l[i] = c
		}
		return l
	}
	for _, c := range []struct {
		name   string
		code   fscc.FSCTL
		key    smb2.ResumeKey
		dst    smb2.FileID
		chunks []smb2.CopyChunk
		want   ntstatus.Status
		told   *smb2.CopyChunkResponse
	}{
		{"two", fscc.FsctlSrvCopyChunk, key(p, src), dst, []smb2.CopyChunk{{Length: 4, TargetOffset: 2}, {SourceOffset: 6, Length: 4}},
			ntstatus.Success, &smb2.CopyChunkResponse{ChunksWritten: 2, TotalBytesWritten: 8}},
		{"none", fscc.FsctlSrvCopyChunk, key(p, src), dst, nil, ntstatus.Success, &none},
		{"too many", fscc.FsctlSrvCopyChunk, key(p, src), dst, chunks(257, smb2.CopyChunk{Length: 1}), ntstatus.InvalidParameter, &limits},
		{"too long", fscc.FsctlSrvCopyChunk, key(p, src), dst, chunks(1, smb2.CopyChunk{Length: 1<<20 + 1}), ntstatus.InvalidParameter, &limits},
		{"too much", fscc.FsctlSrvCopyChunk, key(p, src), dst, chunks(17, smb2.CopyChunk{Length: 1 << 20}), ntstatus.InvalidParameter, &limits},
		{"empty chunk", fscc.FsctlSrvCopyChunk, key(p, src), dst, chunks(1, smb2.CopyChunk{}), ntstatus.InvalidParameter, &limits},
		{"past the end", fscc.FsctlSrvCopyChunk, key(p, src), dst, []smb2.CopyChunk{{Length: 4, TargetOffset: 2}, {SourceOffset: 8, Length: 3}},
			ntstatus.InvalidViewSize, &smb2.CopyChunkResponse{ChunksWritten: 1, TotalBytesWritten: 4}},
		{"past all offsets", fscc.FsctlSrvCopyChunk, key(p, src), dst, []smb2.CopyChunk{{SourceOffset: 1<<64 - 2, Length: 4}}, ntstatus.InvalidViewSize, &none},
		{"locked source", fscc.FsctlSrvCopyChunk, key(p, locked), dst, []smb2.CopyChunk{{Length: 2}, {SourceOffset: 4, Length: 2}},
			ntstatus.FileLockConflict, &smb2.CopyChunkResponse{ChunksWritten: 1, TotalBytesWritten: 2}},
		{"locked target", fscc.FsctlSrvCopyChunk, key(p, src), locked, []smb2.CopyChunk{{TargetOffset: 5, Length: 2}}, ntstatus.FileLockConflict, &none},
		{"unread target", fscc.FsctlSrvCopyChunk, key(p, src), writeOnly, chunks(1, smb2.CopyChunk{Length: 1}), ntstatus.AccessDenied, nil},
		{"unread target may be written", fscc.FsctlSrvCopyChunkWrite, key(p, src), writeOnly, []smb2.CopyChunk{{Length: 1, TargetOffset: 9}},
			ntstatus.Success, &smb2.CopyChunkResponse{ChunksWritten: 1, TotalBytesWritten: 1}},
		{"unreadable source", fscc.FsctlSrvCopyChunkWrite, key(p, blind), dst, chunks(1, smb2.CopyChunk{Length: 1}), ntstatus.AccessDenied, nil},
		{"directory", fscc.FsctlSrvCopyChunkWrite, key(p, src), dir, chunks(1, smb2.CopyChunk{Length: 1}), ntstatus.InvalidDeviceRequest, nil},
		{"bad key", fscc.FsctlSrvCopyChunk, smb2.ResumeKey{1}, dst, chunks(1, smb2.CopyChunk{Length: 1}), ntstatus.ObjectNameNotFound, nil},
		{"key of another session", fscc.FsctlSrvCopyChunk, key(other, other.open("src").FileID), dst, chunks(1, smb2.CopyChunk{Length: 1}), ntstatus.ObjectNameNotFound, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, st := p.control(c.dst, c.code, (&smb2.CopyChunkCopy{SourceKey: c.key, Chunks: c.chunks}).Append(nil), 12)
			require.Equal(t, c.want, st)
			if c.told == nil {
				require.Empty(t, out)
				return
			}
			var told smb2.CopyChunkResponse
			require.NoError(t, told.Decode(out))
			require.Equal(t, *c.told, told)
		})
	}
	data, _ := p.readAt(dst, 0, 100)
	require.Equal(t, "010123\x00\x00\x000", data)
}

// TestDuplicateExtents: the target becomes what the source is.
func TestDuplicateExtents(t *testing.T) {
	s := serve(t)
	p, other := connect(t, s), connect(t, s)
	src, dst := p.open("src").FileID, p.open("dst").FileID
	const block = 4096
	text := strings.Repeat("a", block) + strings.Repeat("b", block)
	require.Equal(t, ntstatus.Success, p.writeAt(src, 0, text))
	require.Equal(t, ntstatus.Success, p.writeAt(dst, 0, strings.Repeat("c", 2*block)))
	dup := func(from, to smb2.FileID, at, target, n int64) ntstatus.Status {
		d := fscc.DuplicateExtents{SourcePersistent: from.Persistent, SourceVolatile: from.Volatile, SourceOffset: at, TargetOffset: target, ByteCount: n}
		_, st := p.control(to, fscc.FsctlDuplicateExtentsToFile, d.Append(nil), 0)
		return st
	}
	require.Equal(t, ntstatus.Success, other.call(smb2.CommandLock, lock(other.open("dst").FileID, 0, 1, smb2.LockExclusive|smb2.LockFailImmediately), nil))
	require.Equal(t, ntstatus.Success, dup(src, dst, 0, block, block), "a lock does not stand in the way")
	require.Equal(t, ntstatus.InvalidParameter, dup(src, dst, 1, 0, block))
	require.Equal(t, ntstatus.InvalidParameter, dup(src, dst, 0, 0, -block))
	require.Equal(t, ntstatus.NotSupported, dup(src, dst, block, 0, 2*block), "past the source")
	require.Equal(t, ntstatus.NotSupported, dup(src, dst, 0, block, 2*block), "past the target")
	require.Equal(t, ntstatus.NotSupported, dup(src, src, 0, 0, block), "over itself")
	require.Equal(t, ntstatus.InvalidHandle, dup(smb2.FileID{Persistent: 7, Volatile: 7}, dst, 0, 0, block))
	data, _ := p.readAt(dst, block, block)
	require.Equal(t, text[:block], data)
}

// TestSymlinks: a link is one to both protocols, whoever made it.
func TestSymlinks(t *testing.T) {
	ctx, who := context.Background(), &vfs.Origin{Protocol: vfs.ProtocolNFS}
	s := serve(t)
	p := connect(t, s)
	tree := s.tree(t, "data")
	reparse := func(q *smb2.CreateRequest) { q.Options |= smb2.FileOpenReparsePoint }
	id := p.open("link", reparse).FileID
	set := (&fscc.LinkReparse{SubstituteName: `sub\target`, PrintName: `sub\target`, Relative: true}).Symlink()
	_, st := p.control(id, fscc.FsctlSetReparsePoint, set.Append(nil), 0)
	require.Equal(t, ntstatus.Success, st)
	a, err := tree.GetAttr(ctx, who, s.handle(t, "link"))
	require.NoError(t, err)
	require.Equal(t, vfs.FileType(vfs.TypeSymlink), a.Type)
	target, err := tree.Readlink(ctx, who, a.Handle)
	require.NoError(t, err)
	require.Equal(t, "sub/target", target)
	out, st := p.control(id, fscc.FsctlGetReparsePoint, nil, 1024)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, set.Append(nil), out)
	cut, st := p.control(id, fscc.FsctlGetReparsePoint, nil, 20)
	require.Equal(t, ntstatus.BufferOverflow, st)
	require.Equal(t, out[:20], cut)

	fifo := (&fscc.NFSReparse{Type: fscc.NFSTypeFifo}).Reparse()
	_, st = p.control(id, fscc.FsctlSetReparsePoint, fifo.Append(nil), 0)
	require.Equal(t, ntstatus.IOReparseTagMismatch, st)
	gone := fscc.ReparseData{Tag: fscc.ReparseTagNFS}
	_, st = p.control(id, fscc.FsctlDeleteReparsePoint, gone.Append(nil), 0)
	require.Equal(t, ntstatus.IOReparseTagMismatch, st)
	gone.Tag = fscc.ReparseTagSymlink
	_, st = p.control(id, fscc.FsctlDeleteReparsePoint, gone.Append(nil), 0)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, ntstatus.Success, p.writeAt(id, 0, "a file again"))
	_, st = p.control(id, fscc.FsctlSetReparsePoint, set.Append(nil), 0)
	require.Equal(t, ntstatus.IOReparseDataInvalid, st, "it has data")

	_, err = tree.Symlink(ctx, who, tree.Root(), "abs", "/a/b", vfs.Changes{})
	require.NoError(t, err)
	out, st = p.control(p.open("abs", reparse, withRights(0x00100080)).FileID, fscc.FsctlGetReparsePoint, nil, 1024)
	require.Equal(t, ntstatus.Success, st)
	var d fscc.ReparseData
	var l fscc.LinkReparse
	require.NoError(t, d.Decode(out))
	require.NoError(t, l.Decode(&d))
	require.Equal(t, fscc.LinkReparse{SubstituteName: `\a\b`, PrintName: `\a\b`}, l)

	_, err = tree.Mknod(ctx, who, tree.Root(), "disk", vfs.TypeBlock, vfs.Rdev{Major: 8, Minor: 1}, vfs.Changes{})
	require.NoError(t, err)
	out, st = p.control(p.open("disk", reparse, withRights(0x00100080)).FileID, fscc.FsctlGetReparsePoint, nil, 1024)
	require.Equal(t, ntstatus.Success, st)
	var n fscc.NFSReparse
	require.NoError(t, d.Decode(out))
	require.NoError(t, n.Decode(&d))
	require.Equal(t, fscc.NFSReparse{Type: fscc.NFSTypeBlock, Major: 8, Minor: 1}, n)
}

// TestObjectIDs: an id lasts, can be completed, deleted and made again.
func TestObjectIDs(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	id := p.open("f").FileID
	first, st := p.control(id, fscc.FsctlCreateOrGetObjectID, nil, 64)
	require.Equal(t, ntstatus.Success, st)
	_, st = p.control(id, fscc.FsctlSetObjectIDExtended, []byte(strings.Repeat("z", 48)), 0)
	require.Equal(t, ntstatus.Success, st)
	got, _ := p.control(p.open("f").FileID, fscc.FsctlGetObjectID, nil, 64)
	require.Equal(t, string(first[:16])+strings.Repeat("z", 48), string(got))
	_, st = p.control(id, fscc.FsctlDeleteObjectID, nil, 0)
	require.Equal(t, ntstatus.Success, st)
	_, st = p.control(id, fscc.FsctlGetObjectID, nil, 64)
	require.Equal(t, ntstatus.ObjectIDNotFound, st)
	got, st = p.control(id, fscc.FsctlCreateOrGetObjectID, nil, 64)
	require.Equal(t, ntstatus.Success, st)
	require.Equal(t, first, got)
}

// TestServerControls are those without a file.
func TestServerControls(t *testing.T) {
	s := serve(t)
	p := connect(t, s)
	out, st := p.control(smb2.RelatedFileID, fscc.FsctlQueryNetworkInterfaceInfo, nil, 4096)
	require.Equal(t, ntstatus.Success, st)
	l, err := smb2.DecodeNetworkInterfaces(out)
	require.NoError(t, err)
	require.Len(t, l, 1)
	require.Equal(t, []byte{127, 0, 0, 1}, l[0].Address)
	_, st = p.control(smb2.RelatedFileID, fscc.FsctlQueryNetworkInterfaceInfo, nil, 100)
	require.Equal(t, ntstatus.BufferTooSmall, st)

	require.Equal(t, ntstatus.Success, p.treeConnect("IPC$"))
	_, st = p.control(smb2.RelatedFileID, fscc.FsctlPipeWait, (&fscc.PipeWait{Name: "srvsvc"}).Append(nil), 0)
	require.Equal(t, ntstatus.Success, st)
	_, st = p.control(smb2.RelatedFileID, fscc.FsctlPipeWait, (&fscc.PipeWait{Name: "nowhere"}).Append(nil), 0)
	require.Equal(t, ntstatus.ObjectNameNotFound, st)
	pipe := p.open("srvsvc").FileID
	out, st = p.control(pipe, fscc.FsctlPipePeek, nil, 16)
	require.Equal(t, ntstatus.Success, st)
	var peek fscc.PipePeek
	require.NoError(t, peek.Decode(out))
	require.EqualValues(t, fscc.PipeConnected, peek.NamedPipeState)
	require.Zero(t, peek.ReadDataAvailable)
	_, st = p.control(pipe, fscc.FsctlSetSparse, nil, 0)
	require.Equal(t, ntstatus.InvalidDeviceRequest, st)
}
