package smb

import (
	"net"
	"sync"
	"syscall"

	"crosswire/server/adapter"
)

// writer sends frames in order, and whoever sends never blocks: a break must be
// on its way before the operation that caused it is answered, however slow the
// holder reads. A frame goes into the socket at once if that takes it without
// waiting; only the rest is left to a goroutine.
type writer struct {
	nc  net.Conn
	raw syscall.RawConn // nil: no writes at once
	rt  adapter.Runtime

	mu     sync.Mutex
	more   *sync.Cond
	queued net.Buffers
	busy   bool // the goroutine is writing
	frames int  // in queued
	bytes  int
	closed bool
	done   chan struct{}
}

func newWriter(nc net.Conn, rt adapter.Runtime) *writer {
	w := &writer{nc: nc, raw: rawOf(nc), rt: rt, done: make(chan struct{})}
	w.more = sync.NewCond(&w.mu)
	go w.run()
	return w
}

// unwritten is what is left of parts after their first n bytes.
func unwritten(parts [][]byte, n int) [][]byte {
	for len(parts) > 0 && n >= len(parts[0]) {
		n -= len(parts[0])
		parts = parts[1:]
	}
	if n > 0 {
		parts[0] = parts[0][n:]
	}
	return parts
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
	if !w.busy && len(w.queued) == 0 && w.raw != nil {
		if parts = unwritten(parts, writeNow(w.raw, parts)); len(parts) == 0 {
			return true
		}
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
		w.busy = false
		for len(w.queued) == 0 && !w.closed {
			w.more.Wait()
		}
		batch, frames := w.queued, w.frames
		closed := w.closed
		w.queued, w.frames, w.bytes = nil, 0, 0
		w.busy = len(batch) > 0
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
