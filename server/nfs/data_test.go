package nfs_test

import (
	"bytes"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/nfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs3"
	"crosswire/server/wire/xdr/rpcmsg"
)

func TestRead(t *testing.T) {
	_, c, fh := root(t)
	f := c.file(fh, "f", "hello world")
	d := c.mkdir(fh, "d").fh
	for _, row := range []struct {
		name  string
		off   uint64
		count uint32
		want  string
		eof   bool
	}{
		{"all", 0, 100, "hello world", true},
		{"just all", 0, 11, "hello world", true},
		{"head", 0, 5, "hello", false},
		{"tail", 6, 5, "world", true},
		{"nothing", 0, 0, "", false},
		{"at the end", 11, 10, "", true},
		{"past the end", 1 << 40, 10, "", true},
		{"past everything", math.MaxUint64, 10, "", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, st := c.read(f, row.off, row.count)
			is(t, nfs3.NFS3_OK, st)
			require.Equal(t, row.want, string(got.Data))
			require.Equal(t, row.eof, got.Eof)
			require.NotNil(t, got.FileAttributes.Attributes)
			require.Equal(t, uint64(11), got.FileAttributes.Attributes.Size)
		})
	}
	t.Run("directory", func(t *testing.T) {
		got, st := c.read(d, 0, 10)
		is(t, nfs3.NFS3ERR_ISDIR, st)
		require.NotNil(t, got.FileAttributes.Attributes)
	})
	t.Run("permission", func(t *testing.T) {
		c.setattr(f, mode(0o600), nil)
		got, st := c.as(user(1, 1)).read(f, 0, 10)
		is(t, nfs3.NFS3ERR_ACCES, st)
		require.NotNil(t, got.FileAttributes.Attributes)
		c.setattr(f, mode(0o711), nil)
		_, st = c.as(user(1, 1)).read(f, 0, 10)
		is(t, nfs3.NFS3_OK, st, "execute permission suffices (RFC 1813 4.4)")
	})
	t.Run("more than the maximum", func(t *testing.T) {
		big := c.file(fh, "big", "")
		sa := keep()
		sa.Size = ptr(uint64(3 << 20))
		c.setattr(big, sa, nil)
		got, st := c.read(big, 0, math.MaxUint32)
		is(t, nfs3.NFS3_OK, st)
		require.Equal(t, uint32(1<<20), got.Count)
		require.False(t, got.Eof)
	})
}

