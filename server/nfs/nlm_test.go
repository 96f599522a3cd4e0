package nfs_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/nfs"
	"crosswire/server/vfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/mount3"
	"crosswire/server/wire/xdr/nfs3"
	"crosswire/server/wire/xdr/nlm4"
	"crosswire/server/wire/xdr/nsm"
	"crosswire/server/wire/xdr/rpcmsg"
)

const (
	grantedStat = "NLM4_GRANTED"
	denied      = "NLM4_DENIED"
	blocked     = "NLM4_BLOCKED"
)

// lockers starts a server with a file and two clients.
func lockers(t *testing.T) (s *server, a, b *locker, dir, f nfs3.NfsFh3) {
	t.Helper()
	s, c, dir := root(t)
	f = c.file(dir, "f", "0123456789")
	return s, s.locker(t, "a"), s.locker(t, "b"), dir, f
}

// TestNLMRanges: what locks whom out, between owners of NFS.
func TestNLMRanges(t *testing.T) {
	type act struct {
		who       string // client and owner: "a1"
		do        string
		r         rng
		exclusive bool
		want      string
	}
	const ex, sh = true, false
	for _, row := range []struct {
		name string
		acts []act
	}{
		{"exclusive against exclusive", []act{{"a1", "lock", rng{0, 10}, ex, grantedStat}, {"b1", "lock", rng{9, 1}, ex, denied}, {"b1", "lock", rng{10, 1}, ex, grantedStat}}},
		{"shared beside shared", []act{{"a1", "lock", rng{0, 10}, sh, grantedStat}, {"b1", "lock", rng{0, 10}, sh, grantedStat}, {"b1", "lock", rng{0, 1}, ex, denied}}},
		{"two owners of one client", []act{{"a1", "lock", rng{0, 10}, ex, grantedStat}, {"a2", "lock", rng{0, 10}, ex, denied}}},
		{"one owner again", []act{{"a1", "lock", rng{0, 10}, ex, grantedStat}, {"a1", "lock", rng{0, 10}, sh, grantedStat}, {"b1", "lock", rng{0, 10}, sh, grantedStat}}},
		{"an unlock splits", []act{{"a1", "lock", rng{0, 100}, ex, grantedStat}, {"a1", "unlock", rng{40, 20}, ex, grantedStat}, {"b1", "lock", rng{40, 20}, ex, grantedStat}, {"b1", "lock", rng{39, 1}, ex, denied}, {"b1", "lock", rng{60, 1}, ex, denied}}},
		{"length 0 goes to the end", []act{{"a1", "lock", rng{5, 0}, ex, grantedStat}, {"b1", "lock", rng{math.MaxUint64, 1}, ex, denied}, {"b1", "lock", rng{0, 5}, ex, grantedStat}}},
		{"the last octet", []act{{"a1", "lock", rng{math.MaxUint64, 1}, ex, grantedStat}, {"b1", "lock", rng{0, 0}, ex, denied}}},
		{"a range past the end", []act{{"a1", "lock", rng{2, math.MaxUint64 - 1}, ex, grantedStat}, {"a1", "lock", rng{3, math.MaxUint64 - 1}, ex, "NLM4_FBIG"}, {"a1", "lock", rng{math.MaxUint64, 2}, sh, "NLM4_FBIG"}, {"a1", "unlock", rng{math.MaxUint64, 2}, ex, "NLM4_FBIG"}, {"a1", "test", rng{math.MaxUint64, 2}, ex, "NLM4_FBIG"}}},
		{"unlock of nothing", []act{{"a1", "unlock", rng{0, 10}, ex, grantedStat}}},
		{"an unlock is the owner's", []act{{"a1", "lock", rng{0, 10}, ex, grantedStat}, {"b1", "unlock", rng{0, 0}, ex, grantedStat}, {"b1", "test", rng{0, 10}, ex, denied}, {"a1", "test", rng{0, 10}, ex, grantedStat}}},
		{"cancel of nothing", []act{{"a1", "cancel", rng{0, 10}, ex, denied}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, a, b, _, f := lockers(t)
			for i, x := range row.acts {
				l := map[byte]*locker{'a': a, 'b': b}[x.who[0]]
				var got string
				switch x.do {
				case "lock":
					got = l.lock(f, x.who, x.r, x.exclusive, false)
				case "unlock":
					got = l.unlock(f, x.who, x.r)
				case "test":
					_, got = l.test(f, x.who, x.r, x.exclusive)
				case "cancel":
					got = l.cancelLock(f, x.who, x.r, x.exclusive)
				}
				require.Equal(t, x.want, got, "act %d: %+v", i, x)
			}
		})
	}
}

