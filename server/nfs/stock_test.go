package nfs_test

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
	stock "github.com/vmware/go-nfs-client/nfs"
	"github.com/vmware/go-nfs-client/nfs/rpc"
	"github.com/vmware/go-nfs-client/nfs/xdr"

	"crosswire/server/nfs"
)

// TestStockClient makes the calls of a client that shares no code with us:
// go-nfs-client's RPC layer and its own XDR.
func TestStockClient(t *testing.T) {
	s := serve(t, nfs.Config{})
	c, err := rpc.DialTCP("tcp", nil, s.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	auth := rpc.NewAuthUnix("stock", 1000, 100).Auth()
	header := func(prog, vers, proc uint32) rpc.Header {
		return rpc.Header{Rpcvers: 2, Prog: prog, Vers: vers, Proc: proc, Cred: auth, Verf: rpc.AuthNull}
	}
	ok := func(res io.ReadSeeker, err error) io.ReadSeeker {
		t.Helper()
		require.NoError(t, err)
		status, err := xdr.ReadUint32(res)
		require.NoError(t, err)
		require.Zero(t, status)
		return res
	}
	type mnt struct {
		rpc.Header
		Dirpath string
	}
	res := ok(c.Call(&mnt{header(stock.MountProg, stock.MountVers, stock.MountProc3MNT), "/data"}))
	fh, err := xdr.ReadOpaque(res)
	require.NoError(t, err)

	type create struct {
		rpc.Header
		Where stock.Diropargs3
		HW    uint32
		Attr  stock.Sattr3
	}
	res = ok(c.Call(&create{header(stock.Nfs3Prog, stock.Nfs3Vers, stock.NFSProc3Create), stock.Diropargs3{FH: fh, Filename: "é"}, 1,
		stock.Sattr3{Mode: stock.SetMode{SetIt: true, Mode: 0o640}}}))
	var created struct {
		FH   stock.PostOpFH3
		Attr stock.PostOpAttr
		Dir  stock.WccData
	}
	require.NoError(t, xdr.Read(res, &created))
	require.True(t, created.FH.IsSet)
	require.Equal(t, uint32(0o640), created.Attr.Attr.FileMode)
	require.Equal(t, []uint32{1000, 100}, []uint32{created.Attr.Attr.UID, created.Attr.Attr.GID})
	require.True(t, created.Dir.Before.IsSet)

	type write struct {
		rpc.Header
		FH       []byte
		Offset   uint64
		Count    uint32
		How      uint32
		Contents []byte
	}
	res = ok(c.Call(&write{header(stock.Nfs3Prog, stock.Nfs3Vers, stock.NFSProc3Write), created.FH.FH, 3, 5, 2, []byte("hello")}))
	var written struct {
		Wcc   stock.WccData
		Count uint32
		How   uint32
		Verf  uint64
	}
	require.NoError(t, xdr.Read(res, &written))
	require.Equal(t, []uint32{5, 2}, []uint32{written.Count, written.How})
	require.Equal(t, uint64(8), written.Wcc.After.Attr.Filesize)

	type readArgs struct {
		rpc.Header
		FH     []byte
		Offset uint64
		Count  uint32
	}
	res = ok(c.Call(&readArgs{header(stock.Nfs3Prog, stock.Nfs3Vers, stock.NFSProc3Read), created.FH.FH, 0, 100}))
	var got struct {
		Attr  stock.PostOpAttr
		Count uint32
		EOF   uint32
		Data  []byte
	}
	require.NoError(t, xdr.Read(res, &got))
	require.Equal(t, "\x00\x00\x00hello", string(got.Data))
	require.Equal(t, uint32(1), got.EOF)

	type readdirplus struct {
		rpc.Header
		FH         []byte
		Cookie     uint64
		CookieVerf uint64
		DirCount   uint32
		MaxCount   uint32
	}
	res = ok(c.Call(&readdirplus{header(stock.Nfs3Prog, stock.Nfs3Vers, stock.NFSProc3ReadDirPlus), fh, 0, 0, 512, 4096}))
	var head struct {
		Attr stock.PostOpAttr
		Verf uint64
		More bool
	}
	require.NoError(t, xdr.Read(res, &head))
	var names []string
	for more := head.More; more; {
		var e struct {
			Entry stock.EntryPlus
			More  bool
		}
		require.NoError(t, xdr.Read(res, &e))
		require.True(t, e.Entry.Attr.IsSet)
		names, more = append(names, e.Entry.FileName), e.More
	}
	require.Equal(t, []string{".", "..", "é"}, names)
}
