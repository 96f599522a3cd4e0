package nlm

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"testing"

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

// FuzzArguments gives every procedure any arguments. The seeds are valid calls
// on a real file. Callbacks go to a host that cannot be called.
func FuzzArguments(f *testing.F) {
	rt := runtime.New()
	road := vfs.New(rt, clock.System{})
	table := export.NewTable(road, [16]byte{1})
	rt.OnShareChange(func([]string) { table.Refresh() })
	if err := rt.AddShare(adapter.Share{Name: "data"}); err != nil {
		f.Fatal(err)
	}
	tree, _ := road.Tree("data")
	file, err := tree.Create(context.Background(), &vfs.Origin{Protocol: vfs.ProtocolNFS}, tree.Root(), "f", vfs.CreateOptions{})
	if err != nil {
		f.Fatal(err)
	}
	handle, _ := table.Encode(tree, file.Entry.Attr.Handle)
	l := nlm4.Nlm4Lock{CallerName: []byte("h"), Fh: handle, Oh: []byte("o"), LLen: 9}
	for proc, args := range map[nlm4.Nlm4Proc]io.WriterTo{
		nlm4.NLMPROC4_TEST:        &nlm4.Nlm4Testargs{Exclusive: true, Alock: l},
		nlm4.NLMPROC4_LOCK:        &nlm4.Nlm4Lockargs{Block: true, Exclusive: true, Alock: l},
		nlm4.NLMPROC4_CANCEL:      &nlm4.Nlm4Cancargs{Block: true, Exclusive: true, Alock: l},
		nlm4.NLMPROC4_UNLOCK:      &nlm4.Nlm4Unlockargs{Alock: l},
		nlm4.NLMPROC4_GRANTED:     &nlm4.Nlm4Testargs{Alock: l},
		nlm4.NLMPROC4_GRANTED_RES: &nlm4.Nlm4Res{Cookie: make([]byte, 8)},
		nlm4.NLMPROC4_SHARE:       &nlm4.Nlm4Shareargs{Share: nlm4.Nlm4Share{Fh: handle, Mode: nlm4.FSM_DRW, Access: nlm4.FSA_RW}},
		nlm4.NLMPROC4_UNSHARE:     &nlm4.Nlm4Shareargs{Share: nlm4.Nlm4Share{Fh: handle}},
		nlm4.NLMPROC4_FREE_ALL:    &nlm4.Nlm4Notify{Name: []byte("h"), State: 3},
	} {
		var b bytes.Buffer
		if _, err := args.WriteTo(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(uint32(proc), b.Bytes())
	}
	s := New(Config{
		Exports: table, Road: road, Caller: callback.New(callback.Config{MaxCalls: 1}), Logger: slog.New(slog.DiscardHandler),
		Enter: func() {}, Leave: func() {},
	})
	f.Cleanup(func() { _ = s.Stop(context.Background()) })
	procedures := s.Program().Versions[nlm4.NLM_V4]
	f.Fuzz(func(t *testing.T, proc uint32, args []byte) {
		p, ok := procedures[proc%24]
		if !ok {
			return
		}
		c := &rpcserver.Call{
			Call: rpc.Call{Args: args}, Network: "tcp",
			Peer: &net.UnixAddr{Name: "nowhere"}, Local: &net.TCPAddr{}, MaxReply: 2 << 20,
		}
		reply := rpcserver.NewReply()
		if err := p.Handle(context.Background(), c, reply); err == nil && reply.Len()%4 != 0 {
			t.Fatalf("%d octets", reply.Len())
		}
	})
}
