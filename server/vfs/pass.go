package vfs

import (
	"context"
	"errors"

	"crosswire/server/adapter"
	"crosswire/server/fs"
	"crosswire/server/lock"
)

// step is one attempt at one operation, its names already resolved.
type step struct {
	op     Op
	object FileHandle // zero: nothing is there yet
	stream string
	victim FileHandle // zero: no name is replaced
	off, n uint64     // of the range, with ranges

	// authorise decides by mode and identity.
	authorise func() error
	// apply changes the storage. ErrChanged: the names were resolved anew.
	apply func() error
	// tell is run after apply succeeded, if the operation announces.
	tell func() Event
}

// errAgain makes run resolve the names again.
var errAgain = errors.New("resolve again")

// maxAgain bounds how often names may change under one operation.
const maxAgain = 10000

// run makes attempts until one goes through: attempt resolves the names and
// returns the step that they mean.
func (t *Tree) run(ctx context.Context, o *Origin, attempt func() (step, error)) error {
	ctx = adapter.WithOrigin(ctx, o)
	for range maxAgain {
		s, err := attempt()
		if err != nil {
			return err
		}
		err = t.pass(ctx, o, s)
		if errors.Is(err, errAgain) || errors.Is(err, fs.ErrChanged) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			continue
		}
		return err
	}
	return ErrJukebox
}

// pass takes one step down the road. It is the only caller of the breaker and
// the only place where the storage is changed.
func (t *Tree) pass(ctx context.Context, o *Origin, s step) error {
	d := &road[s.op]
	if err := t.alive(); err != nil && !d.closes {
		return err
	}
	if d.changes && t.Share().ReadOnly && !d.closes {
		return ErrReadOnly
	}
	wait, err := t.behindGate(ctx, o, d, &s)
	if err != nil {
		return err
	}
	if !wait.IsZero() {
		return t.vfs.await(ctx, o, wait)
	}
	if d.tells != tellNobody && s.tell != nil {
		e := s.tell()
		e.Op = s.op
		t.vfs.announce(t, o, e)
	}
	return nil
}

// behindGate checks, breaks and applies. A handle in wait asks the caller to
// wait for the break on that file and to start again.
func (t *Tree) behindGate(ctx context.Context, o *Origin, d *declaration, s *step) (wait FileHandle, err error) {
	defer t.vfs.gates.enter(false, s.object, s.victim)()
	if s.authorise != nil {
		if err := s.authorise(); err != nil {
			return wait, err
		}
	}
	if o.Open == 0 { // an SMB open reserved its access when it was made
		if wait, err := t.checkShares(ctx, o, s.object, s.stream, d.wants); err != nil || !wait.IsZero() {
			return wait, err
		}
		if wait, err := t.checkShares(ctx, o, s.victim, "", d.wantsVictim); err != nil || !wait.IsZero() {
			return wait, err
		}
	}
	if d.ranges != rangeNone {
		if err := t.checkRanges(o, d, s); err != nil {
			return wait, err
		}
	}
	for _, b := range [2]struct {
		h FileHandle
		n need
	}{{CacheHandle(s.object, s.stream), d.object}, {s.victim, d.victim}} {
		pending, err := t.vfs.breakCaches(ctx, b.h, b.n)
		if err != nil {
			return wait, err
		}
		if pending == notPending {
			continue
		}
		switch t.vfs.onPending(o, d, pending) {
		case holdOff:
			return wait, ErrJukebox
		case holdOn:
			return b.h, nil
		}
	}
	return wait, s.apply()
}

// breakCaches asks the runtime's breaker, if there is one.
func (v *VFS) breakCaches(ctx context.Context, h FileHandle, n need) (p pending, err error) {
	if n == breakNone || h.IsZero() {
		return notPending, nil
	}
	b := v.breaker()
	if b == nil || b.Quiet() {
		return notPending, nil
	}
	switch n {
	case breakRead:
		err = b.CheckAndBreakForRead(ctx, h)
	case breakWrite:
		err = b.CheckAndBreakForWrite(ctx, h)
	case breakDelete:
		err = b.CheckAndBreakForDelete(ctx, h)
	case breakHandle:
		err = b.CheckAndBreakForHandle(ctx, h)
	case breakLock:
		err = b.CheckAndBreakForLock(ctx, h)
	}
	return pendingOf(err)
}

// pending is what a breaker answered.
type pending uint8

const (
	notPending pending = iota
	mayGoOn            // a holder has yet to acknowledge, but has nothing to write back
	mustWait           // a holder has data or a handle to give up first
)

