package smb

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// write implements WRITE (MS-SMB2 3.3.5.13).
func (r *request) write() (body, error) {
	var q smb2.WriteRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if uint32(len(q.Data)) > r.c.maxTransact || q.Channel != smb2.ChannelNone {
		return nil, ntstatus.InvalidParameter
	}
	o, err := r.openOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if o.pipe != nil {
		n, err := o.pipe.Write(q.Data)
		return &smb2.WriteResponse{Count: uint32(n)}, err
	}
	if o.file.Access&(vfs.RightWriteData|vfs.RightAppendData) == 0 {
		return nil, ntstatus.AccessDenied
	}
	if o.isDir() {
		return nil, ntstatus.InvalidDeviceRequest
	}
	var flags vfs.WriteFlags
	off := q.Offset
	if err := r.checkEnd(o, off, len(q.Data)); err != nil {
		return nil, err
	}
	o.mu.Lock()
	if o.times.write {
		flags |= vfs.WriteKeepMtime
	}
	o.mu.Unlock()
	if _, err := o.file.Tree.Write(r.ctx, r.origin(o), o.file.Handle, o.file.Stream, q.Data, off, flags); err != nil {
		return nil, err
	}
	o.moved(off + uint64(len(q.Data))) // MS-FSA 2.1.5.4
	return &smb2.WriteResponse{Count: uint32(len(q.Data))}, nil
}

// maxFile is NTFS's MAXFILESIZE: 2^44 bytes less one allocation unit of 64 KiB
// (MS-FSA 2.1.5.4, 2.1.5.15.5).
const maxFile = 0xfffffff0000

// checkEnd refuses a write that no file of this volume could take. Offsets are
// signed, with no special ones on the wire; a write that would make a file
// longer than its volume can only be meant for a sparse file.
func (r *request) checkEnd(o *openFile, off uint64, n int) error {
	if off > vfs.MaxFileSize || n > 0 && (off > maxFile || uint64(n) > maxFile-off) {
		return ntstatus.InvalidParameter
	}
	if n == 0 {
		return nil
	}
	st, err := o.file.Tree.StatFS(r.ctx, nil)
	if err != nil || off+uint64(n) <= st.Total {
		return err
	}
	a, size, _, err := r.attrOf(o)
	if err != nil {
		return err
	}
	if end := off + uint64(n); end > size && a.DOS&vfs.DOSSparse == 0 {
		return ntstatus.DiskFull
	}
	return nil
}

// flush implements FLUSH (MS-SMB2 3.3.5.11).
func (r *request) flush() (body, error) {
	var q smb2.FlushRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	o, err := r.openOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if o.pipe != nil {
		return &smb2.FlushResponse{}, nil
	}
	need := uint32(vfs.RightWriteData | vfs.RightAppendData)
	if o.file.Access&need == 0 {
		return nil, ntstatus.AccessDenied
	}
	_, err = o.file.Tree.Commit(r.ctx, r.origin(o), o.file.Handle)
	return &smb2.FlushResponse{}, err
}
