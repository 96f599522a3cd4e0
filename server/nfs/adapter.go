package nfs

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"crosswire/server/adapter"
	"crosswire/server/nfs/export"
	"crosswire/server/nfs/mount"
	"crosswire/server/nfs/nfs3"
	"crosswire/server/nfs/nfs4"
	"crosswire/server/nfs/nlm"
	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/nsm"
	"crosswire/server/nfs/portmapper"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	wiremount "crosswire/server/wire/xdr/mount3"
	wirenfs "crosswire/server/wire/xdr/nfs3"
	wirenlm "crosswire/server/wire/xdr/nlm4"
	wirensm "crosswire/server/wire/xdr/nsm"
	wireportmap "crosswire/server/wire/xdr/portmap"
)

// Config of an Adapter. Each address is served over TCP and UDP on one port,
// which may be 0.
type Config struct {
	// NFS is where NFSv3 and, over TCP only, NFSv4 are served, and with them the
	// lock manager (NLM) and the status monitor (NSM).
	NFS string
	// Mount is where the mount protocol is served; empty, or the same as NFS
	// with a port other than 0: on the port of NFS.
	Mount string
	// NoMount serves no mount protocol at all: clients bring their handles.
	NoMount bool
	// Portmap is where the port mapper is served; empty: nowhere.
	Portmap string
	// Logger; nil logs nothing.
	Logger *slog.Logger
	// HandleKey signs file handles; zero: a key of this start.
	HandleKey [16]byte
	// Grace is how long after the start only locks of before are given; 0:
	// there are none.
	Grace time.Duration
	// Callback says how the lock managers and status monitors of clients are
	// found.
	Callback callback.Config
	// RPC bounds what connections cost; its Logger and hooks are ours.
	RPC rpcserver.Options
}

// Adapter is the NFS service; it implements adapter.Adapter.
type Adapter struct {
	exports *export.Table
	locks   *nlm.Service
	monitor *nsm.Service
	files4  *nfs4.Service
	rt      adapter.Runtime
	log     *slog.Logger

	// listeners by what they serve. mount is nfs if they share a port.
	nfs, mount, portmap *endpoint
	endpoints           []*endpoint // each once

	counters map[string]string // names by procedure

	stop    sync.Once
	stopped chan struct{}
	stopErr error
}

var _ adapter.Adapter = (*Adapter)(nil)

// endpoint is one port and the programs behind it.
type endpoint struct {
	tcp    net.Listener
	udp    net.PacketConn
	server *rpcserver.Server
}

