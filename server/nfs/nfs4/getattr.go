package nfs4

import (
	"bytes"
	"slices"

	"crosswire/server/wire/xdr/nfs4"
)

// getattr is OP_GETATTR (RFC 7530 16.7).
func (c *compound) getattr(arg nfs4.NfsArgop4) status {
	a, st := c.attr(c.cur)
	if st != nfs4.NFS4_OK {
		return st
	}
	want, st := c.askable(arg.(*nfs4.NfsArgop4_OP_GETATTR).Opgetattr.AttrRequest)
	if st != nfs4.NFS4_OK {
		return st
	}
	f, st := c.fattr(want, c.cur, &a)
	if st != nfs4.NFS4_OK {
		return st
	}
	return c.body(&f)
}

// verify is OP_VERIFY (RFC 7530 16.35).
func (c *compound) verify(arg nfs4.NfsArgop4) status {
	same, st := c.same(&arg.(*nfs4.NfsArgop4_OP_VERIFY).Opverify.ObjAttributes)
	if st == nfs4.NFS4_OK && !same {
		st = nfs4.NFS4ERR_NOT_SAME
	}
	return st
}

// nverify is OP_NVERIFY (RFC 7530 16.17).
func (c *compound) nverify(arg nfs4.NfsArgop4) status {
	same, st := c.same(&arg.(*nfs4.NfsArgop4_OP_NVERIFY).Opnverify.ObjAttributes)
	if st == nfs4.NFS4_OK && same {
		st = nfs4.NFS4ERR_SAME
	}
	return st
}

// same reports whether the attributes of the current file are these.
func (c *compound) same(f *nfs4.Fattr4) (bool, status) {
	a, st := c.attr(c.cur)
	if st != nfs4.NFS4_OK {
		return false, st
	}
	want := bitmapOf(f.Attrmask)
	switch {
	case !want.and(writeOnly).empty() || want.has(nfs4.FATTR4_RDATTR_ERROR):
		return false, nfs4.NFS4ERR_INVAL
	case strange(f.Attrmask) || !want.without(c.supported()).empty():
		return false, nfs4.NFS4ERR_ATTRNOTSUPP
	}
	now, st := c.fattr(want, c.cur, &a)
	if st != nfs4.NFS4_OK {
		return false, st
	}
	return slices.Equal(now.Attrmask, want.words()) && bytes.Equal(now.AttrVals, f.AttrVals), nfs4.NFS4_OK
}
