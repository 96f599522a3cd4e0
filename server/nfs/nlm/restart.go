package nlm

import (
	"context"
	"log/slog"
	"strings"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// freeAll is NLMPROC4_FREE_ALL: the client restarted, and holds nothing.
func (s *Service) freeAll(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	var args nlm4.Nlm4Notify
	if err := decode(c, &args); err != nil {
		return err
	}
	for _, key := range s.named(export.Host(c.Peer), string(args.Name)) {
		s.free(key)
	}
	return nil
}

// know remembers a client, for when either side restarts. state is that of its
// status monitor, 0 if the call does not tell.
func (s *Service) know(key string, host callback.Host, state int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.clients[key]
	if k == nil {
		if len(s.arrived) >= maxClients {
			delete(s.clients, s.arrived[0])
			s.arrived = s.arrived[1:]
		}
		k = &client{}
		s.clients[key] = k
		s.arrived = append(s.arrived, key)
	}
	k.host = host
	if k.state == 0 {
		k.state = state
	}
}

// named lists the clients at an address that go by a name, where one of the
// two may have a domain that the other lacks: a status monitor may know its
// host's domain and the lock manager not.
func (s *Service) named(addr, name string) []string {
	keys := []string{vfs.LockClient(addr, name)}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, k := range s.clients {
		if key != keys[0] && k.host.Addr == addr && sameHost(k.host.Name, name) {
			keys = append(keys, key)
		}
	}
	return keys
}

func sameHost(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	rest := b[len(a):]
	return strings.EqualFold(a, b[:len(a)]) && (rest == "" || rest[0] == '.' && !strings.Contains(a, "."))
}

// HostRestarted is the status monitor's news that a host has begun another
// life: what it held in the one before is freed. The same news again changes
// nothing, for the host may have locked since.
func (s *Service) HostRestarted(addr, name string, state int32) (freed int) {
	for _, key := range s.named(addr, name) {
		s.mu.Lock()
		k := s.clients[key]
		stale := k != nil && state != 0 && k.state == state
		if k != nil {
			k.state = state
		}
		s.mu.Unlock()
		if !stale {
			freed += s.free(key)
		}
	}
	return freed
}

// free drops all that a client holds and waits for.
func (s *Service) free(key string) int {
	s.mu.Lock()
	for _, b := range s.blocked {
		if b.rng.Owner.Client == key {
			s.end(b)
		}
	}
	s.mu.Unlock()
	n := s.cfg.Road.ReleaseLocks(vfs.ProtocolNLM, key)
	s.log.Info("nlm: a client's locks are freed", slog.String("client", key), slog.Int("count", n))
	return n
}

// Crash makes the lock manager begin another life as if its host had crashed
// (SM_SIMU_CRASH): all locks are lost, a grace period begins, and the hosts
// that must be told are returned.
func (s *Service) Crash() []callback.Host {
	s.mu.Lock()
	grace := s.cfg.Grace
	if grace == 0 {
		grace = rebootGrace
	}
	s.graceEnd = s.cfg.Road.Clock().Now().Add(grace)
	keys := s.arrived
	hosts := make([]callback.Host, 0, len(keys))
	for _, key := range keys {
		hosts = append(hosts, s.clients[key].host)
	}
	s.clients, s.arrived = map[string]*client{}, nil
	s.mu.Unlock()
	for _, key := range keys {
		s.free(key)
	}
	return hosts
}

// Refresh ends the waits on files of shares that are gone.
func (s *Service) Refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.blocked {
		if b.state == waits && b.tree.Gone() {
			if b.waiter == nil || b.waiter.Cancel() {
				s.end(b)
			}
		}
	}
}
