package nlm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// retries are the pauses between attempts to tell a client that it has its
// lock.
var retries = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second}

// await carries a request from its wait to the client's knowing.
func (s *Service) await(b *blocked) {
	w := b.waiter
	if w == nil {
		var done bool
		if w, done = s.awaitBreak(b); done {
			return
		}
	}
	if w != nil {
		select {
		case <-w.Done():
		case <-b.ended:
			return // who ended it has cancelled the waiter
		case <-s.ctx.Done():
			s.dismiss(b)
			return
		}
		if w.Err() != nil {
			s.forget(b)
			return
		}
	}
	s.cfg.Enter()
	defer s.cfg.Leave()
	if !s.moves(b, granted) {
		return
	}
	// While it waited a cache may have been granted under the lease of who
	// held the lock.
	for errors.Is(b.tree.BreakForLock(s.ctx, b.origin, b.h), vfs.ErrJukebox) {
		s.cfg.Leave()
		err := b.tree.AwaitBreak(s.ctx, b.origin, b.h)
		s.cfg.Enter()
		if err != nil {
			break
		}
	}
	s.tell(b)
}

// awaitBreak waits for the break that stood in the way of a request, and asks
// for its lock again. done: the request is over.
func (s *Service) awaitBreak(b *blocked) (w *vfs.LockWaiter, done bool) {
	for {
		if err := b.tree.AwaitBreak(s.ctx, b.origin, b.h); err != nil {
			s.dismiss(b)
			return nil, true
		}
		w, err := b.tree.LockPosix(s.ctx, b.origin, b.h, b.rng, true)
		if errors.Is(err, vfs.ErrJukebox) {
			continue
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		switch {
		case err != nil:
			// There is no message for a wait that failed. The client asks
			// again in time, and is told then.
			s.end(b)
			return nil, true
		case b.state == over && w == nil:
			s.release(b)
			return nil, true
		case b.state == over:
			s.giveBack(b, w)
			return nil, true
		}
		b.waiter = w
		return w, false
	}
}

// moves sets the state of a request that is not over.
func (s *Service) moves(b *blocked, to blockState) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.state == over {
		return false
	}
	b.state = to
	return true
}

// dismiss ends a request that must not get its lock.
func (s *Service) dismiss(b *blocked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.state != over {
		s.end(b)
		s.giveBack(b, b.waiter)
	}
}

// tell calls GRANTED until the client has answered or was tried long enough.
func (s *Service) tell(b *blocked) {
	status := nlm4.NLM4_DENIED_GRACE_PERIOD
	for i := 0; ; i++ {
		status = s.tellOnce(b)
		if status != nlm4.NLM4_DENIED_GRACE_PERIOD || i == len(retries) {
			break
		}
		again := make(chan struct{})
		timer := s.cfg.Road.Clock().AfterFunc(retries[i], func() { close(again) })
		s.cfg.Leave()
		select {
		case <-again:
		case <-b.ended:
		case <-s.ctx.Done():
		}
		s.cfg.Enter()
		timer.Stop()
		if b.isOver() || s.ctx.Err() != nil {
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.state == over {
		return // by another LOCK or UNLOCK of its owner, which knows better
	}
	s.end(b)
	if status != nlm4.NLM4_GRANTED {
		s.log.Info("nlm: a granted lock is not wanted", "file", b.h.String(), "owner", b.rng.Owner.String(), "status", nlm4.Nlm4Stats_name[status])
		s.release(b)
	}
}

func (b *blocked) isOver() bool {
	select {
	case <-b.ended:
		return true
	default:
		return false
	}
}

// resTimeout is how long a GRANTED_RES may take.
const resTimeout = 5 * time.Second

// tellOnce calls GRANTED. NLM4_DENIED_GRACE_PERIOD: it is worth another try.
func (s *Service) tellOnce(b *blocked) nlm4.Nlm4Stats {
	s.mu.Lock()
	s.cookie++
	cookie := s.cookie
	s.cookies[cookie] = b
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.cookies, cookie)
		s.mu.Unlock()
	}()
	args := nlm4.Nlm4Testargs{Cookie: binary.BigEndian.AppendUint64(nil, cookie), Exclusive: b.rng.Exclusive, Alock: b.lock}
	var buf bytes.Buffer
	if _, err := args.WriteTo(&buf); err != nil {
		return nlm4.NLM4_FAILED
	}
	out, err := s.call(s.ctx, b.host, b.grant, buf.Bytes())
	if err != nil {
		return nlm4.NLM4_DENIED_GRACE_PERIOD
	}
	if b.grant == nlm4.NLMPROC4_GRANTED {
		var res nlm4.Nlm4Res
		if _, err := res.ReadFrom(bytes.NewReader(out)); err != nil || !bytes.Equal(res.Cookie, args.Cookie) {
			return nlm4.NLM4_DENIED_GRACE_PERIOD
		}
		return res.Stat
	}
	late := make(chan struct{})
	timer := s.cfg.Road.Clock().AfterFunc(resTimeout, func() { close(late) })
	defer timer.Stop()
	s.cfg.Leave()
	defer s.cfg.Enter()
	select {
	case status := <-b.told:
		return status
	case <-late:
	case <-b.ended:
	case <-s.ctx.Done():
	}
	return nlm4.NLM4_DENIED_GRACE_PERIOD
}
