package nlm

import (
	"context"

	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nlm4"
)

// cancelLock is NLMPROC4_CANCEL: a blocking request is taken back. NLM4_DENIED
// means that none waits: it never did, or it was granted, and GRANTED is on
// its way.
func (s *Service) cancelLock(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	res, _, err := s.doCancel(c)
	if err != nil {
		return err
	}
	return respond(reply, res)
}

// cancelMsg is NLMPROC4_CANCEL_MSG.
func (s *Service) cancelMsg(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	res, host, err := s.doCancel(c)
	if err == nil {
		s.answer(host, nlm4.NLMPROC4_CANCEL_RES, res)
	}
	return err
}

func (s *Service) doCancel(c *rpcserver.Call) (*nlm4.Nlm4Res, callback.Host, error) {
	var args nlm4.Nlm4Cancargs
	if err := decode(c, &args); err != nil {
		return nil, callback.Host{}, err
	}
	q, err := s.request(c, args.Alock, args.Exclusive)
	if err == nil {
		err = s.checkGrace(false)
	}
	if err == nil && !s.cancelBlocked(q) {
		err = errNoBlock
	}
	return result(args.Cookie, s.statusOf(err)), q.host, nil
}

// cancelBlocked reports whether a request waited and does not any more.
func (s *Service) cancelBlocked(q request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.blocked[blockKey{q.h, q.rng}]
	if b == nil || b.state != waits {
		return false
	}
	if b.waiter != nil && !b.waiter.Cancel() {
		return false // it has the lock; GRANTED tells
	}
	s.end(b)
	return true
}
