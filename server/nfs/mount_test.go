package nfs_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/nfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/mount3"
	"crosswire/server/wire/xdr/nfs3"
	"crosswire/server/wire/xdr/rpcmsg"
)

func TestMnt(t *testing.T) {
	_, c, fh := root(t)
	dir := c.mkdir(fh, "é")
	c.mkdir(dir.fh, "b")
	c.file(fh, "file", "")
	private := c.mkdir(fh, "private")
	c.setattr(private.fh, mode(0o700), nil)
	c.mkdir(private.fh, "in")
	link := c.made(c.nfs(nfs3.NFSPROC3_SYMLINK, &nfs3.Symlink3args{Where: in(fh, "link"), Symlink: nfs3.Symlinkdata3{
		SymlinkAttributes: keep(), SymlinkData: []byte("é")}}))
	is(t, nfs3.NFS3_OK, link.status)
	rows := []struct {
		path string
		want mount3.Mountstat3
	}{
		{"/data", mount3.MNT3_OK},
		{"/data/", mount3.MNT3_OK},
		{"//data//.//é/b/", mount3.MNT3_OK},
		{"/data/é", mount3.MNT3_OK},
		{"/data/private", mount3.MNT3_OK},
		{"/data/private/in", mount3.MNT3ERR_ACCES},
		{"/Data", mount3.MNT3ERR_NOENT}, // export names are compared exactly
		{"data", mount3.MNT3ERR_NOENT},
		{"", mount3.MNT3ERR_NOENT},
		{"/", mount3.MNT3ERR_NOENT},
		{"/nope", mount3.MNT3ERR_NOENT},
		{"/data/nope", mount3.MNT3ERR_NOENT},
		{"/data/file", mount3.MNT3ERR_NOTDIR},
		{"/data/file/x", mount3.MNT3ERR_NOTDIR},
		{"/data/link", mount3.MNT3ERR_NOTDIR},
		{"/data/link/b", mount3.MNT3ERR_NOTDIR},
		{"/data/..", mount3.MNT3ERR_ACCES},
		{"/data/é/../é", mount3.MNT3ERR_ACCES},
		{"/data/" + longName, mount3.MNT3ERR_NAMETOOLONG},
		{"/data/" + strings.Repeat("a/", 600), mount3.MNT3ERR_NAMETOOLONG},
	}
	u := c.as(user(1000, 1000))
	for _, row := range rows {
		t.Run(row.path[:min(len(row.path), 20)], func(t *testing.T) {
			got, status := u.mnt(row.path)
			require.Equal(t, mount3.Mountstat3_name[row.want], mount3.Mountstat3_name[status])
			if status == mount3.MNT3_OK {
				a, status := u.getattr(got)
				is(t, nfs3.NFS3_OK, status)
				require.Equal(t, nfs3.NF3DIR, a.Type)
			}
		})
	}
	t.Run("garbage", func(t *testing.T) {
		r := c.raw(rpc.Call{XID: 1, Prog: mount3.MOUNT_PROGRAM, Vers: 3, Proc: 1, Args: []byte{0xff, 0xff, 0xff, 0xff}})
		require.Equal(t, rpcmsg.GARBAGE_ARGS, r.Accept)
	})
}

// mountList decodes DUMP.
func mountList(t *testing.T, c *client) []string {
	t.Helper()
	in := c.call(mount3.MOUNT_PROGRAM, 3, uint32(mount3.MOUNTPROC3_DUMP), nil)
	return list(t, in, func(b *mount3.Mountbody) (string, *mount3.Mountbody) {
		return string(b.MlHostname) + ":" + string(b.MlDirectory), b.MlNext
	})
}

// list decodes a chain: a boolean, and behind TRUE a node that has the rest.
func list[N any, P interface {
	*N
	io.ReaderFrom
}](t *testing.T, in *bytes.Reader, take func(P) (string, P)) []string {
	t.Helper()
	var follows [4]byte
	_, err := in.Read(follows[:])
	require.NoError(t, err)
	var names []string
	if follows[3] == 1 {
		node := P(new(N))
		_, err := node.ReadFrom(in)
		require.NoError(t, err)
		for node != nil {
			var name string
			name, node = take(node)
			names = append(names, name)
		}
	}
	require.Zero(t, in.Len())
	return names
}

func TestMountList(t *testing.T) {
	_, c, fh := root(t)
	for i := range 3 {
		c.mkdir(fh, fmt.Sprint(i))
		c.mnt(fmt.Sprintf("/data/%d", i))
		c.mnt(fmt.Sprintf("/data/%d", i))
	}
	c.mnt("/nope")
	require.Equal(t, []string{"127.0.0.1:/data", "127.0.0.1:/data/0", "127.0.0.1:/data/1", "127.0.0.1:/data/2"}, mountList(t, c))
	require.Zero(t, c.call(mount3.MOUNT_PROGRAM, 3, uint32(mount3.MOUNTPROC3_UMNT), opaque("/data/1")).Len())
	require.Equal(t, []string{"127.0.0.1:/data", "127.0.0.1:/data/0", "127.0.0.1:/data/2"}, mountList(t, c))
	require.Zero(t, c.call(mount3.MOUNT_PROGRAM, 3, uint32(mount3.MOUNTPROC3_UMNTALL), nil).Len())
	require.Empty(t, mountList(t, c))
	// The list is bounded.
	for i := range 1100 {
		c.mkdir(fh, fmt.Sprint("d", i))
		c.mnt(fmt.Sprint("/data/d", i))
	}
	got := mountList(t, c)
	require.Len(t, got, 1024)
	require.Equal(t, "127.0.0.1:/data/d1099", got[1023])
}

