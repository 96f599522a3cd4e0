package nsm

import (
	"context"
	"slices"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nsm"
	"crosswire/server/wire/xdr/rpcmsg"
)

const tooWeak = rpcmsg.AUTH_TOOWEAK

// stat is SM_STAT: whether a host can be monitored. Any that has a name can,
// for monitoring is to wait for its SM_NOTIFY.
func (s *Service) stat(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nsm.SmName
	if err := decode(c, &args); err != nil {
		return err
	}
	return s.respondStat(reply, len(args.MonName) > 0)
}

func (s *Service) respondStat(reply *rpcserver.Reply, ok bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	res := &nsm.SmStatRes{ResStat: nsm.STAT_SUCC, State: s.state}
	if !ok {
		res.ResStat = nsm.STAT_FAIL
	}
	return respond(reply, res)
}

// mon is SM_MON: call my_id when mon_name restarts. The same entry again
// replaces the private data.
func (s *Service) mon(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nsm.Mon
	if err := decode(c, &args); err != nil {
		return err
	}
	m := monitor{mon: string(args.Host.MonName), id: identify(c, args.Host.Id), priv: args.Priv}
	return s.respondStat(reply, m.mon != "" && s.add(m))
}

func (s *Service) add(m monitor) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, have := range s.monitors {
		if have.mon == m.mon && have.id == m.id {
			s.monitors[i] = m
			return true
		}
	}
	if len(s.monitors) >= maxMonitors {
		return false
	}
	s.monitors = append(s.monitors, m)
	return true
}

// unmon is SM_UNMON.
func (s *Service) unmon(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nsm.MonId
	if err := decode(c, &args); err != nil {
		return err
	}
	id := identify(c, args.Id)
	return s.drop(reply, func(m monitor) bool { return m.mon == string(args.MonName) && m.id == id })
}

// unmonAll is SM_UNMON_ALL.
func (s *Service) unmonAll(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nsm.MyId
	if err := decode(c, &args); err != nil {
		return err
	}
	id := identify(c, args)
	return s.drop(reply, func(m monitor) bool { return m.id == id })
}

func (s *Service) drop(reply *rpcserver.Reply, which func(monitor) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.monitors = slices.DeleteFunc(s.monitors, which)
	return respond(reply, &nsm.SmStat{State: s.state})
}

func identify(c *rpcserver.Call, id nsm.MyId) identity {
	return identity{addr: export.Host(c.Peer), name: string(id.MyName), prog: id.MyProg, vers: id.MyVers, proc: id.MyProc}
}
