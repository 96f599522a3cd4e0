package portmapper

import (
	"context"
	"net"
	"testing"
	"time"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/rpc"
)

// FuzzArguments gives every procedure of every version any arguments.
func FuzzArguments(f *testing.F) {
	g := NewRegistry()
	g.Set(100003, []uint32{3}, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2049})
	g.Set(100003, []uint32{3}, &net.UDPAddr{IP: net.IPv6loopback, Port: 2049})
	program := Program(g, time.Now)
	for vers := range uint32(3) {
		for proc := range uint32(13) {
			f.Add(2+vers, proc, []byte("\x00\x01\x86\xa3\x00\x00\x00\x03\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\x00"))
		}
	}
	f.Add(uint32(3), uint32(7), []byte("\x00\x00\x00\x07::1.8.1\x00"))
	f.Add(uint32(3), uint32(8), []byte{0, 0, 0, 8, 0, 0, 0, 8, 2, 0, 8, 1, 127, 0, 0, 1})
	f.Fuzz(func(t *testing.T, vers, proc uint32, args []byte) {
		p, ok := program.Versions[vers][proc]
		if !ok {
			return
		}
		c := &rpcserver.Call{
			Call: rpc.Call{Args: args}, Network: "tcp",
			Peer: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, Local: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, MaxReply: 1 << 20,
		}
		reply := rpcserver.NewReply()
		if err := p.Handle(context.Background(), c, reply); err == nil && reply.Len()%4 != 0 {
			t.Fatalf("%d octets", reply.Len())
		}
	})
}
