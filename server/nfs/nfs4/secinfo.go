package nfs4

import "crosswire/server/wire/xdr/nfs4"

// flavors is how every file may be reached, best first.
func (c *compound) flavors() status {
	if c.minor > 0 {
		c.enter(node{}) // RFC 8881 2.6.3.1.1.8: the file handle is consumed
	}
	c.reply.Uint32(2)
	for _, flavor := range []nfs4.Secinfo4{
		&nfs4.Secinfo4_default{Flavor: nfs4.AUTH_SYS4},
		&nfs4.Secinfo4_default{Flavor: nfs4.AUTH_NONE4},
	} {
		if st := c.body(flavor); st != nfs4.NFS4_OK {
			return st
		}
	}
	return nfs4.NFS4_OK
}

// secinfo is OP_SECINFO (RFC 7530 16.31, RFC 8881 18.29).
func (c *compound) secinfo(arg nfs4.NfsArgop4) status {
	if _, st := c.directory(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	if _, _, st := c.find(c.cur, arg.(*nfs4.NfsArgop4_OP_SECINFO).Opsecinfo.Name); st != nfs4.NFS4_OK {
		return st
	}
	return c.flavors()
}

// secinfoNoName is OP_SECINFO_NO_NAME (RFC 8881 18.45).
func (c *compound) secinfoNoName(arg nfs4.NfsArgop4) status {
	if c.cur.none() {
		return nfs4.NFS4ERR_NOFILEHANDLE
	}
	if arg.(*nfs4.NfsArgop4_OP_SECINFO_NO_NAME).OpsecinfoNoName == nfs4.SECINFO_STYLE4_PARENT {
		if _, st := c.parent(); st != nfs4.NFS4_OK {
			return st
		}
	}
	return c.flavors()
}
