package nfs4

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// maxListing is the most octets of one READDIR.
const maxListing = 1 << 20

// maxBatch is how many entries are asked of the road at a time.
const maxBatch = 256

// Octets of READDIR4resok around the entries.
const (
	listHead = nfs4.NFS4_VERIFIER_SIZE
	listTail = 4 + 4 // no more entries, eof
)

// listed is one entry of a listing.
type listed struct {
	name   string
	cookie uint64
	node   node
	attr   vfs.Attr
}

// readdir is OP_READDIR (RFC 7530 16.23). maxcount bounds READDIR4resok to the
// octet, dircount the cookies and names in it; one entry comes even if
// dircount is too small for it.
func (c *compound) readdir(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_READDIR).Opreaddir
	if _, st := c.directory(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	want, st := c.askable(a.AttrRequest)
	switch {
	case st != nfs4.NFS4_OK:
		return st
	case a.Cookie == 1 || a.Cookie == 2:
		return nfs4.NFS4ERR_BAD_COOKIE
	case a.Cookie == 0 && a.Cookieverf != nfs4.Verifier4{}, a.Cookie != 0 && a.Cookieverf != c.s.cookieVerf:
		return nfs4.NFS4ERR_NOT_SAME
	}
	limit := min(int64(a.Maxcount), maxListing, int64(c.room()))
	if limit < listHead+listTail {
		return nfs4.NFS4ERR_TOOSMALL
	}
	at := c.reply.Len()
	_, _ = c.reply.Write(c.s.cookieVerf[:])
	dircount, first, after := int64(0), true, a.Cookie
	for {
		batch, eof, st := c.list(after, int(min(limit/24+1, maxBatch)))
		if st != nfs4.NFS4_OK {
			return st
		}
		for i := range batch {
			e := &batch[i]
			before := c.reply.Len()
			if st := c.entry(want, e); st != nfs4.NFS4_OK {
				return st
			}
			dircount += int64(8 + 4 + (len(e.name)+3)&^3)
			full := a.Dircount != 0 && dircount > int64(a.Dircount) && !first
			if full || int64(c.reply.Len()-at+listTail) > limit {
				if first {
					return nfs4.NFS4ERR_TOOSMALL
				}
				c.reply.Truncate(before)
				c.reply.Bool(false)
				c.reply.Bool(false)
				return nfs4.NFS4_OK
			}
			first, after = false, e.cookie
		}
		if eof {
			c.reply.Bool(false)
			c.reply.Bool(true)
			return nfs4.NFS4_OK
		}
	}
}

// list is the next entries of the current directory.
func (c *compound) list(after uint64, limit int) (batch []listed, eof bool, st status) {
	if c.cur.root {
		for _, e := range c.s.shares.list(after) {
			n := node{tree: e.tree, h: e.tree.Root()}
			if a, st := c.attr(n); st == nfs4.NFS4_OK { // else it is going
				batch = append(batch, listed{e.name, e.cookie, n, a})
			}
		}
		return batch, true, nfs4.NFS4_OK
	}
	entries, eof, _, err := c.cur.tree.ReadDir(c.ctx, c.origin, c.cur.h, after, limit)
	if err != nil {
		return nil, false, c.fail(err)
	}
	batch = make([]listed, len(entries))
	for i := range entries {
		e := &entries[i]
		batch[i] = listed{e.Name, e.Cookie, c.cur.sibling(e.Attr.Handle), e.Attr}
	}
	return batch, eof, nfs4.NFS4_OK
}

// entry appends entry4 with the mark that it follows.
func (c *compound) entry(want bitmap, e *listed) status {
	c.reply.Bool(true)
	c.reply.Uint64(e.cookie)
	c.reply.Opaque([]byte(e.name))
	f, st := c.fattr(want, e.node, &e.attr)
	if st != nfs4.NFS4_OK {
		return st
	}
	return c.body(&f)
}
