package nfs4

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// setattr is OP_SETATTR (RFC 7530 16.32). A size is set in the name of the
// open that the stateid stands for, everything else as the caller may.
func (c *compound) setattr(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_SETATTR).Opsetattr
	old, st := c.attr(c.cur)
	if st != nfs4.NFS4_OK {
		return st
	}
	ch, st := c.parseChanges(&a.ObjAttributes)
	if st != nfs4.NFS4_OK {
		return st
	}
	if c.cur.root {
		return nfs4.NFS4ERR_ROFS
	}
	var done bitmap
	st = c.apply(&ch, &old, a.Stateid, &done)
	// What was set is told also if the rest was not.
	c.keep = st != nfs4.NFS4_OK
	c.bitmap(done)
	return st
}

// apply sets the size first, then the rest; done is what was set.
func (c *compound) apply(ch *changes, old *vfs.Attr, id nfs4.Stateid4, done *bitmap) status {
	size := mask(nfs4.FATTR4_SIZE)
	ch.over(old)
	rest := ch.Changes
	rest.Size = nil
	if ch.Size != nil {
		if st := c.file(c.cur); st != nfs4.NFS4_OK {
			return st
		}
		who, st := c.ioOrigin(id, vfs.ShareWrite)
		if st != nfs4.NFS4_OK {
			return st
		}
		if _, err := c.cur.tree.SetAttr(c.ctx, who, c.cur.h, vfs.Changes{Size: ch.Size}); err != nil {
			return c.failIO(err)
		}
		*done = ch.set.and(size)
	}
	if others := ch.set.without(size); !others.empty() {
		if _, err := c.cur.tree.SetAttr(c.ctx, c.origin, c.cur.h, rest); err != nil {
			return c.fail(err)
		}
	}
	*done = ch.set
	return nfs4.NFS4_OK
}

// bitmap appends a bitmap4 to the reply.
func (c *compound) bitmap(b bitmap) {
	words := b.words()
	c.reply.Uint32(uint32(len(words)))
	for _, w := range words {
		c.reply.Uint32(w)
	}
}
