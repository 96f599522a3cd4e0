package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// commit is NFSPROC3_COMMIT (RFC 1813 3.3.21). The whole file is committed,
// whatever the range.
func (s *Service) commit(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Commit3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(args.File.Data)
	if err != nil {
		return q.failWCC(err, n)
	}
	a, err := n.tree.Commit(ctx, q.origin, n.h)
	switch {
	case err != nil:
	case a.Type == vfs.TypeDirectory:
		err = vfs.ErrIsDir
	case a.Type != vfs.TypeRegular:
		err = vfs.ErrInval
	}
	if err != nil {
		return q.failWCC(err, n)
	}
	q.ok()
	q.wcc(vfs.WCC{Before: a, After: a})
	_, _ = reply.Write(s.writeVerf[:])
	return nil
}
