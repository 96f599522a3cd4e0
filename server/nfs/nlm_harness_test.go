package nfs_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
	"crosswire/server/wire/xdr/nlm4"
	"crosswire/server/wire/xdr/nsm"
)

// locker is a client of the lock manager: its calls go out on a connection,
// and a port mapper, lock manager and status monitor of its own listen on one
// port of loopback, which its name tells.
type locker struct {
	*client
	name   string
	events chan event
	// answer is what it says to GRANTED.
	answer func(nlm4.Nlm4Testargs) nlm4.Nlm4Stats
	// deaf: its port mapper knows nothing.
	deaf atomic.Bool
}

// event is a call that the server made at a locker.
type event struct {
	proc nlm4.Nlm4Proc // SM_NOTIFY and what monitors call is 1000 + their number
	args []byte
	via  string
}

func (s *server) locker(t *testing.T, name string) *locker {
	t.Helper()
	l := &locker{client: dial(t, s.Addr()), events: make(chan event, 100),
		answer: func(nlm4.Nlm4Testargs) nlm4.Nlm4Stats { return nlm4.NLM4_GRANTED }}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := ln.Addr().(*net.TCPAddr).Port
	l.name = fmt.Sprintf("%s:%d", name, port)
	note := func(base nlm4.Nlm4Proc, proc uint32, c *rpcserver.Call) {
		l.events <- event{base + nlm4.Nlm4Proc(proc), bytes.Clone(c.Args), c.Network}
	}
	lm := rpcserver.Version{}
	for proc := range uint32(24) {
		lm[proc] = rpcserver.Procedure{Name: "nlm", Handle: func(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
			note(0, proc, c)
			if nlm4.Nlm4Proc(proc) == nlm4.NLMPROC4_GRANTED {
				var args nlm4.Nlm4Testargs
				if _, err := args.ReadFrom(bytes.NewReader(c.Args)); err != nil {
					return err
				}
				res := nlm4.Nlm4Res{Cookie: args.Cookie, Stat: l.answer(args)}
				_, err := res.WriteTo(reply)
				return err
			}
			return nil
		}}
	}
	sm := rpcserver.Version{}
	for proc := range uint32(30) {
		sm[proc] = rpcserver.Procedure{Name: "nsm", Handle: func(_ context.Context, c *rpcserver.Call, _ *rpcserver.Reply) error {
			note(1000, proc, c)
			return nil
		}}
	}
	mapper := rpcserver.Version{3: {Name: "getport", Handle: func(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
		prog, prot := binary.BigEndian.Uint32(c.Args), binary.BigEndian.Uint32(c.Args[8:])
		if l.deaf.Load() || prot != 6 || prog != nlm4.NLM_PROGRAM && prog != nsm.SM_PROG {
			reply.Uint32(0)
			return nil
		}
		reply.Uint32(uint32(port))
		return nil
	}}}
	rs := rpcserver.New(rpcserver.Options{},
		&rpcserver.Program{Number: 100000, Name: "portmap", Versions: map[uint32]rpcserver.Version{2: mapper}},
		&rpcserver.Program{Number: nlm4.NLM_PROGRAM, Name: "nlm", Versions: map[uint32]rpcserver.Version{4: lm}},
		&rpcserver.Program{Number: nsm.SM_PROG, Name: "nsm", Versions: map[uint32]rpcserver.Version{1: sm}})
	var serving sync.WaitGroup
	serving.Go(func() { _ = rs.ServeTCP(ln) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = rs.Stop(ctx)
		serving.Wait()
	})
	return l
}

// event waits for a call of the server.
func (l *locker) event(proc nlm4.Nlm4Proc) event {
	l.t.Helper()
	select {
	case e := <-l.events:
		require.Equal(l.t, proc, e.proc)
		return e
	case <-time.After(10 * time.Second):
		require.Fail(l.t, "no call", "want procedure %d", proc)
		return event{}
	}
}

func (l *locker) nlm(proc nlm4.Nlm4Proc, args io.WriterTo) *bytes.Reader {
	l.t.Helper()
	return l.call(nlm4.NLM_PROGRAM, nlm4.NLM_V4, uint32(proc), args)
}

// rng is a range as tests write it.
type rng struct{ off, n uint64 }

func (l *locker) alock(fh nfs3.NfsFh3, owner string, r rng) nlm4.Nlm4Lock {
	return nlm4.Nlm4Lock{CallerName: []byte(l.name), Fh: fh.Data, Oh: []byte(owner), Svid: 7, LOffset: r.off, LLen: r.n}
}

func (l *locker) lockArgs(fh nfs3.NfsFh3, owner string, r rng, exclusive, block bool) *nlm4.Nlm4Lockargs {
	return &nlm4.Nlm4Lockargs{Cookie: []byte("ck"), Block: block, Exclusive: exclusive, Alock: l.alock(fh, owner, r), State: 1}
}

