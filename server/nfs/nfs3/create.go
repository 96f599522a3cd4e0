package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// create is NFSPROC3_CREATE (RFC 1813 3.3.8).
func (s *Service) create(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Create3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	return q.make(args.Where, func(dir node, name string) (vfs.NewNode, error) {
		var o vfs.CreateOptions
		var err error
		switch how := args.How.(type) {
		case *nfs3.Createhow3_UNCHECKED:
			o.Init, err = changesOf(&how.ObjAttributes)
		case *nfs3.Createhow3_GUARDED:
			o.Guarded = true
			o.Init, err = changesOf(&how.ObjAttributes)
		case *nfs3.Createhow3_EXCLUSIVE:
			o.Verifier = &how.Verf
		}
		if err != nil {
			return vfs.NewNode{}, err
		}
		return dir.tree.Create(ctx, q.origin, dir.h, name, o)
	})
}

// make is what CREATE, MKDIR, SYMLINK and MKNOD share: the check of the name
// and the answer, CREATE3res.
func (q *request) make(where nfs3.Diropargs3, do func(dir node, name string) (vfs.NewNode, error)) error {
	dir, err := q.node(where.Dir.Data)
	if err != nil {
		return q.failWCC(err, dir)
	}
	if err := checkNewName(where.Name); err != nil {
		return q.failWCC(err, dir)
	}
	made, err := do(dir, string(where.Name))
	if err != nil {
		return q.failWCC(err, dir)
	}
	q.ok()
	q.reply.Bool(true)
	if err := q.handle(dir.sibling(made.Entry.Attr.Handle)); err != nil {
		return q.failWCC(err, dir)
	}
	q.postOp(&made.Entry.Attr)
	q.wcc(made.Dir)
	return nil
}
