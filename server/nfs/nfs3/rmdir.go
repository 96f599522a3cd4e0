package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// rmdir is NFSPROC3_RMDIR (RFC 1813 3.3.13): "." is NFS3ERR_INVAL, ".." is
// NFS3ERR_EXIST.
func (s *Service) rmdir(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Rmdir3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	return q.unmake(args.Object, func(dir node, name string) (vfs.Removed, error) {
		switch name {
		case ".":
			return vfs.Removed{}, vfs.ErrInval
		case "..":
			return vfs.Removed{}, vfs.ErrExist
		}
		return dir.tree.Rmdir(ctx, q.origin, dir.h, name)
	})
}
