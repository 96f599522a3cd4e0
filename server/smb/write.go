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
	if o.file.IsDir {
		return nil, ntstatus.InvalidDeviceRequest
	}
	var flags vfs.WriteFlags
	off := q.Offset
	if off == 1<<64-1 { // MS-FSA 2.1.5.4: write at the end of the file
		flags, off = vfs.WriteAppend, 0
	}
	if off > vfs.MaxFileSize || uint64(len(q.Data)) > vfs.MaxFileSize-off {
		return nil, ntstatus.InvalidParameter
	}
	o.mu.Lock()
	if o.times.write {
		flags |= vfs.WriteKeepMtime
	}
	o.mu.Unlock()
	if _, err := o.file.Tree.Write(r.ctx, r.origin(o), o.file.Handle, o.file.Stream, q.Data, off, flags); err != nil {
		return nil, err
	}
	return &smb2.WriteResponse{Count: uint32(len(q.Data))}, nil
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