// TestNLMHolder: what TEST tells of a holder of either protocol.
func TestNLMHolder(t *testing.T) {
	s, a, b, _, f := lockers(t)
	require.Equal(t, grantedStat, a.lock(f, "owner\xff", rng{100, 0}, true, false))
	h, _ := b.test(f, "x", rng{0, 0}, false)
	require.Equal(t, &nlm4.Nlm4Holder{Exclusive: true, Svid: 7, Oh: []byte("owner\xff"), LOffset: 100}, h)

	op, err := s.smb(t, "f", shareAll)
	require.NoError(t, err)
	require.NoError(t, op.lock(rng{5, 1}, true))
	h, _ = b.test(f, "x", rng{0, 10}, false)
	require.Equal(t, &nlm4.Nlm4Holder{Exclusive: true, Oh: fmt.Appendf(nil, "smb:%d", op.open.ID), LOffset: 5, LLen: 1}, h)
	op.unlock(rng{5, 1})
	require.NoError(t, op.lock(rng{5, 0}, false))
	h, _ = b.test(f, "x", rng{0, 10}, true)
	require.Equal(t, &nlm4.Nlm4Holder{Oh: fmt.Appendf(nil, "smb:%d", op.open.ID), LOffset: 5, LLen: 1}, h, "a range of no octets is not all to the end")
}

// TestNLMFiles: files that cannot be locked, or not by everybody.
func TestNLMFiles(t *testing.T) {
	s, a, _, dir, f := lockers(t)
	require.Equal(t, "NLM4_FAILED", a.lock(dir, "o", rng{0, 1}, false, false))
	require.Equal(t, "NLM4_STALE_FH", a.lock(nfs3.NfsFh3{Data: []byte("none of ours")}, "o", rng{0, 1}, false, false))
	stranger := &locker{client: a.as(user(77, 77)), name: a.name}
	require.Equal(t, "NLM4_FAILED", stranger.lock(f, "o", rng{0, 1}, true, false), "may not write")
	require.Equal(t, grantedStat, stranger.lock(f, "o", rng{0, 1}, false, false), "may read")
	require.NoError(t, s.rt.UpdateShare(adapter.Share{Name: "data", ReadOnly: true}))
	require.Equal(t, "NLM4_ROFS", a.lock(f, "p", rng{50, 1}, true, false))
	require.Equal(t, grantedStat, a.lock(f, "p", rng{50, 1}, false, false))
	require.NoError(t, s.rt.UpdateShare(adapter.Share{Name: "data"}))
	a.remove(dir, "f")
	require.Equal(t, "NLM4_STALE_FH", a.lock(f, "o", rng{9, 1}, false, false))
	require.Equal(t, grantedStat, a.unlock(f, "p", rng{0, 0}), "what was locked can be unlocked")
	require.NoError(t, s.rt.RemoveShare("data"))
	require.Equal(t, "NLM4_STALE_FH", a.unlock(f, "o", rng{0, 0}))
}

// granting is the GRANTED that a locker was called with.
func (l *locker) granting() nlm4.Nlm4Testargs {
	l.t.Helper()
	var args nlm4.Nlm4Testargs
	_, err := args.ReadFrom(bytes.NewReader(l.event(nlm4.NLMPROC4_GRANTED).args))
	require.NoError(l.t, err)
	return args
}

