package nfs4

import (
	"errors"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// remove is OP_REMOVE (RFC 7530 16.25): files and empty directories.
func (c *compound) remove(arg nfs4.NfsArgop4) status {
	name := arg.(*nfs4.NfsArgop4_OP_REMOVE).Opremove.Target
	if st := c.writable(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	if st := checkName(name); st != nfs4.NFS4_OK {
		return st
	}
	tree, dir := c.cur.tree, c.cur.h
	e, _, err := tree.Lookup(c.ctx, c.origin, dir, string(name))
	var removed vfs.Removed
	if err == nil && e.Attr.Type != vfs.TypeDirectory {
		removed, err = tree.Remove(c.ctx, c.origin, dir, string(name))
		if errors.Is(err, vfs.ErrIsDir) { // it has become one since
			removed, err = tree.Rmdir(c.ctx, c.origin, dir, string(name))
		}
	} else if err == nil {
		removed, err = tree.Rmdir(c.ctx, c.origin, dir, string(name))
		if errors.Is(err, vfs.ErrNotDir) {
			removed, err = tree.Remove(c.ctx, c.origin, dir, string(name))
		}
	}
	if err != nil {
		return strangeName(name, c.failNamed(err))
	}
	return c.body(&nfs4.Remove4resok{Cinfo: cinfo(removed.Dir)})
}