// stat reads an nlm4_res.
func (l *locker) stat(in *bytes.Reader) string {
	l.t.Helper()
	res := into(l.t, in, &nlm4.Nlm4Res{})
	require.Equal(l.t, "ck", string(res.Cookie))
	return nlm4.Nlm4Stats_name[res.Stat]
}

func (l *locker) lock(fh nfs3.NfsFh3, owner string, r rng, exclusive, block bool) string {
	l.t.Helper()
	return l.stat(l.nlm(nlm4.NLMPROC4_LOCK, l.lockArgs(fh, owner, r, exclusive, block)))
}

func (l *locker) unlock(fh nfs3.NfsFh3, owner string, r rng) string {
	l.t.Helper()
	return l.stat(l.nlm(nlm4.NLMPROC4_UNLOCK, &nlm4.Nlm4Unlockargs{Cookie: []byte("ck"), Alock: l.alock(fh, owner, r)}))
}

func (l *locker) cancelLock(fh nfs3.NfsFh3, owner string, r rng, exclusive bool) string {
	l.t.Helper()
	return l.stat(l.nlm(nlm4.NLMPROC4_CANCEL, &nlm4.Nlm4Cancargs{Cookie: []byte("ck"), Block: true, Exclusive: exclusive, Alock: l.alock(fh, owner, r)}))
}

// test returns who stands against a lock, nil with the status if nobody does.
func (l *locker) test(fh nfs3.NfsFh3, owner string, r rng, exclusive bool) (*nlm4.Nlm4Holder, string) {
	l.t.Helper()
	res := into(l.t, l.nlm(nlm4.NLMPROC4_TEST, &nlm4.Nlm4Testargs{Cookie: []byte("ck"), Exclusive: exclusive, Alock: l.alock(fh, owner, r)}), &nlm4.Nlm4Testres{})
	if d, ok := res.Stat.(*nlm4.Nlm4Testrply_NLM4_DENIED); ok {
		return &d.Holder, "NLM4_DENIED"
	}
	return nil, nlm4.Nlm4Stats_name[res.Stat.GetStat()]
}

func (l *locker) share(proc nlm4.Nlm4Proc, fh nfs3.NfsFh3, owner string, access nlm4.Fsh4Access, mode nlm4.Fsh4Mode) string {
	l.t.Helper()
	res := into(l.t, l.nlm(proc, &nlm4.Nlm4Shareargs{Cookie: []byte("ck"), Share: nlm4.Nlm4Share{
		CallerName: []byte(l.name), Fh: fh.Data, Oh: []byte(owner), Mode: mode, Access: access}}), &nlm4.Nlm4Shareres{})
	return nlm4.Nlm4Stats_name[res.Stat]
}

// smbOpen opens a file as the SMB service would.
type smbOpen struct {
	t    *testing.T
	tree *vfs.Tree
	open *vfs.Open
}

func (s *server) smb(t *testing.T, name string, share vfs.ShareAccess) (*smbOpen, error) {
	t.Helper()
	tree := s.tree(t)
	got, err := tree.Open(t.Context(), &vfs.Origin{Protocol: vfs.ProtocolSMB, Client: "smb"}, vfs.OpenRequest{
		Path: name, Access: vfs.RightReadData | vfs.RightWriteData, Share: share, Disposition: vfs.OpenExisting,
	})
	if err != nil {
		return nil, err
	}
	return &smbOpen{t, tree, got.Open}, nil
}

const shareAll = vfs.ShareRead | vfs.ShareWrite | vfs.ShareDelete

func (o *smbOpen) origin() *vfs.Origin {
	return &vfs.Origin{Protocol: vfs.ProtocolSMB, Client: "smb", Open: o.open.ID}
}

func (o *smbOpen) lock(r rng, exclusive bool) error {
	_, err := o.tree.Lock(o.t.Context(), o.origin(), o.open, []vfs.LockElement{{Off: r.off, Len: r.n, Exclusive: exclusive}})
	return err
}

func (o *smbOpen) unlock(r rng) {
	o.t.Helper()
	require.NoError(o.t, o.tree.Unlock(o.open, []vfs.LockElement{{Off: r.off, Len: r.n}}))
}

// lockWait starts to wait for a lock and returns when it waits.
func (o *smbOpen) lockWait(r rng) <-chan error {
	origin, waiting, got := o.origin(), make(chan struct{}), make(chan error, 1)
	origin.OnWait = func() { close(waiting) }
	go func() {
		got <- o.tree.LockWait(o.t.Context(), origin, o.open, vfs.LockElement{Off: r.off, Len: r.n, Exclusive: true})
	}()
	<-waiting
	return got
}
