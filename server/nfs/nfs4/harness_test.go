package nfs4

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs4"
	"crosswire/server/wire/xdr/rpcmsg"
)

// house is the service over a real road, on loopback, with a clock that tests
// can move.
type house struct {
	rt    *runtime.Runtime
	road  *vfs.VFS
	svc   *Service
	clock *clock.Virtual
	addr  string
}

func newHouse(t testing.TB) *house {
	h := &house{rt: runtime.New(), clock: clock.NewVirtual()}
	h.road = vfs.New(h.rt, h.clock)
	exports := export.NewTable(h.road, [16]byte{1})
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	h.svc = New(exports, h.road, log)
	h.rt.OnShareChange(func([]string) {
		exports.Refresh()
		h.svc.Refresh()
	})
	require.NoError(t, h.rt.AddShare(adapter.Share{Name: "data"}))
	t.Cleanup(h.svc.Stop)
	return h
}

func serve(t *testing.T) *house {
	h := newHouse(t)
	s := rpcserver.New(rpcserver.Options{}, &rpcserver.Program{
		Number: nfs4.NFS4_PROGRAM, Name: "nfs", Versions: map[uint32]rpcserver.Version{Version: h.svc.Procedures()},
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h.addr = ln.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() { require.NoError(t, s.ServeTCP(ln)) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(t, s.Stop(ctx))
		serving.Wait()
	})
	return h
}

func (h *house) tree(t *testing.T) *vfs.Tree {
	tree, err := h.road.Tree("data")
	require.NoError(t, err)
	return tree
}

// peer is one client on one connection.
type peer struct {
	t     *testing.T
	h     *house
	nc    net.Conn
	rr    *rpc.RecordReader
	xid   uint32
	cred  rpc.OpaqueAuth
	minor uint32

	name    string
	id      uint64
	session nfs4.Sessionid4
	seq     uint32            // of slot 0
	seqids  map[string]uint32 // minor version 0: of owners
}

func (h *house) connect(t *testing.T, minor uint32, name string) *peer {
	nc, err := net.Dial("tcp", h.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(30*time.Second)))
	return &peer{
		t: t, h: h, nc: nc, rr: rpc.NewRecordReader(nc, 1<<24), minor: minor, name: name, seqids: map[string]uint32{},
		cred: rpc.AuthSys(rpcmsg.AuthsysParms{Machinename: []byte("test")}),
	}
}

// client is a connection with a confirmed client id and, in minor version 1, a
// session.
func (h *house) client(t *testing.T, minor uint32, name string) *peer {
	p := h.connect(t, minor, name)
	p.introduce()
	return p
}

func (p *peer) introduce() {
	if p.minor == 0 {
		res := p.raw(&nfs4.NfsArgop4_OP_SETCLIENTID{Opsetclientid: nfs4.Setclientid4args{Client: nfs4.NfsClientId4{Id: []byte(p.name)}}})
		ok := one[*nfs4.NfsResop4_OP_SETCLIENTID](p.t, res).Opsetclientid.(*nfs4.Setclientid4res_NFS4_OK).Resok4
		p.id = ok.Clientid
		res = p.raw(&nfs4.NfsArgop4_OP_SETCLIENTID_CONFIRM{OpsetclientidConfirm: nfs4.SetclientidConfirm4args{
			Clientid: p.id, SetclientidConfirm: ok.SetclientidConfirm,
		}})
		is(p.t, nfs4.NFS4_OK, res.Status)
		return
	}
	x := p.exchange(0)
	p.id = x.EirClientid
	c := p.createSession(x.EirSequenceid, channel())
	p.session, p.seq = c.CsrSessionid, 0
	is(p.t, nfs4.NFS4_OK, p.run(&nfs4.NfsArgop4_OP_RECLAIM_COMPLETE{}).Status)
}

