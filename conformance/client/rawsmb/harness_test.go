package rawsmb_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/rawsmb"
	"crosswire/server"
	"crosswire/server/adapter"
)

// start runs a reference server with the share "data".
func start(t *testing.T, change func(*server.Config)) *server.Server {
	t.Helper()
	cfg := server.Config{
		SMB:    "127.0.0.1:0",
		Shares: []adapter.Share{{Name: "data"}},
		Users:  []adapter.User{{Name: "alice", Password: "secret", UID: 1000, GID: 1000}},
	}
	if change != nil {
		change(&cfg)
	}
	s, err := server.Start(cfg)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		require.NoError(t, s.Stop(ctx))
	})
	return s
}

func endpoint(s *server.Server) client.Endpoint {
	return client.Endpoint{SMB: s.Addresses().SMB, Share: "data", User: "alice", Password: "secret"}
}

// events is a sink that can be waited on.
type events struct {
	mu   sync.Mutex
	all  []client.Event
	wake chan struct{}
}

func newEvents() *events { return &events{wake: make(chan struct{})} }

func (l *events) Emit(e client.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq = len(l.all)
	l.all = append(l.all, e)
	close(l.wake)
	l.wake = make(chan struct{})
}

func (l *events) of(actor string, kind client.Kind) (found []client.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.all {
		if e.Actor == actor && e.Kind == kind {
			found = append(found, e)
		}
	}
	return found
}

// await waits for the n-th event of a kind at an actor.
func (l *events) await(t *testing.T, actor string, kind client.Kind, n int) client.Event {
	t.Helper()
	ctx := bounded(t)
	for {
		l.mu.Lock()
		wake := l.wake
		l.mu.Unlock()
		if found := l.of(actor, kind); len(found) >= n {
			return found[n-1]
		}
		select {
		case <-wake:
		case <-ctx.Done():
			require.FailNow(t, "no such event", "%s %s #%d in %+v", actor, kind, n, l.all)
		}
	}
}

func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// actor is a client under test with short ways to use it.
type actor struct {
	client.Holder
	t    *testing.T
	name string
	log  *events
}

// spec declares an actor: its name, version and options as k, v, k, v.
func spec(name, version string, options ...string) client.Spec {
	s := client.Spec{Name: name, Kind: "rawsmb", Version: version, Options: client.Options{}}
	for i := 0; i < len(options); i += 2 {
		s.Options[options[i]] = options[i+1]
	}
	for _, v := range []string{"open", "create"} {
		for _, f := range []string{"fileid", "maxaccess"} {
			s.Needs.AddField(v, f)
		}
	}
	s.Needs.AddField("link", "nlink")
	return s
}

func connect(t *testing.T, ep client.Endpoint, log *events, sp client.Spec) *actor {
	t.Helper()
	a, err := rawsmb.Factory(nil)(bounded(t), ep, sp, log)
	require.NoError(t, err)
	t.Cleanup(func() { a.Close() })
	return &actor{a.(client.Holder), t, sp.Name, log}
}

// call builds a call: options as k, v, k, v.
func call(verb, path string, options ...string) client.Call {
	c := client.Call{Verb: verb, Path: path, Options: client.Options{}}
	for i := 0; i < len(options); i += 2 {
		c.Options[options[i]] = options[i+1]
	}
	return c
}

func on(h *client.Handle, verb string, options ...string) client.Call {
	c := call(verb, "", options...)
	c.Handle = h
	return c
}

func at(c client.Call, offset, length uint64) client.Call {
	c.Offset, c.HasOffset, c.Length, c.HasLength = offset, true, length, true
	return c
}

func data(c client.Call, offset uint64, b string) client.Call {
	c.Offset, c.HasOffset, c.Data, c.HasData = offset, true, []byte(b), true
	return c
}

// do does a step that must succeed.
func (a *actor) do(c client.Call) client.Result {
	a.t.Helper()
	res, err := a.Do(bounded(a.t), c)
	require.NoError(a.t, err, "%s %s %v", c.Verb, c.Path, c.Options)
	return res
}

// fails does a step that must be refused with the status.
func (a *actor) fails(status string, c client.Call) {
	a.t.Helper()
	_, err := a.Do(bounded(a.t), c)
	require.Error(a.t, err, "%s %s succeeded", c.Verb, c.Path)
	assert.Equal(a.t, status, client.StatusName(err), "%v", err)
}

// unsupported does a step that must be refused before anything is sent.
func (a *actor) unsupported(c client.Call) {
	a.t.Helper()
	_, err := a.Do(bounded(a.t), c)
	assert.True(a.t, client.IsUnsupported(err), "%s %v: %v", c.Verb, c.Options, err)
}

func (a *actor) open(path string, options ...string) *client.Handle {
	a.t.Helper()
	return a.do(call("open", path, options...)).Handle
}

// file makes a file with content.
func (a *actor) file(path, content string) {
	a.t.Helper()
	a.do(on(a.do(data(call("create", path), 0, content)).Handle, "close"))
}

func (a *actor) content(path string) string {
	a.t.Helper()
	return string(a.do(call("read", path)).Data)
}

// async starts a step; the channel gets its outcome.
func (a *actor) async(ctx context.Context, c client.Call) <-chan outcome {
	out := make(chan outcome, 1)
	go func() {
		res, err := a.Do(ctx, c)
		out <- outcome{res, err}
	}()
	return out
}

type outcome struct {
	res client.Result
	err error
}

func fieldNames(f map[string]any) []string { return slices.Sorted(maps.Keys(f)) }
