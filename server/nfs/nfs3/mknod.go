package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// mknod is NFSPROC3_MKNOD (RFC 1813 3.3.11): devices, sockets and fifos. Any
// other type is NFS3ERR_BADTYPE.
func (s *Service) mknod(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Mknod3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	return q.make(args.Where, func(dir node, name string) (vfs.NewNode, error) {
		var attributes *nfs3.Sattr3
		var rdev vfs.Rdev
		device := func(d *nfs3.Devicedata3) {
			attributes = &d.DevAttributes
			rdev = vfs.Rdev{Major: d.Spec.Specdata1, Minor: d.Spec.Specdata2}
		}
		switch what := args.What.(type) {
		case *nfs3.Mknoddata3_NF3CHR:
			device(&what.Device)
		case *nfs3.Mknoddata3_NF3BLK:
			device(&what.Device)
		case *nfs3.Mknoddata3_NF3SOCK:
			attributes = &what.PipeAttributes
		case *nfs3.Mknoddata3_NF3FIFO:
			attributes = &what.PipeAttributes
		default:
			return vfs.NewNode{}, errBadType
		}
		init, err := changesOf(attributes)
		if err != nil {
			return vfs.NewNode{}, err
		}
		init.Size = nil
		return dir.tree.Mknod(ctx, q.origin, dir.h, name, vfs.FileType(args.What.GetType()), rdev, init)
	})
}