func channel() nfs4.ChannelAttrs4 {
	return nfs4.ChannelAttrs4{
		CaMaxrequestsize: 1 << 20, CaMaxresponsesize: 1 << 20, CaMaxresponsesizeCached: 2048, CaMaxoperations: 50, CaMaxrequests: 4,
	}
}

func (p *peer) exchangeArgs(verifier byte) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_EXCHANGE_ID{OpexchangeId: nfs4.ExchangeId4args{
		EiaClientowner:  nfs4.NfsClientId4{Verifier: nfs4.Verifier4{verifier}, Id: []byte(p.name)},
		EiaStateProtect: &nfs4.StateProtect4A_SP4_NONE{},
	}}
}

func (p *peer) exchange(verifier byte) nfs4.ExchangeId4resok {
	res := p.raw(p.exchangeArgs(verifier))
	return one[*nfs4.NfsResop4_OP_EXCHANGE_ID](p.t, res).OpexchangeId.(*nfs4.ExchangeId4res_NFS4_OK).EirResok4
}

func (p *peer) createSession(sequence uint32, fore nfs4.ChannelAttrs4) nfs4.CreateSession4resok {
	res := p.raw(&nfs4.NfsArgop4_OP_CREATE_SESSION{OpcreateSession: nfs4.CreateSession4args{
		CsaClientid: p.id, CsaSequence: sequence, CsaForeChanAttrs: fore, CsaBackChanAttrs: channel(),
	}})
	return one[*nfs4.NfsResop4_OP_CREATE_SESSION](p.t, res).OpcreateSession.(*nfs4.CreateSession4res_NFS4_OK).CsrResok4
}

// bytes sends a COMPOUND as it is and returns the results as they are.
func (p *peer) bytes(args []byte) rpc.Reply {
	p.t.Helper()
	p.xid++
	message := rpc.AppendCall(make([]byte, rpc.RecordMarkSize), rpc.Call{
		XID: p.xid, Prog: nfs4.NFS4_PROGRAM, Vers: nfs4.NFS_V4, Proc: nfs4.NFSPROC4_COMPOUND, Cred: p.cred, Args: args,
	})
	rpc.PutRecordMark(message, len(message)-rpc.RecordMarkSize)
	_, err := p.nc.Write(message)
	require.NoError(p.t, err)
	record, err := p.rr.Next(nil)
	require.NoError(p.t, err)
	r, err := rpc.ParseReply(record)
	require.NoError(p.t, err)
	require.Equal(p.t, p.xid, r.XID)
	return r
}

func encoded(t testing.TB, m io.WriterTo) []byte {
	var b bytes.Buffer
	_, err := m.WriteTo(&b)
	require.NoError(t, err)
	return b.Bytes()
}

// raw makes a COMPOUND of these operations and nothing else.
func (p *peer) raw(ops ...nfs4.NfsArgop4) *nfs4.Compound4res {
	p.t.Helper()
	r := p.bytes(encoded(p.t, &nfs4.Compound4args{Tag: []byte("tag"), Minorversion: p.minor, Argarray: ops}))
	require.Equal(p.t, rpcmsg.SUCCESS, r.Accept)
	var res nfs4.Compound4res
	in := bytes.NewReader(r.Results)
	_, err := res.ReadFrom(in)
	require.NoError(p.t, err)
	require.Zero(p.t, in.Len(), "octets left over")
	require.Equal(p.t, "tag", string(res.Tag))
	return &res
}

func (p *peer) sequenceOp(slot, seq uint32, keep bool) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_SEQUENCE{Opsequence: nfs4.Sequence4args{
		SaSessionid: p.session, SaSequenceid: seq, SaSlotid: slot, SaHighestSlotid: slot, SaCachethis: keep,
	}}
}

