package nfs4

import (
	"encoding/binary"
	"math"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// A stateid's other field is the start of the server, the client and the
// state.
func (st *state) stateid() nfs4.Stateid4 {
	id := nfs4.Stateid4{Seqid: st.seqid}
	binary.BigEndian.PutUint64(id.Other[:], st.client.id)
	binary.BigEndian.PutUint32(id.Other[8:], st.id)
	return id
}

// bump moves the stateid on; it is never 0 (RFC 8881 8.2.2). mu is held.
func (st *state) bump() {
	if st.seqid++; st.seqid == 0 {
		st.seqid = 1
	}
}

// clientOf is the client id in a stateid.
func clientOf(id nfs4.Stateid4) uint64 { return binary.BigEndian.Uint64(id.Other[:]) }

var (
	zeroOther [nfs4.NFS4_OTHER_SIZE]byte
	onesOther = [nfs4.NFS4_OTHER_SIZE]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}
)

// invalidStateid is what CLOSE answers in minor version 1 (RFC 8881 18.2.4).
var invalidStateid = nfs4.Stateid4{Seqid: math.MaxUint32}

// anonymous reports whether the stateid is one of the two that stand for no
// state: all zero, and READ bypass (RFC 7530 9.1.4.3, RFC 8881 8.2.3).
func anonymous(id nfs4.Stateid4) bool {
	return id.Other == zeroOther && id.Seqid == 0 || id.Other == onesOther && id.Seqid == math.MaxUint32
}

// current puts the current stateid in the place of the special one that means
// it.
func (c *compound) current(id nfs4.Stateid4) (nfs4.Stateid4, status) {
	if c.minor > 0 && id.Other == zeroOther && id.Seqid == 1 {
		if c.curState == nil {
			return id, nfs4.NFS4ERR_BAD_STATEID
		}
		return *c.curState, nfs4.NFS4_OK
	}
	return id, nfs4.NFS4_OK
}

// state finds what a stateid of the caller stands for (RFC 7530 9.1.4.4, RFC
// 8881 8.2.4), and renews the lease of its client. mu is held.
func (c *compound) state(id nfs4.Stateid4) (*state, status) {
	r := c.s.reg
	if id.Other == zeroOther || id.Other == onesOther {
		return nil, nfs4.NFS4ERR_BAD_STATEID
	}
	if binary.BigEndian.Uint32(id.Other[:]) != r.boot {
		return nil, nfs4.NFS4ERR_STALE_STATEID
	}
	cl := r.clients[clientOf(id)]
	switch {
	case cl == nil && c.minor == 0 && binary.BigEndian.Uint32(id.Other[4:]) <= r.next:
		return nil, nfs4.NFS4ERR_EXPIRED
	case cl == nil || cl.minor != min(c.minor, 1) || c.session != nil && c.session.client != cl:
		return nil, nfs4.NFS4ERR_BAD_STATEID
	}
	st := cl.states[binary.BigEndian.Uint32(id.Other[8:])]
	switch {
	case st == nil:
		return nil, nfs4.NFS4ERR_BAD_STATEID
	case c.minor > 0 && id.Seqid == 0:
	case int32(id.Seqid-st.seqid) < 0:
		return nil, nfs4.NFS4ERR_OLD_STATEID
	case id.Seqid != st.seqid:
		return nil, nfs4.NFS4ERR_BAD_STATEID
	}
	cl.renewed = r.clock.Now()
	return st, nfs4.NFS4_OK
}

// ioOrigin is in whose name data of the current file is read or written: the
// open that the stateid stands for, or nobody's if it is anonymous.
func (c *compound) ioOrigin(id nfs4.Stateid4, want vfs.ShareAccess) (*vfs.Origin, status) {
	id, st := c.current(id)
	if st != nfs4.NFS4_OK {
		return nil, st
	}
	if anonymous(id) {
		return c.origin, nfs4.NFS4_OK
	}
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	found, st := c.state(id)
	if st != nfs4.NFS4_OK {
		return nil, st
	}
	open := found
	if found.open != nil {
		open = found.open
	}
	if open.node != c.cur {
		return nil, nfs4.NFS4ERR_BAD_STATEID
	}
	if open.access&want == 0 {
		return nil, nfs4.NFS4ERR_OPENMODE
	}
	who := *c.origin
	for _, h := range open.opens {
		if h.access&want != 0 {
			who.Open = h.op.ID
		}
	}
	return &who, nfs4.NFS4_OK
}
