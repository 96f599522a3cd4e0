package rpcserver

import (
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Options of a Server. A zero field means the default.
type Options struct {
	Logger *slog.Logger
	// MaxRecord caps the octets of a call; default 1 MiB + 64 KiB.
	MaxRecord int
	// MaxInFlight caps the calls of one connection (and of one UDP socket,
	// eightfold) that run at a time; default 64.
	MaxInFlight int
	// MaxConns caps the TCP connections; default 16384. More are closed.
	MaxConns int
	// CacheEntries caps the duplicate-request cache; default 8192.
	CacheEntries int
	// RecordTimeout is how long a record that has begun may take, and how
	// long a peer may take to accept a reply; default 60 s.
	RecordTimeout time.Duration
	// OnCall, if set, is told of every call that reaches a procedure.
	OnCall func(p *Program, version uint32, proc *Procedure)
	// Enter and Leave, if set, bracket the work on each call, from when it
	// was read until its reply was written.
	Enter, Leave func()
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	def(&o.MaxRecord, 1<<20+64<<10)
	def(&o.MaxInFlight, 64)
	def(&o.MaxConns, 16384)
	def(&o.CacheEntries, 8192)
	if o.Enter == nil || o.Leave == nil {
		o.Enter, o.Leave = func() {}, func() {}
	}
	if o.RecordTimeout == 0 {
		o.RecordTimeout = 60 * time.Second
	}
	return o
}

// Server serves programs. Any number of listeners and sockets share it.
type Server struct {
	opt      Options
	programs map[uint32]*Program
	cache    *duplicateCache
	bufs     sync.Pool // *buffers

	// ctx is the context of every call; Stop ends it.
	ctx    context.Context
	cancel context.CancelFunc

	inFlight atomic.Int64 // calls that run now

	mu       sync.Mutex // guards what follows
	stopping bool
	closers  map[io.Closer]struct{} // listeners and UDP sockets
	conns    map[*conn]struct{}
	wg       sync.WaitGroup // everything that Stop waits for
}

// buffers is what one call needs: its record and its reply.
type buffers struct {
	record []byte
	reply  Reply
}

// New makes a server of the programs.
func New(opt Options, programs ...*Program) *Server {
	opt = opt.withDefaults()
	s := &Server{
		opt:      opt,
		programs: make(map[uint32]*Program),
		cache:    newDuplicateCache(opt.CacheEntries),
		closers:  make(map[io.Closer]struct{}),
		conns:    make(map[*conn]struct{}),
	}
	s.bufs.New = func() any { return new(buffers) }
	s.ctx, s.cancel = context.WithCancel(context.Background())
	for _, p := range programs {
		s.programs[p.Number] = p
	}
	return s
}

// InFlight is the number of calls that run now.
func (s *Server) InFlight() int { return int(s.inFlight.Load()) }

// start registers a listener, socket or connection that lives until stopped;
// false if the server is stopping.
func (s *Server) start(register func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	register()
	s.wg.Add(1)
	return true
}

// done undoes start.
func (s *Server) done(unregister func()) {
	s.mu.Lock()
	unregister()
	s.mu.Unlock()
	s.wg.Done()
}

func (s *Server) isStopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// Stop closes the listeners and sockets, ends the context of the calls that
// run, lets them answer until ctx ends, and closes every connection. It returns
// ctx's error if goroutines remain then, blocked in a procedure that ignores
// its context.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	for c := range s.closers {
		_ = c.Close()
	}
	for c := range s.conns {
		c.stopReading()
	}
	s.mu.Unlock()
	s.cancel()

	ended := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	for c := range s.conns {
		_ = c.nc.Close()
	}
	s.mu.Unlock()
	select {
	case <-ended:
		return nil
	case <-time.After(closeGrace):
		return ctx.Err()
	}
}

// closeGrace is what goroutines whose connection was closed under them need
// to notice.
const closeGrace = 100 * time.Millisecond

// logPeer is how a peer is named in logs.
func logPeer(a net.Addr) slog.Attr { return slog.String("peer", a.String()) }
