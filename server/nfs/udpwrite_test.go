package nfs_test

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs3"
	"crosswire/server/wire/xdr/rpcmsg"
)

// TestUDPWrite: WRITE and COMMIT in datagrams. Calls of one socket run side by
// side, so each must keep its data to itself; a datagram that comes twice is
// written once, and one that was cut off not at all.
func TestUDPWrite(t *testing.T) {
	const block = 32 << 10
	s, c, fh := root(t)
	f := c.file(fh, "f", "")
	write := func(xid uint32, block, at int, fill byte, stable nfs3.StableHow) rpc.Call {
		data := bytes.Repeat([]byte{fill}, block)
		args := nfs3.Write3args{File: f, Offset: uint64(at), Count: uint32(block), Stable: stable, Data: data}
		return rpc.Call{XID: xid, Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: uint32(nfs3.NFSPROC3_WRITE), Cred: user(0, 0), Args: encode(t, &args)}
	}
	dialUDP := func(t *testing.T) net.Conn {
		nc, err := net.Dial("udp", s.Addr().String())
		require.NoError(t, err)
		t.Cleanup(func() { _ = nc.Close() })
		require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
		return nc
	}
	receive := func(t *testing.T, nc net.Conn) rpc.Reply {
		buf := make([]byte, 1<<16)
		n, err := nc.Read(buf)
		require.NoError(t, err)
		r, err := rpc.ParseReply(buf[:n])
		require.NoError(t, err)
		return r
	}
	written := func(t *testing.T, r rpc.Reply) nfs3.Write3resok {
		require.Equal(t, rpcmsg.SUCCESS, r.Accept)
		res := read(t, bytes.NewReader(r.Results), nfs3.ReadWrite3res)
		is(t, nfs3.NFS3_OK, res.GetStatus())
		return res.(*nfs3.Write3res_NFS3_OK).Resok
	}

	t.Run("side by side", func(t *testing.T) {
		const peers, blocks = 4, 8 // one call of each peer at a time: no burst that a socket would drop
		var all sync.WaitGroup
		for p := range peers {
			nc := dialUDP(t)
			all.Go(func() {
				for i := range blocks {
					n := p*blocks + i
					if _, err := nc.Write(rpc.AppendCall(nil, write(uint32(n), block, n*block, byte('A'+n), nfs3.UNSTABLE))); err != nil {
						t.Error(err)
						return
					}
					buf := make([]byte, 1<<16)
					size, err := nc.Read(buf)
					if err != nil {
						t.Error(err)
						return
					}
					if r, err := rpc.ParseReply(buf[:size]); err != nil || r.XID != uint32(n) || r.Accept != rpcmsg.SUCCESS {
						t.Errorf("block %d: %+v, %v", n, r, err)
					}
				}
			})
		}
		all.Wait()
		for n := range peers * blocks {
			got, st := c.read(f, uint64(n*block), block)
			is(t, nfs3.NFS3_OK, st)
			require.True(t, bytes.Equal(bytes.Repeat([]byte{byte('A' + n)}, block), got.Data), "block %d", n)
		}
	})
	t.Run("committed", func(t *testing.T) {
		nc := dialUDP(t)
		_, err := nc.Write(rpc.AppendCall(nil, write(100, 10, 0, 'c', nfs3.UNSTABLE)))
		require.NoError(t, err)
		verifier := written(t, receive(t, nc)).Verf
		commit := nfs3.Commit3args{File: f}
		_, err = nc.Write(rpc.AppendCall(nil, rpc.Call{XID: 101, Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: uint32(nfs3.NFSPROC3_COMMIT), Cred: user(0, 0), Args: encode(t, &commit)}))
		require.NoError(t, err)
		res := read(t, bytes.NewReader(receive(t, nc).Results), nfs3.ReadCommit3res)
		is(t, nfs3.NFS3_OK, res.GetStatus())
		require.Equal(t, verifier, res.(*nfs3.Commit3res_NFS3_OK).Resok.Verf)
	})
	t.Run("sent twice", func(t *testing.T) {
		nc := dialUDP(t)
		first := rpc.AppendCall(nil, write(200, 3, 0, 'o', nfs3.FILE_SYNC))
		_, err := nc.Write(first)
		require.NoError(t, err)
		one := receive(t, nc)
		written(t, one)
		c.write(f, 0, "new", nfs3.FILE_SYNC)
		_, err = nc.Write(first)
		require.NoError(t, err)
		require.Equal(t, one, receive(t, nc))
		got, _ := c.read(f, 0, 3)
		require.Equal(t, "new", string(got.Data))
	})
	t.Run("cut off", func(t *testing.T) {
		nc := dialUDP(t)
		before, _ := c.read(f, 0, block)
		call := rpc.AppendCall(nil, write(300, block, 0, '!', nfs3.FILE_SYNC))
		_, err := nc.Write(call[:len(call)-1])
		require.NoError(t, err)
		require.Equal(t, rpcmsg.GARBAGE_ARGS, receive(t, nc).Accept)
		after, _ := c.read(f, 0, block)
		require.True(t, bytes.Equal(before.Data, after.Data))
	})
	t.Run("as much as a datagram holds", func(t *testing.T) {
		nc := dialUDP(t)
		call := rpc.AppendCall(nil, write(400, 65000, 0, 'm', nfs3.FILE_SYNC))
		_, err := nc.Write(call)
		require.NoError(t, err)
		ok := written(t, receive(t, nc))
		require.LessOrEqual(t, ok.Count, uint32(65000))
		got, _ := c.read(f, 0, ok.Count)
		require.True(t, bytes.Equal(bytes.Repeat([]byte{'m'}, int(ok.Count)), got.Data))
	})
}
