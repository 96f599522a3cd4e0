package nfs4

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// onOpen runs an operation on an open of the current file under the seqid of
// its owner.
func (c *compound) onOpen(id nfs4.Stateid4, seqid uint32, op nfs4.NfsOpnum4, do func(st *state) status) status {
	if c.cur.none() {
		return nfs4.NFS4ERR_NOFILEHANDLE
	}
	id, st := c.current(id)
	if st != nfs4.NFS4_OK {
		return st
	}
	found, o, st := c.ownerOf(id)
	if st != nfs4.NFS4_OK {
		if closed := c.closedBefore(id, seqid, op); closed != nil {
			o, st = closed, nfs4.NFS4_OK
		} else {
			return st
		}
	}
	defer o.busy.Unlock()
	return c.sequenced(o, seqid, op, func() status {
		c.s.reg.mu.Lock()
		st := c.again(id, found)
		if st == nfs4.NFS4_OK && (found.open != nil || found.node != c.cur) {
			st = nfs4.NFS4ERR_BAD_STATEID
		}
		c.s.reg.mu.Unlock()
		if st != nfs4.NFS4_OK {
			return st
		}
		return do(found)
	})
}

// closedBefore finds the owner of an open that a CLOSE has ended, whose answer
// was lost: the client sends it again (RFC 7530 9.10.1). Its busy lock is then
// held.
func (c *compound) closedBefore(id nfs4.Stateid4, seqid uint32, op nfs4.NfsOpnum4) *owner {
	if c.minor > 0 || op != nfs4.OP_CLOSE {
		return nil
	}
	r := c.s.reg
	r.mu.Lock()
	cl := r.clients[clientOf(id)]
	var owners []*owner
	if cl != nil && cl.minor == 0 {
		for key, o := range cl.owners {
			if !key.lock {
				owners = append(owners, o)
			}
		}
	}
	r.mu.Unlock()
	for _, o := range owners {
		if !o.busy.TryLock() {
			continue
		}
		if o.started && o.seqid == seqid && o.last.op == op && o.closed.Other == id.Other {
			return o
		}
		o.busy.Unlock()
	}
	return nil
}

// close is OP_CLOSE (RFC 7530 16.2, RFC 8881 18.2). The locks of the open go
// with it.
func (c *compound) close(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_CLOSE).Opclose
	return c.onOpen(a.OpenStateid, a.Seqid, nfs4.OP_CLOSE, func(st *state) status {
		lost := &loss{client: st.client}
		r := c.s.reg
		r.mu.Lock()
		st.bump()
		id := st.stateid()
		r.dropState(st, lost)
		r.mu.Unlock()
		st.owner.closed = id
		lost.giveBack()
		if c.minor > 0 {
			id = invalidStateid
		}
		c.curState = nil
		return c.body(&id)
	})
}

// openConfirm is OP_OPEN_CONFIRM (RFC 7530 16.18).
func (c *compound) openConfirm(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_OPEN_CONFIRM).OpopenConfirm
	return c.onOpen(a.OpenStateid, a.Seqid, nfs4.OP_OPEN_CONFIRM, func(st *state) status {
		if st.owner.confirmed {
			return nfs4.NFS4ERR_BAD_STATEID
		}
		st.owner.confirmed = true
		c.s.reg.mu.Lock()
		st.bump()
		id := st.stateid()
		c.s.reg.mu.Unlock()
		return c.body(&id)
	})
}

// openDowngrade is OP_OPEN_DOWNGRADE (RFC 7530 16.19): what is left must be
// what some of the OPENs had together.
func (c *compound) openDowngrade(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_OPEN_DOWNGRADE).OpopenDowngrade
	wanted := a.ShareAccess
	if c.minor > 0 {
		wanted &^= nfs4.OPEN4_SHARE_ACCESS_WANT_DELEG_MASK
	}
	return c.onOpen(a.OpenStateid, a.Seqid, nfs4.OP_OPEN_DOWNGRADE, func(st *state) status {
		if wanted == 0 || wanted > nfs4.OPEN4_SHARE_ACCESS_BOTH || a.ShareDeny > nfs4.OPEN4_SHARE_DENY_BOTH {
			return nfs4.NFS4ERR_INVAL
		}
		access, deny := vfs.ShareAccess(wanted), vfs.ShareAccess(a.ShareDeny)
		lost := &loss{client: st.client}
		var kept []heldOpen
		var keptAccess, keptDeny vfs.ShareAccess
		r := c.s.reg
		r.mu.Lock()
		for _, h := range st.opens {
			if h.access&^access == 0 && h.deny&^deny == 0 {
				kept = append(kept, h)
				keptAccess, keptDeny = keptAccess|h.access, keptDeny|h.deny
			} else {
				lost.opens = append(lost.opens, h)
			}
		}
		if keptAccess != access || keptDeny != deny {
			r.mu.Unlock()
			return nfs4.NFS4ERR_INVAL
		}
		st.opens, st.access, st.deny = kept, access, deny
		st.bump()
		id := st.stateid()
		r.mu.Unlock()
		lost.giveBack()
		c.curState = &id
		return c.body(&id)
	})
}
