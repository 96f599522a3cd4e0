package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nfs3"
)

// lookup is NFSPROC3_LOOKUP (RFC 1813 3.3.3). ".." of an export's root is the
// root: a lookup never leaves the export.
func (s *Service) lookup(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Lookup3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	dir, err := q.node(args.What.Dir.Data)
	if err != nil {
		return q.failAttr(err, dir)
	}
	if err := checkName(args.What.Name); err != nil {
		return q.failAttr(err, dir)
	}
	e, dirAttr, err := dir.tree.Lookup(ctx, q.origin, dir.h, string(args.What.Name))
	if err != nil {
		return q.failAttr(err, dir)
	}
	q.ok()
	if err := q.handle(dir.sibling(e.Attr.Handle)); err != nil {
		return q.failAttr(err, dir)
	}
	q.postOp(&e.Attr)
	q.postOp(&dirAttr)
	return nil
}
