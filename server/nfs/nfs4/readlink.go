package nfs4

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// readlink is OP_READLINK (RFC 7530 16.24, RFC 8881 18.24).
func (c *compound) readlink(nfs4.NfsArgop4) status {
	a, st := c.attr(c.cur)
	if st != nfs4.NFS4_OK {
		return st
	}
	if a.Type != vfs.TypeSymlink {
		if c.minor > 0 && a.Type != vfs.TypeDirectory {
			return nfs4.NFS4ERR_WRONG_TYPE
		}
		if a.Type == vfs.TypeDirectory && c.minor == 0 {
			return nfs4.NFS4ERR_ISDIR
		}
		return nfs4.NFS4ERR_INVAL
	}
	text, err := c.cur.tree.Readlink(c.ctx, c.origin, c.cur.h)
	if err != nil {
		return c.fail(err)
	}
	return c.body(&nfs4.Readlink4resok{Link: []byte(text)})
}
