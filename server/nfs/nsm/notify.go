package nsm

import (
	"context"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nsm"
)

// notify is SM_NOTIFY: a host restarted. What it had locked is freed before
// the answer, then those who monitor it are called.
func (s *Service) notify(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	var args nsm.StatChge
	if err := decode(c, &args); err != nil {
		return err
	}
	addr, name := export.Host(c.Peer), string(args.MonName)
	freed := s.cfg.Locks.HostRestarted(addr, name, args.State)
	s.cfg.Logger.Info("nsm: a client restarted", "address", addr, "name", name, "state", args.State, "freed", freed)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.monitors {
		if m.mon == name {
			s.callLater(callback.Host{Addr: m.id.addr, Name: m.id.name, Network: c.Network}, m.id.prog, m.id.vers, m.id.proc,
				&nsm.Status{MonName: args.MonName, State: args.State, Priv: m.priv})
		}
	}
	return nil
}

// simuCrash is SM_SIMU_CRASH: this host begins another life. Its locks are
// lost, the monitor list is empty, and whoever had locked is told, so that it
// reclaims in the grace period that begins.
func (s *Service) simuCrash(context.Context, *rpcserver.Call, *rpcserver.Reply) error {
	hosts := s.cfg.Locks.Crash()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state += 2
	s.monitors = nil
	for _, h := range hosts {
		s.callLater(h, nsm.SM_PROG, nsm.SM_VERS, uint32(nsm.SM_NOTIFY), &nsm.StatChge{MonName: []byte(s.name), State: s.state})
	}
	return nil
}
