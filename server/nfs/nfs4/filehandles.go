package nfs4

import "crosswire/server/wire/xdr/nfs4"

// putrootfh is OP_PUTROOTFH (RFC 7530 16.22) and OP_PUTPUBFH (16.21), whose
// handle is the same.
func (c *compound) putrootfh(nfs4.NfsArgop4) status {
	c.enter(node{root: true})
	return nfs4.NFS4_OK
}

// putfh is OP_PUTFH (RFC 7530 16.20).
func (c *compound) putfh(arg nfs4.NfsArgop4) status {
	n, err := c.s.decode(arg.(*nfs4.NfsArgop4_OP_PUTFH).Opputfh.Object)
	if err != nil {
		return c.fail(err)
	}
	if _, st := c.attr(n); st != nfs4.NFS4_OK {
		return st
	}
	c.enter(n)
	return nfs4.NFS4_OK
}

// getfh is OP_GETFH (RFC 7530 16.8).
func (c *compound) getfh(nfs4.NfsArgop4) status {
	if c.cur.none() {
		return nfs4.NFS4ERR_NOFILEHANDLE
	}
	h, err := c.s.encode(c.cur)
	if err != nil {
		return c.fail(err)
	}
	return c.body(&nfs4.Getfh4resok{Object: h})
}

// savefh is OP_SAVEFH (RFC 7530 16.30); the current stateid is saved with it
// (RFC 8881 16.2.3.1.2).
func (c *compound) savefh(nfs4.NfsArgop4) status {
	if c.cur.none() {
		return nfs4.NFS4ERR_NOFILEHANDLE
	}
	c.saved, c.savedState = c.cur, c.curState
	return nfs4.NFS4_OK
}

// restorefh is OP_RESTOREFH (RFC 7530 16.29, RFC 8881 18.27).
func (c *compound) restorefh(nfs4.NfsArgop4) status {
	switch {
	case !c.saved.none():
		c.cur, c.curState = c.saved, c.savedState
		return nfs4.NFS4_OK
	case c.minor > 0:
		return nfs4.NFS4ERR_NOFILEHANDLE
	}
	return nfs4.NFS4ERR_RESTOREFH
}
