package clock

import (
	"container/heap"
	"sync"
	"time"
)

// Virtual is a clock that can be moved forward. Between moves it runs with
// the system clock, so that timestamps still differ from one operation to the
// next; Advance adds to it and runs, in their order, every function that
// falls due. A pending function also runs when real time reaches it.
type Virtual struct {
	mu      sync.Mutex
	offset  time.Duration
	pending timerHeap
	seq     int
	wake    *time.Timer // real timer for the earliest pending function
}

// NewVirtual returns a clock that shows the system's time.
func NewVirtual() *Virtual { return &Virtual{} }

// Now implements Clock.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.now()
}

func (v *Virtual) now() time.Time { return time.Now().UTC().Add(v.offset) }

// AfterFunc implements Clock.
func (v *Virtual) AfterFunc(d time.Duration, f func()) Timer {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.seq++
	t := &virtualTimer{clock: v, due: v.now().Add(d), seq: v.seq, f: f}
	heap.Push(&v.pending, t)
	v.rearm()
	return t
}

// Advance moves the clock forward by d in one leap and runs the functions that
// fall due, in the order of their due times, before it returns. What one of
// them schedules counts from the new time.
func (v *Virtual) Advance(d time.Duration) {
	if d <= 0 {
		return
	}
	v.mu.Lock()
	v.offset += d
	v.mu.Unlock()
	v.runDue()
}

func (v *Virtual) runDue() {
	for {
		v.mu.Lock()
		if len(v.pending) == 0 || v.pending[0].due.After(v.now()) {
			v.rearm()
			v.mu.Unlock()
			return
		}
		t := heap.Pop(&v.pending).(*virtualTimer)
		v.mu.Unlock()
		t.f()
	}
}

func (v *Virtual) rearm() {
	if v.wake != nil {
		v.wake.Stop()
		v.wake = nil
	}
	if len(v.pending) > 0 {
		v.wake = time.AfterFunc(v.pending[0].due.Sub(v.now()), v.runDue)
	}
}

type virtualTimer struct {
	clock *Virtual
	due   time.Time
	seq   int
	index int
	f     func()
}

// Stop implements Timer.
func (t *virtualTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	if t.index < 0 {
		return false
	}
	heap.Remove(&t.clock.pending, t.index)
	t.clock.rearm()
	return true
}

// timerHeap orders by due time, then by creation.
type timerHeap []*virtualTimer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].seq < h[j].seq
	}
	return h[i].due.Before(h[j].due)
}
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *timerHeap) Push(x any) {
	t := x.(*virtualTimer)
	t.index = len(*h)
	*h = append(*h, t)
}
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	t.index = -1
	*h = old[:len(old)-1]
	return t
}
