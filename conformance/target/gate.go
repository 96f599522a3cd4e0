package target

import (
	"context"
	"sync"
)

// gate lets runs use one target beside each other as long as they want the
// same of it. Those who want something else wait until it is empty.
type gate struct {
	mu      sync.Mutex
	inside  int
	shut    bool          // nobody may join those inside
	key     string        // what all that are inside want
	changed chan struct{} // closed when who waits should look again
}

// enter waits for its turn. first tells that nobody else is inside: who is
// first prepares the target and then calls open, until which no other joins.
func (g *gate) enter(ctx context.Context, key string, alone bool) (first bool, err error) {
	for {
		g.mu.Lock()
		if g.inside == 0 {
			g.inside, g.shut, g.key = 1, true, key
			g.mu.Unlock()
			return true, nil
		}
		if !g.shut && !alone && g.key == key {
			g.inside++
			g.mu.Unlock()
			return false, nil
		}
		if g.changed == nil {
			g.changed = make(chan struct{})
		}
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// open lets those join who want the same.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
	g.wake()
}

// leave ends a stay. The last to leave tidies up before another may enter.
func (g *gate) leave(tidy func()) {
	g.mu.Lock()
	if g.inside > 1 {
		g.inside--
		g.mu.Unlock()
		return
	}
	g.shut = true
	g.mu.Unlock()
	tidy()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside = 0
	g.wake()
}

// wake has all that wait look again; the caller holds mu.
func (g *gate) wake() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}
