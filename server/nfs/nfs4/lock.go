package nfs4

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"crosswire/server/lock"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// rangeOf is the range of a LOCK, LOCKT or LOCKU (RFC 7530 16.10.4).
func rangeOf(offset, length uint64, typ nfs4.NfsLockType4, o vfs.LockOwner) (vfs.PosixRange, status) {
	r := vfs.PosixRange{Owner: o, Exclusive: typ == nfs4.WRITE_LT || typ == nfs4.WRITEW_LT, Off: offset, Len: length}
	if length == 0 || length != math.MaxUint64 && offset > math.MaxUint64-length {
		return r, nfs4.NFS4ERR_INVAL
	}
	return r, nfs4.NFS4_OK
}

// denied answers NFS4ERR_DENIED with the lock that stands against it. One that
// another protocol holds has the client id 0.
func (c *compound) denied(h *vfs.LockHeld) status {
	d := nfs4.Lock4denied{Offset: h.Off, Length: h.Len, Locktype: nfs4.READ_LT}
	if h.Exclusive {
		d.Locktype = nfs4.WRITE_LT
	}
	d.Owner.Owner = []byte(h.Owner.String())
	if at := strings.LastIndexByte(h.Owner.Client, '/'); h.Owner.Protocol == vfs.ProtocolNFS && at >= 0 {
		if id, err := strconv.ParseUint(h.Owner.Client[at+1:], 16, 64); err == nil {
			d.Owner = nfs4.StateOwner4{Clientid: id, Owner: []byte(h.Owner.Opaque)}
		}
	}
	d.Owner.Owner = d.Owner.Owner[:min(len(d.Owner.Owner), nfs4.NFS4_OPAQUE_LIMIT)]
	c.keep = true
	_ = c.body(&d)
	return nfs4.NFS4ERR_DENIED
}

// lock is OP_LOCK (RFC 7530 16.10, RFC 8881 18.10). It never waits: a client
// that is ready to asks again.
func (c *compound) lock(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_LOCK).Oplock
	if st := c.file(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	if _, st := rangeOf(a.Offset, a.Length, a.Locktype, vfs.LockOwner{}); st != nfs4.NFS4_OK {
		return st
	}
	switch who := a.Locker.(type) {
	case *nfs4.Locker4_LOCK_OWNER_NEW:
		n := &who.OpenOwner
		return c.onOpen(n.OpenStateid, n.OpenSeqid, nfs4.OP_LOCK, func(open *state) status {
			return c.lockFirst(a, n, open)
		})
	case *nfs4.Locker4_LOCK_OWNER_EXISTS:
		return c.onLocks(who.LockOwner.LockStateid, who.LockOwner.LockSeqid, nfs4.OP_LOCK, func(st *state) status {
			return c.take(a, st)
		})
	}
	return nfs4.NFS4ERR_BADXDR
}

// lockFirst locks for a lock-owner that has, or may have, no stateid of this
// open yet. The open-owner is busy with us.
func (c *compound) lockFirst(a *nfs4.Lock4args, n *nfs4.OpenToLockOwner4, open *state) status {
	if c.minor == 0 && n.LockOwner.Clientid != open.client.id {
		return nfs4.NFS4ERR_BAD_STATEID
	}
	r := c.s.reg
	o, st := r.owner(open.client, ownerKey{lock: true, name: string(n.LockOwner.Owner)})
	if st != nfs4.NFS4_OK {
		return st
	}
	defer o.busy.Unlock()
	return c.sequenced(o, n.LockSeqid, nfs4.OP_LOCK, func() status {
		r.mu.Lock()
		s := open.locks[o]
		made := s == nil
		if made {
			if open.gone {
				r.mu.Unlock()
				return nfs4.NFS4ERR_BAD_STATEID
			}
			if s, st = r.newState(o, open.node); st != nfs4.NFS4_OK {
				r.mu.Unlock()
				return st
			}
			s.open = open
			open.locks[o] = s
		}
		r.mu.Unlock()
		st := c.take(a, s)
		if st != nfs4.NFS4_OK && made {
			r.mu.Lock()
			r.dropState(s, &loss{}) // it got nothing
			r.mu.Unlock()
		}
		return st
	})
}

// onLocks runs an operation on the locks of a lock-owner under its seqid.
func (c *compound) onLocks(id nfs4.Stateid4, seqid uint32, op nfs4.NfsOpnum4, do func(st *state) status) status {
	id, st := c.current(id)
	if st != nfs4.NFS4_OK {
		return st
	}
	found, opener, st := c.ownerOf(id)
	if st != nfs4.NFS4_OK {
		return st
	}
	defer opener.busy.Unlock()
	if found.open == nil || found.node != c.cur {
		return nfs4.NFS4ERR_BAD_STATEID
	}
	found.owner.busy.Lock()
	defer found.owner.busy.Unlock()
	return c.sequenced(found.owner, seqid, op, func() status {
		c.s.reg.mu.Lock()
		st := c.again(id, found)
		c.s.reg.mu.Unlock()
		if st != nfs4.NFS4_OK {
			return st
		}
		return do(found)
	})
}

