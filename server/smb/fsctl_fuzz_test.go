package smb_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// FuzzIoctl sends one FSCTL with any input to a file, a directory, a link, a
// pipe and nothing, and wants an answer that stays within the room given.
//
// Input: four bytes of code, two of room (little-endian), the input.
func FuzzIoctl(f *testing.F) {
	seed := func(code fscc.FSCTL, room uint16, in []byte) {
		b := binary.LittleEndian.AppendUint32(nil, uint32(code))
		f.Add(append(binary.LittleEndian.AppendUint16(b, room), in...))
	}
	link := (&fscc.LinkReparse{SubstituteName: "a", PrintName: "a", Relative: true}).Symlink()
	device := (&fscc.NFSReparse{Type: fscc.NFSTypeChar, Major: 1, Minor: 3}).Reparse()
	seed(fscc.FsctlSrvRequestResumeKey, 32, nil)
	seed(fscc.FsctlSrvCopyChunk, 12, (&smb2.CopyChunkCopy{SourceKey: smb2.ResumeKey{7: 0x40, 8: 1}, Chunks: []smb2.CopyChunk{{Length: 10, TargetOffset: 5}}}).Append(nil))
	seed(fscc.FsctlSrvCopyChunkWrite, 12, (&smb2.CopyChunkCopy{}).Append(nil))
	seed(fscc.FsctlSetSparse, 0, []byte{1})
	seed(fscc.FsctlSetZeroData, 0, zeroData(0, 1<<62))
	seed(fscc.FsctlQueryAllocatedRanges, 64, fileRange(0, 1<<62))
	seed(fscc.FsctlQueryFileRegions, 64, make([]byte, 24))
	seed(fscc.FsctlFileLevelTrim, 4, fscc.AppendFileLevelTrim(nil, []vfsTrim{{Offset: 1, Length: 1 << 20}}))
	seed(fscc.FsctlDuplicateExtentsToFile, 0, (&fscc.DuplicateExtents{SourcePersistent: 1 | 1<<62, SourceVolatile: 1, ByteCount: 4096}).Append(nil))
	seed(fscc.FsctlDuplicateExtentsToFileEx, 0, make([]byte, 56))
	seed(fscc.FsctlGetReparsePoint, 1000, nil)
	seed(fscc.FsctlSetReparsePoint, 0, link.Append(nil))
	seed(fscc.FsctlSetReparsePoint, 0, device.Append(nil))
	seed(fscc.FsctlDeleteReparsePoint, 0, (&fscc.ReparseData{Tag: fscc.ReparseTagSymlink}).Append(nil))
	seed(fscc.FsctlSetObjectIDExtended, 0, make([]byte, 48))
	seed(fscc.FsctlSetCompression, 0, []byte{0, 0})
	seed(fscc.FsctlSetIntegrityInformation, 0, make([]byte, 8))
	seed(fscc.FsctlIsPathnameValid, 0, []byte{2, 0, 0, 0, 'a', 0})
	seed(fscc.FsctlPipeWait, 0, (&fscc.PipeWait{Name: "srvsvc"}).Append(nil))
	seed(fscc.FsctlPipePeek, 100, nil)
	seed(fscc.FsctlPipeTransceive, 100, make([]byte, 16))
	seed(fscc.FsctlDfsGetReferrals, 100, make([]byte, 4))
	seed(fscc.FsctlQueryNetworkInterfaceInfo, 1000, nil)

	s := serve(f)
	disk, pipes := connect(f, s), connect(f, s)
	if st := pipes.treeConnect("IPC$"); st != ntstatus.Success {
		f.Fatal(st)
	}
	runs := 0
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 6 || len(b) > 60000 {
			return
		}
		code, room, in := fscc.FSCTL(binary.LittleEndian.Uint32(b)), uint32(binary.LittleEndian.Uint16(b[4:])), b[6:]
		if code == fscc.FsctlValidateNegotiateInfo {
			return // it is meant to end the connection
		}
		disk.t, pipes.t = t, t
		runs++
		n := fmt.Sprint(runs)
		send := func(p *peer, id smb2.FileID) {
			out, st := p.control(id, code, in, room)
			if uint32(len(out)) > room || st == ntstatus.InternalError {
				t.Fatalf("%v: %d bytes in room for %d, %v", code, len(out), room, st)
			}
		}
		directory := func(q *smb2.CreateRequest) { q.Options ^= smb2.FileDirectoryFile | smb2.FileNonDirectoryFile }
		link := func(q *smb2.CreateRequest) { q.Options |= smb2.FileOpenReparsePoint }
		ids := []smb2.FileID{
			disk.open("f"+n, deleting).FileID, disk.open("f" + n + ":s").FileID,
			disk.open("d"+n, deleting, directory).FileID, disk.open("l"+n, deleting, link).FileID,
		}
		disk.writeAt(ids[0], 0, "some data")
		send(disk, smb2.RelatedFileID)
		for _, id := range ids {
			send(disk, id)
		}
		for _, id := range ids {
			disk.closeFile(id)
		}
		pipe := pipes.open("srvsvc").FileID
		send(pipes, pipe)
		pipes.closeFile(pipe)
	})
}