// TestNLMBlocking: waiting, and who wakes whom.
func TestNLMBlocking(t *testing.T) {
	all := rng{0, 0}
	t.Run("NFS wakes NFS", func(t *testing.T) {
		_, a, b, _, f := lockers(t)
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, true))
		require.Equal(t, blocked, b.lock(f, "b", rng{3, 4}, true, true))
		require.Equal(t, blocked, b.lock(f, "b", rng{3, 4}, true, true), "the same once more")
		require.Equal(t, grantedStat, a.unlock(f, "a", rng{3, 4}))
		g := b.granting()
		require.Equal(t, b.alock(f, "b", rng{3, 4}), g.Alock)
		require.True(t, g.Exclusive)
		require.Equal(t, denied, a.lock(f, "a", rng{3, 4}, true, false))
		require.Equal(t, grantedStat, b.unlock(f, "b", all))
		require.Empty(t, b.events, "granted once, though asked for twice")
	})
	t.Run("SMB wakes NFS", func(t *testing.T) {
		s, _, b, _, f := lockers(t)
		op, err := s.smb(t, "f", shareAll)
		require.NoError(t, err)
		require.NoError(t, op.lock(rng{0, 5}, true))
		require.Equal(t, denied, b.lock(f, "b", rng{4, 1}, true, false))
		require.Equal(t, blocked, b.lock(f, "b", rng{4, 1}, true, true))
		op.unlock(rng{0, 5})
		b.granting()
		require.ErrorIs(t, op.lock(rng{4, 1}, false), vfs.ErrLockConflict)
	})
	t.Run("the close of an SMB handle wakes NFS", func(t *testing.T) {
		s, _, b, _, f := lockers(t)
		op, err := s.smb(t, "f", shareAll)
		require.NoError(t, err)
		require.NoError(t, op.lock(rng{0, 5}, false))
		require.Equal(t, blocked, b.lock(f, "b", all, true, true))
		_, err = op.tree.Close(t.Context(), op.origin(), op.open)
		require.NoError(t, err)
		b.granting()
	})
	t.Run("NFS wakes SMB", func(t *testing.T) {
		s, a, _, _, f := lockers(t)
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
		op, err := s.smb(t, "f", shareAll)
		require.NoError(t, err)
		require.ErrorIs(t, op.lock(rng{1 << 63, 9}, true), vfs.ErrLockConflict)
		got := op.lockWait(rng{1, 1})
		require.Equal(t, grantedStat, a.unlock(f, "a", rng{1, 1}))
		require.NoError(t, <-got)
	})
	t.Run("the client no longer wants it", func(t *testing.T) {
		_, a, b, _, f := lockers(t)
		b.answer = func(nlm4.Nlm4Testargs) nlm4.Nlm4Stats { return nlm4.NLM4_DENIED }
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, true))
		require.Equal(t, blocked, b.lock(f, "b", all, true, true))
		require.Equal(t, blocked, a.lock(f, "a2", all, true, true))
		require.Equal(t, grantedStat, a.unlock(f, "a", all))
		b.granting()
		require.Equal(t, []byte("a2"), a.granting().Alock.Oh, "the next in the queue gets it")
	})
	t.Run("a client that cannot be called asks again", func(t *testing.T) {
		_, a, b, _, f := lockers(t)
		b.deaf.Store(true)
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, true))
		require.Equal(t, blocked, b.lock(f, "b", all, true, true))
		require.Equal(t, grantedStat, a.unlock(f, "a", all))
		require.Equal(t, grantedStat, b.lock(f, "b", all, true, true))
		require.Equal(t, denied, a.lock(f, "a", all, true, false))
	})
	t.Run("cancel exactly once", func(t *testing.T) {
		_, a, b, _, f := lockers(t)
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, true))
		require.Equal(t, blocked, b.lock(f, "b", all, true, true))
		require.Equal(t, denied, b.cancelLock(f, "b", all, false), "of another kind")
		require.Equal(t, denied, b.cancelLock(f, "b", rng{0, 1}, true), "of another range")
		require.Equal(t, grantedStat, b.cancelLock(f, "b", all, true))
		require.Equal(t, denied, b.cancelLock(f, "b", all, true))
		require.Equal(t, grantedStat, a.unlock(f, "a", all))
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
		require.Empty(t, b.events)
	})
	t.Run("owners that would wait for each other", func(t *testing.T) {
		_, a, b, dir, f := lockers(t)
		g := a.file(dir, "g", "")
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, true))
		require.Equal(t, grantedStat, b.lock(g, "b", all, true, true))
		require.Equal(t, blocked, a.lock(g, "a", all, true, true))
		require.Equal(t, "NLM4_DEADLCK", b.lock(f, "b", all, true, true))
		require.Equal(t, grantedStat, b.unlock(g, "b", all))
		a.granting()
	})
	t.Run("the share is removed", func(t *testing.T) {
		s, a, b, _, f := lockers(t)
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, true))
		require.Equal(t, blocked, b.lock(f, "b", all, true, true))
		require.NoError(t, s.rt.RemoveShare("data"))
		require.Equal(t, "NLM4_STALE_FH", b.cancelLock(f, "b", all, true))
		require.NoError(t, s.Stop(t.Context()))
		require.Empty(t, b.events)
	})
}