// pendingOf tells an outstanding acknowledgment from a failure. A breaker's
// error may say by a method MustWait that nobody needs to wait for it.
func pendingOf(err error) (pending, error) {
	if !errors.Is(err, adapter.ErrLeaseBreakPending) {
		return notPending, err
	}
	var m interface{ MustWait() bool }
	if errors.As(err, &m) && !m.MustWait() {
		return mayGoOn, nil
	}
	return mustWait, nil
}

// breaker is the one that the runtime publishes now, or nil.
func (v *VFS) breaker() adapter.OpenBreaker {
	b, _ := v.rt.GetAdapterProvider(adapter.OplockBreakerProviderKey).(adapter.OpenBreaker)
	return b
}

// reaction is what an operation does while a break is pending.
type reaction uint8

const (
	goOn    reaction = iota // the break is on its way, that is enough
	holdOn                  // wait for the answer, then start again
	holdOff                 // send the client away
)

// Policies that the road reads, with their values; the first is the default.
const (
	PolicyNFSBreak     = "nfs_break"      // notify, wait, jukebox
	PolicyNFSShareDeny = "nfs_share_deny" // enforce, jukebox, ignore
	PolicyNFSLocks     = "nfs_locks"      // mandatory-for-smb, mandatory, advisory
)

func (v *VFS) onPending(o *Origin, d *declaration, p pending) reaction {
	if o.Protocol == ProtocolSMB {
		if d.smbWaits && p == mustWait {
			return holdOn
		}
		return goOn
	}
	switch v.rt.Policy(PolicyNFSBreak) {
	case "wait":
		return holdOn
	case "jukebox":
		return holdOff
	}
	return goOn
}

// await blocks outside the gate until no break is pending on h.
func (v *VFS) await(ctx context.Context, o *Origin, h FileHandle) error {
	b := v.breaker()
	if b == nil {
		return errAgain
	}
	defer v.idle(o)()
	if err := b.WaitForBreak(ctx, h); err != nil {
		return err
	}
	return errAgain
}

// idle tells the origin and the runtime that the operation now waits for
// somebody; the result tells the runtime that it goes on.
func (v *VFS) idle(o *Origin) (resume func()) {
	if o.OnWait != nil {
		o.OnWait()
	}
	v.rt.Leave()
	return v.rt.Enter
}

// checkShares compares what a stateless operation wants with the share
// reservations of the opens. A holder that may only be keeping a closed file
// open gets the chance to close it, as it does when another SMB client opens
// the file (MS-SMB2 3.3.5.9).
func (t *Tree) checkShares(ctx context.Context, o *Origin, h FileHandle, stream string, want lock.Access) (wait FileHandle, err error) {
	if want == 0 || h.IsZero() {
		return wait, nil
	}
	policy := t.vfs.rt.Policy(PolicyNFSShareDeny)
	if policy == "ignore" || t.vfs.locks.CheckAccess(h, lockStream(stream), want, t.vfs.owner(o)) == nil {
		return wait, nil
	}
	if t.vfs.cooperative(o, h, stream, want) {
		return wait, nil
	}
	p, err := t.vfs.breakCaches(ctx, h, breakHandle)
	if err != nil {
		return wait, err
	}
	switch {
	case p != notPending && t.vfs.rt.Policy(PolicyNFSBreak) == "wait":
		return h, nil
	case p != notPending, policy == "jukebox":
		return wait, ErrJukebox
	}
	return wait, ErrShareDenied
}

// checkRanges applies the mandatory byte-range locks of MS-FSA 2.1.4.10 to
// SMB, and to NFS where the policy says so.
func (t *Tree) checkRanges(o *Origin, d *declaration, s *step) error {
	if o.Protocol != ProtocolSMB && t.vfs.rt.Policy(PolicyNFSLocks) != "mandatory" {
		return nil
	}
	var err error
	if d.ranges == rangeRead {
		err = t.vfs.locks.CheckRead(s.object, lockStream(s.stream), t.vfs.owner(o), styleOf(o), s.off, s.n)
	} else {
		err = t.vfs.locks.CheckWrite(s.object, lockStream(s.stream), t.vfs.owner(o), styleOf(o), s.off, s.n)
	}
	return t.rangeVerdict(o, d, s, err)
}

// owner is how the lock table knows the origin.
func (v *VFS) owner(o *Origin) lock.Owner {
	return lock.Owner{Protocol: o.Protocol, Client: o.Client, ID: o.Open}
}

// styleOf is whose rules the origin's byte-range locks follow.
func styleOf(o *Origin) lock.Style {
	if o.Protocol == ProtocolSMB {
		return lock.SMB
	}
	return lock.POSIX
}
