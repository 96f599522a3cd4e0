package nfs4

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs4"
	"crosswire/server/wire/xdr/rpcmsg"
)

// TestHostileCompounds: what is cut off, endless or lies about its lengths
// gets a status and costs nothing to speak of.
func TestHostileCompounds(t *testing.T) {
	h := serve(t)
	p := h.connect(t, 0, "client")
	u32 := func(v ...uint32) (b []byte) {
		for _, v := range v {
			b = binary.BigEndian.AppendUint32(b, v)
		}
		return b
	}
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	const huge = ^uint32(0)
	root := uint32(nfs4.OP_PUTROOTFH)
	for _, row := range []struct {
		name   string
		args   []byte
		accept rpcmsg.AcceptStat
		want   nfs4.Nfsstat4
		done   uint32
	}{
		{"nothing", nil, rpcmsg.GARBAGE_ARGS, 0, 0},
		{"endless tag", u32(huge, 0, 0), rpcmsg.GARBAGE_ARGS, 0, 0},
		{"tag that wraps", u32(huge-2, 0, 0, 0), rpcmsg.GARBAGE_ARGS, 0, 0},
		{"no count", u32(0, 0), rpcmsg.GARBAGE_ARGS, 0, 0},
		{"operations that are not there", u32(0, 0, huge, root), rpcmsg.SUCCESS, nfs4.NFS4ERR_BADXDR, 1},
		{"endless handle", u32(0, 0, 1, uint32(nfs4.OP_PUTFH), huge), rpcmsg.SUCCESS, nfs4.NFS4ERR_BADXDR, 1},
		{"handle too long", cat(u32(0, 0, 1, uint32(nfs4.OP_PUTFH), 132), make([]byte, 132)), rpcmsg.SUCCESS, nfs4.NFS4ERR_BADXDR, 1},
		{"endless data", cat(u32(0, 0, 1, uint32(nfs4.OP_WRITE)), make([]byte, 28), u32(huge)), rpcmsg.SUCCESS, nfs4.NFS4ERR_BADXDR, 1},
		{"data that wraps", cat(u32(0, 0, 1, uint32(nfs4.OP_WRITE)), make([]byte, 28), u32(huge-1), make([]byte, 8)), rpcmsg.SUCCESS, nfs4.NFS4ERR_BADXDR, 1},
		{"write cut off", u32(0, 0, 1, uint32(nfs4.OP_WRITE), 1, 2), rpcmsg.SUCCESS, nfs4.NFS4ERR_BADXDR, 1},
		{"endless bitmap", u32(0, 0, 2, root, uint32(nfs4.OP_GETATTR), huge), rpcmsg.SUCCESS, nfs4.NFS4ERR_BADXDR, 2},
		{"endless attributes", u32(0, 0, 2, root, uint32(nfs4.OP_VERIFY), 0, huge), rpcmsg.SUCCESS, nfs4.NFS4ERR_BADXDR, 2},
		{"many operations", cat(u32(0, 0, 100000), bytes.Repeat(u32(root), 100000)), rpcmsg.SUCCESS, nfs4.NFS4ERR_RESOURCE, maxOps + 1},
		{"negative operation", u32(0, 0, 1, huge), rpcmsg.SUCCESS, nfs4.NFS4ERR_OP_ILLEGAL, 1},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := p.bytes(row.args)
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), row.name)
		require.Equal(t, row.accept, r.Accept, row.name)
		if row.accept == rpcmsg.SUCCESS {
			is(t, row.want, nfs4.Nfsstat4(binary.BigEndian.Uint32(r.Results)), row.name)
			require.Equal(t, row.done, binary.BigEndian.Uint32(r.Results[8:]), row.name)
		}
	}
}

// TestStreamOnly: nothing is answered over UDP.
func TestStreamOnly(t *testing.T) {
	h := newHouse(t)
	for _, p := range h.svc.Procedures() {
		c := &rpcserver.Call{Call: rpc.Call{Args: encoded(t, &nfs4.Compound4args{})}, Network: "udp", Peer: &net.UDPAddr{}, MaxReply: 1 << 16}
		require.ErrorIs(t, p.Handle(t.Context(), c, rpcserver.NewReply()), rpcserver.ErrNoReply, p.Name)
	}
}

// TestReplyIsBounded: many READs do not make one reply of them all.
func TestReplyIsBounded(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		id := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
		fh := p.fh("f")
		for i := range uint64(2) {
			is(t, nfs4.NFS4_OK, p.run(putfh(fh), writeOp(id, i<<19, string(make([]byte, 1<<19)))).Status)
		}
		ops := []nfs4.NfsArgop4{putfh(fh)}
		for range 40 {
			ops = append(ops, readOp(id, 0, 1<<20))
		}
		res := p.run(ops...)
		want := nfs4.NFS4ERR_RESOURCE
		if p.minor > 0 {
			want = nfs4.NFS4ERR_REP_TOO_BIG
		}
		is(t, want, res.Status)
		if p.minor > 0 {
			p.seq++
			res = p.raw(p.sequenceOp(0, p.seq, true), putfh(fh), readOp(id, 0, 100), readOp(id, 0, 4096), readOp(id, 0, 4096))
			is(t, nfs4.NFS4ERR_REP_TOO_BIG_TO_CACHE, res.Status)
		}
	})
}

