package nlm

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// share is NLMPROC4_SHARE (XNFS C702 10.3.5): an access to a file, and what it
// denies to other SHAREs and to SMB opens. An owner has one for a file; a new
// one replaces it. Access to nothing denies nothing, as everywhere in the
// table of reservations.
func (s *Service) share(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	q, args, err := s.shareRequest(c)
	if err != nil {
		return err
	}
	if q.err == nil {
		q.err = s.checkGrace(args.Reclaim)
	}
	if q.err == nil {
		s.know(q.rng.Owner.Client, q.host, 0)
		q.err = q.tree.Reserve(ctx, q.origin, q.h, q.rng.Owner, access(args.Share.Access), deny(args.Share.Mode))
	}
	return respond(reply, &nlm4.Nlm4Shareres{Cookie: args.Cookie, Stat: s.statusOf(q.err)})
}

// unshare is NLMPROC4_UNSHARE (XNFS C702 10.3.6). It succeeds if there was
// nothing.
func (s *Service) unshare(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	q, args, err := s.shareRequest(c)
	if err != nil {
		return err
	}
	if q.err == nil {
		q.err = s.checkGrace(false)
	}
	if q.err == nil {
		q.tree.Unreserve(q.h, q.rng.Owner)
	}
	return respond(reply, &nlm4.Nlm4Shareres{Cookie: args.Cookie, Stat: s.statusOf(q.err)})
}

// shared is a request about a reservation: of its range only the owner counts.
type shared struct {
	request
	err error
}

func (s *Service) shareRequest(c *rpcserver.Call) (shared, nlm4.Nlm4Shareargs, error) {
	var args nlm4.Nlm4Shareargs
	if err := decode(c, &args); err != nil {
		return shared{}, args, err
	}
	sh := args.Share
	q, err := s.request(c, nlm4.Nlm4Lock{CallerName: sh.CallerName, Fh: sh.Fh, Oh: sh.Oh}, false)
	return shared{q, err}, args, nil
}

func access(a nlm4.Fsh4Access) (set vfs.ShareAccess) {
	if a == nlm4.FSA_R || a == nlm4.FSA_RW {
		set |= vfs.ShareRead
	}
	if a == nlm4.FSA_W || a == nlm4.FSA_RW {
		set |= vfs.ShareWrite
	}
	return set
}

func deny(m nlm4.Fsh4Mode) (set vfs.ShareAccess) {
	if m == nlm4.FSM_DR || m == nlm4.FSM_DRW {
		set |= vfs.ShareRead
	}
	if m == nlm4.FSM_DW || m == nlm4.FSM_DRW {
		set |= vfs.ShareWrite
	}
	return set
}
