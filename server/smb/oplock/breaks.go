package oplock

import (
	"context"
	"errors"

	"crosswire/server/adapter"
	"crosswire/server/lock"
)

// pendingError is the error of a check that found somebody who has to
// acknowledge. It is adapter.ErrLeaseBreakPending to errors.Is.
type pendingError struct{ wait bool }

func (e *pendingError) Error() string { return adapter.ErrLeaseBreakPending.Error() }

func (e *pendingError) Is(target error) bool { return target == adapter.ErrLeaseBreakPending }

// MustWait reports whether the operation has to wait; see the package comment.
func (e *pendingError) MustWait() bool { return e.wait }

// The two results, allocated once.
var (
	errPending     error = &pendingError{wait: false}
	errPendingWait error = &pendingError{wait: true}
)

// MustWait reports whether err, the result of a check, says that a holder has
// to answer before the operation may begin (MS-FSA 2.1.4.12). It is false for
// nil and for a break that the operation need not wait for.
func MustWait(err error) bool {
	var p interface{ MustWait() bool }
	return errors.As(err, &p) && p.MustWait()
}

// CheckAndBreakForWrite implements adapter.OplockBreaker. MustWait: a holder
// of RW, RWH, exclusive or batch has to flush first.
func (m *Manager) CheckAndBreakForWrite(ctx context.Context, h lock.FileHandle) error {
	return m.check(ctx, h, opWrite)
}

// CheckAndBreakForRead implements adapter.OplockBreaker. MustWait: as for a
// write, whenever anything is broken at all.
func (m *Manager) CheckAndBreakForRead(ctx context.Context, h lock.FileHandle) error {
	return m.check(ctx, h, opRead)
}

// CheckAndBreakForDelete implements adapter.OplockBreaker. MustWait: a holder
// of W, H, exclusive or batch has to flush or to close first.
func (m *Manager) CheckAndBreakForDelete(ctx context.Context, h lock.FileHandle) error {
	return m.check(ctx, h, opDelete)
}

// CheckAndBreakForOpen implements adapter.OpenBreaker. A share conflict breaks
// handle caching alone, whatever else the open wants: it may still fail, and
// it asks again when the conflict is gone. A conflict with a holder that has
// no handle caching is left to the road (the result is nil). MustWait: with a
// share conflict a holder of H or batch, otherwise a holder of W, exclusive or
// batch.
func (m *Manager) CheckAndBreakForOpen(ctx context.Context, h lock.FileHandle, intent adapter.OpenIntent) error {
	switch {
	case intent.ShareConflict:
		return m.check(ctx, h, opShare)
	case intent.Overwrite:
		return m.check(ctx, h, opOverwrite)
	case intent.AttributesOnly && intent.ReadControl:
		return m.check(ctx, h, opStat)
	case intent.AttributesOnly:
		return nil
	}
	return m.check(ctx, h, opOpen)
}

// CheckAndBreakForLock implements adapter.OpenBreaker. MustWait: as for a
// write.
func (m *Manager) CheckAndBreakForLock(ctx context.Context, h lock.FileHandle) error {
	return m.check(ctx, h, opLock)
}

// CheckAndBreakForHandle implements adapter.OpenBreaker. MustWait: whenever
// anything is broken at all; the holder may have the file open for nobody.
func (m *Manager) CheckAndBreakForHandle(ctx context.Context, h lock.FileHandle) error {
	return m.check(ctx, h, opHandle)
}

// check is small so that it is inlined: with no holder it is one load.
func (m *Manager) check(ctx context.Context, h lock.FileHandle, op operation) error {
	if m.live.Load() == 0 {
		return nil
	}
	return m.checkFile(ctx, h, op)
}

func (m *Manager) checkFile(ctx context.Context, h lock.FileHandle, op operation) error {
	s := m.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[h]
	if f == nil {
		return nil
	}
	origin := adapter.OriginFrom(ctx)
	pending, wait := false, false
	for _, x := range f.holders {
		if x.state&^x.target(op) == 0 || x.ownedBy(origin, op) {
			continue
		}
		m.lower(f, x, x.target(op))
		to := x.target(op)
		if x.state&^to == 0 {
			continue // in force at once, or the holder is gone
		}
		pending = true
		// Behind a break to a higher state the holder does not even know
		// of this one yet.
		untold := x.breakTo&^to != 0
		wait = wait || untold || x.state&op.holds() != 0
	}
	switch {
	case wait:
		return errPendingWait
	case pending:
		return errPending
	}
	return nil
}

// lower makes x fall to a subset of its state. A break under way that goes as
// far is not repeated; one that does not go as far is followed, after its
// acknowledgment, by another.
func (m *Manager) lower(f *file, x *holder, to State) {
	if x.breaking {
		x.required &= to
		return
	}
	x.required = to
	x.epoch++ // MS-SMB2 3.3.4.7
	m.startBreak(f, x, to)
}

// startBreak tells the holder to fall from its state to a lower one (MS-SMB2
// 3.3.4.6, 3.3.4.7). Whoever caches reads only has nothing to write back, is
// not asked to acknowledge, and has lost it as he is told.
func (m *Manager) startBreak(f *file, x *holder, to State) {
	x.serial++
	msg := message{serial: x.serial, from: x.state, to: to, ack: x.state != R, epoch: x.epoch}
	if msg.ack {
		x.breaking = true
		x.breakTo = to
		serial := x.serial
		x.timer = m.clk.AfterFunc(m.timeout, func() { m.expire(x, serial) })
	} else {
		x.told = true
		m.endBreak(f, x, to)
	}
	m.post(f, x, msg)
}

// next goes on after an acknowledgment, if an operation meanwhile needs the
// holder lower than it came (MS-SMB2 3.3.4.7). From RH the way to none leads
// over R: the client first closes the handles that it only cached, and then
// drops its data without another acknowledgment. The epoch counts the break
// that began it, not its steps.
func (m *Manager) next(f *file, x *holder, required State) {
	to := x.state & required
	if x.state == to {
		return
	}
	x.required = to
	step := to
	if x.state == RH {
		step = R
	}
	m.startBreak(f, x, step)
}
