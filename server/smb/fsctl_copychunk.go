package smb

import (
	"encoding/binary"
	"errors"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// The limits of one copy, those of Windows (MS-SMB2 3.3.3
// ServerSideCopyMaxNumberofChunks, …MaxChunkSize, …MaxDataSize).
const (
	copyMaxChunks    = 256
	copyMaxChunkSize = 1 << 20
	copyMaxTotal     = 16 << 20

	resumeKeySize         = 32
	copyChunkResponseSize = 12
)

// resumeKey implements FSCTL_SRV_REQUEST_RESUME_KEY (MS-SMB2 3.3.5.15.5). The
// key is good in its session only, so it need be no secret.
func (r *request) resumeKey(o *openFile, _ *smb2.IoctlRequest) ([]byte, error) {
	return (&smb2.ResumeKeyResponse{Key: resumeKeyOf(o.id)}).Append(nil), nil
}

func resumeKeyOf(id smb2.FileID) (k smb2.ResumeKey) {
	binary.LittleEndian.PutUint64(k[:], id.Persistent)
	binary.LittleEndian.PutUint64(k[8:], id.Volatile)
	return k
}

// byResumeKey finds an open of the session, whatever its tree connect.
func (s *session) byResumeKey(k smb2.ResumeKey) *openFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.opens[binary.LittleEndian.Uint64(k[8:])]
	if o == nil || o.file == nil || resumeKeyOf(o.id) != k {
		return nil
	}
	return o
}

// copyChunk implements FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE
// (MS-SMB2 3.3.5.15.6), which differ in that the first wants the target opened
// for reading too.
func (r *request) copyChunk(dst *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	var in smb2.CopyChunkCopy
	if err := in.Decode(q.Input); err != nil {
		return nil, malformed(err)
	}
	src := r.session.byResumeKey(in.SourceKey)
	if src == nil {
		return nil, ntstatus.ObjectNameNotFound
	}
	var total uint64
	tooMuch := len(in.Chunks) > copyMaxChunks
	for _, c := range in.Chunks {
		total += uint64(c.Length)
		tooMuch = tooMuch || c.Length == 0 || c.Length > copyMaxChunkSize
	}
	if tooMuch || total > copyMaxTotal {
		limits := smb2.CopyChunkResponse{ChunksWritten: copyMaxChunks, ChunkBytesWritten: copyMaxChunkSize, TotalBytesWritten: copyMaxTotal}
		return limits.Append(nil), ntstatus.InvalidParameter // MS-SMB2 3.3.5.15.6.2
	}
	want := uint32(vfs.RightWriteData)
	if q.CtlCode == fscc.FsctlSrvCopyChunk {
		want |= vfs.RightReadData
	}
	switch {
	case src.file.Access&(vfs.RightReadData|vfs.RightExecute) == 0, dst.file.Access&want != want:
		return nil, ntstatus.AccessDenied
	case src.isDir(), dst.isDir():
		return nil, ntstatus.InvalidDeviceRequest
	}
	var done smb2.CopyChunkResponse
	err := r.copyChunks(src, dst, in.Chunks, &done)
	return done.Append(nil), err
}

// copyChunks copies one chunk after the other; those that were copied before
// an error stay so, and done tells them.
func (r *request) copyChunks(src, dst *openFile, chunks []smb2.CopyChunk, done *smb2.CopyChunkResponse) error {
	var room uint32
	for _, c := range chunks {
		room = max(room, c.Length)
	}
	buf := make([]byte, room)
	var flags vfs.WriteFlags
	if dst.keepsWriteTime() {
		flags |= vfs.WriteKeepMtime
	}
	for _, c := range chunks {
		n := uint64(c.Length)
		if c.SourceOffset > vfs.MaxFileSize || n > vfs.MaxFileSize-c.SourceOffset {
			return ntstatus.InvalidViewSize
		}
		if err := r.checkEnd(dst, c.TargetOffset, int(n)); err != nil {
			return err
		}
		_, size, _, err := r.attrOf(src)
		if err != nil {
			return err
		}
		if c.SourceOffset+n > size {
			return ntstatus.InvalidViewSize
		}
		_, err = vfs.Copy(r.ctx, r.copyEnd(src, c.SourceOffset), r.copyEnd(dst, c.TargetOffset), buf[:n], flags)
		if errors.Is(err, vfs.ErrShortSource) {
			return ntstatus.InvalidViewSize
		}
		if err != nil {
			return err
		}
		done.ChunksWritten++
		done.TotalBytesWritten += c.Length
	}
	return nil
}

// copyEnd is a place in an open file, for the road.
func (r *request) copyEnd(o *openFile, off uint64) vfs.CopyEnd {
	return vfs.CopyEnd{Tree: o.file.Tree, Origin: r.origin(o), Handle: o.file.Handle, Stream: o.file.Stream, Off: off}
}