func TestWrite(t *testing.T) {
	_, c, fh := root(t)
	f := c.file(fh, "f", "")
	t.Run("stability", func(t *testing.T) {
		var verf [8]byte
		for i, stable := range []nfs3.StableHow{nfs3.UNSTABLE, nfs3.DATA_SYNC, nfs3.FILE_SYNC} {
			res, st := c.write(f, uint64(i), "x", stable)
			is(t, nfs3.NFS3_OK, st)
			require.Equal(t, uint32(1), res.Count)
			require.Equal(t, stable, res.Committed)
			changed(t, res.FileWcc)
			require.Equal(t, uint64(i), res.FileWcc.Before.Attributes.Size)
			require.Equal(t, uint64(i+1), res.FileWcc.After.Attributes.Size)
			require.NotZero(t, res.Verf)
			if i > 0 {
				require.Equal(t, verf, res.Verf)
			}
			verf = res.Verf
		}
		cm := read(t, c.nfs(nfs3.NFSPROC3_COMMIT, &nfs3.Commit3args{File: f}), nfs3.ReadCommit3res).(*nfs3.Commit3res_NFS3_OK).Resok
		require.Equal(t, verf, cm.Verf)
		same(t, cm.FileWcc)
		_, other, otherFh := root(t)
		res, _ := other.write(other.file(otherFh, "f", ""), 0, "x", nfs3.UNSTABLE)
		require.NotEqual(t, verf, res.Verf, "every start has its verifier")
	})
	t.Run("nothing", func(t *testing.T) {
		res, st := c.write(f, 100, "", nfs3.FILE_SYNC)
		is(t, nfs3.NFS3_OK, st)
		require.Zero(t, res.Count)
		same(t, res.FileWcc)
		require.Equal(t, uint64(3), res.FileWcc.After.Attributes.Size)
	})
	t.Run("sparse", func(t *testing.T) {
		g := c.file(fh, "sparse", "")
		_, st := c.write(g, 1<<40, "end", nfs3.UNSTABLE)
		is(t, nfs3.NFS3_OK, st)
		a, _ := c.getattr(g)
		require.Equal(t, uint64(1<<40+3), a.Size)
		require.Equal(t, uint64(4096), a.Used)
	})
	t.Run("1 MiB in one", func(t *testing.T) {
		data := strings.Repeat("0123456789abcdef", 1<<16)
		res, st := c.write(f, 0, data, nfs3.UNSTABLE)
		is(t, nfs3.NFS3_OK, st)
		require.Equal(t, uint32(1<<20), res.Count)
		got, _ := c.read(f, 0, 1<<20)
		require.True(t, bytes.Equal([]byte(data), got.Data))
	})
	t.Run("errors", func(t *testing.T) {
		d := c.mkdir(fh, "d").fh
		_, st := c.write(d, 0, "x", nfs3.UNSTABLE)
		is(t, nfs3.NFS3ERR_ISDIR, st)
		res, st := c.write(f, math.MaxUint64, "x", nfs3.UNSTABLE)
		is(t, nfs3.NFS3ERR_FBIG, st)
		same(t, res.FileWcc)
		c.setattr(f, mode(0o644), nil)
		_, st = c.as(user(1, 1)).write(f, 0, "x", nfs3.UNSTABLE)
		is(t, nfs3.NFS3ERR_ACCES, st)
		w := read(t, c.nfs(nfs3.NFSPROC3_WRITE, &nfs3.Write3args{File: f, Count: 2, Data: []byte("x")}), nfs3.ReadWrite3res)
		is(t, nfs3.NFS3ERR_INVAL, w.GetStatus())
		w = read(t, c.nfs(nfs3.NFSPROC3_WRITE, &nfs3.Write3args{File: f, Count: 2, Data: []byte("xyz")}), nfs3.ReadWrite3res)
		require.Equal(t, uint32(2), w.(*nfs3.Write3res_NFS3_OK).Resok.Count)
		r := c.raw(rpc.Call{XID: xids.Add(1), Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: 7, Args: encode(t, &nfs3.Write3args{File: f, Stable: 3})})
		require.Equal(t, rpcmsg.GARBAGE_ARGS, r.Accept)
	})
	t.Run("commit of what is no file", func(t *testing.T) {
		cm := read(t, c.nfs(nfs3.NFSPROC3_COMMIT, &nfs3.Commit3args{File: fh}), nfs3.ReadCommit3res)
		is(t, nfs3.NFS3ERR_ISDIR, cm.GetStatus())
		same(t, cm.(*nfs3.Commit3res_default).Resfail.Wcc)
	})
}

// TestFullDisk: NFS3ERR_NOSPC, and nothing is lost.
func TestFullDisk(t *testing.T) {
	s, c, _ := root(t)
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "small", CapacityBytes: 64 << 10}))
	fh, _ := c.mnt("/small")
	f := c.file(fh, "f", "kept")
	res, st := c.write(f, 0, strings.Repeat("x", 128<<10), nfs3.FILE_SYNC)
	is(t, nfs3.NFS3ERR_NOSPC, st)
	same(t, res.FileWcc)
	got, _ := c.read(f, 0, 100)
	require.Equal(t, "kept", string(got.Data))
}

// TestReadOnlyShare: everything that changes is NFS3ERR_ROFS.
func TestReadOnlyShare(t *testing.T) {
	s, c, fh := root(t)
	f := c.file(fh, "f", "x")
	c.mkdir(fh, "d")
	share, _ := s.rt.Share("data")
	share.ReadOnly = true
	require.NoError(t, s.rt.UpdateShare(share))
	_, st := c.write(f, 0, "y", nfs3.UNSTABLE)
	is(t, nfs3.NFS3ERR_ROFS, st)
	is(t, nfs3.NFS3ERR_ROFS, c.setattr(f, mode(0), nil).Status)
	is(t, nfs3.NFS3ERR_ROFS, c.create(fh, "g", &nfs3.Createhow3_GUARDED{ObjAttributes: keep()}).status)
	is(t, nfs3.NFS3ERR_ROFS, c.mkdir(fh, "e").status)
	is(t, nfs3.NFS3ERR_ROFS, c.remove(fh, "f").Status)
	is(t, nfs3.NFS3ERR_ROFS, c.rmdir(fh, "d").Status)
	is(t, nfs3.NFS3ERR_ROFS, c.rename(in(fh, "f"), in(fh, "g")).Status)
	is(t, nfs3.NFS3ERR_ROFS, c.link(f, in(fh, "g")).Status)
	got, st := c.read(f, 0, 1)
	is(t, nfs3.NFS3_OK, st)
	require.Equal(t, "x", string(got.Data))
}

