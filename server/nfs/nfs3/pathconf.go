package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nfs3"
)

// pathconf is NFSPROC3_PATHCONF (RFC 1813 3.3.20). Names are never truncated,
// only root gives files away, and NFS compares names exactly.
func (s *Service) pathconf(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Pathconf3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(args.Object.Data)
	if err != nil {
		return q.failAttr(err, n)
	}
	a, err := n.tree.GetAttr(ctx, q.origin, n.h)
	if err != nil {
		return q.failAttr(err, n)
	}
	st, err := n.tree.StatFS(ctx, q.origin)
	if err != nil {
		return q.failAttr(err, n)
	}
	q.ok()
	q.postOp(&a)
	reply.Uint32(st.LinkMax)
	reply.Uint32(st.NameMax)
	reply.Bool(true)  // no_trunc
	reply.Bool(true)  // chown_restricted
	reply.Bool(false) // case_insensitive
	reply.Bool(true)  // case_preserving
	return nil
}
