package nfs4

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math/rand/v2"

	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs4"
)

// session is a session of minor version 1 (RFC 8881 2.10).
type session struct {
	id     nfs4.Sessionid4
	client *client
	fore   nfs4.ChannelAttrs4
	slots  []slot
	gone   bool
}

// slot is one slot of the fore channel with its reply cache (RFC 8881
// 2.10.6.1). It is guarded by registry.mu.
type slot struct {
	seqid    uint32
	busy     bool
	keep     bool   // the reply of the request that runs is to be kept
	reserved int    // octets of registry.cached that are ours
	sum      uint64 // checksum of the last request
	reply    []byte // nil if it was not kept
}

// Limits of a channel.
const (
	maxResponse       = 1<<20 + 16<<10
	maxResponseCached = 4 << 10
	// minResponse lets a SEQUENCE and an error be answered.
	minResponse = 512
)

// negotiate is the fore channel that a client gets (RFC 8881 18.36.3).
func negotiate(want nfs4.ChannelAttrs4, record int) (nfs4.ChannelAttrs4, status) {
	if want.CaMaxrequestsize < minResponse || want.CaMaxresponsesize < minResponse {
		return want, nfs4.NFS4ERR_TOOSMALL
	}
	if want.CaMaxrequests == 0 || want.CaMaxoperations == 0 {
		return want, nfs4.NFS4ERR_INVAL
	}
	return nfs4.ChannelAttrs4{
		CaMaxrequestsize:        min(want.CaMaxrequestsize, uint32(record)),
		CaMaxresponsesize:       min(want.CaMaxresponsesize, maxResponse),
		CaMaxresponsesizeCached: min(want.CaMaxresponsesizeCached, maxResponseCached),
		CaMaxoperations:         min(want.CaMaxoperations, maxOps),
		CaMaxrequests:           min(want.CaMaxrequests, maxSlots),
	}, nfs4.NFS4_OK
}

// newSession enters a session. mu is held.
func (r *registry) newSession(c *client, fore nfs4.ChannelAttrs4) *session {
	s := &session{client: c, fore: fore, slots: make([]slot, fore.CaMaxrequests)}
	binary.BigEndian.PutUint64(s.id[:], c.id)
	for {
		binary.BigEndian.PutUint64(s.id[8:], rand.Uint64())
		if r.sessions[s.id] == nil {
			break
		}
	}
	r.sessions[s.id], c.sessions[s.id] = s, s
	return s
}

// dropSession forgets a session and its replies. mu is held.
func (r *registry) dropSession(s *session) {
	s.gone = true
	delete(r.sessions, s.id)
	delete(s.client.sessions, s.id)
	for i := range s.slots {
		r.cached -= s.slots[i].reserved
		s.slots[i].reserved = 0
		s.slots[i].reply = nil
	}
}

// sequence is OP_SEQUENCE (RFC 8881 18.46).
func (c *compound) sequence(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_SEQUENCE).Opsequence
	var h maphash.Hash
	h.SetSeed(c.s.seed)
	_, _ = h.Write(c.call.Args)
	sum := h.Sum64()

	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sessions[a.SaSessionid]
	if s == nil {
		return nfs4.NFS4ERR_BADSESSION
	}
	if a.SaSlotid >= uint32(len(s.slots)) {
		return nfs4.NFS4ERR_BADSLOT
	}
	if a.SaHighestSlotid < a.SaSlotid || a.SaHighestSlotid >= uint32(len(s.slots)) {
		return nfs4.NFS4ERR_BAD_HIGH_SLOT
	}
	sl := &s.slots[a.SaSlotid]
	switch {
	case sl.busy && a.SaSequenceid == sl.seqid:
		return nfs4.NFS4ERR_DELAY // the first of the two is still at it
	case a.SaSequenceid == sl.seqid && sl.seqid != 0:
		switch {
		case sum != sl.sum:
			return nfs4.NFS4ERR_SEQ_FALSE_RETRY
		case sl.reply == nil:
			return nfs4.NFS4ERR_RETRY_UNCACHED_REP
		}
		s.client.renewed = r.clock.Now()
		c.replay = sl.reply
		return nfs4.NFS4_OK
	case sl.busy || a.SaSequenceid != sl.seqid+1:
		return nfs4.NFS4ERR_SEQ_MISORDERED
	}
	switch {
	case c.count > int(s.fore.CaMaxoperations):
		return nfs4.NFS4ERR_TOO_MANY_OPS
	case len(c.call.Args) > int(s.fore.CaMaxrequestsize):
		return nfs4.NFS4ERR_REQ_TOO_BIG
	}
	keep := a.SaCachethis || c.count == 1
	if keep {
		need := int(s.fore.CaMaxresponsesizeCached)
		if sl.reserved == 0 {
			if r.cached+need > maxCached {
				return nfs4.NFS4ERR_DELAY
			}
			r.cached += need
			sl.reserved = need
		}
	}
	sl.seqid, sl.busy, sl.keep, sl.sum, sl.reply = a.SaSequenceid, true, keep, sum, nil
	s.client.renewed = r.clock.Now()
	c.session, c.slot = s, sl
	// The channel's sizes are those of whole messages.
	c.limit = min(c.limit, int(s.fore.CaMaxresponsesize)-rpc.AcceptedSize)
	if a.SaCachethis && int(s.fore.CaMaxresponsesizeCached) < c.limit {
		c.limit, c.tooBig = max(int(s.fore.CaMaxresponsesizeCached), c.reply.Len()+opReserve), nfs4.NFS4ERR_REP_TOO_BIG_TO_CACHE
	}
	return c.body(&nfs4.Sequence4resok{
		SrSessionid: s.id, SrSequenceid: a.SaSequenceid, SrSlotid: a.SaSlotid,
		SrHighestSlotid: uint32(len(s.slots) - 1), SrTargetHighestSlotid: uint32(len(s.slots) - 1),
	})
}

