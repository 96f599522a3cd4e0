package callback

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/nfs/rpcserver"
)

// TestMapper: a name chooses a port on loopback only.
func TestMapper(t *testing.T) {
	c := New(Config{PortmapPort: 1111})
	for _, row := range []struct{ addr, name, want string }{
		{"127.0.0.1", "host", "127.0.0.1:1111"},
		{"127.0.0.1", "host:40123", "127.0.0.1:40123"},
		{"127.0.0.3", "host:40123", "127.0.0.3:40123"},
		{"::1", "host:40123", "[::1]:40123"},
		{"127.0.0.1", "host:0", "127.0.0.1:1111"},
		{"127.0.0.1", "host:65536", "127.0.0.1:1111"},
		{"127.0.0.1", "host:", "127.0.0.1:1111"},
		{"192.0.2.1", "host:40123", "192.0.2.1:1111"},
	} {
		require.Equal(t, row.want, c.mapper(netip.MustParseAddr(row.addr), row.name).String(), "%+v", row)
	}
	require.Equal(t, uint16(111), New(Config{}).cfg.PortmapPort)
}

// host serves a port mapper and a program that doubles its argument.
func host(t *testing.T, tcpPort, udpPort bool) Host {
	t.Helper()
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	udp, err := net.ListenPacket("udp", tcp.Addr().String())
	if err != nil {
		t.Skip("the port is taken for UDP")
	}
	port := uint32(tcp.Addr().(*net.TCPAddr).Port)
	mapper := rpcserver.Version{3: {Name: "getport", Handle: func(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
		prot := binary.BigEndian.Uint32(c.Args[8:])
		if prot == 6 && tcpPort || prot == 17 && udpPort {
			reply.Uint32(port)
		} else {
			reply.Uint32(0)
		}
		return nil
	}}}
	double := rpcserver.Version{1: {Name: "double", Handle: func(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
		reply.Uint32(2 * binary.BigEndian.Uint32(c.Args))
		reply.Opaque([]byte(c.Network))
		return nil
	}}}
	s := rpcserver.New(rpcserver.Options{},
		&rpcserver.Program{Number: 100000, Name: "portmap", Versions: map[uint32]rpcserver.Version{2: mapper}},
		&rpcserver.Program{Number: 300000, Name: "double", Versions: map[uint32]rpcserver.Version{1: double}})
	var serving sync.WaitGroup
	serving.Go(func() { _ = s.ServeTCP(tcp) })
	serving.Go(func() { _ = s.ServeUDP(udp) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.Stop(ctx)
		serving.Wait()
	})
	_, p, _ := net.SplitHostPort(tcp.Addr().String())
	return Host{Addr: "127.0.0.1", Name: "host:" + p}
}

func TestCall(t *testing.T) {
	c := New(Config{})
	args := []byte{0, 0, 0, 21}
	for _, row := range []struct {
		name     string
		tcp, udp bool
		network  string
		want     string
	}{
		{"tcp", true, true, "tcp", "tcp"},
		{"udp", true, true, "udp", "udp"},
		{"udp only", false, true, "tcp", "udp"},
		{"tcp only", true, false, "udp", "tcp"},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := host(t, row.tcp, row.udp)
			h.Network = row.network
			out, err := c.Call(t.Context(), h, 300000, 1, 1, args)
			require.NoError(t, err)
			require.Equal(t, append([]byte{0, 0, 0, 42, 0, 0, 0, 3}, row.want+"\x00"...), out)
		})
	}
	h := host(t, false, false)
	_, err := c.Call(t.Context(), h, 300000, 1, 1, args)
	require.ErrorIs(t, err, ErrNotRegistered)
	h = host(t, true, true)
	_, err = c.Call(t.Context(), h, 300000, 2, 1, args)
	require.ErrorContains(t, err, "PROG_MISMATCH")
	_, err = c.Call(t.Context(), Host{Addr: "no address"}, 300000, 1, 1, args)
	require.Error(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Call(ctx, h, 300000, 1, 1, args)
	require.ErrorIs(t, err, context.Canceled)
}

// TestBounded: calls beyond the bound are refused, not queued.
func TestBounded(t *testing.T) {
	c := New(Config{MaxCalls: 1})
	c.slots <- struct{}{}
	_, err := c.Call(t.Context(), Host{Addr: "127.0.0.1", Name: "host:1"}, 1, 1, 1, nil)
	require.ErrorIs(t, err, ErrBusy)
}
