package smb

import (
	"encoding/binary"

	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// objectIDBufferSize is the size of FILE_OBJECTID_BUFFER (MS-FSCC 2.1.3.1).
const objectIDBufferSize = 64

// objectID implements FSCTL_CREATE_OR_GET_OBJECT_ID (MS-FSCC 2.3.1, MS-FSA
// 2.1.5.10.1). Nothing has to be created: a node's identity in its file system
// is an object id, unique and as lasting as the node. A node keeps the id that
// it was born with, so the birth ids repeat it; it belongs to no domain.
func (r *request) objectID(q *smb2.IoctlRequest) (body, error) {
	o, err := r.fileOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if q.MaxOutputResponse < objectIDBufferSize {
		return nil, ntstatus.InvalidParameter
	}
	a, err := o.file.Tree.GetAttr(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return nil, err
	}
	return &smb2.IoctlResponse{CtlCode: q.CtlCode, FileID: o.id, Output: objectIDBuffer(a.Handle)}, nil
}

func objectIDBuffer(h vfs.FileHandle) []byte {
	le := binary.LittleEndian
	b := make([]byte, objectIDBufferSize)
	le.PutUint64(b, h.ID)
	le.PutUint64(b[8:], h.FSID^h.Gen<<32)
	le.PutUint64(b[16:], h.FSID)
	copy(b[32:48], b[:16])
	return b
}
