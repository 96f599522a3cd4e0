package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nfs3"
)

// readlink is NFSPROC3_READLINK (RFC 1813 3.3.5).
func (s *Service) readlink(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Readlink3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(args.Symlink.Data)
	if err != nil {
		return q.failAttr(err, n)
	}
	target, err := n.tree.Readlink(ctx, q.origin, n.h)
	if err != nil {
		return q.failAttr(err, n)
	}
	q.ok()
	q.postOp(q.present(n))
	reply.Opaque([]byte(target))
	return nil
}
