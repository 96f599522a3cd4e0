package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// rename is NFSPROC3_RENAME (RFC 1813 3.3.14). "." and ".." are NFS3ERR_INVAL;
// two exports are NFS3ERR_XDEV even if they show one file system.
func (s *Service) rename(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Rename3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	from, errFrom := q.node(args.From.Dir.Data)
	to, errTo := q.node(args.To.Dir.Data)
	fail := func(err error) error {
		q.fail(err)
		q.unchanged(from)
		q.unchanged(to)
		return nil
	}
	switch {
	case errFrom != nil:
		return fail(errFrom)
	case errTo != nil:
		return fail(errTo)
	case from.tree != to.tree:
		return fail(vfs.ErrXDev)
	}
	for _, name := range [][]byte{args.From.Name, args.To.Name} {
		if isDots(name) {
			return fail(vfs.ErrInval)
		}
		if err := checkName(name); err != nil {
			return fail(err)
		}
	}
	r, err := from.tree.Rename(ctx, q.origin, from.h, string(args.From.Name), to.h, string(args.To.Name))
	if err != nil {
		return fail(err)
	}
	q.ok()
	q.wcc(r.SrcDir)
	q.wcc(r.DstDir)
	return nil
}
