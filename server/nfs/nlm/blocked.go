package nlm

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// blockKey is what makes two blocking requests the same one sent twice.
type blockKey struct {
	h   vfs.FileHandle
	rng vfs.PosixRange
}

// blockState is the life of a blocking request. It goes down only.
type blockState uint8

const (
	asked   blockState = iota // its LOCK is being answered
	waits                     // for a break or for the lock
	granted                   // it has the lock, and its client is being told
	over                      // told, cancelled, or of no interest any more
)

// blocked is a blocking request.
type blocked struct {
	request
	grant nlm4.Nlm4Proc // GRANTED or GRANTED_MSG

	// ready is closed when its LOCK has an answer, outcome: errBlocked, or
	// nil if it was granted at once.
	ready   chan struct{}
	outcome error

	// Guarded by Service.mu.
	state  blockState
	waiter *vfs.LockWaiter // nil while a break is awaited

	// ended is closed when state becomes over.
	ended chan struct{}
	// told carries the status of a GRANTED_RES.
	told chan nlm4.Nlm4Stats
}

func (b *blocked) key() blockKey { return blockKey{b.h, b.rng} }

// enter finds the blocking request of q, or registers it, when first is true.
// A request that was granted already, and whose client is being told, ends:
// the client will know from this LOCK.
func (s *Service) enter(q request, grant nlm4.Nlm4Proc) (b *blocked, first bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := blockKey{q.h, q.rng}
	if b := s.blocked[key]; b != nil {
		if b.state != granted {
			return b, false, nil
		}
		s.end(b)
	}
	if len(s.blocked) >= maxBlocked || s.waiting[q.rng.Owner.Client] >= maxClientBlocked {
		return nil, false, errTooMany
	}
	b = &blocked{
		request: q, grant: grant,
		ready: make(chan struct{}), ended: make(chan struct{}), told: make(chan nlm4.Nlm4Stats, 1),
	}
	s.blocked[key] = b
	s.waiting[q.rng.Owner.Client]++
	return b, true, nil
}

// forget unregisters a request whose LOCK was not answered NLM4_BLOCKED.
func (s *Service) forget(b *blocked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(b)
}

// end is called under mu. It takes the request out of every list; whoever
// does anything for it stops.
func (s *Service) end(b *blocked) {
	if b.state == over {
		return
	}
	b.state = over
	close(b.ended)
	delete(s.blocked, b.key())
	client := b.rng.Owner.Client
	if s.waiting[client]--; s.waiting[client] == 0 {
		delete(s.waiting, client)
	}
}

// park lets a request wait beside the calls: with w for its lock, without for
// a break. The error is errBlocked, or why it may not wait; then it does not.
func (s *Service) park(b *blocked, w *vfs.LockWaiter) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.state == over { // cancelled, or its client's locks were freed
		s.giveBack(b, w)
		return vfs.ErrLockReleased
	}
	b.waiter = w
	if w != nil && s.closesCircle(b) {
		s.giveBack(b, w)
		return errDeadlock
	}
	if s.stopped {
		s.giveBack(b, w)
		return s.ctx.Err()
	}
	b.state = waits
	s.wg.Go(func() { s.await(b) })
	return errBlocked
}

// giveBack makes sure that a waiter holds nothing.
func (s *Service) giveBack(b *blocked, w *vfs.LockWaiter) {
	if w != nil && !w.Cancel() && w.Err() == nil {
		s.release(b)
	}
}

// release unlocks the range of a request that was granted for nobody.
func (s *Service) release(b *blocked) {
	if err := b.tree.UnlockPosix(b.h, b.rng); err != nil {
		s.log.Error("nlm: cannot release a lock that nobody wants", "file", b.h.String(), "owner", b.rng.Owner.String(), "error", err)
	}
}

// circle bounds how long a chain of owners is followed.
const circle = 64

// closesCircle reports whether the owner of b, which waits, would wait for
// itself: who holds the lock waits for one whose holder waits …, for b's
// owner. SMB opens are not followed; their clients time out. Called under mu.
func (s *Service) closesCircle(b *blocked) bool {
	at := b
	for range circle {
		held, err := at.tree.TestPosix(s.ctx, at.origin, at.h, at.rng)
		if err != nil || held == nil {
			return false
		}
		if held.Owner == b.rng.Owner {
			return at != b
		}
		next := s.waitOf(held.Owner)
		if next == nil {
			return false
		}
		at = next
	}
	return false
}

// waitOf is a request of the owner that waits for a lock, or nil. Called under
// mu.
func (s *Service) waitOf(o vfs.LockOwner) *blocked {
	if s.waiting[o.Client] == 0 {
		return nil
	}
	for _, b := range s.blocked {
		if b.rng.Owner == o && b.state == waits && b.waiter != nil {
			return b
		}
	}
	return nil
}
