package nlm

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// Config of a Service.
type Config struct {
	Exports *export.Table
	Road    *vfs.VFS
	Caller  *callback.Caller
	Logger  *slog.Logger
	// Grace is how long after a start only reclaims are answered; 0: nobody
	// has anything to reclaim.
	Grace time.Duration
	// Enter and Leave bracket work that no call waits for (adapter.Runtime).
	Enter, Leave func()
}

// Bounds on what clients can make us remember.
const (
	maxBlocked       = 1 << 14 // blocking requests that wait, of all clients
	maxClientBlocked = 1 << 10 // of one client
	maxClients       = 1 << 12 // clients whose state is known
)

// rebootGrace is the grace period of a simulated crash, unless Config has one.
const rebootGrace = 45 * time.Second

// Service is the lock manager.
type Service struct {
	cfg Config
	log *slog.Logger

	// ctx is that of everything which outlives its call; Stop ends it.
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex // guards what follows; nothing blocks under it
	stopped  bool
	graceEnd time.Time
	blocked  map[blockKey]*blocked
	waiting  map[string]int      // blocked requests by client
	cookies  map[uint64]*blocked // by the cookie of their GRANTED_MSG
	cookie   uint64
	clients  map[string]*client // by vfs.LockOwner.Client
	arrived  []string           // the keys of clients, oldest first
}

// client is what is known of who has locked.
type client struct {
	host callback.Host
	// state is the status monitor's number of this life of the client, 0 if
	// it never told.
	state int32
}

// New makes the service; its grace period begins.
func New(cfg Config) *Service {
	s := &Service{
		cfg: cfg, log: cfg.Logger,
		blocked: map[blockKey]*blocked{}, waiting: map[string]int{},
		cookies: map[uint64]*blocked{}, clients: map[string]*client{},
		graceEnd: cfg.Road.Clock().Now().Add(cfg.Grace),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Program is the RPC program. Non-idempotent are the procedures that answer or
// do otherwise when they are executed again.
func (s *Service) Program() *rpcserver.Program {
	v := rpcserver.Version{}
	for _, p := range []struct {
		number nlm4.Nlm4Proc
		once   bool
		handle func(context.Context, *rpcserver.Call, *rpcserver.Reply) error
	}{
		{nlm4.NLMPROC4_NULL, false, s.ignore},
		{nlm4.NLMPROC4_TEST, false, s.test},
		{nlm4.NLMPROC4_LOCK, true, s.lock},
		{nlm4.NLMPROC4_CANCEL, true, s.cancelLock},
		{nlm4.NLMPROC4_UNLOCK, true, s.unlock},
		{nlm4.NLMPROC4_GRANTED, false, s.granted},
		{nlm4.NLMPROC4_TEST_MSG, true, s.testMsg},
		{nlm4.NLMPROC4_LOCK_MSG, true, s.lockMsg},
		{nlm4.NLMPROC4_CANCEL_MSG, true, s.cancelMsg},
		{nlm4.NLMPROC4_UNLOCK_MSG, true, s.unlockMsg},
		{nlm4.NLMPROC4_GRANTED_MSG, true, s.grantedMsg},
		// Answers to what we never ask.
		{nlm4.NLMPROC4_TEST_RES, false, s.ignore},
		{nlm4.NLMPROC4_LOCK_RES, false, s.ignore},
		{nlm4.NLMPROC4_CANCEL_RES, false, s.ignore},
		{nlm4.NLMPROC4_UNLOCK_RES, false, s.ignore},
		{nlm4.NLMPROC4_GRANTED_RES, false, s.grantedRes},
		{nlm4.NLMPROC4_SHARE, true, s.share},
		{nlm4.NLMPROC4_UNSHARE, true, s.unshare},
		{nlm4.NLMPROC4_NM_LOCK, true, s.nmLock},
		{nlm4.NLMPROC4_FREE_ALL, true, s.freeAll},
	} {
		v[uint32(p.number)] = rpcserver.Procedure{Name: nlm4.Nlm4Proc_name[p.number], NonIdempotent: p.once, Handle: p.handle}
	}
	return &rpcserver.Program{Number: nlm4.NLM_PROGRAM, Name: "nlm", Versions: map[uint32]rpcserver.Version{nlm4.NLM_V4: v}}
}

// Versions are the versions of the program, for the port mapper.
func (s *Service) Versions() []uint32 { return []uint32{nlm4.NLM_V4} }

// ignore answers a procedure without results.
func (s *Service) ignore(context.Context, *rpcserver.Call, *rpcserver.Reply) error { return nil }

// Stop ends every wait and callback, and returns when their goroutines ended or
// with ctx's error.
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

// background runs f beside the calls until Stop; false if that was called.
func (s *Service) background(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return false
	}
	s.wg.Go(f)
	return true
}
