package nfs4

import (
	"bytes"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// cinfo is change_info4: what a directory was right before and right after.
func cinfo(w vfs.WCC) nfs4.ChangeInfo4 {
	return nfs4.ChangeInfo4{Atomic: true, Before: w.Before.Change, After: w.After.Change}
}

// create is OP_CREATE (RFC 7530 16.4): everything but regular files.
func (c *compound) create(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_CREATE).Opcreate
	if st := c.writable(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	if st := checkNewName(a.Objname); st != nfs4.NFS4_OK {
		return st
	}
	ch, st := c.parseChanges(&a.Createattrs)
	if st != nfs4.NFS4_OK {
		return st
	}
	if ch.Size != nil {
		return nfs4.NFS4ERR_INVAL
	}
	ch.over(&vfs.Attr{})
	made, st := c.make(a, ch.Changes)
	if st != nfs4.NFS4_OK {
		return st
	}
	c.enter(c.cur.sibling(made.Entry.Attr.Handle))
	return c.body(&nfs4.Create4resok{Cinfo: cinfo(made.Dir), Attrset: ch.set.words()})
}

func (c *compound) make(a *nfs4.Create4args, init vfs.Changes) (made vfs.NewNode, st status) {
	tree, dir, name := c.cur.tree, c.cur.h, string(a.Objname)
	mode := func(m uint32) {
		if init.Mode == nil {
			init.Mode = &m
		}
	}
	var err error
	switch what := a.Objtype.(type) {
	case *nfs4.Createtype4_NF4LNK:
		switch text := what.Linkdata; {
		case len(text) > vfs.SymlinkMax:
			return made, nfs4.NFS4ERR_NAMETOOLONG
		case len(text) == 0 || bytes.IndexByte(text, 0) >= 0:
			return made, nfs4.NFS4ERR_INVAL
		}
		mode(0o777)
		made, err = tree.Symlink(c.ctx, c.origin, dir, name, string(what.Linkdata), init)
	case *nfs4.Createtype4_NF4BLK:
		made, err = tree.Mknod(c.ctx, c.origin, dir, name, vfs.TypeBlock, rdev(what.Devdata), init)
	case *nfs4.Createtype4_NF4CHR:
		made, err = tree.Mknod(c.ctx, c.origin, dir, name, vfs.TypeChar, rdev(what.Devdata), init)
	default:
		switch a.Objtype.GetType() {
		case nfs4.NF4DIR:
			mode(0o755)
			made, err = tree.Mkdir(c.ctx, c.origin, dir, name, init, false)
		case nfs4.NF4SOCK, nfs4.NF4FIFO:
			made, err = tree.Mknod(c.ctx, c.origin, dir, name, vfs.FileType(a.Objtype.GetType()), vfs.Rdev{}, init)
		default:
			return made, nfs4.NFS4ERR_BADTYPE
		}
	}
	return made, c.fail(err)
}

func rdev(d nfs4.Specdata4) vfs.Rdev { return vfs.Rdev{Major: d.Specdata1, Minor: d.Specdata2} }
