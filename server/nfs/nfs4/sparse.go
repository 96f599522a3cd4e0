package nfs4

import (
	"math"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// allocate is OP_ALLOCATE (RFC 7862 15.1): as posix_fallocate(3), the file
// grows if the range is past its end.
func (c *compound) allocate(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_ALLOCATE).Opallocate
	who, st := c.reserve(a, false)
	if st != nfs4.NFS4_OK {
		return st
	}
	now, st := c.attr(c.cur)
	if end := a.AaOffset + a.AaLength; st == nfs4.NFS4_OK && now.Size < end {
		_, err := c.cur.tree.SetAttr(c.ctx, who, c.cur.h, vfs.Changes{Size: &end})
		st = c.failIO(err)
	}
	return st
}

// deallocate is OP_DEALLOCATE (RFC 7862 15.4). The size stays.
func (c *compound) deallocate(arg nfs4.NfsArgop4) status {
	_, st := c.reserve(&arg.(*nfs4.NfsArgop4_OP_DEALLOCATE).Opdeallocate, true)
	return st
}

// reserve makes a range of the current file allocated, or a hole.
func (c *compound) reserve(a *nfs4.Allocate4args, hole bool) (*vfs.Origin, status) {
	if st := c.file(c.cur); st != nfs4.NFS4_OK {
		return nil, st
	}
	switch {
	case a.AaLength == 0 || a.AaOffset > math.MaxUint64-a.AaLength:
		return nil, nfs4.NFS4ERR_INVAL
	case !hole && a.AaOffset+a.AaLength > vfs.MaxFileSize:
		return nil, nfs4.NFS4ERR_FBIG
	}
	who, st := c.ioOrigin(a.AaStateid, vfs.ShareWrite)
	if st != nfs4.NFS4_OK {
		return nil, st
	}
	_, err := c.cur.tree.Allocate(c.ctx, who, c.cur.h, "", a.AaOffset, a.AaLength, hole)
	return who, c.failIO(err)
}

// seek is OP_SEEK (RFC 7862 15.11). The end of the file counts as a hole.
func (c *compound) seek(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_SEEK).Opseek
	if st := c.file(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	who, st := c.ioOrigin(a.SaStateid, vfs.ShareRead)
	if st != nfs4.NFS4_OK {
		return st
	}
	if a.SaWhat != nfs4.NFS4_CONTENT_DATA && a.SaWhat != nfs4.NFS4_CONTENT_HOLE {
		return nfs4.NFS4ERR_UNION_NOTSUPP
	}
	at, end, err := c.cur.tree.Seek(c.ctx, who, c.cur.h, a.SaOffset, a.SaWhat == nfs4.NFS4_CONTENT_HOLE)
	if err != nil {
		return c.failIO(err)
	}
	return c.body(&nfs4.Seek4resok{SrEof: end, SrOffset: at})
}