func exports(t *testing.T, c *client, vers uint32) []string {
	t.Helper()
	in := c.call(mount3.MOUNT_PROGRAM, vers, uint32(mount3.MOUNTPROC3_EXPORT), nil)
	return list(t, in, func(b *mount3.Exportnode) (string, *mount3.Exportnode) {
		require.Nil(t, b.ExGroups)
		return string(b.ExDir), b.ExNext
	})
}

// TestExport: the list follows the shares, at once, and so do mounts and
// handles.
func TestExport(t *testing.T) {
	s, c, fh := root(t)
	require.Equal(t, []string{"/data"}, exports(t, c, 3))
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "zoé"}))
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "hidden", Hidden: true}))
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "admin$"}))
	require.Equal(t, []string{"/data", "/zoé"}, exports(t, c, 3))
	require.Equal(t, []string{"/data", "/zoé"}, exports(t, c, 1))
	for _, name := range []string{"/zoé", "/hidden", "/admin$"} {
		_, status := c.mnt(name)
		require.Equal(t, mount3.MNT3_OK, status, name)
	}
	require.NoError(t, s.rt.RemoveShare("data"))
	require.Equal(t, []string{"/zoé"}, exports(t, c, 3))
	_, status := c.mnt("/data")
	require.Equal(t, mount3.MNT3ERR_NOENT, status)
	_, st := c.getattr(fh)
	is(t, nfs3.NFS3ERR_STALE, st)
	// A new share of the name does not revive the old handle.
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "data"}))
	_, st = c.getattr(fh)
	is(t, nfs3.NFS3ERR_STALE, st)
	again, status := c.mnt("/data")
	require.Equal(t, mount3.MNT3_OK, status)
	_, st = c.getattr(again)
	is(t, nfs3.NFS3_OK, st)
}

// TestOneStoreTwoShares: a handle belongs to its share, not to its store.
func TestOneStoreTwoShares(t *testing.T) {
	s, c, _ := root(t)
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "one", Store: "both"}))
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "two", Store: "both", ReadOnly: true}))
	one, _ := c.mnt("/one")
	two, _ := c.mnt("/two")
	require.NotEqual(t, one, two)
	c.file(one, "f", "x")
	got, st := c.lookup(two, "f")
	is(t, nfs3.NFS3_OK, st)
	_, st = c.write(got.Object, 0, "y", nfs3.UNSTABLE)
	is(t, nfs3.NFS3ERR_ROFS, st)
	res := c.rename(in(one, "f"), in(two, "g"))
	is(t, nfs3.NFS3ERR_XDEV, res.Status)
	require.NoError(t, s.rt.RemoveShare("two"))
	_, st = c.getattr(got.Object)
	is(t, nfs3.NFS3ERR_STALE, st)
	_, st = c.lookup(one, "f")
	is(t, nfs3.NFS3_OK, st)
	require.NoError(t, s.rt.AddShare(adapter.Share{Name: "two", Store: "both"}))
	_, st = c.getattr(got.Object)
	is(t, nfs3.NFS3ERR_STALE, st)
}

func TestMountOnItsOwnPort(t *testing.T) {
	s := serve(t, nfs.Config{Mount: "127.0.0.1:0"})
	require.NotEqual(t, s.Addr().String(), s.MountAddr().String())
	m := dial(t, s.MountAddr())
	fh, status := m.mnt("/data")
	require.Equal(t, mount3.MNT3_OK, status)
	c := dial(t, s.Addr())
	_, st := c.getattr(fh)
	is(t, nfs3.NFS3_OK, st)
	r := c.raw(rpc.Call{XID: 1, Prog: mount3.MOUNT_PROGRAM, Vers: 3})
	require.Equal(t, rpcmsg.PROG_UNAVAIL, r.Accept)
	r = m.raw(rpc.Call{XID: 1, Prog: mount3.MOUNT_PROGRAM, Vers: 2})
	require.Equal(t, rpcmsg.PROG_MISMATCH, r.Accept)
	require.Equal(t, []uint32{1, 3}, []uint32{r.Low, r.High})
	r = m.raw(rpc.Call{XID: 1, Prog: mount3.MOUNT_PROGRAM, Vers: 1, Proc: 1})
	require.Equal(t, rpcmsg.PROC_UNAVAIL, r.Accept)
}