// finishSlot keeps the reply, if it is to be kept, and frees the slot.
func (r *registry) finishSlot(s *session, sl *slot, reply []byte, alone bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sl.busy = false
	s.client.renewed = r.clock.Now()
	if sl.keep && !s.gone && reply != nil && (alone || len(reply) <= int(max(s.fore.CaMaxresponsesizeCached, minResponse))) {
		sl.reply = bytes.Clone(reply)
	}
}

// exchangeID is OP_EXCHANGE_ID (RFC 8881 18.35.4, whose cases are cited).
func (c *compound) exchangeID(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_EXCHANGE_ID).OpexchangeId
	const known = nfs4.EXCHGID4_FLAG_SUPP_MOVED_REFER | nfs4.EXCHGID4_FLAG_SUPP_MOVED_MIGR | nfs4.EXCHGID4_FLAG_BIND_PRINC_STATEID |
		nfs4.EXCHGID4_FLAG_USE_NON_PNFS | nfs4.EXCHGID4_FLAG_USE_PNFS_MDS | nfs4.EXCHGID4_FLAG_USE_PNFS_DS | nfs4.EXCHGID4_FLAG_UPD_CONFIRMED_REC_A
	flagsOf := uint32(known)
	if c.minor > 1 {
		flagsOf |= nfs4.EXCHGID4_FLAG_SUPP_FENCE_OPS
	}
	if a.EiaFlags&^flagsOf != 0 {
		return nfs4.NFS4ERR_INVAL
	}
	if a.EiaStateProtect.GetSpaHow() != nfs4.SP4_NONE {
		return nfs4.NFS4ERR_ENCR_ALG_UNSUPP // without RPCSEC_GSS nothing can be protected
	}
	update := a.EiaFlags&nfs4.EXCHGID4_FLAG_UPD_CONFIRMED_REC_A != 0
	key := "1" + string(a.EiaClientowner.Id)
	r := c.s.reg
	var lost *loss
	r.mu.Lock()
	defer func() {
		r.mu.Unlock()
		lost.giveBack()
	}()
	old := r.confirmed[key]
	cl := old
	switch {
	case update:
		switch {
		case old == nil:
			return nfs4.NFS4ERR_NOENT // case 7
		case old.verifier != a.EiaClientowner.Verifier:
			return nfs4.NFS4ERR_NOT_SAME // case 8
		case old.principal != c.principal():
			return nfs4.NFS4ERR_PERM // case 9
		}
	case old != nil && old.principal != c.principal():
		if len(old.states) > 0 || len(old.sessions) > 0 {
			return nfs4.NFS4ERR_CLID_INUSE // case 3
		}
		lost = r.drop(old)
		cl = nil
	case old != nil && old.verifier == a.EiaClientowner.Verifier:
		// case 2: the same instance has asked before
	default:
		cl = nil // cases 1, 4 and 5: what there is stays until the new id is confirmed
	}
	flags := uint32(nfs4.EXCHGID4_FLAG_USE_NON_PNFS)
	if cl == nil {
		cl = &client{key: key, verifier: a.EiaClientowner.Verifier, principal: c.principal(), addr: c.origin.Client, minor: 1}
		if st := r.add(cl); st != nfs4.NFS4_OK {
			return st
		}
	} else {
		flags |= nfs4.EXCHGID4_FLAG_CONFIRMED_R
		cl.renewed = r.clock.Now()
	}
	return c.body(&nfs4.ExchangeId4resok{
		EirClientid: cl.id, EirSequenceid: cl.created + 1, EirFlags: flags,
		EirStateProtect: &nfs4.StateProtect4R_SP4_NONE{},
		EirServerOwner:  nfs4.ServerOwner4{SoMajorId: c.s.owner}, EirServerScope: c.s.owner,
	})
}

