// Package server assembles the reference server: one runtime, one road, the
// adapters that the configuration asks for, and the control plane. cmd and the
// suite's in-process target start it; nothing below server/ imports it.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"crosswire/server/adapter"
	"crosswire/server/admin"
	"crosswire/server/clock"
	"crosswire/server/nfs"
	"crosswire/server/runtime"
	"crosswire/server/smb"
	"crosswire/server/vfs"
)

// OnNFSPort, as Config.Mount, serves MOUNT on the port of NFS.
const OnNFSPort = "nfs"

// Config is a server's set-up. Addresses are host:port, the port 0 for any
// free one; an empty address turns the service off. MOUNT and portmap need
// NFS.
type Config struct {
	SMB, NFS, Mount, Portmap, API string

	Shares   []adapter.Share
	Users    []adapter.User
	Policies map[string]string

	// Clock; nil is the system's.
	Clock  clock.Clock
	Logger *slog.Logger // nil: nothing is logged
	// APIToken must come with every control request, and must be set if API is
	// not on loopback.
	APIToken string
	// SMBOptions are the rest of the SMB service's settings; Listener, VFS,
	// Clock and Logger are filled in.
	SMBOptions smb.Config
	// NFSOptions likewise; addresses and Logger are filled in.
	NFSOptions nfs.Config
}

// Addresses are where the services listen, "" for one that is off.
type Addresses struct {
	SMB, NFS, Mount, Portmap string
	// API is a URL.
	API string
}

// Server is a reference server that listens.
type Server struct {
	rt       *runtime.Runtime
	vfs      *vfs.VFS
	adapters []adapter.Adapter
	addrs    Addresses
	api      *http.Server
	apiLn    net.Listener

	cancel context.CancelFunc
	wg     sync.WaitGroup
	mu     sync.Mutex
	err    error         // the first failure of a service
	failed chan struct{} // closed with it
	once   sync.Once
}

// ListenError says which service cannot listen where.
type ListenError struct {
	Service, Address string
	Err              error
}

// Error implements error.
func (e *ListenError) Error() string {
	return fmt.Sprintf("%s cannot listen on %s: %v", e.Service, e.Address, e.Err)
}

// Unwrap returns the cause.
func (e *ListenError) Unwrap() error { return e.Err }

