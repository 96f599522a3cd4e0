package nfs_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/nfs"
	"crosswire/server/adapter"
	"crosswire/server/clock"
	servernfs "crosswire/server/nfs"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
)

// reference is the reference server's NFS service with the share "data".
func reference(t *testing.T) (nfsAddr, mountAddr, portmapAddr string, rt *runtime.Runtime) {
	t.Helper()
	rt = runtime.New()
	a, err := servernfs.New(vfs.New(rt, clock.System{}), servernfs.Config{
		NFS: "127.0.0.1:0", Mount: "127.0.0.1:0", Portmap: "127.0.0.1:0",
		Logger: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	require.NoError(t, err)
	a.SetRuntime(rt)
	require.NoError(t, rt.AddShare(adapter.Share{Name: "data"}))
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(t, a.Serve(context.Background())) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		assert.NoError(t, a.Stop(ctx))
		serving.Wait()
	})
	return a.Addr().String(), a.MountAddr().String(), a.PortmapAddr().String(), rt
}

// Every procedure of NFSv3, MOUNT and the portmapper against a server that
// shares no code with this client.
func TestEveryProcedureOfTheReferenceServer(t *testing.T) {
	ctx := context.Background()
	nfsAddr, mountAddr, portmapAddr, _ := reference(t)
	c, err := nfs.New(nfs.Config{NFS: nfsAddr, Mount: mountAddr, Portmap: portmapAddr, Cred: nfs.Cred{UID: 0, GID: 0, GIDs: []uint32{1, 2, 3}}})
	require.NoError(t, err)
	t.Cleanup(c.Disconnect)

	require.NoError(t, c.PortmapNull(ctx))
	port, err := c.Getport(ctx, 100003, 3, 6)
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(nfsAddr, fmt.Sprintf(":%d", port)), "GETPORT says %d", port)
	maps, err := c.PortmapDump(ctx)
	require.NoError(t, err)
	assert.Contains(t, maps, nfs.Mapping{Prog: 100003, Vers: 3, Prot: 6, Port: port})

	require.NoError(t, c.MountNull(ctx))
	exports, err := c.Exports(ctx)
	require.NoError(t, err)
	require.Len(t, exports, 1)
	assert.Equal(t, "/data", string(exports[0].Dir))
	m, err := c.Mnt(ctx, []byte("/data"))
	require.NoError(t, err)
	root := m.Handle
	assert.Contains(t, m.Flavors, uint32(1))
	mounts, err := c.MountDump(ctx)
	require.NoError(t, err)
	require.Len(t, mounts, 1)
	assert.Equal(t, "/data", string(mounts[0].Dir))

	require.NoError(t, c.Null(ctx))
	attr, err := c.Getattr(ctx, root)
	require.NoError(t, err)
	assert.Equal(t, nfs.TypeDir, attr.Type)
	info, err := c.Fsinfo(ctx, root)
	require.NoError(t, err)
	assert.NotZero(t, info.Rtmax)
	stat, err := c.Fsstat(ctx, root)
	require.NoError(t, err)
	assert.NotZero(t, stat.Tbytes)
	conf, err := c.Pathconf(ctx, root)
	require.NoError(t, err)
	assert.True(t, conf.CasePreserving)
	assert.False(t, conf.CaseInsensitive)

	mode := uint32(0o600)
	made, err := c.CreateGuarded(ctx, root, []byte("f\xff"), nfs.Sattr3{Mode: &mode})
	require.NoError(t, err)
	file := made.Object
	require.NotNil(t, file)
	_, err = c.CreateGuarded(ctx, root, []byte("f\xff"), nfs.Sattr3{})
	assert.Equal(t, "CREATE: NFS3ERR_EXIST", err.Error())
	_, err = c.CreateUnchecked(ctx, root, []byte("f\xff"), nfs.Sattr3{})
	require.NoError(t, err)
	ex, err := c.CreateExclusive(ctx, root, []byte("x"), [8]byte{1})
	require.NoError(t, err)
	again, err := c.CreateExclusive(ctx, root, []byte("x"), [8]byte{1})
	require.NoError(t, err)
	assert.Equal(t, ex.Object, again.Object)
	_, err = c.CreateExclusive(ctx, root, []byte("x"), [8]byte{2})
	assert.Equal(t, "CREATE: NFS3ERR_EXIST", err.Error())

	w, err := c.Write(ctx, file, 3, nfs.Unstable, []byte("data"))
	require.NoError(t, err)
	assert.Equal(t, uint32(4), w.Count)
	require.NotNil(t, w.Wcc.Before)
	require.NotNil(t, w.Wcc.After)
	assert.Equal(t, uint64(7), w.Wcc.After.Size)
	com, err := c.Commit(ctx, file, 0, 0)
	require.NoError(t, err)
	assert.Equal(t, w.Verf, com.Verf)
	r, err := c.Read(ctx, file, 0, 100)
	require.NoError(t, err)
	assert.Equal(t, "\x00\x00\x00data", string(r.Data))
	assert.True(t, r.EOF)

	size := uint64(5)
	wcc, err := c.Setattr(ctx, file, nfs.Sattr3{Size: &size, Mtime: nfs.ClientTime(time.Unix(1000, 7))}, &w.Wcc.After.Ctime)
	require.NoError(t, err)
	assert.Equal(t, uint64(5), wcc.After.Size)
	assert.Equal(t, nfs.Nfstime3{Seconds: 1000, Nseconds: 7}, wcc.After.Mtime)
	_, err = c.Setattr(ctx, file, nfs.Sattr3{Size: &size}, &nfs.Nfstime3{Seconds: 1})
	assert.Equal(t, "SETATTR: NFS3ERR_NOT_SYNC", err.Error())
	acc, err := c.Access(ctx, file, nfs.AccessAll)
	require.NoError(t, err)
	assert.NotZero(t, acc.Access&nfs.AccessRead)

	_, err = c.Link(ctx, file, root, []byte("hard"))
	require.NoError(t, err)
	look, err := c.Lookup(ctx, root, []byte("hard"))
	require.NoError(t, err)
	attr, err = c.Getattr(ctx, look.Object)
	require.NoError(t, err)
	assert.Equal(t, uint32(2), attr.Nlink)
	_, err = c.Symlink(ctx, root, []byte("soft"), nfs.Sattr3{}, []byte("hard"))
	require.NoError(t, err)
	look, err = c.Lookup(ctx, root, []byte("soft"))
	require.NoError(t, err)
	text, err := c.Readlink(ctx, look.Object)
	require.NoError(t, err)
	assert.Equal(t, "hard", string(text.Data))
	_, err = c.Mknod(ctx, root, []byte("fifo"), nfs.TypeFifo, nfs.Sattr3{}, nfs.Specdata3{})
	require.NoError(t, err)
	dir, err := c.Mkdir(ctx, root, []byte("dir"), nfs.Sattr3{})
	require.NoError(t, err)
	_, err = c.Rename(ctx, root, []byte("hard"), dir.Object, []byte("moved"))
	require.NoError(t, err)
	_, err = c.Rmdir(ctx, root, []byte("dir"))
	assert.Equal(t, "RMDIR: NFS3ERR_NOTEMPTY", err.Error())

	list, err := c.Readdir(ctx, root, 0, [8]byte{}, 4096)
	require.NoError(t, err)
	var names []string
	for _, e := range list.Entries {
		names = append(names, string(e.Name))
	}
	assert.ElementsMatch(t, []string{".", "..", "f\xff", "x", "soft", "fifo", "dir"}, names)
	assert.True(t, list.EOF)
	plus, err := c.Readdirplus(ctx, dir.Object, 0, [8]byte{}, 4096, 4096)
	require.NoError(t, err)
	for _, e := range plus.Entries {
		if string(e.Name) == "moved" {
			assert.NotNil(t, e.Attr)
			assert.NotNil(t, e.Object)
		}
	}
	require.Len(t, plus.Entries, 3)

	_, err = c.Remove(ctx, dir.Object, []byte("moved"))
	require.NoError(t, err)
	_, err = c.Rmdir(ctx, root, []byte("dir"))
	require.NoError(t, err)
	require.NoError(t, c.Umnt(ctx, []byte("/data")))
	require.NoError(t, c.Umntall(ctx))

	var re *nfs.RPCError
	require.ErrorAs(t, c.Ping(ctx, 100003, 9), &re)
	assert.Equal(t, "PROG_MISMATCH", re.Name)
	assert.Equal(t, uint32(4), re.High)
	require.ErrorAs(t, c.Ping(ctx, 4711, 1), &re)
	assert.Equal(t, "PROG_UNAVAIL", re.Name)
}