// createSession is OP_CREATE_SESSION (RFC 8881 18.36). The back channel is not
// taken up, so no flag is granted.
func (c *compound) createSession(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_CREATE_SESSION).OpcreateSession
	const known = nfs4.CREATE_SESSION4_FLAG_PERSIST | nfs4.CREATE_SESSION4_FLAG_CONN_BACK_CHAN | nfs4.CREATE_SESSION4_FLAG_CONN_RDMA
	r := c.s.reg
	var lost *loss
	r.mu.Lock()
	defer func() {
		r.mu.Unlock()
		lost.giveBack()
	}()
	cl := r.clients[a.CsaClientid]
	switch {
	case cl == nil || cl.minor != 1:
		return nfs4.NFS4ERR_STALE_CLIENTID
	case a.CsaSequence == cl.created && cl.creation != nil:
		_, _ = c.reply.Write(cl.creation)
		return nfs4.NFS4_OK
	case a.CsaSequence != cl.created+1:
		return nfs4.NFS4ERR_SEQ_MISORDERED
	case cl.principal != c.principal():
		return nfs4.NFS4ERR_CLID_INUSE
	case a.CsaFlags&^known != 0:
		return nfs4.NFS4ERR_INVAL
	case len(cl.sessions) >= maxSessions:
		return nfs4.NFS4ERR_NOSPC
	}
	fore, st := negotiate(a.CsaForeChanAttrs, c.call.MaxReply)
	if st != nfs4.NFS4_OK {
		return st
	}
	lost = r.confirmClient(cl)
	s := r.newSession(cl, fore)
	cl.created = a.CsaSequence
	back := a.CsaBackChanAttrs
	back.CaRdmaIrd = nil
	at := c.reply.Len()
	st = c.body(&nfs4.CreateSession4resok{CsrSessionid: s.id, CsrSequence: a.CsaSequence, CsrForeChanAttrs: fore, CsrBackChanAttrs: back})
	cl.creation = bytes.Clone(c.reply.Results()[at:])
	return st
}

// destroySession is OP_DESTROY_SESSION (RFC 8881 18.37): as the last of its
// compound if that is of the very session.
func (c *compound) destroySession(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_DESTROY_SESSION).OpdestroySession
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sessions[a.DsaSessionid]
	switch {
	case s == nil:
		return nfs4.NFS4ERR_BADSESSION
	case c.session == s && c.index != c.count-1:
		return nfs4.NFS4ERR_NOT_ONLY_OP
	case s.client.principal != c.principal():
		return nfs4.NFS4ERR_PERM
	}
	for i := range s.slots {
		if s.slots[i].busy && &s.slots[i] != c.slot {
			return nfs4.NFS4ERR_DELAY
		}
	}
	r.dropSession(s)
	return nfs4.NFS4_OK
}

// bindConnToSession is OP_BIND_CONN_TO_SESSION (RFC 8881 18.34). Requests of a
// session may come by any connection; the back channel is not taken up.
func (c *compound) bindConnToSession(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_BIND_CONN_TO_SESSION).OpbindConnToSession
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.sessions[a.BctsaSessid]
	switch {
	case s == nil:
		return nfs4.NFS4ERR_BADSESSION
	case a.BctsaDir == nfs4.CDFC4_BACK:
		return nfs4.NFS4ERR_NOTSUPP
	}
	return c.body(&nfs4.BindConnToSession4resok{BctsrSessid: s.id, BctsrDir: nfs4.CDFS4_FORE})
}

// destroyClientid is OP_DESTROY_CLIENTID (RFC 8881 18.50).
func (c *compound) destroyClientid(arg nfs4.NfsArgop4) status {
	id := arg.(*nfs4.NfsArgop4_OP_DESTROY_CLIENTID).OpdestroyClientid.DcaClientid
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	cl := r.clients[id]
	switch {
	case cl == nil || cl.minor != 1:
		return nfs4.NFS4ERR_STALE_CLIENTID
	case len(cl.sessions) > 0 || len(cl.states) > 0:
		return nfs4.NFS4ERR_CLIENTID_BUSY
	case cl.principal != c.principal():
		return nfs4.NFS4ERR_WRONG_CRED
	}
	r.drop(cl)
	return nfs4.NFS4_OK
}

// reclaimComplete is OP_RECLAIM_COMPLETE (RFC 8881 18.51).
func (c *compound) reclaimComplete(arg nfs4.NfsArgop4) status {
	a := arg.(*nfs4.NfsArgop4_OP_RECLAIM_COMPLETE).OpreclaimComplete
	if a.RcaOneFs {
		if c.cur.none() {
			return nfs4.NFS4ERR_NOFILEHANDLE
		}
		return nfs4.NFS4_OK // no file system moves
	}
	r := c.s.reg
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.session.client.reclaimed {
		return nfs4.NFS4ERR_COMPLETE_ALREADY
	}
	c.session.client.reclaimed = true
	return nfs4.NFS4_OK
}