// take takes the lock for the state, and answers.
func (c *compound) take(a *nfs4.Lock4args, s *state) status {
	if a.Reclaim {
		return nfs4.NFS4ERR_NO_GRACE
	}
	k, st := rangeOf(a.Offset, a.Length, a.Locktype, s.owner.lockOwner())
	if st != nfs4.NFS4_OK {
		return st
	}
	need := vfs.ShareRead
	if k.Exclusive {
		need = vfs.ShareWrite
	}
	r := c.s.reg
	r.mu.Lock()
	who := *c.origin
	for _, h := range s.open.opens {
		if h.access&need != 0 {
			who.Open = h.op.ID
		}
	}
	r.mu.Unlock()
	if who.Open == 0 {
		return nfs4.NFS4ERR_OPENMODE
	}
	_, err := s.node.tree.LockPosix(c.ctx, &who, s.node.h, k, false)
	var conflict *lock.RangeConflict
	if errors.As(err, &conflict) {
		return c.denied(&conflict.Holder)
	}
	if err != nil {
		return c.fail(err)
	}
	r.mu.Lock()
	gone := s.gone
	s.bump()
	id := s.stateid()
	r.mu.Unlock()
	if gone { // the lease ended meanwhile, and nobody else knows of the lock
		_ = s.node.tree.UnlockPosix(s.node.h, k)
		return nfs4.NFS4ERR_EXPIRED
	}
	c.curState = &id
	return c.body(&id)
}

// lockt is OP_LOCKT (RFC 7530 16.11).
func (c *compound) lockt(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_LOCKT).Oplockt
	if st := c.file(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	r := c.s.reg
	r.mu.Lock()
	cl, st := c.client(a.Owner.Clientid)
	r.mu.Unlock()
	if st != nfs4.NFS4_OK {
		return st
	}
	k, st := rangeOf(a.Offset, a.Length, a.Locktype, lockOwner(cl, string(a.Owner.Owner)))
	if st != nfs4.NFS4_OK {
		return st
	}
	held, err := c.cur.tree.TestPosix(c.ctx, c.origin, c.cur.h, k)
	if err != nil {
		return c.fail(err)
	}
	if held != nil {
		return c.denied(held)
	}
	return nfs4.NFS4_OK
}

// locku is OP_LOCKU (RFC 7530 16.12).
func (c *compound) locku(arg nfs4.NfsArgop4) status {
	a := &arg.(*nfs4.NfsArgop4_OP_LOCKU).Oplocku
	if st := c.file(c.cur); st != nfs4.NFS4_OK {
		return st
	}
	return c.onLocks(a.LockStateid, a.Seqid, nfs4.OP_LOCKU, func(s *state) status {
		k, st := rangeOf(a.Offset, a.Length, a.Locktype, s.owner.lockOwner())
		if st != nfs4.NFS4_OK {
			return st
		}
		if err := s.node.tree.UnlockPosix(s.node.h, k); err != nil {
			return c.fail(err)
		}
		c.s.reg.mu.Lock()
		s.bump()
		id := s.stateid()
		c.s.reg.mu.Unlock()
		c.curState = &id
		return c.body(&id)
	})
}

// holdsLocks reports whether the lock-owner of a lock state has locks on its
// file.
func holdsLocks(s *state) bool {
	if s.open == nil {
		return false
	}
	o := s.owner.lockOwner()
	for _, h := range s.node.tree.VFS().Locks().Locks(s.node.h, "") {
		if h.Owner == o {
			return true
		}
	}
	return false
}

// freeStateid is OP_FREE_STATEID (RFC 8881 18.38).
func (c *compound) freeStateid(arg nfs4.NfsArgop4) status {
	id, st := c.current(arg.(*nfs4.NfsArgop4_OP_FREE_STATEID).OpfreeStateid.FsaStateid)
	if st != nfs4.NFS4_OK {
		return st
	}
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	s, st := c.state(id)
	switch {
	case st != nfs4.NFS4_OK:
		return st
	case s.open == nil || holdsLocks(s):
		return nfs4.NFS4ERR_LOCKS_HELD
	}
	r.dropState(s, &loss{})
	return nfs4.NFS4_OK
}

// testStateid is OP_TEST_STATEID (RFC 8881 18.48).
func (c *compound) testStateid(arg nfs4.NfsArgop4) status {
	ids := arg.(*nfs4.NfsArgop4_OP_TEST_STATEID).OptestStateid.TsStateids
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	ok := nfs4.TestStateid4resok{TsrStatusCodes: make([]nfs4.Nfsstat4, len(ids))}
	for i, id := range ids {
		_, ok.TsrStatusCodes[i] = c.state(id)
	}
	return c.body(&ok)
}
