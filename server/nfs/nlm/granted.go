package nlm

import (
	"context"
	"encoding/binary"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nlm4"
)

// granted is NLMPROC4_GRANTED, which servers call at clients. We lock nowhere,
// so nobody can have granted us anything.
func (s *Service) granted(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nlm4.Nlm4Testargs
	if err := decode(c, &args); err != nil {
		return err
	}
	return respond(reply, result(args.Cookie, nlm4.NLM4_DENIED))
}

// grantedMsg is NLMPROC4_GRANTED_MSG.
func (s *Service) grantedMsg(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	var args nlm4.Nlm4Testargs
	if err := decode(c, &args); err != nil {
		return err
	}
	host := callback.Host{Addr: export.Host(c.Peer), Name: string(args.Alock.CallerName), Network: c.Network}
	s.answer(host, nlm4.NLMPROC4_GRANTED_RES, result(args.Cookie, nlm4.NLM4_DENIED))
	return nil
}

// grantedRes is NLMPROC4_GRANTED_RES: the client's answer to a GRANTED_MSG.
func (s *Service) grantedRes(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	var args nlm4.Nlm4Res
	if err := decode(c, &args); err != nil {
		return err
	}
	if len(args.Cookie) != 8 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.cookies[binary.BigEndian.Uint64(args.Cookie)]
	if b == nil || b.host.Addr != export.Host(c.Peer) {
		return nil // late, or not whom we asked
	}
	select {
	case b.told <- args.Stat:
	default:
	}
	return nil
}