// TestNLMCancelRace: of CANCEL and GRANTED exactly one succeeds, whoever
// unlocks.
func TestNLMCancelRace(t *testing.T) {
	s, a, b, _, f := lockers(t)
	all := rng{0, 0}
	op, err := s.smb(t, "f", shareAll)
	require.NoError(t, err)
	for range 50 {
		require.NoError(t, op.lock(rng{0, 9}, true))
		require.Equal(t, blocked, b.lock(f, "b", all, true, true))
		unlocked := make(chan struct{})
		go func() {
			op.unlock(rng{0, 9})
			close(unlocked)
		}()
		switch got := b.cancelLock(f, "b", all, true); got {
		case grantedStat: // cancelled
			<-unlocked
			require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
			require.Equal(t, grantedStat, a.unlock(f, "a", all))
			require.Empty(t, b.events)
		default:
			require.Equal(t, denied, got)
			b.granting()
			require.Equal(t, denied, a.lock(f, "a", all, true, false))
			require.Equal(t, grantedStat, b.unlock(f, "b", all))
			<-unlocked
		}
	}
}

// TestNLMMessages: every asynchronous procedure is answered by a call.
func TestNLMMessages(t *testing.T) {
	s, a, b, _, f := lockers(t)
	all := rng{0, 0}
	send := func(l *locker, proc nlm4.Nlm4Proc, args []byte) {
		t.Helper()
		r := l.raw(rpc.Call{XID: xids.Add(1), Prog: nlm4.NLM_PROGRAM, Vers: 4, Proc: uint32(proc), Cred: l.cred, Args: args})
		require.Equal(t, rpcmsg.SUCCESS, r.Accept)
		require.Empty(t, r.Results)
	}
	res := func(l *locker, proc nlm4.Nlm4Proc) string {
		t.Helper()
		return l.stat(bytes.NewReader(l.event(proc).args))
	}
	send(a, nlm4.NLMPROC4_LOCK_MSG, encode(t, a.lockArgs(f, "a", all, true, false)))
	require.Equal(t, grantedStat, res(a, nlm4.NLMPROC4_LOCK_RES))
	send(b, nlm4.NLMPROC4_TEST_MSG, encode(t, &nlm4.Nlm4Testargs{Cookie: []byte("ck"), Alock: b.alock(f, "b", all)}))
	held := into(t, bytes.NewReader(b.event(nlm4.NLMPROC4_TEST_RES).args), &nlm4.Nlm4Testres{})
	require.Equal(t, []byte("a"), held.Stat.(*nlm4.Nlm4Testrply_NLM4_DENIED).Holder.Oh)
	send(b, nlm4.NLMPROC4_LOCK_MSG, encode(t, b.lockArgs(f, "b", all, true, true)))
	require.Equal(t, blocked, res(b, nlm4.NLMPROC4_LOCK_RES))
	send(b, nlm4.NLMPROC4_CANCEL_MSG, encode(t, &nlm4.Nlm4Cancargs{Cookie: []byte("ck"), Exclusive: true, Alock: b.alock(f, "b", all)}))
	require.Equal(t, grantedStat, res(b, nlm4.NLMPROC4_CANCEL_RES))
	send(b, nlm4.NLMPROC4_LOCK_MSG, encode(t, b.lockArgs(f, "b", all, true, true)))
	require.Equal(t, blocked, res(b, nlm4.NLMPROC4_LOCK_RES))
	send(a, nlm4.NLMPROC4_UNLOCK_MSG, encode(t, &nlm4.Nlm4Unlockargs{Cookie: []byte("ck"), Alock: a.alock(f, "a", all)}))
	require.Equal(t, grantedStat, res(a, nlm4.NLMPROC4_UNLOCK_RES))

	// A LOCK_MSG that waited is granted by GRANTED_MSG, answered GRANTED_RES.
	g := into(t, bytes.NewReader(b.event(nlm4.NLMPROC4_GRANTED_MSG).args), &nlm4.Nlm4Testargs{})
	require.Equal(t, b.alock(f, "b", all), g.Alock)
	send(b, nlm4.NLMPROC4_GRANTED_RES, encode(t, &nlm4.Nlm4Res{Cookie: g.Cookie, Stat: nlm4.NLM4_DENIED}))
	require.Eventually(t, func() bool { _, got := a.test(f, "a", all, true); return got == grantedStat }, 5*time.Second, time.Millisecond)

	// Nobody granted us anything.
	send(a, nlm4.NLMPROC4_GRANTED_MSG, encode(t, &nlm4.Nlm4Testargs{Cookie: []byte("ck"), Alock: a.alock(f, "a", all)}))
	require.Equal(t, denied, res(a, nlm4.NLMPROC4_GRANTED_RES))
	require.Equal(t, denied, a.stat(a.nlm(nlm4.NLMPROC4_GRANTED, &nlm4.Nlm4Testargs{Cookie: []byte("ck"), Alock: a.alock(f, "a", all)})))
	for _, proc := range []nlm4.Nlm4Proc{nlm4.NLMPROC4_NULL, nlm4.NLMPROC4_TEST_RES, nlm4.NLMPROC4_LOCK_RES, nlm4.NLMPROC4_CANCEL_RES, nlm4.NLMPROC4_UNLOCK_RES} {
		send(a, proc, nil)
	}
	// Those who speak by UDP are answered by UDP if they listen there, else
	// by TCP.
	udp, err := net.Dial("udp", s.Addr().String())
	require.NoError(t, err)
	defer udp.Close()
	_, err = udp.Write(rpc.AppendCall(nil, rpc.Call{XID: 5, Prog: nlm4.NLM_PROGRAM, Vers: 4, Proc: uint32(nlm4.NLMPROC4_LOCK_MSG), Cred: a.cred, Args: encode(t, a.lockArgs(f, "a", all, true, false))}))
	require.NoError(t, err)
	require.Equal(t, grantedStat, res(a, nlm4.NLMPROC4_LOCK_RES))
}

