package nfs_test

import (
	"bytes"
	"fmt"
	"net"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/nfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/portmap"
	"crosswire/server/wire/xdr/rpcbind"
	"crosswire/server/wire/xdr/rpcmsg"
)

func number(t *testing.T, in *bytes.Reader) uint32 {
	t.Helper()
	require.Equal(t, 4, in.Len())
	var b [4]byte
	_, err := in.Read(b[:])
	require.NoError(t, err)
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

func universal(a net.Addr) string {
	tcp := a.(*net.TCPAddr)
	return fmt.Sprintf("%s.%d.%d", tcp.IP, tcp.Port>>8, tcp.Port&0xff)
}

func TestPortmap(t *testing.T) {
	s := serve(t, nfs.Config{Portmap: "127.0.0.1:0", Mount: "127.0.0.1:0"})
	c := dial(t, s.PortmapAddr())
	port := func(a net.Addr) uint32 { return uint32(a.(*net.TCPAddr).Port) }
	const tcp, udp = portmap.PMAP_IPPROTO_TCP, portmap.PMAP_IPPROTO_UDP

	t.Run("getport", func(t *testing.T) {
		for _, row := range []struct {
			prog, vers, prot, want uint32
		}{
			{100003, 3, tcp, port(s.Addr())},
			{100003, 3, udp, port(s.Addr())},
			{100003, 4, tcp, port(s.Addr())}, // there it gets PROG_MISMATCH
			{100005, 3, tcp, port(s.MountAddr())},
			{100005, 1, udp, port(s.MountAddr())},
			{100000, 2, tcp, port(s.PortmapAddr())},
			{100021, 4, tcp, port(s.Addr())},
			{100024, 1, udp, port(s.Addr())},
			{100099, 1, tcp, 0},
			{100003, 3, 99, 0},
		} {
			got := number(t, c.call(100000, 2, uint32(portmap.PMAPPROC_GETPORT), &portmap.Mapping{Prog: row.prog, Vers: row.vers, Prot: row.prot}))
			require.Equal(t, row.want, got, "%+v", row)
		}
	})
	t.Run("dump", func(t *testing.T) {
		got := list(t, c.call(100000, 2, uint32(portmap.PMAPPROC_DUMP), nil), func(p *portmap.Pmaplist) (string, *portmap.Pmaplist) {
			return fmt.Sprintf("%d %d %d %d", p.Map.Prog, p.Map.Vers, p.Map.Prot, p.Map.Port), p.Next
		})
		require.Len(t, got, 2*(3+1+2+2)+1) // NFSv4 over TCP only
		require.Contains(t, got, fmt.Sprintf("100003 3 17 %d", port(s.Addr())))
	})
	t.Run("set and unset are refused", func(t *testing.T) {
		m := &portmap.Mapping{Prog: 200000, Vers: 1, Prot: tcp, Port: 9}
		require.Zero(t, number(t, c.call(100000, 2, uint32(portmap.PMAPPROC_SET), m)))
		require.Zero(t, number(t, c.call(100000, 2, uint32(portmap.PMAPPROC_GETPORT), m)))
		m.Prog = 100003
		require.Zero(t, number(t, c.call(100000, 2, uint32(portmap.PMAPPROC_UNSET), m)))
		m.Vers = 3
		require.NotZero(t, number(t, c.call(100000, 2, uint32(portmap.PMAPPROC_GETPORT), m)))
		b := &rpcbind.Rpcb{Prog: 200000, Vers: 1, Netid: []byte("tcp"), Addr: []byte("127.0.0.1.0.9")}
		require.Zero(t, number(t, c.call(100000, 3, uint32(rpcbind.RPCBPROC_SET), b)))
		require.Zero(t, number(t, c.call(100000, 4, uint32(rpcbind.RPCBPROC_UNSET), b)))
	})
	t.Run("not offered", func(t *testing.T) {
		for _, row := range [][2]uint32{{2, 5}, {3, 5}, {3, 9}, {4, 5}, {4, 10}, {4, 12}} {
			r := c.raw(rpc.Call{XID: 1, Prog: 100000, Vers: row[0], Proc: row[1]})
			require.Equal(t, rpcmsg.PROC_UNAVAIL, r.Accept, row)
		}
		r := c.raw(rpc.Call{XID: 1, Prog: 100000, Vers: 5})
		require.Equal(t, []uint32{2, 4}, []uint32{r.Low, r.High})
		r = c.raw(rpc.Call{XID: 1, Prog: 100000, Vers: 2, Proc: 3, Args: []byte{1}})
		require.Equal(t, rpcmsg.GARBAGE_ARGS, r.Accept)
	})
	t.Run("getaddr", func(t *testing.T) {
		for _, row := range []struct {
			proc       rpcbind.RpcbProc
			prog, vers uint32
			netid      string
			want       string
		}{
			{rpcbind.RPCBPROC_GETADDR, 100003, 3, "tcp", universal(s.Addr())},
			{rpcbind.RPCBPROC_GETADDR, 100003, 3, "udp", universal(s.Addr())},
			{rpcbind.RPCBPROC_GETADDR, 100003, 3, "", universal(s.Addr())},
			{rpcbind.RPCBPROC_GETADDR, 100003, 4, "tcp", universal(s.Addr())},
			{rpcbind.RPCBPROC_GETADDR, 100003, 3, "tcp6", ""},
			{rpcbind.RPCBPROC_GETADDR, 100021, 4, "tcp", universal(s.Addr())},
			{rpcbind.RPCBPROC_GETADDR, 100099, 1, "tcp", ""},
			{rpcbind.RPCBPROC_GETVERSADDR, 100003, 3, "tcp", universal(s.Addr())},
			{rpcbind.RPCBPROC_GETVERSADDR, 100003, 4, "tcp", universal(s.Addr())},
			{rpcbind.RPCBPROC_GETVERSADDR, 100003, 4, "udp", ""},
			{rpcbind.RPCBPROC_GETVERSADDR, 100003, 5, "tcp", ""},
		} {
			in := c.call(100000, 4, uint32(row.proc), &rpcbind.Rpcb{Prog: row.prog, Vers: row.vers, Netid: []byte(row.netid)})
			require.Equal(t, row.want, string(read(t, in, rpcbind.ReadRpcbString)), "%+v", row)
		}
	})
	t.Run("lists", func(t *testing.T) {
		dump := list(t, c.call(100000, 3, uint32(rpcbind.RPCBPROC_DUMP), nil), func(p *rpcbind.Rpcblist) (string, *rpcbind.Rpcblist) {
			return fmt.Sprintf("%d %d %s %s", p.Map.Prog, p.Map.Vers, p.Map.Netid, p.Map.Addr), p.Next
		})
		require.Len(t, dump, 17)
		require.Contains(t, dump, "100003 3 udp "+universal(s.Addr()))
		addrs := list(t, c.call(100000, 4, uint32(rpcbind.RPCBPROC_GETADDRLIST), &rpcbind.Rpcb{Prog: 100003, Vers: 3}), func(p *rpcbind.RpcbEntryList) (string, *rpcbind.RpcbEntryList) {
			return fmt.Sprintf("%s %d %s %s", p.Map.NcNetid, p.Map.NcSemantics, p.Map.NcProtofmly, p.Map.Maddr), p.Next
		})
		slices.Sort(addrs)
		require.Equal(t, []string{"tcp 3 inet " + universal(s.Addr()), "udp 1 inet " + universal(s.Addr())}, addrs)
	})
	t.Run("addresses", func(t *testing.T) {
		for _, row := range []struct {
			in   string
			size int
		}{{"127.0.0.1.8.1", 16}, {"::1.8.1", 28}, {"127.0.0.1.8", 0}, {"127.0.0.1.8.256", 0}, {"x", 0}, {"", 0}, {"1.2", 0}, {".", 0}} {
			n := into(t, c.call(100000, 3, uint32(rpcbind.RPCBPROC_UADDR2TADDR), opaque(row.in)), &rpcbind.Netbuf{})
			require.Len(t, n.Buf, row.size, row.in)
			back := read(t, c.call(100000, 3, uint32(rpcbind.RPCBPROC_TADDR2UADDR), n), rpcbind.ReadRpcbString)
			if row.size == 0 {
				require.Empty(t, back, row.in)
			} else {
				require.Equal(t, row.in, string(back))
			}
		}
		require.NotZero(t, number(t, c.call(100000, 3, uint32(rpcbind.RPCBPROC_GETTIME), nil)))
	})
}

// TestPortmapWildcard: who listens on all addresses is reached at the one that
// the caller used.
func TestPortmapWildcard(t *testing.T) {
	s := serve(t, nfs.Config{NFS: ":0", Portmap: "127.0.0.1:0"})
	c := dial(t, s.PortmapAddr())
	port := s.Addr().(*net.TCPAddr).Port
	want := fmt.Sprintf("127.0.0.1.%d.%d", port>>8, port&0xff)
	in := c.call(100000, 4, uint32(rpcbind.RPCBPROC_GETADDR), &rpcbind.Rpcb{Prog: 100003, Vers: 3, Netid: []byte("tcp")})
	require.Equal(t, want, string(read(t, in, rpcbind.ReadRpcbString)))
}
