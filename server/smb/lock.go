package smb

import (
	"context"
	"errors"

	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// lock implements LOCK (MS-SMB2 3.3.5.14).
func (r *request) lock() (body, error) {
	var q smb2.LockRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	o, err := r.fileOf(q.FileID)
	if err != nil {
		return nil, err
	}
	if len(q.Locks) == 0 || o.isDir() {
		return nil, ntstatus.InvalidParameter
	}
	if q.Locks[0].Flags == smb2.LockUnlock {
		return r.unlock(o, q.Locks)
	}
	elements := make([]vfs.LockElement, len(q.Locks))
	wait := false
	for i, l := range q.Locks {
		switch l.Flags {
		case smb2.LockShared, smb2.LockExclusive:
			if len(q.Locks) > 1 {
				return nil, ntstatus.InvalidParameter // MS-SMB2 3.3.5.14.2
			}
			wait = true
		case smb2.LockShared | smb2.LockFailImmediately, smb2.LockExclusive | smb2.LockFailImmediately:
		default:
			return nil, ntstatus.InvalidParameter
		}
		elements[i] = vfs.LockElement{Off: l.Offset, Len: l.Length, Exclusive: l.Flags&smb2.LockExclusive != 0}
	}
	if wait {
		err = o.file.Tree.LockWait(r.ctx, r.origin(o), o.file, elements[0])
	} else {
		_, err = o.file.Tree.Lock(r.ctx, r.origin(o), o.file, elements)
	}
	if errors.Is(err, context.Canceled) && !r.cancelled.Load() {
		err = vfs.ErrLockReleased // its tree or session ended, and the open with it
	}
	if err != nil {
		return nil, err
	}
	return &smb2.LockResponse{}, nil
}

// unlock implements MS-SMB2 3.3.5.14.1: the elements are taken in order, and
// what was unlocked before one that fails stays unlocked.
func (r *request) unlock(o *openFile, locks []smb2.LockElement) (body, error) {
	elements := make([]vfs.LockElement, 0, len(locks))
	var bad error
	for _, l := range locks {
		if l.Flags != smb2.LockUnlock {
			bad = ntstatus.InvalidParameter
			break
		}
		elements = append(elements, vfs.LockElement{Off: l.Offset, Len: l.Length})
	}
	if err := o.file.Tree.Unlock(o.file, elements); err != nil {
		if errors.Is(err, vfs.ErrLockRange) {
			return nil, ntstatus.RangeNotLocked
		}
		return nil, err
	}
	if bad != nil {
		return nil, bad
	}
	return &smb2.LockResponse{}, nil
}
