package nfs3

import (
	"context"
	"fmt"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// write is NFSPROC3_WRITE (RFC 1813 3.3.7). UNSTABLE data is committed by
// COMMIT; the other levels are committed before the reply.
func (s *Service) write(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	d := dataArgs{rest: c.Args}
	handle, offset, count := d.handle(), d.uint64(), d.uint32()
	stable := nfs3.StableHow(d.uint32())
	data := d.opaque(nfs3.NFS3_WIRE_DATAMAX)
	if d.short {
		return rpcserver.Garbage(errShortArgs)
	}
	if stable < nfs3.UNSTABLE || stable > nfs3.FILE_SYNC {
		return rpcserver.Garbage(fmt.Errorf("stable_how %d", stable))
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(handle)
	if err != nil {
		return q.failWCC(err, n)
	}
	if uint64(count) > uint64(len(data)) {
		return q.failWCC(vfs.ErrInval, n)
	}
	w, err := n.tree.Write(ctx, q.origin, n.h, "", data[:count], offset, 0)
	if err == nil && stable != nfs3.UNSTABLE {
		_, err = n.tree.Commit(ctx, q.origin, n.h)
	}
	if err != nil {
		return q.failWCC(err, n)
	}
	q.ok()
	q.wcc(w)
	reply.Uint32(count)
	reply.Uint32(uint32(stable))
	_, _ = reply.Write(s.writeVerf[:])
	return nil
}
