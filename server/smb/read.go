package smb

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// read implements READ (MS-SMB2 3.3.5.12).
func (r *request) read() (body, error) {
	var q smb2.ReadRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if q.Length > r.c.maxTransact {
		return nil, ntstatus.InvalidParameter
	}
	o, err := r.openOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if o.pipe != nil {
		data, more, err := r.readPipe(o, int(q.Length))
		if err != nil {
			return nil, err
		}
		if more {
			return &smb2.ReadResponse{Data: data}, ntstatus.BufferOverflow
		}
		return &smb2.ReadResponse{Data: data}, nil
	}
	if o.file.Access&(vfs.RightReadData|vfs.RightExecute) == 0 {
		return nil, ntstatus.AccessDenied
	}
	if o.isDir() {
		return nil, ntstatus.InvalidDeviceRequest
	}
	if q.Offset > vfs.MaxFileSize || uint64(q.Length) > vfs.MaxFileSize-q.Offset {
		return nil, ntstatus.InvalidParameter
	}
	// The data goes straight into the response; the header is put before it
	// when the status is known.
	head := make([]byte, smb2.HeaderSize, smb2.ReadDataOffset+int(q.Length)+8)
	msg, data := smb2.BeginReadResponse(head, int(q.Length))
	n, _, _, err := o.file.Tree.Read(r.ctx, r.origin(o), o.file.Handle, o.file.Stream, data, q.Offset)
	if err != nil {
		return nil, err
	}
	if n == 0 && q.Length > 0 || uint32(n) < q.MinimumCount {
		return nil, ntstatus.EndOfFile
	}
	o.moved(q.Offset + uint64(n)) // MS-FSA 2.1.5.3
	r.whole = smb2.EndReadResponse(msg, len(data), n)
	if r.c.padReads.Load() {
		r.whole = append(r.whole, make([]byte, -len(r.whole)&7)...)
	}
	return nil, nil
}
