package nfs4

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/xdr/nfs4"
)

// TestSlots holds SEQUENCE against RFC 8881 2.10.6.1.
func TestSlots(t *testing.T) {
	h := serve(t)
	p := h.client(t, 1, "client")
	mkdir := func(slot, seq uint32, keep bool, name string) *nfs4.Compound4res {
		return p.raw(append([]nfs4.NfsArgop4{p.sequenceOp(slot, seq, keep)}, then(at(), mkdirOp(name))...)...)
	}
	first := mkdir(1, 1, true, "d")
	is(t, nfs4.NFS4_OK, first.Status)
	require.Equal(t, first, mkdir(1, 1, true, "d"), "else the name would exist")
	is(t, nfs4.NFS4ERR_SEQ_FALSE_RETRY, mkdir(1, 1, true, "e").Status)
	is(t, nfs4.NFS4ERR_SEQ_MISORDERED, mkdir(1, 3, true, "e").Status)
	is(t, nfs4.NFS4ERR_SEQ_MISORDERED, mkdir(2, 0, true, "e").Status)
	failed := mkdir(1, 2, true, "d")
	is(t, nfs4.NFS4ERR_EXIST, failed.Status)
	require.Equal(t, failed, mkdir(1, 2, true, "d"), "a failure is kept too")
	is(t, nfs4.NFS4_OK, mkdir(2, 1, false, "f").Status)
	is(t, nfs4.NFS4ERR_RETRY_UNCACHED_REP, mkdir(2, 1, false, "f").Status)
	is(t, nfs4.NFS4ERR_BADSLOT, mkdir(4, 1, true, "g").Status)
	is(t, nfs4.NFS4ERR_BADSLOT, mkdir(^uint32(0), 1, true, "g").Status)
	high := &nfs4.NfsArgop4_OP_SEQUENCE{Opsequence: nfs4.Sequence4args{SaSessionid: p.session, SaSequenceid: 1, SaSlotid: 3, SaHighestSlotid: 2}}
	is(t, nfs4.NFS4ERR_BAD_HIGH_SLOT, p.raw(high).Status)
	alone := p.raw(p.sequenceOp(3, 1, false))
	is(t, nfs4.NFS4_OK, alone.Status)
	require.Equal(t, alone, p.raw(p.sequenceOp(3, 1, false)))
	p.session[15] ^= 1
	is(t, nfs4.NFS4ERR_BADSESSION, mkdir(1, 3, true, "g").Status)
}

// TestPlaces: where in a compound what may stand (RFC 8881 2.10.2, 18.46.3).
func TestPlaces(t *testing.T) {
	h := serve(t)
	p := h.client(t, 1, "client")
	v0 := h.client(t, 0, "client")
	seq := func() nfs4.NfsArgop4 { p.seq++; return p.sequenceOp(0, p.seq, false) }
	many := make([]nfs4.NfsArgop4, 60)
	for i := range many {
		many[i] = bare(nfs4.OP_PUTROOTFH)
	}
	destroy := &nfs4.NfsArgop4_OP_DESTROY_SESSION{OpdestroySession: nfs4.DestroySession4args{DsaSessionid: p.session}}
	is(t, nfs4.NFS4ERR_OP_NOT_IN_SESSION, p.raw(bare(nfs4.OP_PUTROOTFH)).Status)
	is(t, nfs4.NFS4ERR_NOT_ONLY_OP, p.raw(p.exchangeArgs(0), bare(nfs4.OP_PUTROOTFH)).Status)
	is(t, nfs4.NFS4ERR_SEQUENCE_POS, p.raw(seq(), bare(nfs4.OP_PUTROOTFH), seq()).Status)
	p.seq--
	is(t, nfs4.NFS4ERR_TOO_MANY_OPS, p.raw(append([]nfs4.NfsArgop4{seq()}, many...)...).Status)
	p.seq--
	is(t, nfs4.NFS4ERR_NOT_ONLY_OP, p.raw(seq(), destroy, bare(nfs4.OP_PUTROOTFH)).Status)
	is(t, nfs4.NFS4ERR_NOTSUPP, p.run(&nfs4.NfsArgop4_OP_RENEW{}).Status, "of minor version 0")
	is(t, nfs4.NFS4ERR_NOTSUPP, p.run(bare(nfs4.OP_LAYOUTGET)).Status)
	is(t, nfs4.NFS4ERR_OP_ILLEGAL, v0.raw(p.exchangeArgs(0)).Status, "of minor version 1")
	is(t, nfs4.NFS4ERR_OP_ILLEGAL, v0.raw(bare(2)).Status)
	illegal := p.run(bare(4711))
	is(t, nfs4.NFS4ERR_OP_ILLEGAL, illegal.Status)
	require.Equal(t, nfs4.OP_ILLEGAL, illegal.Resarray[0].GetResop())
	is(t, nfs4.NFS4_OK, p.raw().Status, "an empty compound")
	is(t, nfs4.NFS4ERR_OP_ILLEGAL, p.run(&nfs4.NfsArgop4_OP_SEEK{}).Status, "of minor version 2")
	p.minor = 3
	res := p.raw(seq())
	is(t, nfs4.NFS4ERR_MINOR_VERS_MISMATCH, res.Status)
	require.Empty(t, res.Resarray)
	p.minor = 1
	p.seq--
	is(t, nfs4.NFS4_OK, p.raw(seq(), destroy).Status)
	is(t, nfs4.NFS4ERR_BADSESSION, p.raw(seq()).Status)
}

