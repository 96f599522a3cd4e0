package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// mkdir is NFSPROC3_MKDIR (RFC 1813 3.3.9).
func (s *Service) mkdir(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Mkdir3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	return q.make(args.Where, func(dir node, name string) (vfs.NewNode, error) {
		init, err := changesOf(&args.Attributes)
		if err != nil {
			return vfs.NewNode{}, err
		}
		init.Size = nil // the size of a directory is not the client's to choose
		return dir.tree.Mkdir(ctx, q.origin, dir.h, name, init, false)
	})
}
