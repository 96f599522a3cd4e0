package nfs4

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// lookup is OP_LOOKUP (RFC 7530 16.15).
func (c *compound) lookup(arg nfs4.NfsArgop4) status {
	n, _, st := c.find(c.cur, arg.(*nfs4.NfsArgop4_OP_LOOKUP).Oplookup.Objname)
	if st == nfs4.NFS4_OK {
		c.enter(n)
	}
	return st
}

// find looks a name up in a directory. The entry is zero for a share.
func (c *compound) find(dir node, name []byte) (n node, e vfs.Entry, st status) {
	a, st := c.attr(dir)
	switch {
	case st != nfs4.NFS4_OK:
		return n, e, st
	case a.Type == vfs.TypeSymlink:
		return n, e, nfs4.NFS4ERR_SYMLINK
	case a.Type != vfs.TypeDirectory:
		return n, e, nfs4.NFS4ERR_NOTDIR
	}
	if st := checkName(name); st != nfs4.NFS4_OK {
		return n, e, st
	}
	if dir.root {
		share, ok := c.s.shares.lookup(string(name))
		if !ok {
			return n, e, strangeName(name, nfs4.NFS4ERR_NOENT)
		}
		return share, e, nfs4.NFS4_OK
	}
	e, _, err := dir.tree.Lookup(c.ctx, c.origin, dir.h, string(name))
	if err != nil {
		return n, e, strangeName(name, c.fail(err))
	}
	return dir.sibling(e.Attr.Handle), e, nfs4.NFS4_OK
}

// lookupp is OP_LOOKUPP (RFC 7530 16.16). Above the root of a share is the
// pseudo root, above that nothing.
func (c *compound) lookupp(nfs4.NfsArgop4) status {
	n, st := c.parent()
	if st == nfs4.NFS4_OK {
		c.enter(n)
	}
	return st
}

func (c *compound) parent() (node, status) {
	a, st := c.attr(c.cur)
	switch {
	case st != nfs4.NFS4_OK:
		return node{}, st
	case c.minor > 0 && a.Type == vfs.TypeSymlink:
		return node{}, nfs4.NFS4ERR_SYMLINK
	case a.Type != vfs.TypeDirectory:
		return node{}, nfs4.NFS4ERR_NOTDIR
	case c.cur.root:
		return node{}, nfs4.NFS4ERR_NOENT
	case c.cur.shareRoot():
		return node{root: true}, nfs4.NFS4_OK
	}
	e, _, err := c.cur.tree.Lookup(c.ctx, c.origin, c.cur.h, "..")
	if err != nil {
		return node{}, c.fail(err)
	}
	return c.cur.sibling(e.Attr.Handle), nfs4.NFS4_OK
}
