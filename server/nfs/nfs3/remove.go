package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// remove is NFSPROC3_REMOVE (RFC 1813 3.3.12). A directory, "." and ".."
// among them, is NFS3ERR_ISDIR.
func (s *Service) remove(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Remove3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	return q.unmake(args.Object, func(dir node, name string) (vfs.Removed, error) {
		if isDots(args.Object.Name) {
			return vfs.Removed{}, vfs.ErrIsDir
		}
		return dir.tree.Remove(ctx, q.origin, dir.h, name)
	})
}

// unmake is what REMOVE and RMDIR share.
func (q *request) unmake(object nfs3.Diropargs3, do func(dir node, name string) (vfs.Removed, error)) error {
	dir, err := q.node(object.Dir.Data)
	if err != nil {
		return q.failWCC(err, dir)
	}
	if err := checkName(object.Name); err != nil {
		return q.failWCC(err, dir)
	}
	removed, err := do(dir, string(object.Name))
	if err != nil {
		return q.failWCC(err, dir)
	}
	q.ok()
	q.wcc(removed.Dir)
	return nil
}
