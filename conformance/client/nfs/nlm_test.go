package nfs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/nfs"
)

// locking is an actor on a server with the file "f", and what it tells.
type locking struct {
	t *testing.T
	client.Actor
	mu     sync.Mutex
	events []client.Event
}

func actor(t *testing.T, ep client.Endpoint, name string) *locking {
	t.Helper()
	l := &locking{t: t}
	a, err := nfs.Factory(nil)(t.Context(), ep, client.Spec{Name: name, Kind: "nfs"}, client.SinkFunc(func(e client.Event) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.events = append(l.events, e)
	}))
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.Close() })
	l.Actor = a
	return l
}

func (l *locking) kinds() (kinds []client.Kind) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func (l *locking) do(ctx context.Context, verb string, off, n uint64, options ...string) (client.Result, error) {
	o := client.Options{}
	for i := 0; i < len(options); i += 2 {
		o[options[i]] = options[i+1]
	}
	return l.Do(ctx, client.Call{Verb: verb, Path: "f", Offset: off, Length: n, HasOffset: true, HasLength: true, Options: o})
}

// status does a call and names its outcome.
func (l *locking) status(verb string, off, n uint64, options ...string) string {
	l.t.Helper()
	_, err := l.do(l.t.Context(), verb, off, n, options...)
	if name := client.StatusName(err); name != "" {
		return name
	}
	require.NoError(l.t, err)
	return "ok"
}

func actors(t *testing.T) (a, b *locking) {
	t.Helper()
	nfsAddr, mountAddr, portmapAddr, _ := reference(t)
	ep := client.Endpoint{NFS: nfsAddr, Mount: mountAddr, Portmap: portmapAddr, Export: "/data"}
	a, b = actor(t, ep, "A"), actor(t, ep, "B")
	_, err := a.Do(t.Context(), client.Call{Verb: "create", Path: "f"})
	require.NoError(t, err)
	return a, b
}

// TestLockVerbs: lock, unlock and testlock on the reference server.
func TestLockVerbs(t *testing.T) {
	a, b := actors(t)
	assert.Equal(t, "ok", a.status("lock", 0, 10))
	assert.Equal(t, "NLM4_DENIED", b.status("lock", 9, 1))
	assert.Equal(t, "ok", b.status("lock", 10, 1))
	assert.Equal(t, "NLM4_DENIED", a.status("lock", 0, 1, "owner", "another"))
	assert.Equal(t, "NLM4_FBIG", b.status("lock", 1<<63, 1<<63+1))
	res, err := b.do(t.Context(), "testlock", 5, 0, "mode", "shared")
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"held": true, "owner": "A", "svid": int64(1), "offset": uint64(0), "length": uint64(10), "exclusive": true}, res.Fields)
	assert.Equal(t, "ok", a.status("unlock", 5, 0))
	res, err = b.do(t.Context(), "testlock", 5, 0)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"held": false}, res.Fields)
	_, err = a.do(t.Context(), "lock", 0, 1, "mode", "x")
	require.Error(t, err)
	_, err = a.do(t.Context(), "lock", 0, 1, "reclaim", "yes")
	require.True(t, client.IsUnsupported(err))
}

// TestLockWait: a lock that waits is granted by callback, or cancelled.
func TestLockWait(t *testing.T) {
	a, b := actors(t)
	assert.Equal(t, "ok", a.status("lock", 0, 0))
	got := make(chan string, 1)
	go func() { got <- b.status("lock", 3, 4, "wait", "yes") }()
	waiting := func(l *locking) func() bool {
		return func() bool { k := l.kinds(); return len(k) > 0 && k[len(k)-1] == client.EventPending }
	}
	require.Eventually(t, waiting(b), 10*time.Second, time.Millisecond)
	require.Empty(t, got)
	assert.Equal(t, "ok", a.status("unlock", 0, 0))
	assert.Equal(t, "ok", <-got)
	assert.Equal(t, []client.Kind{client.EventConnect, client.EventPending, client.EventGranted}, b.kinds())
	assert.Equal(t, "NLM4_DENIED", a.status("lock", 6, 1))
	assert.Equal(t, "ok", b.status("lock", 50, 1, "wait", "yes"), "at once")

	ctx, cancel := context.WithCancel(t.Context())
	given := make(chan error, 1)
	go func() { _, err := a.do(ctx, "lock", 0, 0, "wait", "yes"); given <- err }()
	require.Eventually(t, waiting(a), 10*time.Second, time.Millisecond)
	cancel()
	require.ErrorIs(t, <-given, context.Canceled)
	assert.Equal(t, "ok", b.status("unlock", 0, 0))
	assert.Equal(t, "ok", b.status("lock", 0, 0))
	assert.NotContains(t, a.kinds(), client.EventGranted, "it was cancelled")

	go func() { _, err := a.do(t.Context(), "lock", 0, 0, "wait", "yes", "owner", "late"); given <- err }()
	require.Eventually(t, waiting(a), 10*time.Second, time.Millisecond)
	require.NoError(t, a.Close())
	require.Error(t, <-given, "a client that is closed waits for nothing")
}

// TestLockerRestart: SM_NOTIFY frees what the client held, and nothing else.
func TestLockerRestart(t *testing.T) {
	nfsAddr, mountAddr, portmapAddr, _ := reference(t)
	c, err := nfs.New(nfs.Config{NFS: nfsAddr, Mount: mountAddr, Portmap: portmapAddr})
	require.NoError(t, err)
	t.Cleanup(c.Disconnect)
	m, err := c.Mnt(t.Context(), []byte("/data"))
	require.NoError(t, err)
	f, err := c.CreateUnchecked(t.Context(), m.Handle, []byte("f"), nfs.Sattr3{})
	require.NoError(t, err)
	locker := func(name string) *nfs.Locker {
		l := nfs.NewLocker(c, nil, name, func(e client.Event) { fmt.Fprintln(t.Output(), name, e.Kind, e.Detail) })
		t.Cleanup(l.Close)
		return l
	}
	a, b := locker("a"), locker("b")
	r := func(owner string, off uint64) nfs.Range {
		return nfs.Range{FH: f.Object, Owner: owner, Exclusive: true, Offset: off, Length: 1}
	}
	require.NoError(t, a.Lock(t.Context(), r("a", 0)))
	require.NoError(t, b.Lock(t.Context(), r("b", 1)))
	require.NoError(t, a.Restart(t.Context()))
	require.NoError(t, b.Lock(t.Context(), r("b", 0)))
	var refused *nfs.StatusError
	require.ErrorAs(t, a.Lock(t.Context(), r("a", 1)), &refused)
	require.Equal(t, "NLM4_DENIED", refused.Name)
}
