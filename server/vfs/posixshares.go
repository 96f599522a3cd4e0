package vfs

import (
	"context"
	"errors"

	"crosswire/server/adapter"
	"crosswire/server/lock"
)

// ShareAccess is a set of what a reservation has or denies.
type ShareAccess = lock.Access

// The kinds of access of reservations.
const (
	ShareRead   = lock.Read
	ShareWrite  = lock.Write
	ShareDelete = lock.Delete
)

// Reserve makes a share reservation for an owner, in the table in which SMB
// opens make theirs; one that the owner has already is replaced. Whoever
// stands against it and may only be keeping a closed file open is asked to
// close it, as for an open (MS-FSA 2.1.5.1.2.2); while that is pending the
// policy nfs_break decides. Errors: ErrShareDenied, ErrJukebox, ErrAccess,
// ErrStale, ErrIsDir, ErrInval.
func (t *Tree) Reserve(ctx context.Context, o *Origin, h FileHandle, owner LockOwner, access, deny ShareAccess) error {
	ctx = adapter.WithOrigin(ctx, o)
	for range maxAgain {
		wait, err := t.reserveBehindGate(ctx, o, h, owner, access, deny)
		if err == nil && !wait.IsZero() {
			err = t.vfs.await(ctx, o, wait)
		}
		if !errors.Is(err, errAgain) {
			return err
		}
	}
	return ErrJukebox
}

func (t *Tree) reserveBehindGate(ctx context.Context, o *Origin, h FileHandle, owner LockOwner, access, deny ShareAccess) (wait FileHandle, err error) {
	defer t.vfs.gates.enter(false, h)()
	if err := t.alive(); err != nil {
		return wait, err
	}
	if err := t.mayReserve(o, h, access); err != nil {
		return wait, err
	}
	locks := t.vfs.locks
	if locks.Reserve(h, "", owner, access, deny) == nil {
		// What it had and denied before is joined to it; take that away.
		return wait, locks.Downgrade(h, "", owner, access, deny)
	}
	p, err := t.vfs.breakCaches(ctx, h, breakHandle)
	if err != nil {
		return wait, err
	}
	if p == notPending {
		return wait, ErrShareDenied
	}
	if t.vfs.rt.Policy(PolicyNFSBreak) == "wait" {
		return h, nil
	}
	return wait, ErrJukebox
}

func (t *Tree) mayReserve(o *Origin, h FileHandle, access ShareAccess) error {
	a, err := t.store.fs.GetAttr(h)
	if err != nil {
		return err
	}
	switch {
	case a.Type == TypeDirectory:
		return ErrIsDir
	case a.Type != TypeRegular:
		return ErrInval
	case access&ShareWrite != 0 && t.Share().ReadOnly:
		return ErrReadOnly
	}
	var want uint32
	if access&ShareRead != 0 {
		want |= RightReadData
	}
	if access&ShareWrite != 0 {
		want |= RightWriteData
	}
	return t.mayIO(o, a, want)
}

// Unreserve forgets a reservation and reports whether there was one.
func (t *Tree) Unreserve(h FileHandle, owner LockOwner) bool {
	return t.vfs.locks.Release(h, "", owner)
}

// cooperative reports whether all that denies the access to an NFS operation
// is reservations of the lock manager. They bind who reserves and who opens,
// not who reads and writes without an open: NFSv3 I/O does not say whose it
// is, and might be the very holder's (XNFS C702 10.3.5).
func (v *VFS) cooperative(o *Origin, h FileHandle, stream string, want lock.Access) bool {
	if o.Protocol != ProtocolNFS {
		return false
	}
	self := v.owner(o)
	for _, r := range v.locks.Reservations(h) {
		if (stream == lock.AnyStream || r.Stream == stream) && r.Owner != self && r.Owner.Protocol != ProtocolNLM &&
			r.Access != 0 && r.Deny&want != 0 {
			return false
		}
	}
	return true
}
