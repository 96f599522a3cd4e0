package vfs

import (
	"context"
	"errors"

	"crosswire/server/adapter"
	"crosswire/server/lock"
)

// ShareOpen is an NFSv4 OPEN of a regular file in the terms of the road (RFC
// 7530 16.16, RFC 8881 18.16): what the open has and what it denies others.
type ShareOpen struct {
	// Access and Deny are of ShareRead and ShareWrite.
	Access, Deny ShareAccess
	// LinkID is the name by which the file was found, 0 if by its handle.
	LinkID uint64
	// Created: this very request made the file, so its rights are not checked
	// against its mode.
	Created bool
	// Grant, if set, is called behind the file's gate once the open is sure to
	// succeed: the only moment at which a delegation may be granted.
	Grant func(Granting)
}

// OpenShare opens a regular file: it reserves in the one table, asks those who
// cache the file to give up what an open ends, and pins the file, which then
// outlives its last name until Close. Every open is an owner of its own, also
// against other opens of the same client: RFC 8881 9.7 makes no exception for
// them. I/O through it names it by Origin.Open and is not checked against
// modes and reservations again.
//
// Errors: ErrShareDenied, ErrJukebox (somebody who may only be keeping a
// closed file open was asked to close it, or the policy nfs_break says so),
// ErrAccess, ErrReadOnly, ErrIsDir, ErrInval (no regular file),
// ErrDeletePending, ErrStale.
func (t *Tree) OpenShare(ctx context.Context, o *Origin, h FileHandle, r ShareOpen) (*Open, Attr, error) {
	op := &Open{ID: t.vfs.opens.nextID(), Tree: t, Handle: h, LinkID: r.LinkID, Access: rightsOf(r.Access), Deny: r.Deny}
	who := *o
	who.Open = op.ID
	op.owner = t.vfs.owner(&who)
	ctx = adapter.WithOrigin(ctx, &who)
	for range maxAgain {
		if err := ctx.Err(); err != nil {
			return nil, Attr{}, err
		}
		a, wait, err := t.openShareBehindGate(ctx, o, op, r)
		if err == nil && !wait.IsZero() {
			err = t.vfs.await(ctx, o, wait)
		}
		if errors.Is(err, errAgain) {
			continue
		}
		if err != nil {
			return nil, a, err
		}
		return op, a, nil
	}
	return nil, Attr{}, ErrJukebox
}

// rightsOf is what an NFSv4 share access may do.
func rightsOf(access ShareAccess) uint32 {
	rights := uint32(RightReadAttributes | RightReadControl | RightSynchronize)
	if access&ShareRead != 0 {
		rights |= RightReadData
	}
	if access&ShareWrite != 0 {
		rights |= RightWriteData | RightAppendData
	}
	return rights
}

func (t *Tree) openShareBehindGate(ctx context.Context, o *Origin, op *Open, r ShareOpen) (a Attr, wait FileHandle, err error) {
	h := op.Handle
	defer t.vfs.gates.enter(true, h)()
	if err := t.alive(); err != nil {
		return a, wait, err
	}
	if err := t.store.fs.Pin(h); err != nil {
		return a, wait, err
	}
	opened := false
	defer func() {
		if !opened {
			t.vfs.locks.Release(h, "", op.owner)
			t.store.fs.Unpin(h)
		}
	}()
	if a, err = t.store.fs.GetAttr(h); err != nil {
		return a, wait, err
	}
	if err := t.mayOpenShare(o, a, r); err != nil {
		return a, wait, err
	}
	if op.LinkID == 0 {
		if links, err := t.store.fs.Links(h); err == nil && len(links) > 0 {
			op.LinkID = links[0].LinkID
		}
	}
	if t.vfs.opens.isPending(h, op.LinkID, "") {
		return a, wait, ErrDeletePending
	}
	conflict := t.vfs.locks.Reserve(h, "", op.owner, r.Access, r.Deny) != nil
	if b := t.vfs.breaker(); b != nil && !b.Quiet() {
		p, err := pendingOf(b.CheckAndBreakForOpen(ctx, h, adapter.OpenIntent{ShareConflict: conflict}))
		if err != nil {
			return a, wait, err
		}
		if p != notPending {
			switch t.vfs.onPending(o, &road[OpLookup], p) {
			case holdOn:
				return a, h, nil
			case holdOff:
				return a, wait, ErrJukebox
			}
			if conflict {
				return a, wait, ErrJukebox // whoever denies it may be about to close
			}
		}
	}
	if conflict {
		return a, wait, ErrShareDenied
	}
	t.vfs.opens.add(op)
	opened = true
	if r.Grant != nil {
		action := ActionOpened
		if r.Created {
			action = ActionCreated
		}
		r.Grant(Granting{Open: op, Action: action, Others: t.vfs.opens.others(h, "", op.ID)})
	}
	return a, wait, nil
}

// mayOpenShare is open(2)'s check: unlike READ and WRITE without an open, the
// owner of a file gets no more than its mode or ACL gives. Execute permission
// suffices to read, because a program is paged in by READ.
func (t *Tree) mayOpenShare(o *Origin, a Attr, r ShareOpen) error {
	switch {
	case a.Type == TypeDirectory:
		return ErrIsDir
	case a.Type != TypeRegular:
		return ErrInval
	case r.Access&lock.Write != 0 && t.Share().ReadOnly:
		return ErrReadOnly
	case r.Created:
		return nil
	}
	cred := t.squash(o)
	if r.Access&lock.Read != 0 && t.may(cred, a, RightReadData) != nil {
		if err := t.may(cred, a, RightExecute); err != nil {
			return err
		}
	}
	if r.Access&lock.Write != 0 {
		return t.may(cred, a, RightWriteData)
	}
	return nil
}
