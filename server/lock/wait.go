package lock

import (
	"context"
	"slices"
)

// Waiter is a request that waits for its lock.
//
// Waiters are served first come, first served: one gets its lock as soon as
// neither a lock nor an earlier waiter stands against it. A newcomer that is
// ready to wait does not overtake either. Whoever already holds a lock on the
// stream is the exception, because the earlier waiter may be waiting for that
// very lock.
type Waiter struct {
	table  *Table
	handle FileHandle
	stream string
	want   Held
	done   chan struct{}
	err    error // written before done is closed
}

// Done is closed when the wait is over.
func (w *Waiter) Done() <-chan struct{} { return w.done }

// Err is, once Done is closed, nil if the lock was granted; else ErrReleased,
// or ErrTooMany.
func (w *Waiter) Err() error {
	select {
	case <-w.done:
		return w.err
	default:
		return nil
	}
}

// Cancel ends the wait. It reports false if that was over already, when the
// lock may be held: see Err. Of Cancel and a grant exactly one happens.
func (w *Waiter) Cancel() bool {
	s := w.table.shard(w.handle)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[w.handle]
	st := f.find(w.stream)
	if st == nil {
		return false
	}
	i := slices.Index(st.waiters, w)
	if i < 0 {
		return false
	}
	st.waiters = slices.Delete(st.waiters, i, i+1)
	w.finish(context.Canceled)
	st.wake() // others may have waited only for w's turn
	s.tidy(w.handle, f)
	return true
}

func (w *Waiter) finish(err error) {
	w.err = err
	close(w.done)
}

// Enqueue takes the lock at once (the Waiter is nil) or starts to wait for it.
// The error is that of a request that can never be granted.
func (t *Table) Enqueue(r Request) (*Waiter, error) {
	want, err := r.held()
	if err != nil {
		return nil, err
	}
	s := t.shard(r.Handle)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.file(r.Handle)
	defer s.tidy(r.Handle, f)
	st := f.stream(r.Stream)
	switch {
	case st.mayTake(&want, st.waiters):
		return nil, st.take(want)
	case len(st.waiters) >= MaxWaiters:
		return nil, ErrTooMany
	}
	w := &Waiter{table: t, handle: r.Handle, stream: r.Stream, want: want, done: make(chan struct{})}
	st.waiters = append(st.waiters, w)
	return w, nil
}

// LockWait takes a lock, waiting for it if need be. When ctx ends first it
// returns ctx.Err() and the lock is not held; on any error it is not held.
func (t *Table) LockWait(ctx context.Context, r Request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w, err := t.Enqueue(r)
	if w == nil {
		return err
	}
	select {
	case <-w.Done():
	case <-ctx.Done():
		if w.Cancel() {
			return ctx.Err()
		}
		<-w.Done()
	}
	return w.Err()
}

// Waiting lists the requests that wait on a stream, in their order.
func (t *Table) Waiting(h FileHandle, stream string) []Held {
	s := t.shard(h)
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.files[h].find(stream)
	if st == nil {
		return nil
	}
	wants := make([]Held, len(st.waiters))
	for i, w := range st.waiters {
		wants[i] = w.want
	}
	return wants
}

// mayTake reports whether nothing stands against want, given those who wait
// before it.
func (st *stream) mayTake(want *Held, before []*Waiter) bool {
	if st.standsAgainst(want) != nil {
		return false
	}
	for _, w := range before {
		if w.want.against(want) {
			return slices.ContainsFunc(st.locks, func(h Held) bool { return h.Owner == want.Owner })
		}
	}
	return true
}

// wake grants what can be granted now.
func (st *stream) wake() {
	for i := 0; i < len(st.waiters); {
		w := st.waiters[i]
		if !st.mayTake(&w.want, st.waiters[:i]) {
			i++
			continue
		}
		st.waiters = slices.Delete(st.waiters, i, i+1)
		err := error(nil)
		if len(st.locks) >= MaxLocks {
			err = ErrTooMany
		} else {
			st.grant(w.want)
		}
		w.finish(err)
		i = 0 // its going may let an earlier one take its turn
	}
}

// drop takes away every lock and wait of some owners.
func (st *stream) drop(whose func(Owner) bool) int {
	before := len(st.locks) + len(st.waiters)
	st.locks = slices.DeleteFunc(st.locks, func(h Held) bool { return whose(h.Owner) })
	st.waiters = slices.DeleteFunc(st.waiters, func(w *Waiter) bool {
		if !whose(w.want.Owner) {
			return false
		}
		w.finish(ErrReleased)
		return true
	})
	n := before - len(st.locks) - len(st.waiters)
	if n > 0 {
		st.wake()
	}
	return n
}
