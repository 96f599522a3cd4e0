package mount

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
	"crosswire/server/wire/rpc"
)

// FuzzArguments gives every procedure any arguments.
func FuzzArguments(f *testing.F) {
	rt := runtime.New()
	road := vfs.New(rt, clock.System{})
	table := export.NewTable(road, [16]byte{1})
	rt.OnShareChange(func([]string) { table.Refresh() })
	if err := rt.AddShare(adapter.Share{Name: "data"}); err != nil {
		f.Fatal(err)
	}
	f.Add(uint32(1), []byte("\x00\x00\x00\x05/data\x00\x00\x00"))
	f.Add(uint32(1), []byte("\x00\x00\x00\x08/data/.."))
	f.Add(uint32(3), []byte{0xff, 0xff, 0xff, 0xff})
	procedures := New(table, slog.New(slog.DiscardHandler)).Program().Versions[3]
	f.Fuzz(func(t *testing.T, proc uint32, args []byte) {
		c := &rpcserver.Call{
			Call: rpc.Call{Args: args}, Network: "tcp",
			Peer: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, Local: &net.TCPAddr{}, MaxReply: 2 << 20,
		}
		reply := rpcserver.NewReply()
		if err := procedures[proc%6].Handle(context.Background(), c, reply); err == nil && reply.Len()%4 != 0 {
			t.Fatalf("%d octets", reply.Len())
		}
	})
}
