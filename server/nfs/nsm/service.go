package nsm

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nsm"
)

// Locks is the lock manager, as the status monitor needs it.
type Locks interface {
	// HostRestarted frees what the host held before it entered the state.
	HostRestarted(addr, name string, state int32) (freed int)
	// Crash loses all locks and returns the hosts that are to be told.
	Crash() []callback.Host
}

// Config of a Service.
type Config struct {
	Locks  Locks
	Caller *callback.Caller
	Logger *slog.Logger
	Now    func() time.Time
	// Name is how this host calls itself in SM_NOTIFY; "" is its hostname.
	Name string
	// Enter and Leave bracket work that no call waits for (adapter.Runtime).
	Enter, Leave func()
}

// maxMonitors bounds the monitor list.
const maxMonitors = 4096

// Service is the status monitor.
type Service struct {
	cfg  Config
	name string

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex // guards what follows
	stopped  bool
	state    int32 // odd while the host is up; each life has a higher one
	monitors []monitor
}

// monitor is one entry of the monitor list: whom to call when mon restarts.
type monitor struct {
	mon  string
	id   identity
	priv nsm.SmPrivate
}

// identity is a my_id, and the address of who gave it.
type identity struct {
	addr, name       string
	prog, vers, proc uint32
}

// New makes the service. Its state is derived from the time, so that it is
// another one than before a restart.
func New(cfg Config) *Service {
	s := &Service{cfg: cfg, name: cfg.Name, state: int32(cfg.Now().UnixMilli()&math.MaxInt32) | 1}
	if s.name == "" {
		s.name, _ = os.Hostname()
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Program is the RPC program.
func (s *Service) Program() *rpcserver.Program {
	v := rpcserver.Version{}
	for _, p := range []struct {
		number nsm.SmProc
		once   bool
		local  bool
		handle func(context.Context, *rpcserver.Call, *rpcserver.Reply) error
	}{
		{nsm.SM_NULL, false, false, func(context.Context, *rpcserver.Call, *rpcserver.Reply) error { return nil }},
		{nsm.SM_STAT, false, false, s.stat},
		{nsm.SM_MON, true, true, s.mon},
		{nsm.SM_UNMON, true, true, s.unmon},
		{nsm.SM_UNMON_ALL, true, true, s.unmonAll},
		{nsm.SM_SIMU_CRASH, true, true, s.simuCrash},
		{nsm.SM_NOTIFY, true, false, s.notify},
	} {
		handle := p.handle
		if p.local {
			handle = localOnly(handle)
		}
		v[uint32(p.number)] = rpcserver.Procedure{Name: nsm.SmProc_name[p.number], NonIdempotent: p.once, Handle: handle}
	}
	return &rpcserver.Program{Number: nsm.SM_PROG, Name: "nsm", Versions: map[uint32]rpcserver.Version{nsm.SM_VERS: v}}
}

// Versions are the versions of the program, for the port mapper.
func (s *Service) Versions() []uint32 { return []uint32{nsm.SM_VERS} }

// Stop ends the calls that nobody waits for, and returns when their goroutines
// ended or with ctx's error.
func (s *Service) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopped = true
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
		return ctx.Err()
	}
}

// callLater makes a call that is tried once. It is called under mu.
func (s *Service) callLater(h callback.Host, prog, vers, proc uint32, args io.WriterTo) {
	var b bytes.Buffer
	if _, err := args.WriteTo(&b); err != nil || s.stopped {
		return
	}
	s.wg.Go(func() {
		s.cfg.Enter()
		defer s.cfg.Leave()
		if _, err := s.cfg.Caller.Call(s.ctx, h, prog, vers, proc, b.Bytes()); err != nil {
			s.cfg.Logger.Warn("nsm: cannot tell a host", "address", h.Addr, "name", h.Name, "program", prog, "error", err)
		}
	})
}

// localOnly answers callers from elsewhere as if the credential were too weak.
func localOnly(handle func(context.Context, *rpcserver.Call, *rpcserver.Reply) error) func(context.Context, *rpcserver.Call, *rpcserver.Reply) error {
	return func(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
		if !isLoopback(c.Peer) {
			return &rpcserver.AuthError{Stat: tooWeak}
		}
		return handle(ctx, c, reply)
	}
}

func isLoopback(peer net.Addr) bool {
	a, err := netip.ParseAddr(export.Host(peer))
	return err == nil && a.Unmap().IsLoopback()
}

func decode(c *rpcserver.Call, args io.ReaderFrom) error {
	if _, err := args.ReadFrom(bytes.NewReader(c.Args)); err != nil {
		return rpcserver.Garbage(err)
	}
	return nil
}

func respond(reply *rpcserver.Reply, res io.WriterTo) error {
	_, err := res.WriteTo(reply)
	return err
}
