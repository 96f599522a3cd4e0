package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nfs3"
)

// getattr is NFSPROC3_GETATTR (RFC 1813 3.3.1).
func (s *Service) getattr(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Getattr3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(args.Object.Data)
	if err != nil {
		q.fail(err)
		return nil
	}
	a, err := n.tree.GetAttr(ctx, q.origin, n.h)
	if err != nil {
		q.fail(err)
		return nil
	}
	q.ok()
	q.fattr(&a)
	return nil
}
