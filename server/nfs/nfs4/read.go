package nfs4

import (
	"encoding/binary"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// read is OP_READ (RFC 7530 16.23). The road fills the reply itself.
func (c *compound) read(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_READ).Opread
	if st := c.file(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	who, st := c.ioOrigin(a.Stateid, vfs.ShareRead)
	if st != nfs4.NFS4_OK {
		return st
	}
	const head = 4 + 4 // eof, length
	room := c.room() - head - opReserve/2
	if room < 0 {
		return c.tooBig
	}
	n := int(min(int64(a.Count), MaxTransfer, int64(room)))
	at := c.reply.Len()
	data := c.reply.Room(head + n)[head:]
	got, eof, _, err := c.cur.tree.Read(c.ctx, who, c.cur.h, "", data, a.Offset)
	if err != nil {
		return c.failIO(err)
	}
	b := c.reply.Results()[at:]
	clear(b[:head])
	if eof {
		b[3] = 1
	}
	binary.BigEndian.PutUint32(b[4:], uint32(got))
	c.reply.Truncate(at + head + got)
	c.reply.Extend(-got & 3)
	return nfs4.NFS4_OK
}
