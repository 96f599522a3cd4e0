package nlm

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/nfs/export"
	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nlm4"
)

// TestUnreachableClient: a client that cannot be told of its lock loses it, on
// the server's clock, and the next gets it.
func TestUnreachableClient(t *testing.T) {
	rt, now := runtime.New(), clock.NewVirtual()
	road := vfs.New(rt, now)
	table := export.NewTable(road, [16]byte{1})
	require.NoError(t, rt.AddShare(adapter.Share{Name: "data"}))
	table.Refresh()
	tree, err := road.Tree("data")
	require.NoError(t, err)
	o := &vfs.Origin{Protocol: vfs.ProtocolNFS}
	file, err := tree.Create(t.Context(), o, tree.Root(), "f", vfs.CreateOptions{})
	require.NoError(t, err)
	h := file.Entry.Attr.Handle
	handle, err := table.Encode(tree, h)
	require.NoError(t, err)
	holder := vfs.PosixRange{Owner: vfs.LockOwner{Protocol: vfs.ProtocolNLM, Client: "x"}, Exclusive: true}
	_, err = tree.LockPosix(t.Context(), o, h, holder, false)
	require.NoError(t, err)

	s := New(Config{
		Exports: table, Road: road, Caller: callback.New(callback.Config{}), Logger: slog.New(slog.DiscardHandler),
		Enter: rt.Enter, Leave: rt.Leave,
	})
	t.Cleanup(func() { require.NoError(t, s.Stop(context.Background())) })
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, _ := net.SplitHostPort(nobody.Addr().String())
	require.NoError(t, nobody.Close())
	call := func(proc nlm4.Nlm4Proc, args io.WriterTo) nlm4.Nlm4Stats {
		t.Helper()
		var b bytes.Buffer
		_, err := args.WriteTo(&b)
		require.NoError(t, err)
		c := &rpcserver.Call{
			Call: rpc.Call{Args: b.Bytes()}, Network: "tcp",
			Peer: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, Local: &net.TCPAddr{}, MaxReply: 1 << 16,
		}
		reply := rpcserver.NewReply()
		require.NoError(t, s.Program().Versions[nlm4.NLM_V4][uint32(proc)].Handle(t.Context(), c, reply))
		var res nlm4.Nlm4Res
		_, err = res.ReadFrom(bytes.NewReader(reply.Results()))
		require.NoError(t, err)
		return res.Stat
	}
	l := nlm4.Nlm4Lock{CallerName: []byte("gone:" + port), Fh: handle, Oh: []byte("o")}
	require.Equal(t, nlm4.NLM4_BLOCKED, call(nlm4.NLMPROC4_LOCK, &nlm4.Nlm4Lockargs{Block: true, Exclusive: true, Alock: l}))
	w, err := tree.LockPosix(t.Context(), o, h, vfs.PosixRange{Owner: vfs.LockOwner{Protocol: vfs.ProtocolNLM, Client: "next"}, Exclusive: true}, true)
	require.NoError(t, err)
	require.NoError(t, tree.UnlockPosix(h, holder))
	held, err := tree.TestPosix(t.Context(), o, h, holder)
	require.NoError(t, err)
	require.Equal(t, "o", held.Owner.Opaque)
	require.Eventually(t, func() bool {
		now.Advance(time.Minute)
		select {
		case <-w.Done():
			return w.Err() == nil
		default:
			return false
		}
	}, 20*time.Second, time.Millisecond)
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.blocked)+len(s.waiting)+len(s.cookies) == 0
	}, 5*time.Second, time.Millisecond)
}
