package nfs4

import "crosswire/server/wire/xdr/nfs4"

// two holds the saved and the current file handle against what RENAME and LINK
// need of both.
func (c *compound) two() status {
	switch {
	case c.saved.none() || c.cur.none():
		return nfs4.NFS4ERR_NOFILEHANDLE
	case c.saved.tree != c.cur.tree:
		return nfs4.NFS4ERR_XDEV
	}
	return c.writable(c.cur)
}

// rename is OP_RENAME (RFC 7530 16.26): from the saved directory to the
// current one.
func (c *compound) rename(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_RENAME).Oprename
	if !c.saved.none() {
		if _, st := c.directory(c.saved); st != nfs4.NFS4_OK {
			return st
		}
	}
	if st := c.two(); st != nfs4.NFS4_OK {
		return st
	}
	if st := checkName(a.Oldname); st != nfs4.NFS4_OK {
		return st
	}
	if st := checkNewName(a.Newname); st != nfs4.NFS4_OK {
		return st
	}
	r, err := c.cur.tree.Rename(c.ctx, c.origin, c.saved.h, string(a.Oldname), c.cur.h, string(a.Newname))
	if err != nil {
		st := c.failNamed(err)
		if st == nfs4.NFS4ERR_ISDIR || st == nfs4.NFS4ERR_NOTDIR || st == nfs4.NFS4ERR_NOTEMPTY {
			st = nfs4.NFS4ERR_EXIST // source and target do not go together
		}
		return strangeName(a.Oldname, st)
	}
	return c.body(&nfs4.Rename4resok{SourceCinfo: cinfo(r.SrcDir), TargetCinfo: cinfo(r.DstDir)})
}

// link is OP_LINK (RFC 7530 16.9): a name in the current directory for the
// saved file.
func (c *compound) link(arg nfs4.NfsArgop4) status {
	name := arg.(*nfs4.NfsArgop4_OP_LINK).Oplink.Newname
	if st := c.two(); st != nfs4.NFS4_OK {
		return st
	}
	if st := checkNewName(name); st != nfs4.NFS4_OK {
		return st
	}
	made, err := c.cur.tree.Link(c.ctx, c.origin, c.saved.h, c.cur.h, string(name), false)
	if err != nil {
		return c.fail(err)
	}
	return c.body(&nfs4.Link4resok{Cinfo: cinfo(made.Dir)})
}
