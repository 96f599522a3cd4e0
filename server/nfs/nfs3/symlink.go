package nfs3

import (
	"bytes"
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// symlink is NFSPROC3_SYMLINK (RFC 1813 3.3.10). The text is kept octet by
// octet and never interpreted here.
func (s *Service) symlink(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Symlink3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	return q.make(args.Where, func(dir node, name string) (vfs.NewNode, error) {
		target := args.Symlink.SymlinkData
		switch {
		case len(target) > vfs.SymlinkMax:
			return vfs.NewNode{}, vfs.ErrNameTooLong
		case len(target) == 0 || bytes.IndexByte(target, 0) >= 0:
			return vfs.NewNode{}, vfs.ErrInval
		}
		init, err := changesOf(&args.Symlink.SymlinkAttributes)
		if err != nil {
			return vfs.NewNode{}, err
		}
		init.Size = nil
		if init.Mode == nil {
			mode := uint32(0o777)
			init.Mode = &mode
		}
		return dir.tree.Symlink(ctx, q.origin, dir.h, name, string(target), init)
	})
}