// TestInstances holds EXCHANGE_ID and CREATE_SESSION against RFC 8881 18.35.4
// and 18.36.4.
func TestInstances(t *testing.T) {
	h := serve(t)
	p := h.connect(t, 1, "client")
	first := p.exchange(1)
	require.Zero(t, first.EirFlags&nfs4.EXCHGID4_FLAG_CONFIRMED_R)
	p.id = first.EirClientid
	s := p.createSession(first.EirSequenceid, channel())
	require.Equal(t, uint32(2048), s.CsrForeChanAttrs.CaMaxresponsesizeCached)
	require.Zero(t, s.CsrFlags, "no back channel is claimed")
	require.Equal(t, s, p.createSession(first.EirSequenceid, channel()), "sent again")
	res := p.raw(&nfs4.NfsArgop4_OP_CREATE_SESSION{OpcreateSession: nfs4.CreateSession4args{CsaClientid: p.id, CsaSequence: 9, CsaForeChanAttrs: channel()}})
	is(t, nfs4.NFS4ERR_SEQ_MISORDERED, res.Status)
	again := p.exchange(1)
	require.Equal(t, first.EirClientid, again.EirClientid)
	require.NotZero(t, again.EirFlags&nfs4.EXCHGID4_FLAG_CONFIRMED_R)

	p.session = s.CsrSessionid
	_, st := p.open(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
	is(t, nfs4.NFS4ERR_GRACE, st, "before RECLAIM_COMPLETE")
	is(t, nfs4.NFS4_OK, p.run(&nfs4.NfsArgop4_OP_RECLAIM_COMPLETE{}).Status)
	is(t, nfs4.NFS4ERR_COMPLETE_ALREADY, p.run(&nfs4.NfsArgop4_OP_RECLAIM_COMPLETE{}).Status)
	p.mustOpen(openArgs{owner: "o", name: "f", access: rw, deny: nfs4.OPEN4_SHARE_DENY_WRITE, how: unchecked})

	destroy := &nfs4.NfsArgop4_OP_DESTROY_CLIENTID{OpdestroyClientid: nfs4.DestroyClientid4args{DcaClientid: p.id}}
	is(t, nfs4.NFS4ERR_CLIENTID_BUSY, p.raw(destroy).Status)

	other := h.connect(t, 1, "client")
	other.cred = user(1000)
	is(t, nfs4.NFS4ERR_CLID_INUSE, other.raw(other.exchangeArgs(1)).Status, "of another user")

	// The client restarts: what its former instance held goes when the new one
	// is confirmed, not before.
	reborn := h.connect(t, 1, "client")
	x := reborn.exchange(2)
	require.NotEqual(t, first.EirClientid, x.EirClientid)
	is(t, nfs4.NFS4_OK, p.run().Status)
	reborn.introduceAs(x)
	is(t, nfs4.NFS4ERR_BADSESSION, p.run().Status)
	reborn.mustOpen(openArgs{owner: "o", name: "f", access: rw, deny: nfs4.OPEN4_SHARE_DENY_WRITE})

	empty := h.connect(t, 1, "empty").exchange(0)
	destroy.OpdestroyClientid.DcaClientid = empty.EirClientid
	is(t, nfs4.NFS4_OK, p.raw(destroy).Status)
	is(t, nfs4.NFS4ERR_STALE_CLIENTID, p.raw(destroy).Status)
}

func (p *peer) introduceAs(x nfs4.ExchangeId4resok) {
	p.id = x.EirClientid
	p.session = p.createSession(x.EirSequenceid, channel()).CsrSessionid
	is(p.t, nfs4.NFS4_OK, p.run(&nfs4.NfsArgop4_OP_RECLAIM_COMPLETE{}).Status)
}

// TestSetclientid holds it against RFC 7530 16.33.5 and 16.34.5.
func TestSetclientid(t *testing.T) {
	h := serve(t)
	p := h.client(t, 0, "client")
	p.mustOpen(openArgs{owner: "o", name: "f", access: rw, deny: nfs4.OPEN4_SHARE_DENY_WRITE, how: unchecked})
	set := func(q *peer, verifier byte) *nfs4.Compound4res {
		return q.raw(&nfs4.NfsArgop4_OP_SETCLIENTID{Opsetclientid: nfs4.Setclientid4args{
			Client: nfs4.NfsClientId4{Verifier: nfs4.Verifier4{verifier}, Id: []byte("client")},
		}})
	}
	ok := func(res *nfs4.Compound4res) nfs4.Setclientid4resok {
		return one[*nfs4.NfsResop4_OP_SETCLIENTID](t, res).Opsetclientid.(*nfs4.Setclientid4res_NFS4_OK).Resok4
	}
	confirm := func(a nfs4.Setclientid4resok) nfs4.Nfsstat4 {
		return p.raw(&nfs4.NfsArgop4_OP_SETCLIENTID_CONFIRM{OpsetclientidConfirm: nfs4.SetclientidConfirm4args(a)}).Status
	}
	renew := func(id uint64) nfs4.Nfsstat4 {
		return p.raw(&nfs4.NfsArgop4_OP_RENEW{Oprenew: nfs4.Renew4args{Clientid: id}}).Status
	}
	same := ok(set(p, 0))
	require.Equal(t, p.id, same.Clientid, "the same instance")
	is(t, nfs4.NFS4_OK, confirm(same))
	is(t, nfs4.NFS4_OK, confirm(same), "sent again")
	is(t, nfs4.NFS4_OK, renew(p.id))

	other := h.connect(t, 0, "other")
	other.cred = user(1000)
	is(t, nfs4.NFS4ERR_CLID_INUSE, set(other, 0).Status)

	reborn := ok(set(p, 1))
	require.NotEqual(t, p.id, reborn.Clientid)
	is(t, nfs4.NFS4ERR_STALE_CLIENTID, renew(reborn.Clientid), "not confirmed")
	wrong := reborn
	wrong.SetclientidConfirm[0] ^= 1
	is(t, nfs4.NFS4ERR_STALE_CLIENTID, confirm(wrong))
	is(t, nfs4.NFS4_OK, renew(p.id), "the former instance lives until then")
	is(t, nfs4.NFS4_OK, confirm(reborn))
	is(t, nfs4.NFS4ERR_EXPIRED, renew(p.id))
	is(t, nfs4.NFS4ERR_STALE_CLIENTID, renew(1))
	require.Zero(t, h.road.Locks().Files(), "what the former instance held is free")
}

// TestLease: who is silent for the time of a lease loses everything, who is
// not nothing.
func TestLease(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		q := h.client(t, p.minor, "second")
		id := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, deny: nfs4.OPEN4_SHARE_DENY_WRITE, how: unchecked})
		fh := p.fh("f")
		locked(t, p.run(putfh(fh), p.lockFirst("o", "l", id, nfs4.WRITE_LT, 0, 1)))
		renew := func(who *peer) {
			t.Helper()
			if who.minor == 0 {
				is(t, nfs4.NFS4_OK, who.run(&nfs4.NfsArgop4_OP_RENEW{Oprenew: nfs4.Renew4args{Clientid: who.id}}).Status)
			} else {
				is(t, nfs4.NFS4_OK, who.run().Status)
			}
		}
		for range 4 {
			h.clock.Advance(lease - time.Second)
			renew(p)
			renew(q)
		}
		_, st := q.open(openArgs{owner: "o", name: "f", access: rw})
		is(t, nfs4.NFS4ERR_SHARE_DENIED, st)
		h.clock.Advance(lease / 2)
		renew(q)
		h.clock.Advance(lease/2 + time.Second)
		require.Zero(t, h.road.Locks().Files())
		q.mustOpen(openArgs{owner: "o", name: "f", access: rw})
		_, st = p.read(fh, id)
		if p.minor == 0 {
			is(t, nfs4.NFS4ERR_EXPIRED, st)
		} else {
			is(t, nfs4.NFS4ERR_BADSESSION, st)
		}
	})
}
