package nfs4

import (
	"bytes"

	"crosswire/server/wire/xdr/nfs4"
)

// sequenced runs an operation of an owner, whose busy lock is held, under its
// seqid (RFC 7530 9.1.7): a repeated one is answered as before, one out of turn
// is refused. Minor version 1 has sessions for that.
func (c *compound) sequenced(o *owner, seqid uint32, op nfs4.NfsOpnum4, do func() status) status {
	if c.minor > 0 {
		return do()
	}
	switch {
	case !o.started:
	case seqid == o.seqid && o.last.op == op:
		_, _ = c.reply.Write(o.last.body)
		c.keep = true
		c.cur = o.last.cur
		return o.last.status
	case seqid != o.seqid+1:
		return nfs4.NFS4ERR_BAD_SEQID
	}
	at := c.reply.Len()
	st := do()
	if !advances(st) {
		return st
	}
	o.started, o.seqid = true, seqid
	o.last = answer{op: op, status: st, cur: c.cur}
	if st == nfs4.NFS4_OK || c.keep {
		o.last.body = bytes.Clone(c.reply.Results()[at:])
	}
	return st
}

// advances reports whether an operation with this result counts (RFC 7530
// 9.1.7).
func advances(st status) bool {
	switch st {
	case nfs4.NFS4ERR_STALE_CLIENTID, nfs4.NFS4ERR_STALE_STATEID, nfs4.NFS4ERR_BAD_STATEID, nfs4.NFS4ERR_BAD_SEQID,
		nfs4.NFS4ERR_BADXDR, nfs4.NFS4ERR_RESOURCE, nfs4.NFS4ERR_NOFILEHANDLE, nfs4.NFS4ERR_MOVED:
		return false
	}
	return true
}

// ownerOf finds the owner of an open's stateid and takes its busy lock; found
// is the state, which may have gone by then. A stateid that the owner's last
// operation moved on is good for a repetition of it, so its seqid is the
// caller's to check, by again.
func (c *compound) ownerOf(id nfs4.Stateid4) (found *state, o *owner, st status) {
	r := c.s.reg
	r.mu.Lock()
	found, st = c.state(id)
	if st == nfs4.NFS4ERR_OLD_STATEID && c.minor == 0 {
		latest := id
		for latest.Seqid++; st == nfs4.NFS4ERR_OLD_STATEID && latest.Seqid-id.Seqid < 2; latest.Seqid++ {
			found, st = c.state(latest)
		}
	}
	if st != nfs4.NFS4_OK {
		r.mu.Unlock()
		return nil, nil, st
	}
	o = found.owner
	if found.open != nil {
		o = found.open.owner
	}
	r.mu.Unlock()
	o.busy.Lock()
	return found, o, nfs4.NFS4_OK
}

// again checks a stateid once more now that its owner is busy with us. mu is
// held.
func (c *compound) again(id nfs4.Stateid4, found *state) status {
	now, st := c.state(id)
	if st == nfs4.NFS4_OK && now != found {
		st = nfs4.NFS4ERR_BAD_STATEID
	}
	return st
}
