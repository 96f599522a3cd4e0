package engine

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"crosswire/conformance/client"
)

// log is the run's one clock and everything that happened on it.
type log struct {
	start time.Time

	mu     sync.Mutex
	offset time.Duration // how far the target's clock was moved
	all    []client.Event
	wake   chan struct{} // closed at the next event
}

func newLog() *log {
	return &log{start: time.Now(), wake: make(chan struct{})}
}

// Emit implements client.Sink.
func (l *log) Emit(e client.Event) { l.emit(e, nil) }

// emit stamps e and returns its number, from 1. then runs before anybody can
// see the event.
func (l *log) emit(e client.Event, then func(seq int)) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Time = time.Since(l.start)
	if at := e.Arrived; !at.IsZero() {
		// By the wall clock, which may have been set meanwhile: what arrived
		// did so since the start, and not later than now.
		e.Time = min(max(at.Sub(l.start.Round(0)), 0), e.Time)
	}
	e.Time += l.offset
	e.Seq = len(l.all) + 1
	l.all = append(l.all, e)
	if then != nil {
		then(e.Seq)
	}
	close(l.wake)
	l.wake = make(chan struct{})
	return e.Seq
}

// now is the time on the run's clock.
func (l *log) now() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Since(l.start) + l.offset
}

// advance moves the run's clock along with the target's.
func (l *log) advance(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.offset += d
}

func (l *log) advanced() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.offset
}

// changed returns a channel that is closed at the next event.
func (l *log) changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wake
}

// events are all, in the order of the clock.
func (l *log) events() []client.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := slices.Clone(l.all)
	slices.SortStableFunc(all, func(a, b client.Event) int { return cmp.Compare(a.Time, b.Time) })
	return all
}

// event returns the one with number seq.
func (l *log) event(seq int) client.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[seq-1]
}

// find returns the events for which f holds, in order.
func (l *log) find(f func(*client.Event) bool) []client.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []client.Event
	for i := range l.all {
		if f(&l.all[i]) {
			found = append(found, l.all[i])
		}
	}
	return found
}

// about reports whether e concerns h: the handle itself, or its lease.
func about(e *client.Event, h *client.Handle) bool {
	return e.Handle == h || (e.LeaseKey != "" && e.LeaseKey == h.LeaseKey)
}
