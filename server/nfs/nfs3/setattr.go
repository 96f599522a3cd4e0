package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// setattr is NFSPROC3_SETATTR (RFC 1813 3.3.2). All attributes change or none.
func (s *Service) setattr(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Setattr3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(args.Object.Data)
	if err != nil {
		return q.failWCC(err, n)
	}
	changes, err := changesOf(&args.NewAttributes)
	if err != nil {
		return q.failWCC(err, n)
	}
	if guard := args.Guard.ObjCtime; guard != nil {
		// The client guards with the time as it was encoded for it, which
		// for a year past 2106 is not the time that the file has.
		a, err := n.tree.GetAttr(ctx, q.origin, n.h)
		if err != nil {
			return q.failWCC(err, n)
		}
		if seconds, nseconds := saturate(a.Ctime); seconds != guard.Seconds || nseconds != guard.Nseconds {
			return q.failWCC(vfs.ErrNotSync, n)
		}
		changes.Guard = &a.Ctime
	}
	w, err := n.tree.SetAttr(ctx, q.origin, n.h, changes)
	if err != nil {
		return q.failWCC(err, n)
	}
	q.ok()
	q.wcc(w)
	return nil
}
