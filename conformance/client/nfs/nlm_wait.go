package nfs

import (
	"context"
	"fmt"
	"time"

	"crosswire/conformance/client"
)

// cancelWithin is what a server gets to answer the CANCEL of a lock that is
// given up.
const cancelWithin = 2 * time.Second

// LockWait takes a lock, waiting for it if the server says NLM4_BLOCKED until
// it calls GRANTED. When ctx ends first the request is cancelled; was it
// granted in the same moment, the lock is given up again.
func (l *Locker) LockWait(ctx context.Context, r Range) error {
	ch := make(chan LockStatus, 1)
	k := r.key()
	l.mu.Lock()
	if _, twice := l.waits[k]; twice {
		l.mu.Unlock()
		return fmt.Errorf("%s waits for this very lock already", r.Owner)
	}
	l.waits[k] = ch // before the call: GRANTED may come before its reply
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.waits, k)
		l.mu.Unlock()
	}()
	s, err := l.lock(ctx, r, true)
	switch {
	case err != nil:
		return err
	case s == LockGranted:
		return nil
	case s != LockBlocked:
		return l.refused("NLM_LOCK", s)
	}
	l.note(client.Event{Kind: client.EventPending, Status: s.String()})
	select {
	case _, granted := <-ch:
		if !granted {
			return errLockerClosed
		}
		return nil
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelWithin)
	defer cancel()
	if s, err := l.Cancel(late, r); err == nil && s == LockDenied {
		_ = l.Unlock(late, r)
	}
	return ctx.Err()
}

// granted is called when the server calls GRANTED; the result is what it is
// answered.
func (l *Locker) granted(r Range, caller string) LockStatus {
	what := fmt.Sprintf("@%d +%d owner %s", r.Offset, r.Length, r.Owner)
	k := r.key()
	l.mu.Lock()
	defer l.mu.Unlock()
	if caller == l.callerName() {
		if ch, waits := l.waits[k]; waits {
			l.held[k] = true
			l.note(client.Event{Kind: client.EventGranted, Detail: what})
			select {
			case ch <- LockGranted:
			default: // told twice
			}
			return LockGranted
		}
		if l.held[k] {
			return LockGranted
		}
	}
	l.note(client.Event{Kind: client.EventNote, Detail: "GRANTED " + what + " by the server, which nobody waits for"})
	return LockDenied
}

// respond calls GRANTED_RES at the server.
func (l *Locker) respond(cookie []byte, s LockStatus) {
	l.mu.Lock()
	svc := l.svc
	l.mu.Unlock()
	if svc == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), cancelWithin)
	defer cancel()
	if _, err := svc.call(ctx, "NLM_GRANTED_RES", l.c.header(progNLM, 4, 15), nlmRes{cookie, uint32(s)}); err != nil {
		l.note(client.Event{Kind: client.EventNote, Detail: err.Error()})
	}
}

// restarted is called when the server says by SM_NOTIFY that it restarted.
func (l *Locker) restarted(name string, state int32) {
	l.note(client.Event{Kind: client.EventNote, Detail: fmt.Sprintf("SM_NOTIFY: %s is in state %d", name, state)})
}
