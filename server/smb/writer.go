package smb

import (
	"net"
	"sync"

	"crosswire/server/adapter"
)

// writer sends queued frames in order from a goroutine of its own. Whoever
// queues never blocks: a break must be on its way before the operation that
// caused it goes on, however slow the holder reads.
type writer struct {
	nc net.Conn
	rt adapter.Runtime

	mu     sync.Mutex
	more   *sync.Cond
	queued net.Buffers
	frames int // in queued
	bytes  int
	closed bool
	done   chan struct{}
}

func newWriter(nc net.Conn, rt adapter.Runtime) *writer {
	w := &writer{nc: nc, rt: rt, done: make(chan struct{})}
	w.more = sync.NewCond(&w.mu)
	go w.run()
	return w
}

// queue takes the parts of one frame; it reports false if the connection is
// closed or the client does not read, in which case it is closed now.
func (w *writer) queue(parts ...[]byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	if w.bytes > maxQueuedBytes {
		w.closed = true
		w.nc.Close()
		w.more.Signal()
		return false
	}
	for _, p := range parts {
		w.bytes += len(p)
		w.queued = append(w.queued, p)
	}
	w.frames++
	w.rt.Enter()
	w.more.Signal()
	return true
}

// run writes until close, or until the connection fails.
func (w *writer) run() {
	defer close(w.done)
	for {
		w.mu.Lock()
		for len(w.queued) == 0 && !w.closed {
			w.more.Wait()
		}
		batch, frames := w.queued, w.frames
		closed := w.closed
		w.queued, w.frames, w.bytes = nil, 0, 0
		w.mu.Unlock()
		var err error
		if len(batch) > 0 {
			_, err = batch.WriteTo(w.nc)
		}
		for range frames {
			w.rt.Leave()
		}
		if err != nil {
			w.mu.Lock()
			w.closed = true
			w.mu.Unlock()
			w.nc.Close()
		}
		if closed || err != nil {
			w.drain()
			return
		}
	}
}

// drain gives up what was queued after the connection failed.
func (w *writer) drain() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range w.frames {
		w.rt.Leave()
	}
	w.queued, w.frames = nil, 0
}

// close ends the goroutine once what is queued is written or the connection
// is gone.
func (w *writer) close() {
	w.mu.Lock()
	w.closed = true
	w.more.Signal()
	w.mu.Unlock()
	<-w.done
}
