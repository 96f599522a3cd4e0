package nfs_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/nfs"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/mount3"
	"crosswire/server/wire/xdr/nfs3"
	"crosswire/server/wire/xdr/rpcmsg"
)

// server is the adapter over a real road, on loopback.
type server struct {
	*nfs.Adapter
	rt   *runtime.Runtime
	road *vfs.VFS
}

// serve starts a server with one share, "data".
func serve(t *testing.T, cfg nfs.Config) *server {
	t.Helper()
	rt := runtime.New()
	road := vfs.New(rt, clock.System{})
	if cfg.NFS == "" {
		cfg.NFS = "127.0.0.1:0"
	}
	cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
	a, err := nfs.New(road, cfg)
	require.NoError(t, err)
	a.SetRuntime(rt)
	require.NoError(t, rt.AddShare(adapter.Share{Name: "data"}))
	var serving sync.WaitGroup
	serving.Go(func() { require.NoError(t, a.Serve(context.Background())) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(t, a.Stop(ctx))
		serving.Wait()
	})
	return &server{a, rt, road}
}

// tree is the share's tree, to act as another protocol would.
func (s *server) tree(t *testing.T) *vfs.Tree {
	t.Helper()
	tree, err := s.road.Tree("data")
	require.NoError(t, err)
	return tree
}

// client is one TCP connection that makes one call at a time.
type client struct {
	t    *testing.T
	nc   net.Conn
	rr   *rpc.RecordReader
	cred rpc.OpaqueAuth
}

var xids atomic.Uint32

func user(uid, gid uint32, gids ...uint32) rpc.OpaqueAuth {
	return rpc.AuthSys(rpcmsg.AuthsysParms{Machinename: []byte("test"), Uid: uid, Gid: gid, Gids: gids})
}

func dial(t *testing.T, addr net.Addr) *client {
	t.Helper()
	nc, err := net.Dial("tcp", addr.String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(20*time.Second)))
	return &client{t: t, nc: nc, rr: rpc.NewRecordReader(nc, 1<<24), cred: user(0, 0)}
}

// as is the same connection with another credential.
func (c *client) as(cred rpc.OpaqueAuth) *client {
	other := *c
	other.cred = cred
	return &other
}

func encode(t *testing.T, args io.WriterTo) []byte {
	t.Helper()
	var b bytes.Buffer
	if args != nil {
		_, err := args.WriteTo(&b)
		require.NoError(t, err)
	}
	return b.Bytes()
}

func (c *client) raw(call rpc.Call) rpc.Reply {
	c.t.Helper()
	message := rpc.AppendCall(make([]byte, rpc.RecordMarkSize), call)
	rpc.PutRecordMark(message, len(message)-rpc.RecordMarkSize)
	_, err := c.nc.Write(message)
	require.NoError(c.t, err)
	record, err := c.rr.Next(nil)
	require.NoError(c.t, err)
	r, err := rpc.ParseReply(record)
	require.NoError(c.t, err)
	require.Equal(c.t, call.XID, r.XID)
	return r
}

// call makes a call that must be accepted, and returns its results.
func (c *client) call(prog, vers, proc uint32, args io.WriterTo) *bytes.Reader {
	c.t.Helper()
	r := c.raw(rpc.Call{XID: xids.Add(1), Prog: prog, Vers: vers, Proc: proc, Cred: c.cred, Args: encode(c.t, args)})
	require.False(c.t, r.Denied, "denied: %s", rpcmsg.AuthStat_name[r.Auth])
	require.Equal(c.t, rpcmsg.SUCCESS, r.Accept, "%s", rpcmsg.AcceptStat_name[r.Accept])
	return bytes.NewReader(r.Results)
}

func (c *client) nfs(proc nfs3.NfsProc3, args io.WriterTo) *bytes.Reader {
	c.t.Helper()
	return c.call(nfs3.NFS_PROGRAM, nfs3.NFS_V3, uint32(proc), args)
}

// read decodes one result and checks that nothing is left over.
func read[T any](t *testing.T, in *bytes.Reader, f func(io.Reader) (T, int64, error)) T {
	t.Helper()
	v, _, err := f(in)
	require.NoError(t, err)
	require.Zero(t, in.Len(), "octets left over")
	return v
}

func into[T io.ReaderFrom](t *testing.T, in *bytes.Reader, v T) T {
	t.Helper()
	_, err := v.ReadFrom(in)
	require.NoError(t, err)
	require.Zero(t, in.Len(), "octets left over")
	return v
}

// opaque is an argument that is one opaque.
type opaque []byte

func (o opaque) WriteTo(w io.Writer) (int64, error) { return mount3.WriteDirpath(w, o) }

