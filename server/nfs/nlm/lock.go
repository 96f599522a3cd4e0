package nlm

import (
	"context"
	"errors"

	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// lock is NLMPROC4_LOCK.
func (s *Service) lock(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	res, _, err := s.doLock(ctx, c, nlm4.NLMPROC4_GRANTED)
	if err != nil {
		return err
	}
	return respond(reply, res)
}

// lockMsg is NLMPROC4_LOCK_MSG.
func (s *Service) lockMsg(ctx context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	res, host, err := s.doLock(ctx, c, nlm4.NLMPROC4_GRANTED_MSG)
	if err == nil {
		s.answer(host, nlm4.NLMPROC4_LOCK_RES, res)
	}
	return err
}

// nmLock is NLMPROC4_NM_LOCK: a lock of a client that runs no status monitor,
// and will say FREE_ALL when it restarts. It is a lock like others.
func (s *Service) nmLock(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	return s.lock(ctx, c, reply)
}

func (s *Service) doLock(ctx context.Context, c *rpcserver.Call, grant nlm4.Nlm4Proc) (*nlm4.Nlm4Res, callback.Host, error) {
	var args nlm4.Nlm4Lockargs
	if err := decode(c, &args); err != nil {
		return nil, callback.Host{}, err
	}
	q, err := s.request(c, args.Alock, args.Exclusive)
	if err == nil {
		err = s.checkGrace(args.Reclaim)
	}
	if err == nil {
		s.know(q.rng.Owner.Client, q.host, args.State)
		if args.Block {
			err = s.lockOrBlock(ctx, q, grant)
		} else {
			s.settle(q.rng.Owner, q.h, exactly(q.rng))
			_, err = q.tree.LockPosix(ctx, q.origin, q.h, q.rng, false)
		}
	}
	return result(args.Cookie, s.statusOf(err)), q.host, nil
}

// lockOrBlock takes the lock, or leaves a request that waits for it behind and
// returns errBlocked. The same request sent again finds the first.
func (s *Service) lockOrBlock(ctx context.Context, q request, grant nlm4.Nlm4Proc) error {
	b, first, err := s.enter(q, grant)
	if err != nil {
		return err
	}
	if !first {
		select {
		case <-b.ready:
			if b.outcome == nil {
				// It was granted while this one was looking.
				_, err := q.tree.LockPosix(ctx, q.origin, q.h, q.rng, false)
				return err
			}
			return b.outcome
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w, err := q.tree.LockPosix(ctx, q.origin, q.h, q.rng, true)
	switch {
	case errors.Is(err, vfs.ErrJukebox):
		err = s.park(b, nil)
	case err == nil && w != nil:
		err = s.park(b, w)
	}
	if !errors.Is(err, errBlocked) {
		s.forget(b)
	}
	b.outcome = err
	close(b.ready)
	return err
}
