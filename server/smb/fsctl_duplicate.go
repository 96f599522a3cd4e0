package smb

import (
	"encoding/binary"
	"errors"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// duplicateExtents implements FSCTL_DUPLICATE_EXTENTS_TO_FILE (MS-FSCC 2.3.9,
// MS-FSA 2.1.5.10.4). That the two files share their blocks from then on is
// the storage's own affair: what a client sees is that the target reads like
// the source, and that a change of one leaves the other.
func (r *request) duplicateExtents(dst *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	var d fscc.DuplicateExtents
	if err := d.Decode(q.Input); err != nil {
		return nil, malformed(err)
	}
	return nil, r.duplicate(dst, &d)
}

// duplicateExtentsEx implements FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX (MS-FSCC
// 2.3.11): a size before and flags behind the same structure. The only flag,
// SOURCE_ATOMIC, would have nothing copied if not all can be.
func (r *request) duplicateExtentsEx(dst *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	le := binary.LittleEndian
	const size, sourceAtomic = 0x30, 1
	if le.Uint64(q.Input) != size {
		return nil, ntstatus.InvalidParameter
	}
	switch le.Uint32(q.Input[48:]) {
	case 0:
	case sourceAtomic:
		return nil, ntstatus.NotSupported
	default:
		return nil, ntstatus.InvalidParameter
	}
	var d fscc.DuplicateExtents
	if err := d.Decode(q.Input[8:48]); err != nil {
		return nil, malformed(err)
	}
	return nil, r.duplicate(dst, &d)
}

func (r *request) duplicate(dst *openFile, d *fscc.DuplicateExtents) error {
	r.session.mu.Lock()
	src := r.session.opens[d.SourceVolatile]
	r.session.mu.Unlock()
	switch {
	case src == nil || src.file == nil || src.id != smb2.FileID{Persistent: d.SourcePersistent, Volatile: d.SourceVolatile}:
		return ntstatus.InvalidHandle
	case src.isDir(), src.file.Handle.FSID != dst.file.Handle.FSID:
		return ntstatus.InvalidParameter
	case d.SourceOffset < 0 || d.TargetOffset < 0 || d.ByteCount < 0,
		d.ByteCount > maxFile || d.SourceOffset > maxFile-d.ByteCount || d.TargetOffset > maxFile-d.ByteCount,
		(d.SourceOffset|d.TargetOffset)%vfs.BlockSize != 0:
		return ntstatus.InvalidParameter
	}
	if src.file.Access&vfs.RightReadData == 0 || dst.file.Access&vfs.RightWriteData == 0 {
		return ntstatus.AccessDenied
	}
	if d.ByteCount == 0 {
		return nil
	}
	from, sourceSize, _, err := r.attrOf(src)
	if err != nil {
		return err
	}
	to, targetSize, _, err := r.attrOf(dst)
	if err != nil {
		return err
	}
	end := d.SourceOffset + d.ByteCount
	switch {
	case uint64(end) > sourceSize, uint64(d.TargetOffset+d.ByteCount) > targetSize && to.DOS&vfs.DOSSparse == 0:
		return ntstatus.NotSupported
	case d.ByteCount%vfs.BlockSize != 0 && uint64(end) != sourceSize:
		return ntstatus.InvalidParameter
	case from.DOS&vfs.DOSSparse != 0 && to.DOS&vfs.DOSSparse == 0:
		return ntstatus.NotSupported
	case src.file.Handle == dst.file.Handle && src.file.StreamKey() == dst.file.StreamKey() &&
		d.SourceOffset < d.TargetOffset+d.ByteCount && d.TargetOffset < end:
		return ntstatus.NotSupported
	}
	// The target must reach as far as the copy; a sparse one, all of whose
	// range beyond its end is a hole, stays as long as it is.
	n := uint64(d.ByteCount)
	if at := uint64(d.TargetOffset); at >= targetSize {
		return nil
	} else if n > targetSize-at {
		n = targetSize - at
	}
	var flags vfs.WriteFlags
	if dst.keepsWriteTime() {
		flags |= vfs.WriteKeepMtime
	}
	err = vfs.Duplicate(r.ctx, r.copyEnd(src, uint64(d.SourceOffset)), r.copyEnd(dst, uint64(d.TargetOffset)), n, flags)
	if errors.Is(err, vfs.ErrShortSource) {
		return ntstatus.NotSupported // it was cut off meanwhile
	}
	return err
}