// run makes a COMPOUND, in minor version 1 with a SEQUENCE before it, which is
// left out of the results.
func (p *peer) run(ops ...nfs4.NfsArgop4) *nfs4.Compound4res {
	p.t.Helper()
	if p.minor == 0 {
		return p.raw(ops...)
	}
	p.seq++
	res := p.raw(append([]nfs4.NfsArgop4{p.sequenceOp(0, p.seq, false)}, ops...)...)
	if _, ok := res.Resarray[0].(*nfs4.NfsResop4_OP_SEQUENCE).Opsequence.(*nfs4.Sequence4res_NFS4_OK); ok {
		res.Resarray = res.Resarray[1:]
	}
	return res
}

// one is the last result of a COMPOUND.
func one[T nfs4.NfsResop4](t testing.TB, res *nfs4.Compound4res) T {
	t.Helper()
	require.NotEmpty(t, res.Resarray, nfs4.Nfsstat4_name[res.Status])
	got, ok := res.Resarray[len(res.Resarray)-1].(T)
	require.True(t, ok, "%T, %s", res.Resarray[len(res.Resarray)-1], nfs4.Nfsstat4_name[res.Status])
	return got
}

func is(t testing.TB, want, got nfs4.Nfsstat4, what ...any) {
	t.Helper()
	require.Equal(t, nfs4.Nfsstat4_name[want], nfs4.Nfsstat4_name[got], what...)
}

// Operations without arguments, and the commonest with.
func bare(op nfs4.NfsOpnum4) nfs4.NfsArgop4 { return &nfs4.NfsArgop4_default{Argop: op} }

func lookup(name string) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_LOOKUP{Oplookup: nfs4.Lookup4args{Objname: []byte(name)}}
}

func putfh(h []byte) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_PUTFH{Opputfh: nfs4.Putfh4args{Object: h}}
}

func getattr(bits ...int) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_GETATTR{Opgetattr: nfs4.Getattr4args{AttrRequest: mask(bits...).words()}}
}

// at begins in the share and goes down the names.
func at(names ...string) []nfs4.NfsArgop4 {
	ops := []nfs4.NfsArgop4{bare(nfs4.OP_PUTROOTFH), lookup("data")}
	for _, name := range names {
		ops = append(ops, lookup(name))
	}
	return ops
}

func then(ops []nfs4.NfsArgop4, more ...nfs4.NfsArgop4) []nfs4.NfsArgop4 { return append(ops, more...) }

// fh is the handle of what is at a path in the share.
func (p *peer) fh(names ...string) []byte {
	p.t.Helper()
	res := p.run(then(at(names...), bare(nfs4.OP_GETFH))...)
	return one[*nfs4.NfsResop4_OP_GETFH](p.t, res).Opgetfh.(*nfs4.Getfh4res_NFS4_OK).Resok4.Object
}

// attrs are the attributes of a file with these values.
func attrs(fill func(e *encoder), bits ...int) nfs4.Fattr4 {
	var e encoder
	if fill != nil {
		fill(&e)
	}
	return nfs4.Fattr4{Attrmask: mask(bits...).words(), AttrVals: e.b}
}

func withMode(m uint32) nfs4.Fattr4 { return attrs(func(e *encoder) { e.u32(m) }, nfs4.FATTR4_MODE) }

// openArgs say how a file is opened.
type openArgs struct {
	owner        string
	name         string
	access, deny uint32
	how          nfs4.Createhow4
	claim        nfs4.OpenClaim4
}

func (p *peer) openOp(a openArgs) *nfs4.NfsArgop4_OP_OPEN {
	o := nfs4.Open4args{
		Seqid: p.seqids[a.owner], ShareAccess: a.access, ShareDeny: a.deny,
		Owner: nfs4.StateOwner4{Clientid: p.id, Owner: []byte(a.owner)}, Openhow: &nfs4.Openflag4_OPEN4_NOCREATE{},
		Claim: &nfs4.OpenClaim4_CLAIM_NULL{File: []byte(a.name)},
	}
	if a.how != nil {
		o.Openhow = &nfs4.Openflag4_OPEN4_CREATE{How: a.how}
	}
	if a.claim != nil {
		o.Claim = a.claim
	}
	return &nfs4.NfsArgop4_OP_OPEN{Opopen: o}
}

