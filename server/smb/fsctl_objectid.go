package smb

import (
	"encoding/binary"
	"errors"

	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// objectIDSize is the size of FILE_OBJECTID_BUFFER (MS-FSCC 2.1.3.1).
const objectIDSize = 64

// objectIDNote is where the road keeps a file's object id.
const objectIDNote = "object-id"

// createOrGetObjectID implements FSCTL_CREATE_OR_GET_OBJECT_ID (MS-FSCC 2.3.1,
// MS-FSA 2.1.5.10). What is created is a node's identity in its file system,
// which is unique and as lasting as the node; so it need not be kept until
// somebody changes what belongs to it.
func (r *request) createOrGetObjectID(o *openFile, _ *smb2.IoctlRequest) ([]byte, error) {
	b, err := r.objectIDOf(o)
	if errors.Is(err, ntstatus.ObjectIDNotFound) {
		if err := o.file.Tree.SetNote(r.ctx, r.origin(o), o.file.Handle, objectIDNote, nil); err != nil {
			return nil, err
		}
		return objectIDBuffer(o.file.Handle), nil
	}
	return b, err
}

// getObjectID implements FSCTL_GET_OBJECT_ID (MS-FSCC 2.3.28).
func (r *request) getObjectID(o *openFile, _ *smb2.IoctlRequest) ([]byte, error) {
	return r.objectIDOf(o)
}

// objectIDOf is the file's object id; STATUS_OBJECTID_NOT_FOUND once it was
// deleted.
func (r *request) objectIDOf(o *openFile) ([]byte, error) {
	b, err := o.file.Tree.Note(r.ctx, o.file.Handle, objectIDNote)
	switch {
	case errors.Is(err, vfs.ErrNoAttr):
		return objectIDBuffer(o.file.Handle), nil
	case err != nil:
		return nil, err
	case len(b) != objectIDSize:
		return nil, ntstatus.ObjectIDNotFound
	}
	return b, nil
}

// setObjectID implements FSCTL_SET_OBJECT_ID (MS-FSCC 2.3.65), which needs the
// privilege to restore files; nobody has it here.
func (r *request) setObjectID(*openFile, *smb2.IoctlRequest) ([]byte, error) {
	return nil, ntstatus.AccessDenied
}

// setObjectIDExtended implements FSCTL_SET_OBJECT_ID_EXTENDED (MS-FSCC
// 2.3.67): the birth ids and the domain id become what the client says.
func (r *request) setObjectIDExtended(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if len(q.Input) != objectIDSize-16 {
		return nil, ntstatus.InvalidParameter
	}
	if err := o.needs(vfs.RightWriteData | vfs.RightWriteAttributes); err != nil {
		return nil, err
	}
	b, err := r.objectIDOf(o)
	if err != nil {
		return nil, err
	}
	copy(b[16:], q.Input)
	return nil, o.file.Tree.SetNote(r.ctx, r.origin(o), o.file.Handle, objectIDNote, b)
}

// deleteObjectID implements FSCTL_DELETE_OBJECT_ID (MS-FSCC 2.3.5).
func (r *request) deleteObjectID(o *openFile, _ *smb2.IoctlRequest) ([]byte, error) {
	if err := o.needs(vfs.RightWriteData | vfs.RightWriteAttributes); err != nil {
		return nil, err
	}
	return nil, o.file.Tree.SetNote(r.ctx, r.origin(o), o.file.Handle, objectIDNote, []byte{})
}

// objectIDBuffer is the id that a node is born with. The birth ids repeat it;
// it belongs to no domain.
func objectIDBuffer(h vfs.FileHandle) []byte {
	le := binary.LittleEndian
	b := make([]byte, objectIDSize)
	le.PutUint64(b, h.ID)
	le.PutUint64(b[8:], h.FSID^h.Gen<<32)
	le.PutUint64(b[16:], h.FSID)
	copy(b[32:48], b[:16])
	return b
}
