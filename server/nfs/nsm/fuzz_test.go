package nsm

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"crosswire/server/nfs/nlm/callback"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/rpc"
)

// noLocks is a lock manager that holds nothing.
type noLocks struct{}

func (noLocks) HostRestarted(string, string, int32) int { return 0 }
func (noLocks) Crash() []callback.Host                  { return nil }

func service(name string) *Service {
	return New(Config{
		Locks: noLocks{}, Caller: callback.New(callback.Config{MaxCalls: 1, Timeout: time.Millisecond}), Logger: slog.New(slog.DiscardHandler),
		Now: time.Now, Name: name, Enter: func() {}, Leave: func() {},
	})
}

// FuzzArguments gives every procedure any arguments.
func FuzzArguments(f *testing.F) {
	s := service("host")
	f.Cleanup(func() { _ = s.Stop(context.Background()) })
	f.Add(uint32(1), []byte("\x00\x00\x00\x01a\x00\x00\x00"))
	f.Add(uint32(6), []byte("\x00\x00\x00\x01a\x00\x00\x00\x00\x00\x00\x03"))
	f.Add(uint32(2), []byte{0xff, 0xff, 0xff, 0xff})
	procedures := s.Program().Versions[1]
	f.Fuzz(func(t *testing.T, proc uint32, args []byte) {
		c := &rpcserver.Call{
			Call: rpc.Call{Args: args}, Network: "tcp",
			Peer: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, Local: &net.TCPAddr{}, MaxReply: 2 << 20,
		}
		reply := rpcserver.NewReply()
		if err := procedures[proc%7].Handle(context.Background(), c, reply); err == nil && reply.Len()%4 != 0 {
			t.Fatalf("%d octets", reply.Len())
		}
	})
}