var unchecked = &nfs4.Createhow4_UNCHECKED4{Createattrs: withMode(0o666)}

// open opens a file of the share and confirms the owner.
func (p *peer) open(a openArgs) (nfs4.Open4resok, nfs4.Nfsstat4) {
	p.t.Helper()
	p.seqids[a.owner]++
	res := p.run(then(at(), p.openOp(a), bare(nfs4.OP_GETFH))...)
	if res.Status != nfs4.NFS4_OK {
		return nfs4.Open4resok{}, res.Status
	}
	fh := one[*nfs4.NfsResop4_OP_GETFH](p.t, res).Opgetfh.(*nfs4.Getfh4res_NFS4_OK).Resok4.Object
	ok := res.Resarray[2].(*nfs4.NfsResop4_OP_OPEN).Opopen.(*nfs4.Open4res_NFS4_OK).Resok4
	if ok.Rflags&nfs4.OPEN4_RESULT_CONFIRM != 0 {
		p.seqids[a.owner]++
		res = p.run(putfh(fh), &nfs4.NfsArgop4_OP_OPEN_CONFIRM{OpopenConfirm: nfs4.OpenConfirm4args{OpenStateid: ok.Stateid, Seqid: p.seqids[a.owner]}})
		ok.Stateid = one[*nfs4.NfsResop4_OP_OPEN_CONFIRM](p.t, res).OpopenConfirm.(*nfs4.OpenConfirm4res_NFS4_OK).Resok4.OpenStateid
	}
	return ok, nfs4.NFS4_OK
}

func (p *peer) mustOpen(a openArgs) nfs4.Stateid4 {
	p.t.Helper()
	ok, st := p.open(a)
	is(p.t, nfs4.NFS4_OK, st)
	return ok.Stateid
}

func (p *peer) closeOp(owner string, id nfs4.Stateid4) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_CLOSE{Opclose: nfs4.Close4args{Seqid: p.seqids[owner], OpenStateid: id}}
}

func (p *peer) close(owner string, fh []byte, id nfs4.Stateid4) nfs4.Nfsstat4 {
	p.t.Helper()
	p.seqids[owner]++
	return p.run(putfh(fh), p.closeOp(owner, id)).Status
}

func writeOp(id nfs4.Stateid4, off uint64, data string) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_WRITE{Opwrite: nfs4.Write4args{Stateid: id, Offset: off, Stable: nfs4.FILE_SYNC4, Data: []byte(data)}}
}

func readOp(id nfs4.Stateid4, off uint64, n uint32) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_READ{Opread: nfs4.Read4args{Stateid: id, Offset: off, Count: n}}
}

func (p *peer) read(fh []byte, id nfs4.Stateid4) (string, nfs4.Nfsstat4) {
	p.t.Helper()
	res := p.run(putfh(fh), readOp(id, 0, 1<<20))
	if res.Status != nfs4.NFS4_OK {
		return "", res.Status
	}
	return string(one[*nfs4.NfsResop4_OP_READ](p.t, res).Opread.(*nfs4.Read4res_NFS4_OK).Resok4.Data), nfs4.NFS4_OK
}

// both runs a test in each minor version.
func both(t *testing.T, f func(t *testing.T, h *house, p *peer)) {
	for minor, name := range []string{"4.0", "4.1", "4.2"} {
		t.Run(name, func(t *testing.T) {
			h := serve(t)
			f(t, h, h.client(t, uint32(minor), "client"))
		})
	}
}

func user(uid uint32) rpc.OpaqueAuth {
	return rpc.AuthSys(rpcmsg.AuthsysParms{Machinename: []byte("test"), Uid: uid, Gid: uid})
}