// TestNLMShare: one table of reservations with SMB.
func TestNLMShare(t *testing.T) {
	s, a, b, _, f := lockers(t)
	share := func(l *locker, owner string, access nlm4.Fsh4Access, mode nlm4.Fsh4Mode) string {
		t.Helper()
		return l.share(nlm4.NLMPROC4_SHARE, f, owner, access, mode)
	}
	require.Equal(t, grantedStat, share(a, "a", nlm4.FSA_R, nlm4.FSM_DW))
	require.Equal(t, denied, share(b, "b", nlm4.FSA_W, nlm4.FSM_DN))
	require.Equal(t, denied, share(b, "b", nlm4.FSA_R, nlm4.FSM_DR))
	require.Equal(t, grantedStat, share(b, "b", nlm4.FSA_R, nlm4.FSM_DN))
	_, err := s.smb(t, "f", shareAll)
	require.ErrorIs(t, err, vfs.ErrShareDenied)
	require.Equal(t, grantedStat, share(a, "a", nlm4.FSA_R, nlm4.FSM_DN), "replaced")
	op, err := s.smb(t, "f", vfs.ShareRead)
	require.NoError(t, err)
	require.Equal(t, denied, share(a, "a", nlm4.FSA_RW, nlm4.FSM_DN), "the SMB open denies writing")
	_, err = op.tree.Close(t.Context(), op.origin(), op.open)
	require.NoError(t, err)
	require.Equal(t, denied, share(a, "a", nlm4.FSA_R, nlm4.FSM_DRW), "b reads")
}

