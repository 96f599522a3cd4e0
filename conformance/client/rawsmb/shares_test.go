package rawsmb_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/server/adapter"
)

func tree(name string) client.Call {
	return client.Call{Verb: "tree", Args: []string{name}, As: "t", Options: client.Options{}}
}

func TestShares(t *testing.T) {
	s := start(t, nil)
	a := connect(t, endpoint(s), newEvents(), spec("A", ""))
	names := func(options ...string) any {
		f := a.do(call("shares", "", options...)).Fields
		assert.EqualValues(t, len(f["names"].([]string)), f["count"])
		return f["names"]
	}
	for _, level := range []string{"0", "1", "2", "501", "502"} {
		for _, pipe := range []string{"new", "open"} {
			assert.Equal(t, []string{"IPC$", "data"}, names("level", level, "pipe", pipe), "level %s, pipe %s", level, pipe)
		}
	}
	assert.Equal(t, []string{"IPC$", "data"}, names("server", `\\somebody`))
	require.NoError(t, s.Runtime().AddShare(adapter.Share{Name: "late"}))
	assert.Equal(t, []string{"IPC$", "data", "late"}, names("pipe", "open"))
	assert.Equal(t, []string{"IPC$", "data", "late"}, names("pipe", "new"))
	require.NoError(t, s.Runtime().RemoveShare("late"))
	assert.Equal(t, []string{"IPC$", "data"}, names("pipe", "open"))
	a.do(call("reconnect", ""))
	assert.Equal(t, []string{"IPC$", "data"}, names("pipe", "open"))
}

// TestManyShares: an answer of many fragments comes by READ after
// STATUS_BUFFER_OVERFLOW.
func TestManyShares(t *testing.T) {
	s := start(t, nil)
	want := []string{"IPC$", "data"}
	for i := range 500 {
		name := fmt.Sprintf("share-with-a-long-name-%03d", i)
		want = append(want, name)
		require.NoError(t, s.Runtime().AddShare(adapter.Share{Name: name}))
	}
	for _, version := range []string{"2.0.2", "3.1.1"} {
		a := connect(t, endpoint(s), newEvents(), spec("A", version))
		assert.Equal(t, want, a.do(call("shares", "", "pipe", "open", "level", "2")).Fields["names"])
		assert.Equal(t, want, a.do(call("shares", "", "pipe", "open")).Fields["names"])
	}
}

// TestPipeHandle: a pipe that a scenario opens itself can be asked again and
// again.
func TestPipeHandle(t *testing.T) {
	s := start(t, nil)
	a := connect(t, endpoint(s), newEvents(), spec("A", ""))
	ipc := a.do(tree("IPC$"))
	assert.Equal(t, "pipe", ipc.Fields["type"])
	c := call("open", "srvsvc", "access", "rw")
	c.Handle = ipc.Handle
	pipe := a.do(c).Handle
	assert.Equal(t, []string{"IPC$", "data"}, a.do(on(pipe, "shares")).Fields["names"])
	require.NoError(t, s.Runtime().AddShare(adapter.Share{Name: "late"}))
	assert.Equal(t, []string{"IPC$", "data", "late"}, a.do(on(pipe, "shares", "level", "502")).Fields["names"])
	a.do(on(pipe, "close"))
	c.Path = "nobody"
	a.fails("STATUS_OBJECT_NAME_NOT_FOUND", c)
}

func TestTrees(t *testing.T) {
	s := start(t, nil)
	a := connect(t, endpoint(s), newEvents(), spec("A", ""))
	a.fails("STATUS_BAD_NETWORK_NAME", tree("none"))
	for _, name := range []string{"data", "DATA", `\\anybody\data`, `\\` + s.Addresses().SMB + `\data`} {
		res := a.do(tree(name))
		assert.Equal(t, "disk", res.Fields["type"], name)
		below := on(res.Handle, "list")
		assert.Equal(t, []string{}, a.do(below).Fields["names"])
		a.do(on(res.Handle, "untree"))
		a.fails("STATUS_NETWORK_NAME_DELETED", below)
	}
	require.NoError(t, s.Runtime().AddShare(adapter.Share{Name: "late"}))
	late := a.do(tree("late")).Handle
	c := call("create", "f.dat")
	c.Handle = late
	h := a.do(c).Handle
	a.unsupported(on(late, "read", "x", "y"))
	a.unsupported(on(h, "untree"))
	a.do(call("reconnect", ""))
	_, err := a.Do(bounded(t), on(late, "untree"))
	assert.ErrorContains(t, err, "a connection that has ended")
}