// TestUDP: the same service, in datagrams, with smaller transfers.
func TestUDP(t *testing.T) {
	s, c, fh := root(t)
	f := c.file(fh, "f", strings.Repeat("x", 100<<10))
	for i := range 600 {
		c.file(fh, strings.Repeat("n", 100)+string(rune('a'+i/26))+string(rune('a'+i%26)), "")
	}
	nc, err := net.Dial("udp", s.Addr().String())
	require.NoError(t, err)
	defer nc.Close()
	require.NoError(t, nc.SetDeadline(time.Now().Add(10*time.Second)))
	call := func(proc nfs3.NfsProc3, args []byte) *bytes.Reader {
		_, err := nc.Write(rpc.AppendCall(nil, rpc.Call{XID: 77, Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: uint32(proc), Cred: user(0, 0), Args: args}))
		require.NoError(t, err)
		buf := make([]byte, 1<<16)
		n, err := nc.Read(buf)
		require.NoError(t, err)
		r, err := rpc.ParseReply(buf[:n])
		require.NoError(t, err)
		require.Equal(t, rpcmsg.SUCCESS, r.Accept)
		return bytes.NewReader(r.Results)
	}
	rd := read(t, call(nfs3.NFSPROC3_READ, encode(t, &nfs3.Read3args{File: f, Count: 1 << 20})), nfs3.ReadRead3res)
	require.Equal(t, uint32(32<<10), rd.(*nfs3.Read3res_NFS3_OK).Resok.Count)
	fi := read(t, call(nfs3.NFSPROC3_FSINFO, encode(t, &nfs3.Fsinfo3args{Fsroot: fh})), nfs3.ReadFsinfo3res)
	require.Equal(t, uint32(32<<10), fi.(*nfs3.Fsinfo3res_NFS3_OK).Resok.Rtmax)
	rp := read(t, call(nfs3.NFSPROC3_READDIRPLUS, encode(t, &nfs3.Readdirplus3args{Dir: fh, Dircount: 1 << 20, Maxcount: 1 << 20})), nfs3.ReadReaddirplus3res)
	require.False(t, rp.(*nfs3.Readdirplus3res_NFS3_OK).Resok.Reply.Eof)
}

// TestRetransmission: a WRITE sent twice is not written twice, so it cannot
// undo what another client wrote in between.
func TestRetransmission(t *testing.T) {
	s, c, fh := root(t)
	f := c.file(fh, "f", "")
	first := rpc.Call{XID: 0x42, Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: 7, Cred: c.cred, Args: encode(t, &nfs3.Write3args{File: f, Count: 3, Data: []byte("old")})}
	one := c.raw(first)
	dial(t, s.Addr()).write(f, 0, "new", nfs3.FILE_SYNC)
	require.Equal(t, one, c.raw(first))
	got, _ := c.read(f, 0, 10)
	require.Equal(t, "new", string(got.Data))
	remove := rpc.Call{XID: 0x43, Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: 12, Cred: c.cred, Args: encode(t, &nfs3.Remove3args{Object: in(fh, "f")})}
	one = c.raw(remove)
	require.Equal(t, one, c.raw(remove), "not NFS3ERR_NOENT")
}

func TestStopInTime(t *testing.T) {
	s := serve(t, nfs.Config{Portmap: "127.0.0.1:0", Mount: "127.0.0.1:0"})
	addrs := []net.Addr{s.Addr(), s.MountAddr(), s.PortmapAddr()}
	require.Equal(t, "nfs", s.Protocol())
	idle := dial(t, s.Addr())
	idle.nfs(nfs3.NFSPROC3_NULL, nil)
	require.NoError(t, s.Stop(t.Context()))
	_, err := idle.rr.Next(nil)
	require.Error(t, err)
	for _, a := range addrs {
		_, err := net.Dial("tcp", a.String())
		require.Error(t, err)
	}
}

func TestPortInUse(t *testing.T) {
	s := serve(t, nfs.Config{})
	_, err := nfs.New(s.road, nfs.Config{NFS: "127.0.0.1:0", Portmap: s.Addr().String()})
	var listen *nfs.ListenError
	require.ErrorAs(t, err, &listen)
	require.Equal(t, "portmap", listen.Service)
	require.Contains(t, err.Error(), "portmap on "+s.Addr().String())
}