// TestNLMShareReleased: what frees a reservation.
func TestNLMShareReleased(t *testing.T) {
	s, a, _, _, f := lockers(t)
	for name, free := range map[string]func(){
		"unshare":  func() { a.share(nlm4.NLMPROC4_UNSHARE, f, "a", 0, 0) },
		"free all": func() { a.nlm(nlm4.NLMPROC4_FREE_ALL, &nlm4.Nlm4Notify{Name: []byte(a.name), State: 3}) },
	} {
		require.Equal(t, grantedStat, a.share(nlm4.NLMPROC4_SHARE, f, "a", nlm4.FSA_R, nlm4.FSM_DRW), name)
		_, err := s.smb(t, "f", shareAll)
		require.ErrorIs(t, err, vfs.ErrShareDenied, name)
		free()
		op, err := s.smb(t, "f", shareAll)
		require.NoError(t, err, name)
		_, err = op.tree.Close(t.Context(), op.origin(), op.open)
		require.NoError(t, err)
	}
}

// TestClientRestart: SM_NOTIFY frees what a client held, and waiters of both
// protocols go on (D14).
func TestClientRestart(t *testing.T) {
	notify := func(l *locker, name string, state int32) {
		l.t.Helper()
		require.Zero(l.t, l.call(nsm.SM_PROG, 1, uint32(nsm.SM_NOTIFY), &nsm.StatChge{MonName: []byte(name), State: state}).Len())
	}
	all := rng{0, 0}
	t.Run("waiters go on", func(t *testing.T) {
		s, a, b, dir, f := lockers(t)
		g := a.file(dir, "g", "")
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
		require.Equal(t, grantedStat, a.lock(g, "a", all, true, false))
		op, err := s.smb(t, "f", shareAll)
		require.NoError(t, err)
		got := op.lockWait(rng{0, 1})
		require.Equal(t, blocked, b.lock(g, "b", all, true, true))
		notify(b, b.name, 3)
		require.Equal(t, blocked, b.lock(g, "b", all, true, true), "b's restart freed b's wait only")
		notify(b, a.name, 3)
		require.NoError(t, <-got)
		b.granting()
	})
	t.Run("the same news again", func(t *testing.T) {
		_, a, b, _, f := lockers(t)
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
		notify(a, a.name, 1)
		require.Equal(t, denied, b.lock(f, "b", all, true, false), "it is in that state")
		notify(a, a.name, 3)
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
		notify(a, a.name, 3)
		require.Equal(t, denied, b.lock(f, "b", all, true, false))
	})
	t.Run("by its full name", func(t *testing.T) {
		_, a, b, _, f := lockers(t)
		a.name = "Host"
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
		notify(a, "host.example.org", 9)
		require.Equal(t, grantedStat, b.lock(f, "b", all, true, false))
	})
	t.Run("of another address", func(t *testing.T) {
		s, a, b, _, f := lockers(t)
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
		nc, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}).Dial("tcp", s.Addr().String())
		if err != nil {
			t.Skip("this system has one loopback address")
		}
		defer nc.Close()
		c := *b.client
		c.nc, c.rr = nc, rpc.NewRecordReader(nc, 1<<20)
		notify(&locker{client: &c}, a.name, 3)
		require.Equal(t, denied, b.lock(f, "b", all, true, false), "nobody frees another's locks")
	})
}

