package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// readdir is NFSPROC3_READDIR (RFC 1813 3.3.16). count bounds READDIR3resok to
// the octet.
func (s *Service) readdir(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Readdir3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	dir, err := q.node(args.Dir.Data)
	if err != nil {
		return q.failAttr(err, dir)
	}
	limit := listingLimit(c, args.Count)
	l, err := q.list(dir, args.Cookie, args.Cookieverf, limit, smallestEntry)
	if err != nil {
		return q.failAttr(err, dir)
	}
	err = l.write(limit, entrySize,
		func(*vfs.Entry) bool { return false },
		func(*vfs.Entry) error { return nil })
	if err != nil {
		return q.failAttr(err, dir)
	}
	return nil
}
