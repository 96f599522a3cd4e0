package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// link is NFSPROC3_LINK (RFC 1813 3.3.15).
func (s *Service) link(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Link3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	file, errFile := q.node(args.File.Data)
	dir, errDir := q.node(args.Link.Dir.Data)
	fail := func(err error) error {
		q.fail(err)
		q.postOp(q.present(file))
		q.unchanged(dir)
		return nil
	}
	switch {
	case errFile != nil:
		return fail(errFile)
	case errDir != nil:
		return fail(errDir)
	case file.tree != dir.tree:
		return fail(vfs.ErrXDev)
	}
	if err := checkNewName(args.Link.Name); err != nil {
		return fail(err)
	}
	made, err := dir.tree.Link(ctx, q.origin, file.h, dir.h, string(args.Link.Name), false)
	if err != nil {
		return fail(err)
	}
	q.ok()
	q.postOp(&made.Entry.Attr)
	q.wcc(made.Dir)
	return nil
}
