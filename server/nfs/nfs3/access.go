package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// rightsOf is what the bits of ACCESS mean for a node (RFC 1813 3.3.4): LOOKUP
// and DELETE are about directories, EXECUTE about all else.
func rightsOf(t vfs.FileType) []struct{ bit, right uint32 } {
	if t == vfs.TypeDirectory {
		return []struct{ bit, right uint32 }{
			{nfs3.ACCESS3_READ, vfs.RightReadData},
			{nfs3.ACCESS3_LOOKUP, vfs.RightExecute},
			{nfs3.ACCESS3_MODIFY, vfs.RightWriteData},
			{nfs3.ACCESS3_EXTEND, vfs.RightAppendData},
			{nfs3.ACCESS3_DELETE, vfs.RightDeleteChild},
		}
	}
	return []struct{ bit, right uint32 }{
		{nfs3.ACCESS3_READ, vfs.RightReadData},
		{nfs3.ACCESS3_MODIFY, vfs.RightWriteData},
		{nfs3.ACCESS3_EXTEND, vfs.RightAppendData},
		{nfs3.ACCESS3_EXECUTE, vfs.RightExecute},
	}
}

// access is NFSPROC3_ACCESS (RFC 1813 3.3.4): never more than was asked.
func (s *Service) access(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Access3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(args.Object.Data)
	if err != nil {
		return q.failAttr(err, n)
	}
	rights, a, err := n.tree.Access(ctx, q.origin, n.h, vfs.RightAll)
	if err != nil {
		return q.failAttr(err, n)
	}
	var granted uint32
	for _, r := range rightsOf(a.Type) {
		if args.Access&r.bit != 0 && rights&r.right == r.right {
			granted |= r.bit
		}
	}
	q.ok()
	q.postOp(&a)
	reply.Uint32(granted)
	return nil
}
