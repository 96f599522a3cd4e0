package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nfs3"
)

// fsstat is NFSPROC3_FSSTAT (RFC 1813 3.3.18). The numbers may change at any
// time: invarsec is 0.
func (s *Service) fsstat(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Fsstat3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(args.Fsroot.Data)
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
	for _, v := range []uint64{st.Total, st.Free, st.Avail, st.Files, st.FilesFree, st.FilesFree} {
		reply.Uint64(v)
	}
	reply.Uint32(0)
	return nil
}
