package nfs_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/lock"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs3"
)

// holder is a breaker behind which somebody holds a lease on every file and
// does not answer until told.
type holder struct {
	asked    chan string
	answered chan struct{}
}

func (h *holder) ask(what string) error {
	select {
	case <-h.answered:
		return nil
	default:
		h.asked <- what
		return adapter.ErrLeaseBreakPending
	}
}

func (h *holder) CheckAndBreakForWrite(context.Context, lock.FileHandle) error { return h.ask("write") }
func (h *holder) CheckAndBreakForRead(context.Context, lock.FileHandle) error  { return h.ask("read") }
func (h *holder) CheckAndBreakForDelete(context.Context, lock.FileHandle) error {
	return h.ask("delete")
}
func (h *holder) CheckAndBreakForOpen(context.Context, lock.FileHandle, adapter.OpenIntent) error {
	return h.ask("open")
}
func (h *holder) CheckAndBreakForLock(context.Context, lock.FileHandle) error { return h.ask("lock") }
func (h *holder) CheckAndBreakForHandle(context.Context, lock.FileHandle) error {
	return h.ask("handle")
}
func (h *holder) Quiet() bool { return false }
func (h *holder) WaitForBreak(ctx context.Context, _ lock.FileHandle) error {
	select {
	case <-h.answered:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestBreaks: what each policy makes of a pending break, on the wire.
func TestBreaks(t *testing.T) {
	start := func(t *testing.T, policy string) (*server, *client, nfs3.NfsFh3, nfs3.NfsFh3, *holder) {
		s, c, fh := root(t)
		f := c.file(fh, "f", "old")
		h := &holder{asked: make(chan string, 100), answered: make(chan struct{})}
		s.rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, h)
		require.NoError(t, s.rt.SetPolicy("nfs_break", policy))
		return s, c, fh, f, h
	}
	t.Run("notify", func(t *testing.T) {
		_, c, _, f, h := start(t, "notify")
		_, st := c.write(f, 0, "new", nfs3.UNSTABLE)
		is(t, nfs3.NFS3_OK, st)
		require.Equal(t, "write", <-h.asked)
	})
	t.Run("jukebox", func(t *testing.T) {
		_, c, fh, f, h := start(t, "jukebox")
		// The same call again, as a client sends it that missed the reply:
		// JUKEBOX must not be answered from the cache.
		call := rpc.Call{XID: 0x99, Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: 7, Cred: c.cred,
			Args: encode(t, &nfs3.Write3args{File: f, Count: 3, Data: []byte("new")})}
		for range 2 {
			res := c.raw(call)
			require.Equal(t, []byte{0, 0, 0x27, 0x18}, res.Results[:4])
			require.Equal(t, "write", <-h.asked)
		}
		_, st := c.read(f, 0, 10)
		is(t, nfs3.NFS3ERR_JUKEBOX, st)
		require.Equal(t, "read", <-h.asked)
		wcc := c.remove(fh, "f")
		is(t, nfs3.NFS3ERR_JUKEBOX, wcc.Status)
		same(t, wcc.Wcc)
		require.Equal(t, "delete", <-h.asked)
		close(h.answered)
		res := c.raw(call)
		require.Equal(t, []byte{0, 0, 0, 0}, res.Results[:4])
		got, _ := c.read(f, 0, 10)
		require.Equal(t, "new", string(got.Data))
	})
	t.Run("wait", func(t *testing.T) {
		s, c, _, f, h := start(t, "wait")
		written := make(chan nfs3.Nfsstat3)
		go func() {
			_, st := c.write(f, 0, "new", nfs3.UNSTABLE)
			written <- st
		}()
		require.Equal(t, "write", <-h.asked)
		other := dial(t, s.Addr())
		a, _ := other.getattr(f) // nobody else waits
		require.Equal(t, uint64(3), a.Size)
		require.NoError(t, s.rt.Quiesce(t.Context()), "a request that waits is not under way")
		close(h.answered)
		is(t, nfs3.NFS3_OK, <-written)
	})
	t.Run("wait, and the server stops", func(t *testing.T) {
		s, c, _, f, h := start(t, "wait")
		written := make(chan nfs3.Nfsstat3)
		go func() {
			_, st := c.write(f, 0, "new", nfs3.UNSTABLE)
			written <- st
		}()
		<-h.asked
		require.NoError(t, s.Stop(t.Context()))
		is(t, nfs3.NFS3ERR_JUKEBOX, <-written)
	})
}
