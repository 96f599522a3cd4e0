package smb

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// closeFile implements CLOSE (MS-SMB2 3.3.5.10).
func (r *request) closeFile() (body, error) {
	var q smb2.CloseRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	o, err := r.openOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if !r.session.leave(o) {
		return nil, ntstatus.FileClosed
	}
	resp := &smb2.CloseResponse{}
	if q.Flags&smb2.ClosePostQueryAttrib != 0 && o.file != nil {
		if a, size, used, err := r.attrOf(o); err == nil {
			resp.Flags = smb2.ClosePostQueryAttrib
			resp.CreationTime, resp.LastAccessTime = fscc.FiletimeOf(a.Btime), fscc.FiletimeOf(a.Atime)
			resp.LastWriteTime, resp.ChangeTime = fscc.FiletimeOf(a.Mtime), fscc.FiletimeOf(a.Ctime)
			resp.AllocationSize, resp.EndOfFile, resp.FileAttributes = used, size, dosAttributes(a)
		}
	}
	o.end(r.c.a)
	return resp, nil
}

// attrOf is an open's attributes, with the size of its stream.
func (r *request) attrOf(o *openFile) (a vfs.Attr, size, used uint64, err error) {
	a, err = o.file.Tree.GetAttr(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return a, 0, 0, err
	}
	size, used = endOfFile(a), allocation(a)
	if o.file.Stream != "" {
		size, used, err = o.file.Tree.StreamSize(o.file)
	}
	return a, size, used, err
}