// New opens the listeners. The error names the service and the address that
// could not be opened.
func New(road *vfs.VFS, cfg Config) (*Adapter, error) {
	a := &Adapter{log: cfg.Logger, counters: map[string]string{}, stopped: make(chan struct{})}
	if a.log == nil {
		a.log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	a.exports = export.NewTable(road, cfg.HandleKey)
	mounts := mount.New(a.exports, a.log)
	files := nfs3.New(a.exports, a.log)
	a.files4 = nfs4.New(a.exports, road, a.log)
	caller := callback.New(cfg.Callback)
	a.locks = nlm.New(nlm.Config{
		Exports: a.exports, Road: road, Caller: caller, Logger: a.log, Grace: cfg.Grace,
		Enter: a.enter, Leave: a.leave,
	})
	a.monitor = nsm.New(nsm.Config{
		Locks: a.locks, Caller: caller, Logger: a.log, Now: road.Clock().Now,
		Enter: a.enter, Leave: a.leave,
	})
	registry := portmapper.NewRegistry()

	opt := cfg.RPC
	opt.Logger = a.log
	opt.OnCall = a.count
	opt.Enter, opt.Leave = a.enter, a.leave

	open := func(service, addr string, programs ...*rpcserver.Program) (*endpoint, error) {
		tcp, udp, err := listen(addr)
		if err != nil {
			return nil, &ListenError{Service: service, Addr: addr, Err: err}
		}
		for _, p := range programs {
			for _, procedures := range p.Versions {
				for _, procedure := range procedures {
					a.counters[procedure.Name] = "nfs." + procedure.Name
				}
			}
		}
		e := &endpoint{tcp: tcp, udp: udp, server: rpcserver.New(opt, programs...)}
		a.endpoints = append(a.endpoints, e)
		return e, nil
	}
	err := func() (err error) {
		program := files.Program()
		program.Versions[nfs4.Version] = a.files4.Procedures()
		programs := []*rpcserver.Program{program, a.locks.Program(), a.monitor.Program()}
		shared := cfg.Mount == "" || cfg.Mount == cfg.NFS && fixedPort(cfg.NFS)
		if shared && !cfg.NoMount {
			programs = append(programs, mounts.Program())
		}
		if a.nfs, err = open("nfs", cfg.NFS, programs...); err != nil {
			return err
		}
		if a.mount = a.nfs; cfg.NoMount {
			a.mount = nil
		} else if !shared {
			if a.mount, err = open("mount", cfg.Mount, mounts.Program()); err != nil {
				return err
			}
		}
		if cfg.Portmap != "" {
			a.portmap, err = open("portmap", cfg.Portmap, portmapper.Program(registry, road.Clock().Now))
		}
		return err
	}()
	if err != nil {
		for _, e := range a.endpoints {
			e.close()
		}
		return nil, err
	}
	a.nfs.register(registry, wirenfs.NFS_PROGRAM, files.Versions())
	registry.Set(wirenfs.NFS_PROGRAM, []uint32{nfs4.Version}, a.nfs.tcp.Addr()) // not over UDP
	a.nfs.register(registry, wirenlm.NLM_PROGRAM, a.locks.Versions())
	a.nfs.register(registry, wirensm.SM_PROG, a.monitor.Versions())
	if a.mount != nil {
		a.mount.register(registry, wiremount.MOUNT_PROGRAM, mounts.Versions())
	}
	if a.portmap != nil {
		a.portmap.register(registry, wireportmap.PMAP_PROG, []uint32{2, 3, 4})
	}
	return a, nil
}

func (e *endpoint) register(g *portmapper.Registry, prog uint32, versions []uint32) {
	g.Set(prog, versions, e.tcp.Addr())
	g.Set(prog, versions, e.udp.LocalAddr())
}

func (e *endpoint) close() {
	_ = e.tcp.Close()
	_ = e.udp.Close()
}

// ListenError reports an address on which a service cannot listen.
type ListenError struct {
	Service string // "nfs", "mount", "portmap"
	Addr    string
	Err     error
}

func (e *ListenError) Error() string { return e.Service + " on " + e.Addr + ": " + e.Err.Error() }

func (e *ListenError) Unwrap() error { return e.Err }

// SetRuntime implements adapter.Adapter.
func (a *Adapter) SetRuntime(rt adapter.Runtime) {
	a.rt = rt
	rt.OnShareChange(func([]string) {
		a.exports.Refresh()
		a.files4.Refresh()
		a.locks.Refresh()
	})
	a.exports.Refresh()
	a.files4.Refresh()
}

func (a *Adapter) enter() {
	if a.rt != nil {
		a.rt.Enter()
	}
}

func (a *Adapter) leave() {
	if a.rt != nil {
		a.rt.Leave()
	}
}

// count keeps the counters nfs.PROCEDURE, and nfs.calls over all.
func (a *Adapter) count(_ *rpcserver.Program, _ uint32, procedure *rpcserver.Procedure) {
	if a.rt != nil {
		a.rt.Count("nfs.calls", 1)
		a.rt.Count(a.counters[procedure.Name], 1)
	}
}

// Serve implements adapter.Adapter.
func (a *Adapter) Serve(ctx context.Context) error {
	var serving sync.WaitGroup
	errs := make([]error, 2*len(a.endpoints))
	// If one listener fails, or ctx ends, all stop.
	stop := func() {
		ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
		defer cancel()
		_ = a.Stop(ctx)
	}
	serve := func(i int, f func() error) {
		serving.Go(func() {
			if errs[i] = f(); errs[i] != nil {
				go stop()
			}
		})
	}
	for i, e := range a.endpoints {
		serve(2*i, func() error { return e.server.ServeTCP(e.tcp) })
		serve(2*i+1, func() error { return e.server.ServeUDP(e.udp) })
	}
	release := context.AfterFunc(ctx, stop)
	defer release()
	serving.Wait()
	return errors.Join(errs...)
}

// stopGrace is what calls get to answer when Serve's context ends.
const stopGrace = time.Second

// Stop implements adapter.Adapter.
func (a *Adapter) Stop(ctx context.Context) error {
	a.stop.Do(func() {
		go func() {
			defer close(a.stopped)
			errs := make([]error, len(a.endpoints)+2)
			var all sync.WaitGroup
			all.Go(func() { errs[len(a.endpoints)] = a.locks.Stop(ctx) })
			all.Go(func() { errs[len(a.endpoints)+1] = a.monitor.Stop(ctx) })
			for i, e := range a.endpoints {
				all.Go(func() {
					errs[i] = e.server.Stop(ctx)
					e.close()
				})
			}
			all.Wait()
			a.files4.Stop()
			a.stopErr = errors.Join(errs...)
		}()
	})
	<-a.stopped
	return a.stopErr
}

// Protocol implements adapter.Adapter.
func (a *Adapter) Protocol() string { return vfs.ProtocolNFS }

// Addr implements adapter.Adapter: where NFS is served.
func (a *Adapter) Addr() net.Addr { return a.nfs.tcp.Addr() }

// MountAddr is where the mount protocol is served; nil if it is not.
func (a *Adapter) MountAddr() net.Addr {
	if a.mount == nil {
		return nil
	}
	return a.mount.tcp.Addr()
}

// PortmapAddr is where the port mapper is served; nil if it is not.
func (a *Adapter) PortmapAddr() net.Addr {
	if a.portmap == nil {
		return nil
	}
	return a.portmap.tcp.Addr()
}