// The verbs of a scenario, one after another, on the reference server.
func TestScenarioOnTheReferenceServer(t *testing.T) {
	ctx := context.Background()
	nfsAddr, mountAddr, _, rt := reference(t)
	a, err := nfs.Factory(nil)(ctx, client.Endpoint{NFS: nfsAddr, Mount: mountAddr, Export: "/data"},
		client.Spec{Name: "B", Kind: "nfs", Version: "3"}, client.SinkFunc(func(client.Event) {}))
	require.NoError(t, err)
	t.Cleanup(func() { a.Close() })

	do := func(c client.Call) client.Result {
		t.Helper()
		res, err := a.Do(ctx, c)
		require.NoError(t, err)
		return res
	}
	big := strings.Repeat("crosswire ", 300_000) // above any wtmax
	do(client.Call{Verb: "mkdir", Path: "d"})
	h := do(client.Call{Verb: "create", Path: "d/f.dat", Data: []byte(big), HasData: true, As: "h"}).Handle
	assert.Equal(t, big, string(do(client.Call{Verb: "read", Path: "d/f.dat"}).Data))
	do(client.Call{Verb: "truncate", Handle: h, Length: 9, HasLength: true})
	assert.Equal(t, "crosswire", string(do(client.Call{Verb: "read", Handle: h}).Data))
	do(client.Call{Verb: "rename", Path: "d/f.dat", Path2: "g"})
	do(client.Call{Verb: "setattr", Path: "g", Options: client.Options{"mode": "0640", "mtime": "2024-01-02T03:04:05.000000007Z"}})
	st := do(client.Call{Verb: "stat", Path: "g"}).Fields
	assert.Equal(t, int64(0o640), st["mode"])
	assert.Equal(t, time.Date(2024, 1, 2, 3, 4, 5, 7, time.UTC), st["mtime"])
	assert.Equal(t, []string{"d", "g"}, do(client.Call{Verb: "list"}).Fields["names"])
	assert.Equal(t, []string{"d", "g"}, do(client.Call{Verb: "list", Options: client.Options{"plus": "yes"}}).Fields["names"])
	do(client.Call{Verb: "remove", Path: "g"})
	_, err = a.Do(ctx, client.Call{Verb: "stat", Path: "g"})
	assert.Equal(t, "NFS3ERR_NOENT", client.StatusName(err))
	_, err = a.Do(ctx, client.Call{Verb: "read", Handle: h})
	assert.Equal(t, "NFS3ERR_STALE", client.StatusName(err))

	_, err = a.Do(ctx, client.Call{Verb: "mount", Args: []string{"/new"}})
	assert.Equal(t, "MNT3ERR_NOENT", client.StatusName(err))
	require.NoError(t, rt.AddShare(adapter.Share{Name: "new"}))
	assert.Equal(t, []string{"/data", "/new"}, do(client.Call{Verb: "exports"}).Fields["names"])
	root := do(client.Call{Verb: "mount", Args: []string{"/new"}}).Handle
	do(client.Call{Verb: "create", Handle: root, Path: "there"})
	require.NoError(t, a.Fence(ctx))
}

// What one small call costs, relay included.
func BenchmarkGetattr(b *testing.B) {
	ctx := context.Background()
	rt := runtime.New()
	a, err := servernfs.New(vfs.New(rt, clock.System{}), servernfs.Config{NFS: "127.0.0.1:0"})
	require.NoError(b, err)
	a.SetRuntime(rt)
	require.NoError(b, rt.AddShare(adapter.Share{Name: "data"}))
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(b, a.Serve(ctx)) })
	b.Cleanup(func() {
		assert.NoError(b, a.Stop(ctx))
		serving.Wait()
	})
	c, err := nfs.New(nfs.Config{NFS: a.Addr().String()})
	require.NoError(b, err)
	b.Cleanup(c.Disconnect)
	m, err := c.Mnt(ctx, []byte("/data"))
	require.NoError(b, err)
	for b.Loop() {
		if _, err := c.Getattr(ctx, m.Handle); err != nil {
			b.Fatal(err)
		}
	}
}
