package smb_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/smb"
	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/runtime"
	serversmb "crosswire/server/smb"
	"crosswire/server/vfs"
)

// reference is the reference server's SMB service with the share "data" and
// the user alice.
func reference(t *testing.T, cfg serversmb.Config) (client.Endpoint, *runtime.Runtime) {
	t.Helper()
	rt := runtime.New()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	cfg.Listener, cfg.Clock = ln, clock.System{}
	cfg.VFS = vfs.New(rt, clock.System{})
	cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	a := serversmb.New(cfg)
	a.SetRuntime(rt)
	require.NoError(t, rt.AddShare(adapter.Share{Name: "data"}))
	require.NoError(t, rt.SetUser(adapter.User{Name: "alice", Password: "pw", UID: 1000, GID: 1000}))
	var serving sync.WaitGroup
	serving.Go(func() { assert.NoError(t, a.Serve(context.Background())) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		assert.NoError(t, a.Stop(ctx))
		serving.Wait()
	})
	return client.Endpoint{SMB: ln.Addr().String(), Share: "data", User: "alice", Password: "pw"}, rt
}

func connect(ep client.Endpoint, spec client.Spec) (client.Actor, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return smb.Factory(nil)(ctx, ep, spec, client.SinkFunc(func(client.Event) {}))
}

// A scenario's verbs at every dialect, plain, with signing demanded, and
// encrypted by the server's demand.
func TestScenarioOnTheReferenceServer(t *testing.T) {
	for _, version := range []string{"2.0.2", "2.1", "3.0", "3.0.2", "3.1.1", ""} {
		t.Run("dialect "+version, func(t *testing.T) { scenario(t, serversmb.Config{}, client.Spec{Version: version}, true) })
	}
	t.Run("signed", func(t *testing.T) {
		scenario(t, serversmb.Config{RequireSigning: true}, client.Spec{Options: client.Options{"sign": "required"}}, true)
	})
	t.Run("encrypted", func(t *testing.T) {
		scenario(t, serversmb.Config{RequireEncryption: true}, client.Spec{Version: "3.1.1"}, false)
	})
}

func scenario(t *testing.T, cfg serversmb.Config, spec client.Spec, plain bool) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	ep, rt := reference(t, cfg)
	a, err := connect(ep, spec)
	require.NoError(t, err)
	t.Cleanup(func() { a.Close() })
	do := func(c client.Call) client.Result {
		t.Helper()
		res, err := a.Do(ctx, c)
		require.NoError(t, err)
		return res
	}
	refused := func(want string, c client.Call) {
		t.Helper()
		_, err := a.Do(ctx, c)
		if plain || want == "STATUS_OBJECT_NAME_COLLISION" {
			assert.Equal(t, want, client.StatusName(err), "%v", err)
		} else {
			assert.Error(t, err)
			assert.Empty(t, client.StatusName(err), "an encrypted session must not guess")
		}
	}

	do(client.Call{Verb: "mkdir", Path: "d"})
	refused("STATUS_OBJECT_NAME_COLLISION", client.Call{Verb: "mkdir", Path: "d"})
	h := do(client.Call{Verb: "create", Path: "d/é.dat", Options: client.Options{"access": "rw"}}).Handle
	big := strings.Repeat("crosswire ", 300_000)
	do(client.Call{Verb: "write", Handle: h, Data: []byte(big)})
	do(client.Call{Verb: "flush", Handle: h})
	assert.Equal(t, uint64(len(big)), do(client.Call{Verb: "stat", Handle: h}).Fields["size"])
	do(client.Call{Verb: "close", Handle: h})
	assert.Equal(t, big, string(do(client.Call{Verb: "read", Path: "d/é.dat"}).Data))
	do(client.Call{Verb: "truncate", Path: "d/é.dat", Length: 9, HasLength: true})
	assert.Equal(t, "wire", string(do(client.Call{Verb: "read", Path: "D/É.DAT", Offset: 5}).Data), "names have no case")
	do(client.Call{Verb: "rename", Path: "d/é.dat", Path2: "g"})
	assert.Equal(t, []string{"d", "g"}, do(client.Call{Verb: "list"}).Fields["names"])
	refused("STATUS_OBJECT_NAME_NOT_FOUND", client.Call{Verb: "read", Path: "d/é.dat"})
	refused("STATUS_OBJECT_PATH_NOT_FOUND", client.Call{Verb: "read", Path: "no/pe"})
	do(client.Call{Verb: "setattr", Path: "g", Options: client.Options{"atime": "2024-01-02T03:04:05.0000001Z", "mtime": "2024-01-02T03:04:06Z"}})
	assert.Equal(t, time.Date(2024, 1, 2, 3, 4, 6, 0, time.UTC), do(client.Call{Verb: "stat", Path: "g"}).Fields["mtime"])
	do(client.Call{Verb: "setattr", Path: "g", Options: client.Options{"attributes": "readonly"}})
	assert.Contains(t, do(client.Call{Verb: "stat", Path: "g"}).Fields["attributes"], "readonly")
	refused("STATUS_CANNOT_DELETE", client.Call{Verb: "remove", Path: "g"})
	if plain {
		assert.Contains(t, do(client.Call{Verb: "list"}).Fields["names"], "g", "what was refused is still there")
		do(client.Call{Verb: "setattr", Path: "g", Options: client.Options{"attributes": "normal"}})
		do(client.Call{Verb: "remove", Path: "g"})
	}
	if plain {
		do(client.Call{Verb: "rmdir", Path: "d"})
	} else {
		_, err := a.Do(ctx, client.Call{Verb: "rmdir", Path: "d"})
		assert.True(t, client.IsUnsupported(err), "%v", err)
	}
	assert.NotZero(t, do(client.Call{Verb: "statfs"}).Fields["total"])

	for i := range 40 { // above what the first answer of the pipe holds
		require.NoError(t, rt.AddShare(adapter.Share{Name: fmt.Sprintf("share%02d", i)}))
	}
	names := do(client.Call{Verb: "shares"}).Fields["names"]
	assert.Contains(t, names, "share39")
	assert.Contains(t, names, "IPC$")
	tree := do(client.Call{Verb: "tree", Args: []string{"share07"}, As: "t"})
	if plain {
		assert.Equal(t, "disk", tree.Fields["type"])
	}
	do(client.Call{Verb: "create", Handle: tree.Handle, Path: "x"})
	do(client.Call{Verb: "untree", Handle: tree.Handle})
	require.NoError(t, rt.RemoveShare("share07"))
	_, err = a.Do(ctx, client.Call{Verb: "tree", Args: []string{"share07"}})
	assert.Equal(t, "STATUS_BAD_NETWORK_NAME", client.StatusName(err), "the library tells this one itself")
	require.NoError(t, a.Fence(ctx))
	do(client.Call{Verb: "disconnect"})
	do(client.Call{Verb: "reconnect"})
	require.NoError(t, a.Fence(ctx))
}

func TestRefusedLogonsOfTheReferenceServer(t *testing.T) {
	ep, _ := reference(t, serversmb.Config{})
	for name, change := range map[string]func(*client.Endpoint){
		"STATUS_LOGON_FAILURE":    func(ep *client.Endpoint) { ep.Password = "wrong" },
		"STATUS_BAD_NETWORK_NAME": func(ep *client.Endpoint) { ep.Share = "nope" },
	} {
		bad := ep
		change(&bad)
		_, err := connect(bad, client.Spec{})
		assert.Equal(t, name, client.StatusName(err), "%v", err)
	}
}
