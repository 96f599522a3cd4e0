package vfs

import (
	"context"
	"errors"

	"crosswire/server/adapter"
	"crosswire/server/lock"
)

// LockElement is one range of an SMB LOCK request (MS-SMB2 2.2.26.1).
type LockElement = lock.Element

// Lock takes all ranges or none for an open (MS-SMB2 3.3.5.14.2, MS-FSA
// 2.1.5.8); failed is the index of the range that stood in the way. Read
// caching of others ends first. Errors are those of server/lock.
func (t *Tree) Lock(ctx context.Context, o *Origin, op *Open, elements []LockElement) (failed int, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return step{op: OpLock, object: op.Handle, stream: op.Stream, apply: func() error {
			var err error
			failed, err = t.vfs.locks.LockArray(op.Handle, op.StreamKey(), op.owner, elements)
			return err
		}}, nil
	})
	return failed, err
}

// LockWait takes one range, waiting for it until ctx ends.
func (t *Tree) LockWait(ctx context.Context, o *Origin, op *Open, e LockElement) error {
	_, err := t.Lock(ctx, o, op, []LockElement{e})
	if !errors.Is(err, lock.ErrConflict) {
		return err
	}
	// The caches are broken by now. The wait itself is in the table's queue,
	// outside the gate.
	defer t.vfs.idle(o)()
	open, done := op.whileOpen(adapter.WithOrigin(ctx, o))
	defer done()
	err = t.vfs.locks.LockWait(open, lock.Request{
		Handle: op.Handle, Stream: op.StreamKey(), Owner: op.owner, Style: lock.SMB,
		Exclusive: e.Exclusive, Off: e.Off, Len: e.Len,
	})
	if op.closed.Load() && ctx.Err() == nil {
		if err == nil { // granted as the open closed: nobody would unlock it
			t.vfs.locks.UnlockAll(op.Handle, op.StreamKey(), op.owner)
		}
		return lock.ErrReleased
	}
	return err
}

// Unlock frees ranges, each of which must be locked exactly so; those before
// the first that is not stay unlocked (MS-SMB2 3.3.5.14.1).
func (t *Tree) Unlock(op *Open, elements []LockElement) error {
	_, err := t.vfs.locks.UnlockArray(op.Handle, op.StreamKey(), op.owner, elements)
	return err
}

// Errors of the lock table that adapters tell apart.
var (
	ErrLockConflict = lock.ErrConflict
	ErrLockRange    = lock.ErrInvalidRange
	ErrNotLocked    = lock.ErrNotLocked
	ErrTooManyLocks = lock.ErrTooMany
	ErrLockReleased = lock.ErrReleased
)
