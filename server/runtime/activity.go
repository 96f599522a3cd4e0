package runtime

import (
	"context"
	"sync"
)

// activity counts what is under way, for Quiesce.
type activity struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n reaches 0; nil unless somebody waits
}

// Enter implements adapter.Runtime.
func (r *Runtime) Enter() {
	r.activity.mu.Lock()
	r.activity.n++
	r.activity.mu.Unlock()
}

// Leave implements adapter.Runtime.
func (r *Runtime) Leave() {
	a := &r.activity
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n--
	if a.n == 0 && a.idle != nil {
		close(a.idle)
		a.idle = nil
	}
}

// Quiesce returns when nothing is under way but requests that wait for a
// break, a lock or time; or with ctx's error.
func (r *Runtime) Quiesce(ctx context.Context) error {
	a := &r.activity
	a.mu.Lock()
	if a.n <= 0 {
		a.mu.Unlock()
		return nil
	}
	if a.idle == nil {
		a.idle = make(chan struct{})
	}
	idle := a.idle
	a.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
