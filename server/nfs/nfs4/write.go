package nfs4

import (
	"encoding/binary"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// parseWrite takes WRITE's arguments apart in place: the generated decoder
// would copy the data. ok is false if they are cut off or out of range.
func parseWrite(b []byte) (w nfs4.Write4args, rest []byte, ok bool) {
	const head = 16 + 8 + 4 + 4
	if len(b) < head {
		return w, nil, false
	}
	w.Stateid.Seqid = binary.BigEndian.Uint32(b)
	copy(w.Stateid.Other[:], b[4:])
	w.Offset = binary.BigEndian.Uint64(b[16:])
	w.Stable = nfs4.StableHow4(binary.BigEndian.Uint32(b[24:]))
	n := binary.BigEndian.Uint32(b[28:])
	b = b[head:]
	padded := (uint64(n) + 3) &^ 3
	if n > nfs4.NFS4_WIRE_DATAMAX || uint64(len(b)) < padded || w.Stable < nfs4.UNSTABLE4 || w.Stable > nfs4.FILE_SYNC4 {
		return w, nil, false
	}
	w.Data = b[:n:n]
	return w, b[padded:], true
}

// write is OP_WRITE (RFC 7530 16.36). UNSTABLE data is committed by COMMIT;
// the other levels are committed before the reply.
func (c *compound) write(a nfs4.Write4args) status {
	if st := c.file(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	who, st := c.ioOrigin(a.Stateid, vfs.ShareWrite)
	if st != nfs4.NFS4_OK {
		return st
	}
	_, err := c.cur.tree.Write(c.ctx, who, c.cur.h, "", a.Data, a.Offset, 0)
	if err == nil && a.Stable != nfs4.UNSTABLE4 {
		_, err = c.cur.tree.Commit(c.ctx, who, c.cur.h)
	}
	if err != nil {
		return c.failIO(err)
	}
	return c.body(&nfs4.Write4resok{Count: uint32(len(a.Data)), Committed: a.Stable, Writeverf: c.s.writeVerf})
}

// commit is OP_COMMIT (RFC 7530 16.3). The whole file is committed, whatever
// the range.
func (c *compound) commit(nfs4.NfsArgop4) status {
	if st := c.file(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	if _, err := c.cur.tree.Commit(c.ctx, c.origin, c.cur.h); err != nil {
		return c.fail(err)
	}
	return c.body(&nfs4.Commit4resok{Writeverf: c.s.writeVerf})
}
