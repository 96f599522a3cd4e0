package nfs3

import (
	"context"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// plusSize is what entryplus3 has beyond entry3: attributes and handle.
const plusSize = postOpSize + 4 + 4 + export.HandleSize

// readdirplus is NFSPROC3_READDIRPLUS (RFC 1813 3.3.17). maxcount bounds
// READDIRPLUS3resok to the octet, dircount the part of it that READDIR would
// have returned; one entry comes even if dircount is too small for it.
func (s *Service) readdirplus(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Readdirplus3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	dir, err := q.node(args.Dir.Data)
	if err != nil {
		return q.failAttr(err, dir)
	}
	limit := listingLimit(c, args.Maxcount)
	l, err := q.list(dir, args.Cookie, args.Cookieverf, limit, smallestEntry+plusSize)
	if err != nil {
		return q.failAttr(err, dir)
	}
	listed := uint64(0)
	err = l.write(limit,
		func(e *vfs.Entry) int { return entrySize(e) + plusSize },
		func(e *vfs.Entry) bool { return listed+uint64(entrySize(e)) > uint64(args.Dircount) },
		func(e *vfs.Entry) error {
			listed += uint64(entrySize(e))
			q.postOp(&e.Attr)
			reply.Bool(true)
			return q.handle(dir.sibling(e.Attr.Handle))
		})
	if err != nil {
		return q.failAttr(err, dir)
	}
	return nil
}