// TestMonitor: the status monitor for lock managers of this host.
func TestMonitor(t *testing.T) {
	_, a, b, _, _ := lockers(t)
	id := nsm.MyId{MyName: []byte(a.name), MyProg: nsm.SM_PROG, MyVers: 1, MyProc: 20}
	other := id
	other.MyProc = 21
	priv := [16]byte{1, 2, 3}
	mon := func(name string, id nsm.MyId) *nsm.SmStatRes {
		return into(t, a.call(nsm.SM_PROG, 1, uint32(nsm.SM_MON), &nsm.Mon{Host: nsm.MonId{MonName: []byte(name), Id: id}, Priv: priv}), &nsm.SmStatRes{})
	}
	res := mon("peer", id)
	require.Equal(t, nsm.STAT_SUCC, res.ResStat)
	require.Equal(t, int32(1), res.State&1, "odd while it is up")
	require.Equal(t, nsm.STAT_FAIL, mon("", id).ResStat)
	require.Equal(t, res, into(t, a.call(nsm.SM_PROG, 1, uint32(nsm.SM_STAT), &nsm.SmName{MonName: []byte("peer")}), &nsm.SmStatRes{}))
	b.call(nsm.SM_PROG, 1, uint32(nsm.SM_NOTIFY), &nsm.StatChge{MonName: []byte("peer"), State: 9})
	require.Equal(t, &nsm.Status{MonName: []byte("peer"), State: 9, Priv: priv}, into(t, bytes.NewReader(a.event(1020).args), &nsm.Status{}))

	mon("peer", other)
	into(t, a.call(nsm.SM_PROG, 1, uint32(nsm.SM_UNMON), &nsm.MonId{MonName: []byte("peer"), Id: id}), &nsm.SmStat{})
	b.call(nsm.SM_PROG, 1, uint32(nsm.SM_NOTIFY), &nsm.StatChge{MonName: []byte("peer"), State: 11})
	a.event(1021)
	into(t, a.call(nsm.SM_PROG, 1, uint32(nsm.SM_UNMON_ALL), &other), &nsm.SmStat{})
	b.call(nsm.SM_PROG, 1, uint32(nsm.SM_NOTIFY), &nsm.StatChge{MonName: []byte("peer"), State: 13})
	b.call(nsm.SM_PROG, 1, uint32(nsm.SM_NULL), nil)
	require.Empty(t, a.events)
}

// TestGrace: after a start with a grace period, and after a simulated crash.
func TestGrace(t *testing.T) {
	all := rng{0, 0}
	const grace = "NLM4_DENIED_GRACE_PERIOD"
	reclaim := func(l *locker, f nfs3.NfsFh3, owner string) string {
		l.t.Helper()
		args := l.lockArgs(f, owner, all, true, false)
		args.Reclaim = true
		return l.stat(l.nlm(nlm4.NLMPROC4_LOCK, args))
	}
	t.Run("start", func(t *testing.T) {
		s := serve(t, nfs.Config{Grace: time.Hour})
		c := dial(t, s.Addr())
		dir, status := c.mnt("/data")
		require.Equal(t, mount3.MNT3_OK, status)
		f := c.file(dir, "f", "")
		a := s.locker(t, "a")
		require.Equal(t, grace, a.lock(f, "a", all, true, true))
		_, got := a.test(f, "a", all, true)
		require.Equal(t, grace, got)
		require.Equal(t, grace, a.unlock(f, "a", all))
		require.Equal(t, grace, a.cancelLock(f, "a", all, true))
		require.Equal(t, grace, a.share(nlm4.NLMPROC4_SHARE, f, "a", nlm4.FSA_R, nlm4.FSM_DN))
		require.Equal(t, grantedStat, reclaim(a, f, "a"))
		require.Equal(t, denied, reclaim(a, f, "b"))
	})
	t.Run("crash", func(t *testing.T) {
		_, a, b, _, f := lockers(t)
		require.Equal(t, denied, reclaim(a, f, "a"), "there is nothing to reclaim")
		require.Equal(t, grantedStat, a.lock(f, "a", all, true, false))
		before := into(t, a.call(nsm.SM_PROG, 1, uint32(nsm.SM_STAT), &nsm.SmName{MonName: []byte("x")}), &nsm.SmStatRes{}).State
		b.call(nsm.SM_PROG, 1, uint32(nsm.SM_SIMU_CRASH), nil)
		told := into(t, bytes.NewReader(a.event(1000+nlm4.Nlm4Proc(nsm.SM_NOTIFY)).args), &nsm.StatChge{})
		require.Equal(t, before+2, told.State)
		require.Equal(t, grace, b.lock(f, "b", all, true, false))
		require.Equal(t, grantedStat, reclaim(a, f, "a"))
	})
}