// mnt mounts a path and returns its handle.
func (c *client) mnt(path string) (nfs3.NfsFh3, mount3.Mountstat3) {
	c.t.Helper()
	res := read(c.t, c.call(mount3.MOUNT_PROGRAM, 3, uint32(mount3.MOUNTPROC3_MNT), opaque(path)), mount3.ReadMountres3)
	if ok, is := res.(*mount3.Mountres3_MNT3_OK); is {
		return nfs3.NfsFh3{Data: ok.Mountinfo.Fhandle}, mount3.MNT3_OK
	}
	return nfs3.NfsFh3{}, res.GetFhsStatus()
}

// root starts a server and mounts its share as root.
func root(t *testing.T) (*server, *client, nfs3.NfsFh3) {
	t.Helper()
	s := serve(t, nfs.Config{})
	c := dial(t, s.Addr())
	fh, status := c.mnt("/data")
	require.Equal(t, mount3.MNT3_OK, status)
	return s, c, fh
}

func in(dir nfs3.NfsFh3, name string) nfs3.Diropargs3 {
	return nfs3.Diropargs3{Dir: dir, Name: []byte(name)}
}

func ptr[T any](v T) *T { return &v }

// keep is the sattr3 that asks for nothing, mode that for a mode.
func keep() nfs3.Sattr3 {
	return nfs3.Sattr3{Atime: &nfs3.SetAtime_DONT_CHANGE{}, Mtime: &nfs3.SetMtime_DONT_CHANGE{}}
}

func mode(m uint32) nfs3.Sattr3 {
	sa := keep()
	sa.Mode = &m
	return sa
}

// made is what the procedures that make something answered.
type made struct {
	status nfs3.Nfsstat3
	fh     nfs3.NfsFh3
	attr   nfs3.Fattr3
	dir    nfs3.WccData
}

func (c *client) made(in *bytes.Reader) made {
	c.t.Helper()
	switch res := read(c.t, in, nfs3.ReadCreate3res).(type) {
	case *nfs3.Create3res_NFS3_OK:
		require.NotNil(c.t, res.Resok.Obj.Handle)
		require.NotNil(c.t, res.Resok.ObjAttributes.Attributes)
		return made{nfs3.NFS3_OK, *res.Resok.Obj.Handle, *res.Resok.ObjAttributes.Attributes, res.Resok.DirWcc}
	case *nfs3.Create3res_default:
		return made{status: res.Status, dir: res.Resfail.Wcc}
	}
	panic("no such arm")
}

func (c *client) create(dir nfs3.NfsFh3, name string, how nfs3.Createhow3) made {
	c.t.Helper()
	return c.made(c.nfs(nfs3.NFSPROC3_CREATE, &nfs3.Create3args{Where: in(dir, name), How: how}))
}

// file makes a file with content.
func (c *client) file(dir nfs3.NfsFh3, name, content string) nfs3.NfsFh3 {
	c.t.Helper()
	m := c.create(dir, name, &nfs3.Createhow3_GUARDED{ObjAttributes: mode(0o644)})
	require.Equal(c.t, nfs3.NFS3_OK, m.status, statusName(m.status))
	if content != "" {
		_, status := c.write(m.fh, 0, content, nfs3.FILE_SYNC)
		require.Equal(c.t, nfs3.NFS3_OK, status)
	}
	return m.fh
}

func (c *client) mkdir(dir nfs3.NfsFh3, name string) made {
	c.t.Helper()
	return c.made(c.nfs(nfs3.NFSPROC3_MKDIR, &nfs3.Mkdir3args{Where: in(dir, name), Attributes: mode(0o755)}))
}

func (c *client) write(fh nfs3.NfsFh3, off uint64, data string, stable nfs3.StableHow) (nfs3.Write3resok, nfs3.Nfsstat3) {
	c.t.Helper()
	res := read(c.t, c.nfs(nfs3.NFSPROC3_WRITE, &nfs3.Write3args{
		File: fh, Offset: off, Count: uint32(len(data)), Stable: stable, Data: []byte(data),
	}), nfs3.ReadWrite3res)
	if ok, is := res.(*nfs3.Write3res_NFS3_OK); is {
		return ok.Resok, nfs3.NFS3_OK
	}
	return nfs3.Write3resok{FileWcc: res.(*nfs3.Write3res_default).Resfail.Wcc}, res.GetStatus()
}

