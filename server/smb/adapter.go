package smb

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/smb/auth"
	"crosswire/server/smb/oplock"
	"crosswire/server/smb/pipe"
	"crosswire/server/vfs"
	"crosswire/server/wire/ntlm"
	"crosswire/server/wire/smb2"
)

// Config is what an SMB service needs to know.
type Config struct {
	// Listener is already open; the adapter closes it.
	Listener net.Listener
	VFS      *vfs.VFS
	Clock    clock.Clock
	Logger   *slog.Logger
	// ServerName is the NetBIOS name, "CROSSWIRE" if empty.
	ServerName string
	// Guest lets unknown users in as guest; Anonymous lets null sessions
	// reach IPC$. Both off by default.
	Guest, Anonymous bool
	// RequireSigning refuses unsigned requests (MS-SMB2 3.3.1.5
	// RequireMessageSigning); RequireEncryption refuses clear ones.
	RequireSigning, RequireEncryption bool
	// MinDialect and MaxDialect bound the negotiation; 0: 2.0.2 and 3.1.1.
	MinDialect, MaxDialect smb2.Dialect
	// BreakTimeout is how long a holder may take to acknowledge (MS-SMB2
	// 3.3.2.1); 0: 35 s.
	BreakTimeout time.Duration
}

// Limits of one connection.
const (
	maxTransact       = 8 << 20   // bytes, from 2.1 on
	maxTransact202    = 64 << 10  // bytes, in 2.0.2 (MS-SMB2 3.3.5.4)
	maxCredits        = 8192      // outstanding
	maxQueuedBytes    = 256 << 20 // to a client that does not read
	maxChain          = 256       // requests of one compound
	maxSessions       = 1024      // of one connection
	maxTrees          = 4096      // of one session
	maxOpens          = 65536 * 4 // of one session
	frameOverhead     = 64 << 10  // a frame beyond its payload: headers, contexts
	readAhead         = 8 << 10   // of a connection; larger frames are read straight into place
	maxFrameUnproved  = 128 << 10 // before a session exists
	maxAsyncOfOneConn = 4096
)

// Adapter is the SMB service. It implements adapter.Adapter.
type Adapter struct {
	cfg       Config
	log       *slog.Logger
	guid      smb2.GUID
	started   time.Time
	authority *auth.Authority
	rt        adapter.Runtime
	oplocks   *oplock.Manager
	pipes     *pipe.Server
	shareList *pipe.ShareList

	ctx    context.Context // ends with Stop
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.Mutex
	conns    map[*conn]bool
	sessions map[uint64]*session
	uses     sync.Map // share name, folded -> *atomic.Int64
	leaseOf  sync.Map // vfs open id -> leaseID
	fileIDs  atomic.Uint64
	connSeq  atomic.Uint64
}

var _ adapter.Adapter = (*Adapter)(nil)

// New makes the service; Serve starts it.
func New(cfg Config) *Adapter {
	if cfg.ServerName == "" {
		cfg.ServerName = "CROSSWIRE"
	}
	if cfg.MinDialect == 0 {
		cfg.MinDialect = smb2.Dialect202
	}
	if cfg.MaxDialect == 0 {
		cfg.MaxDialect = smb2.Dialect311
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	a := &Adapter{
		cfg: cfg, log: cfg.Logger.With("protocol", "smb"), started: cfg.Clock.Now(),
		conns: map[*conn]bool{}, sessions: map[uint64]*session{},
	}
	rand.Read(a.guid[:])
	a.ctx, a.cancel = context.WithCancel(context.Background())
	return a
}

// SetRuntime implements adapter.Adapter: the oplock manager publishes itself
// and the pipe's share list follows the shares.
func (a *Adapter) SetRuntime(rt adapter.Runtime) {
	a.rt = rt
	a.oplocks = oplock.New(a.cfg.Clock, oplock.Options{BreakTimeout: a.cfg.BreakTimeout, Counters: rt.Count})
	a.oplocks.SetRuntime(rt)
	a.authority = auth.New(auth.Config{
		NetBIOSName: a.cfg.ServerName,
		Lookup: func(user, _ string) (auth.Account, bool) {
			u, ok := rt.LookupUser(user)
			if !ok {
				return auth.Account{}, false
			}
			return auth.Account{User: u.Name, Domain: a.cfg.ServerName, NTHash: ntlm.HashPassword(u.Password)}, true
		},
		Policy: func() auth.Policy {
			p := auth.Policy{AllowAnonymous: a.cfg.Anonymous}
			if a.cfg.Guest {
				p.Guest = auth.GuestUnknownUser
			}
			return p
		},
		Now: a.cfg.Clock.Now,
	})
	a.startPipes(rt)
	rt.OnShareChange(a.dropTreesOf)
}

// Protocol implements adapter.Adapter.
func (a *Adapter) Protocol() string { return vfs.ProtocolSMB }

// Addr implements adapter.Adapter.
func (a *Adapter) Addr() net.Addr { return a.cfg.Listener.Addr() }

// Holders lists who holds leases and oplocks.
func (a *Adapter) Holders() any { return a.oplocks.Snapshot() }

// Serve implements adapter.Adapter.
func (a *Adapter) Serve(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { a.cancel(); a.cfg.Listener.Close() })
	defer stop()
	for {
		nc, err := a.cfg.Listener.Accept()
		if err != nil {
			if a.ctx.Err() != nil || ctx.Err() != nil {
				return nil
			}
			var ne net.Error
			if errors.As(err, &ne) && ne.Timeout() {
				continue
			}
			return err
		}
		c := newConn(a, nc)
		a.mu.Lock()
		if a.ctx.Err() != nil {
			a.mu.Unlock()
			nc.Close()
			return nil
		}
		a.conns[c] = true
		a.wg.Add(1)
		a.mu.Unlock()
		go func() {
			defer a.wg.Done()
			c.serve()
		}()
	}
}

// Stop implements adapter.Adapter.
func (a *Adapter) Stop(ctx context.Context) error {
	a.mu.Lock()
	a.cancel()
	a.cfg.Listener.Close()
	for c := range a.conns {
		c.close()
	}
	a.mu.Unlock()
	done := make(chan struct{})
	go func() { a.wg.Wait(); close(done) }()
	select {
	case <-done:
		if a.rt != nil {
			a.rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, nil)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *Adapter) forget(c *conn) {
	a.mu.Lock()
	delete(a.conns, c)
	a.mu.Unlock()
}
