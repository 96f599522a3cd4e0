package nlm

import (
	"context"

	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// unlock is NLMPROC4_UNLOCK: it gives up what the owner has in the range, and
// succeeds if that is nothing.
func (s *Service) unlock(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	res, _, err := s.doUnlock(c)
	if err != nil {
		return err
	}
	return respond(reply, res)
}

// unlockMsg is NLMPROC4_UNLOCK_MSG.
func (s *Service) unlockMsg(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
	res, host, err := s.doUnlock(c)
	if err == nil {
		s.answer(host, nlm4.NLMPROC4_UNLOCK_RES, res)
	}
	return err
}

func (s *Service) doUnlock(c *rpcserver.Call) (*nlm4.Nlm4Res, callback.Host, error) {
	var args nlm4.Nlm4Unlockargs
	if err := decode(c, &args); err != nil {
		return nil, callback.Host{}, err
	}
	q, err := s.request(c, args.Alock, false)
	if err == nil {
		err = s.checkGrace(false)
	}
	if err == nil {
		s.settle(q.rng.Owner, q.h, within(q.rng))
		err = q.tree.UnlockPosix(q.h, q.rng)
	}
	return result(args.Cookie, s.statusOf(err)), q.host, nil
}

// settle ends the owner's granted requests on a file whose client is still
// being told, where which says so: what the client does now shows that it
// knows, or makes it not matter.
func (s *Service) settle(o vfs.LockOwner, h vfs.FileHandle, which func(vfs.PosixRange) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting[o.Client] == 0 {
		return
	}
	for _, b := range s.blocked {
		if b.state == granted && b.h == h && b.rng.Owner == o && which(b.rng) {
			s.end(b)
		}
	}
}

// exactly matches the same range, of either kind.
func exactly(r vfs.PosixRange) func(vfs.PosixRange) bool {
	return func(o vfs.PosixRange) bool { return o.Off == r.Off && o.Len == r.Len }
}

// within matches ranges that lie in r.
func within(r vfs.PosixRange) func(vfs.PosixRange) bool {
	end := func(r vfs.PosixRange) uint64 {
		if last := r.Off + r.Len - 1; r.Len != 0 && r.Len != vfs.LockToEnd && last >= r.Off {
			return last
		}
		return vfs.LockToEnd
	}
	return func(o vfs.PosixRange) bool { return o.Off >= r.Off && end(o) <= end(r) }
}