// TestManyClients: client ids that nobody confirms and sessions of one client
// are bounded, and what was lost is forgotten.
func TestManyClients(t *testing.T) {
	h := serve(t)
	p := h.connect(t, 1, "client")
	for i := range 300 {
		p.name = fmt.Sprint("client", i%3)
		p.exchange(byte(i))
	}
	require.Len(t, h.svc.reg.clients, 3)
	p.introduceAs(p.exchange(9))
	for i := uint32(2); ; i++ {
		res := p.raw(&nfs4.NfsArgop4_OP_CREATE_SESSION{OpcreateSession: nfs4.CreateSession4args{CsaClientid: p.id, CsaSequence: i, CsaForeChanAttrs: channel()}})
		if res.Status == nfs4.NFS4ERR_NOSPC {
			break
		}
		is(t, nfs4.NFS4_OK, res.Status)
		require.Less(t, i, uint32(100))
	}
	h.clock.Advance(2 * lease)
	require.Empty(t, h.svc.reg.clients)
	require.Empty(t, h.svc.reg.sessions)
	require.Zero(t, h.svc.reg.cached)
}

// TestClientsAreBounded: who does not confirm gives way to who comes; who did,
// stays.
func TestClientsAreBounded(t *testing.T) {
	h := serve(t)
	h.svc.reg.maxClients = 4
	kept := h.client(t, 1, "kept")
	for i := range 20 {
		h.connect(t, 1, fmt.Sprint("passing ", i)).exchange(0)
	}
	require.Len(t, h.svc.reg.clients, 4)
	is(t, nfs4.NFS4_OK, kept.run().Status)
	for i := range 3 {
		h.client(t, uint32(i%2), fmt.Sprint("staying ", i))
	}
	late := h.connect(t, 1, "late")
	is(t, nfs4.NFS4ERR_DELAY, late.raw(late.exchangeArgs(0)).Status)
	h.clock.Advance(2 * lease)
	late.introduce()
}

// TestManyAtOnce: clients that open, lock and close the same files at a time
// leave nothing behind when their leases end.
func TestManyAtOnce(t *testing.T) {
	both(t, func(t *testing.T, h *house, first *peer) {
		var all sync.WaitGroup
		for i := range 6 {
			p := h.client(t, first.minor, fmt.Sprint("client", i))
			all.Go(func() {
				for n := range 30 {
					owner := fmt.Sprint("o", n%3)
					ok, st := p.open(openArgs{owner: owner, name: fmt.Sprint("f", n%2), access: rw, how: unchecked})
					if st != nfs4.NFS4_OK {
						return // and the rest is told by what is left behind
					}
					fh := putfh(p.fh(fmt.Sprint("f", n%2)))
					p.run(fh, p.lockFirst(owner, fmt.Sprint("l", n), ok.Stateid, nfs4.WRITE_LT, uint64(i), 1))
					p.run(fh, writeOp(ok.Stateid, uint64(i), "x"))
					p.seqids[owner]++
					p.run(fh, p.closeOp(owner, ok.Stateid))
				}
			})
		}
		all.Wait()
		h.clock.Advance(2 * lease)
		require.Empty(t, h.svc.reg.clients)
		require.Zero(t, h.road.Locks().Files())
	})
}

// FuzzCompound gives the interpreter any COMPOUND: what it answers decodes, and
// to the last octet.
func FuzzCompound(f *testing.F) {
	seed := func(minor uint32, ops ...nfs4.NfsArgop4) {
		f.Add(encoded(f, &nfs4.Compound4args{Minorversion: minor, Argarray: ops}))
	}
	id := nfs4.Stateid4{}
	var sa nfs4.Setattr4args
	sa.ObjAttributes = withMode(0o600)
	p := &peer{seqids: map[string]uint32{}}
	seed(0, then(at(), p.openOp(openArgs{owner: "o", name: "f", access: 3, how: unchecked}), writeOp(id, 0, "data"), readOp(id, 0, 10))...)
	seed(0, then(at(), mkdirOp("d"), bare(nfs4.OP_SAVEFH), bare(nfs4.OP_LOOKUPP), removeOp("d"), renameOp("a", "b"))...)
	seed(0, then(at(), &nfs4.NfsArgop4_OP_READDIR{Opreaddir: nfs4.Readdir4args{Maxcount: 4096, AttrRequest: readable.words()}})...)
	seed(0, then(at(), &nfs4.NfsArgop4_OP_SETATTR{Opsetattr: sa}, getattr(nfs4.FATTR4_MODE, nfs4.FATTR4_OWNER))...)
	seed(0, &nfs4.NfsArgop4_OP_SETCLIENTID{}, &nfs4.NfsArgop4_OP_RENEW{}, p.lockt("l", nfs4.READ_LT, 0, 1))
	seed(1, p.exchangeArgs(1))
	seed(1, &nfs4.NfsArgop4_OP_CREATE_SESSION{OpcreateSession: nfs4.CreateSession4args{CsaForeChanAttrs: channel()}})
	seed(1, p.sequenceOp(0, 1, true), bare(nfs4.OP_PUTROOTFH))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, args []byte) {
		h := newHouse(t)
		c := &rpcserver.Call{
			Call: rpc.Call{Prog: nfs4.NFS4_PROGRAM, Vers: nfs4.NFS_V4, Proc: nfs4.NFSPROC4_COMPOUND, Args: args}, Network: "tcp",
			Peer: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, Local: &net.TCPAddr{}, MaxReply: 2 << 20,
		}
		reply := rpcserver.NewReply()
		if err := h.svc.compound(context.Background(), c, reply); err != nil {
			return
		}
		var res nfs4.Compound4res
		in := bytes.NewReader(reply.Results())
		if _, err := res.ReadFrom(in); err != nil {
			t.Fatalf("the reply does not decode: %v", err)
		}
		if rest, _ := io.ReadAll(in); len(rest) > 0 || reply.Len() > c.MaxReply {
			t.Fatalf("%d octets left over of %d", len(rest), reply.Len())
		}
	})
}