func (c *client) read(fh nfs3.NfsFh3, off uint64, count uint32) (nfs3.Read3resok, nfs3.Nfsstat3) {
	c.t.Helper()
	res := read(c.t, c.nfs(nfs3.NFSPROC3_READ, &nfs3.Read3args{File: fh, Offset: off, Count: count}), nfs3.ReadRead3res)
	if ok, is := res.(*nfs3.Read3res_NFS3_OK); is {
		require.Len(c.t, ok.Resok.Data, int(ok.Resok.Count))
		return ok.Resok, nfs3.NFS3_OK
	}
	return nfs3.Read3resok{FileAttributes: res.(*nfs3.Read3res_default).Resfail.Attributes}, res.GetStatus()
}

func (c *client) getattr(fh nfs3.NfsFh3) (nfs3.Fattr3, nfs3.Nfsstat3) {
	c.t.Helper()
	res := read(c.t, c.nfs(nfs3.NFSPROC3_GETATTR, &nfs3.Getattr3args{Object: fh}), nfs3.ReadGetattr3res)
	if ok, is := res.(*nfs3.Getattr3res_NFS3_OK); is {
		return ok.Resok.ObjAttributes, nfs3.NFS3_OK
	}
	return nfs3.Fattr3{}, res.GetStatus()
}

func (c *client) setattr(fh nfs3.NfsFh3, sa nfs3.Sattr3, guard *nfs3.Nfstime3) *nfs3.WccRes {
	c.t.Helper()
	return into(c.t, c.nfs(nfs3.NFSPROC3_SETATTR, &nfs3.Setattr3args{
		Object: fh, NewAttributes: sa, Guard: nfs3.Sattrguard3{ObjCtime: guard},
	}), &nfs3.WccRes{})
}

func (c *client) lookup(dir nfs3.NfsFh3, name string) (nfs3.Lookup3resok, nfs3.Nfsstat3) {
	c.t.Helper()
	res := read(c.t, c.nfs(nfs3.NFSPROC3_LOOKUP, &nfs3.Lookup3args{What: in(dir, name)}), nfs3.ReadLookup3res)
	if ok, is := res.(*nfs3.Lookup3res_NFS3_OK); is {
		return ok.Resok, nfs3.NFS3_OK
	}
	return nfs3.Lookup3resok{DirAttributes: res.(*nfs3.Lookup3res_default).Resfail.Attributes}, res.GetStatus()
}

func (c *client) remove(dir nfs3.NfsFh3, name string) *nfs3.WccRes {
	c.t.Helper()
	return into(c.t, c.nfs(nfs3.NFSPROC3_REMOVE, &nfs3.Remove3args{Object: in(dir, name)}), &nfs3.WccRes{})
}

func (c *client) rmdir(dir nfs3.NfsFh3, name string) *nfs3.WccRes {
	c.t.Helper()
	return into(c.t, c.nfs(nfs3.NFSPROC3_RMDIR, &nfs3.Rmdir3args{Object: in(dir, name)}), &nfs3.WccRes{})
}

func (c *client) rename(from nfs3.Diropargs3, to nfs3.Diropargs3) *nfs3.Rename3res {
	c.t.Helper()
	return into(c.t, c.nfs(nfs3.NFSPROC3_RENAME, &nfs3.Rename3args{From: from, To: to}), &nfs3.Rename3res{})
}

func (c *client) link(file nfs3.NfsFh3, at nfs3.Diropargs3) *nfs3.Link3res {
	c.t.Helper()
	return into(c.t, c.nfs(nfs3.NFSPROC3_LINK, &nfs3.Link3args{File: file, Link: at}), &nfs3.Link3res{})
}

// changed checks that wcc has both halves and that the change shows in them.
func changed(t *testing.T, wcc nfs3.WccData) {
	t.Helper()
	require.NotNil(t, wcc.Before.Attributes)
	require.NotNil(t, wcc.After.Attributes)
	require.NotEqual(t, wcc.Before.Attributes.Ctime, wcc.After.Attributes.Ctime)
}

// same checks that wcc has both halves and that they agree.
func same(t *testing.T, wcc nfs3.WccData) {
	t.Helper()
	require.NotNil(t, wcc.Before.Attributes)
	require.NotNil(t, wcc.After.Attributes)
	require.Equal(t, wcc.Before.Attributes.Ctime, wcc.After.Attributes.Ctime)
	require.Equal(t, wcc.Before.Attributes.Mtime, wcc.After.Attributes.Mtime)
	require.Equal(t, wcc.Before.Attributes.Size, wcc.After.Attributes.Size)
}

func statusName(s nfs3.Nfsstat3) string { return nfs3.Nfsstat3_name[s] }

// is compares statuses by name, for the message.
func is(t *testing.T, want, got nfs3.Nfsstat3, what ...any) {
	t.Helper()
	require.Equal(t, statusName(want), statusName(got), what...)
}

var longName = strings.Repeat("n", 256)