// TestNLMBreaks: a lock and the caches of SMB, by each policy.
func TestNLMBreaks(t *testing.T) {
	start := func(t *testing.T, policy string) (*locker, nfs3.NfsFh3, *holder) {
		s, a, _, _, f := lockers(t)
		h := &holder{asked: make(chan string, 100), answered: make(chan struct{})}
		s.rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, h)
		require.NoError(t, s.rt.SetPolicy("nfs_break", policy))
		return a, f, h
	}
	t.Run("notify", func(t *testing.T) {
		a, f, h := start(t, "notify")
		require.Equal(t, grantedStat, a.lock(f, "a", rng{0, 1}, true, false))
		require.Equal(t, "lock", <-h.asked)
	})
	t.Run("wait", func(t *testing.T) {
		a, f, h := start(t, "wait")
		got := make(chan string)
		go func() { got <- a.lock(f, "a", rng{0, 1}, true, false) }()
		require.Equal(t, "lock", <-h.asked)
		close(h.answered)
		require.Equal(t, grantedStat, <-got)
	})
	t.Run("once more when a wait ends", func(t *testing.T) {
		s, a, b, _, f := lockers(t)
		require.Equal(t, grantedStat, a.lock(f, "a", rng{0, 1}, true, false))
		require.Equal(t, blocked, b.lock(f, "b", rng{0, 1}, true, true))
		h := &holder{asked: make(chan string, 100), answered: make(chan struct{})}
		s.rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, h)
		require.Equal(t, grantedStat, a.unlock(f, "a", rng{0, 1}))
		require.Equal(t, "lock", <-h.asked)
		b.granting()
	})
	t.Run("jukebox", func(t *testing.T) {
		a, f, h := start(t, "jukebox")
		require.Equal(t, denied, a.lock(f, "a", rng{0, 1}, true, false))
		require.Equal(t, blocked, a.lock(f, "a", rng{0, 1}, true, true))
		require.Equal(t, blocked, a.lock(f, "b", rng{1, 1}, true, true))
		require.Equal(t, grantedStat, a.cancelLock(f, "b", rng{1, 1}, true))
		close(h.answered)
		require.Equal(t, []byte("a"), a.granting().Alock.Oh)
		require.Equal(t, denied, a.lock(f, "c", rng{0, 1}, true, false))
		require.Eventually(t, func() bool { return a.lock(f, "c", rng{1, 1}, true, false) == grantedStat }, 5*time.Second, time.Millisecond, "what was cancelled is not locked")
	})
}

// TestNLMStopWhileWaiting: the server stops though somebody waits.
func TestNLMStopWhileWaiting(t *testing.T) {
	s, a, b, _, f := lockers(t)
	require.Equal(t, grantedStat, a.lock(f, "a", rng{0, 0}, true, false))
	require.Equal(t, blocked, b.lock(f, "b", rng{0, 0}, true, true))
	b.deaf.Store(true)
	require.Equal(t, blocked, a.lock(f, "c", rng{5, 1}, true, true))
	require.NoError(t, s.rt.Quiesce(t.Context()), "who waits is not under way")
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, s.Stop(ctx))
}