// Start opens every listener and serves. On an error nothing is left open.
func Start(cfg Config) (*Server, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.System{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{rt: runtime.New(), failed: make(chan struct{})}
	if err := s.configure(cfg); err != nil {
		return nil, err
	}
	s.vfs = vfs.New(s.rt, cfg.Clock)
	smbAdapter, err := s.listen(cfg)
	if err != nil {
		s.closeListeners()
		return nil, err
	}
	for _, a := range s.adapters {
		a.SetRuntime(s.rt)
	}
	s.serve(cfg, smbAdapter)
	return s, nil
}

// configure enters users, policies and shares.
func (s *Server) configure(cfg Config) error {
	for _, u := range cfg.Users {
		if err := s.rt.SetUser(u); err != nil {
			return err
		}
	}
	if err := s.rt.SetPolicies(cfg.Policies); err != nil {
		return err
	}
	for _, sh := range cfg.Shares {
		if err := s.rt.AddShare(sh); err != nil {
			return err
		}
	}
	if cfg.NFS == "" && (cfg.Portmap != "" || cfg.Mount != "" && cfg.Mount != OnNFSPort) {
		return errors.New("MOUNT and portmap need NFS, which is off")
	}
	if cfg.SMB == "" && cfg.NFS == "" {
		return errors.New("neither SMB nor NFS is to be served")
	}
	return nil
}

// listen opens the listeners and makes the adapters.
func (s *Server) listen(cfg Config) (smbAdapter *smb.Adapter, err error) {
	if cfg.SMB != "" {
		ln, err := net.Listen("tcp", cfg.SMB)
		if err != nil {
			return nil, &ListenError{"SMB", cfg.SMB, err}
		}
		c := cfg.SMBOptions
		c.Listener, c.VFS, c.Clock, c.Logger = ln, s.vfs, cfg.Clock, cfg.Logger
		smbAdapter = smb.New(c)
		s.adapters = append(s.adapters, smbAdapter)
		s.addrs.SMB = ln.Addr().String()
	}
	if cfg.NFS != "" {
		if err := s.listenNFS(cfg); err != nil {
			return nil, err
		}
	}
	if cfg.API != "" {
		if s.apiLn, err = net.Listen("tcp", cfg.API); err != nil {
			return nil, &ListenError{"the control plane", cfg.API, err}
		}
		if err := admin.CheckListen(s.apiLn.Addr(), cfg.APIToken); err != nil {
			return nil, err
		}
		s.addrs.API = "http://" + s.apiLn.Addr().String()
	}
	return smbAdapter, nil
}

func (s *Server) listenNFS(cfg Config) error {
	c := cfg.NFSOptions
	c.NFS, c.Mount, c.NoMount, c.Portmap, c.Logger = cfg.NFS, cfg.Mount, cfg.Mount == "", cfg.Portmap, cfg.Logger
	if cfg.Mount == OnNFSPort {
		c.Mount = ""
	}
	a, err := nfs.New(s.vfs, c)
	if err != nil {
		var l *nfs.ListenError
		if errors.As(err, &l) {
			return &ListenError{l.Service, l.Addr, l.Err}
		}
		return err
	}
	s.adapters = append(s.adapters, a)
	s.addrs.NFS = a.Addr().String()
	if m := a.MountAddr(); m != nil {
		s.addrs.Mount = m.String()
	}
	if p := a.PortmapAddr(); p != nil {
		s.addrs.Portmap = p.String()
	}
	return nil
}

// serve starts the goroutines of the services.
func (s *Server) serve(cfg Config, smbAdapter *smb.Adapter) {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	for _, a := range s.adapters {
		s.wg.Go(func() {
			if err := a.Serve(ctx); err != nil {
				s.fail(fmt.Errorf("%s: %w", a.Protocol(), err))
			}
		})
	}
	if s.apiLn == nil {
		return
	}
	api := admin.Config{Runtime: s.rt, Clock: cfg.Clock, Token: cfg.APIToken, Addresses: map[string]string{
		"smb": s.addrs.SMB, "nfs": s.addrs.NFS, "mount": s.addrs.Mount, "portmap": s.addrs.Portmap, "api": s.addrs.API,
	}}
	if smbAdapter != nil {
		api.Holders = smbAdapter.Holders
	}
	s.api = &http.Server{Handler: admin.New(api), ReadHeaderTimeout: 10 * time.Second}
	s.wg.Go(func() {
		if err := s.api.Serve(s.apiLn); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.fail(fmt.Errorf("control plane: %w", err))
		}
	})
}

func (s *Server) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		close(s.failed)
	}
}

// Failed is closed when a service ended by itself; Err says why.
func (s *Server) Failed() <-chan struct{} { return s.failed }

// Err is the first failure of a service, or nil.
func (s *Server) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Addresses tells where the services listen.
func (s *Server) Addresses() Addresses { return s.addrs }

// Runtime is what the adapters share.
func (s *Server) Runtime() *runtime.Runtime { return s.rt }

// Stop ends every service. It returns when all goroutines ended, or with
// ctx's error.
func (s *Server) Stop(ctx context.Context) error {
	var errs []error
	s.once.Do(func() {
		if s.api != nil {
			s.api.Close()
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		for _, a := range s.adapters {
			wg.Go(func() {
				if err := a.Stop(ctx); err != nil {
					mu.Lock()
					errs = append(errs, fmt.Errorf("stop %s: %w", a.Protocol(), err))
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		s.cancel()
	})
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		errs = append(errs, ctx.Err())
	}
	return errors.Join(errs...)
}

// closeListeners undoes listen.
func (s *Server) closeListeners() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, a := range s.adapters {
		a.Stop(ctx)
	}
	if s.apiLn != nil {
		s.apiLn.Close()
	}
}
