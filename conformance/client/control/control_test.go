package control

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"crosswire/conformance/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ctx() context.Context { return context.Background() }

// fakePlane is the server's side of the package comment, with one clock that
// is the system's if systemClock.
type fakePlane struct {
	systemClock bool
	shares      map[string]map[string]any
	users       map[string]string
	policies    map[string]string
	quiesced    int
	advanced    time.Duration
	auth        []string
}

func (f *fakePlane) handler() http.Handler {
	fail := func(w http.ResponseWriter, code int, msg string) {
		w.WriteHeader(code)
		json.NewEncoder(w).Encode(map[string]string{"error": msg})
	}
	body := func(r *http.Request) map[string]any {
		var m map[string]any
		json.NewDecoder(r.Body).Decode(&m)
		return m
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/shares", func(w http.ResponseWriter, _ *http.Request) {
		list := []map[string]any{}
		for n := range f.shares {
			list = append(list, map[string]any{"name": n, "path": "/" + n})
		}
		json.NewEncoder(w).Encode(list)
	})
	mux.HandleFunc("POST /v1/shares", func(w http.ResponseWriter, r *http.Request) {
		b := body(r)
		name := b["name"].(string)
		if f.shares[name] != nil {
			fail(w, http.StatusConflict, "share "+name+" exists")
			return
		}
		f.shares[name] = b
		w.WriteHeader(http.StatusCreated)
	})
	mux.HandleFunc("PATCH /v1/shares/{name}", func(_ http.ResponseWriter, r *http.Request) {
		for k, v := range body(r) {
			f.shares[r.PathValue("name")][k] = v
		}
	})
	mux.HandleFunc("DELETE /v1/shares/{name}", func(w http.ResponseWriter, r *http.Request) {
		if f.shares[r.PathValue("name")] == nil {
			fail(w, http.StatusNotFound, "no share "+r.PathValue("name"))
			return
		}
		delete(f.shares, r.PathValue("name"))
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /v1/users", func(w http.ResponseWriter, _ *http.Request) {
		list := []map[string]any{}
		for n := range f.users {
			list = append(list, map[string]any{"name": n})
		}
		json.NewEncoder(w).Encode(list)
	})
	mux.HandleFunc("POST /v1/users", func(_ http.ResponseWriter, r *http.Request) {
		b := body(r)
		f.users[b["name"].(string)] = b["password"].(string)
	})
	mux.HandleFunc("DELETE /v1/users/{name}", func(_ http.ResponseWriter, r *http.Request) { delete(f.users, r.PathValue("name")) })
	mux.HandleFunc("GET /v1/policies", func(w http.ResponseWriter, _ *http.Request) { json.NewEncoder(w).Encode(f.policies) })
	mux.HandleFunc("PUT /v1/policies", func(w http.ResponseWriter, r *http.Request) {
		for k, v := range body(r) {
			if _, ok := f.policies[k]; !ok {
				fail(w, http.StatusBadRequest, "no policy "+k)
				return
			}
			f.policies[k] = v.(string)
		}
	})
	mux.HandleFunc("GET /v1/counters", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"smb_breaks_sent": 9007199254740993, "rebuilds": 0}`))
	})
	mux.HandleFunc("POST /v1/quiesce", func(http.ResponseWriter, *http.Request) { f.quiesced++ })
	mux.HandleFunc("POST /v1/clock/advance", func(w http.ResponseWriter, r *http.Request) {
		if f.systemClock {
			fail(w, http.StatusConflict, "the clock is the system's")
			return
		}
		d, err := time.ParseDuration(body(r)["duration"].(string))
		if err != nil {
			fail(w, http.StatusBadRequest, err.Error())
			return
		}
		f.advanced += d
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.auth = append(f.auth, r.Header.Get("Authorization"))
		mux.ServeHTTP(w, r)
	})
}

func newFake(t *testing.T) (*fakePlane, client.Actor, *Plane) {
	f := &fakePlane{
		shares:   map[string]map[string]any{"data": {"name": "data"}, "b c": {"name": "b c"}},
		users:    map[string]string{},
		policies: map[string]string{"nfs_break": "notify"},
	}
	s := httptest.NewServer(f.handler())
	t.Cleanup(s.Close)
	a, err := Entry("sesame").New(ctx(), client.Endpoint{API: s.URL}, client.Spec{}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { a.Close() })
	return f, a, a.(*actor).plane.(*Plane)
}

func TestActor(t *testing.T) {
	rows := []struct {
		name string
		call client.Call
		want map[string]any
		then func(t *testing.T, f *fakePlane)
	}{
		{"share add", client.Call{Verb: "share", Args: []string{"add", "new"}}, nil, func(t *testing.T, f *fakePlane) {
			assert.Equal(t, map[string]any{"name": "new"}, f.shares["new"])
		}},
		{"share add as one verb", client.Call{Verb: "share add", Args: []string{"new"}}, nil, func(t *testing.T, f *fakePlane) { assert.Contains(t, f.shares, "new") }},
		{"share add readonly", client.Call{Verb: "share", Args: []string{"add", "ro"}, Options: client.Options{"readonly": "yes"}}, nil,
			func(t *testing.T, f *fakePlane) { assert.Equal(t, true, f.shares["ro"]["read_only"]) }},
		{"share remove", client.Call{Verb: "share", Args: []string{"remove", "b c"}}, nil, func(t *testing.T, f *fakePlane) { assert.NotContains(t, f.shares, "b c") }},
		{"share list", client.Call{Verb: "share list"}, map[string]any{"names": []string{"b c", "data"}, "count": int64(2)}, nil},
		{"policy set", client.Call{Verb: "policy", Options: client.Options{"nfs_break": "wait"}}, nil, func(t *testing.T, f *fakePlane) { assert.Equal(t, "wait", f.policies["nfs_break"]) }},
		{"policy read", client.Call{Verb: "policy", Args: []string{"nfs_break"}}, map[string]any{"value": "notify"}, nil},
		{"counter beyond 2^53", client.Call{Verb: "counter", Args: []string{"smb_breaks_sent"}}, map[string]any{"value": int64(9007199254740993)}, nil},
		{"quiesce", client.Call{Verb: "quiesce"}, nil, func(t *testing.T, f *fakePlane) { assert.Equal(t, 1, f.quiesced) }},
		{"advance", client.Call{Verb: "advance", Args: []string{"35s"}}, nil, func(t *testing.T, f *fakePlane) { assert.Equal(t, 35*time.Second, f.advanced) }},
		{"clock", client.Call{Verb: "clock", Options: client.Options{"by": "1m"}}, nil, func(t *testing.T, f *fakePlane) { assert.Equal(t, time.Minute, f.advanced) }},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			f, a, _ := newFake(t)
			res, err := a.Do(ctx(), tc.call)
			require.NoError(t, err)
			assert.Equal(t, tc.want, res.Fields)
			if tc.then != nil {
				tc.then(t, f)
			}
			for _, h := range f.auth {
				assert.Equal(t, "Bearer sesame", h)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	f, a, p := newFake(t)
	_, err := a.Do(ctx(), client.Call{Verb: "share", Args: []string{"add", "data"}})
	assert.Equal(t, "HTTP_409", client.StatusName(err))
	assert.ErrorContains(t, err, "POST "+p.base+"/v1/shares: 409 Conflict: share data exists")

	_, err = a.Do(ctx(), client.Call{Verb: "share", Args: []string{"remove", "nope"}})
	assert.Equal(t, "HTTP_404", client.StatusName(err))
	_, err = a.Do(ctx(), client.Call{Verb: "policy", Options: client.Options{"nope": "x"}})
	assert.ErrorContains(t, err, "no policy nope")
	_, err = a.Do(ctx(), client.Call{Verb: "counter", Args: []string{"nope"}})
	assert.ErrorContains(t, err, `no counter "nope"; there are rebuilds, smb_breaks_sent`)
	_, err = a.Do(ctx(), client.Call{Verb: "advance", Args: []string{"soon"}})
	assert.ErrorContains(t, err, "want a duration")

	f.systemClock = true
	_, err = a.Do(ctx(), client.Call{Verb: "advance", Args: []string{"35s"}})
	assert.True(t, client.IsUnsupported(err), "%v", err)
	assert.ErrorContains(t, err, "the clock is the system's")

	for _, c := range []client.Call{{Verb: "crash"}, {Verb: "read"}, {Verb: "share"}, {Verb: "share", Args: []string{"add"}},
		{Verb: "policy"}, {Verb: "counter"}, {Verb: "quiesce", Options: client.Options{"x": "y"}}, {Verb: "policy", Args: []string{"nope"}}} {
		_, err := a.Do(ctx(), c)
		assert.True(t, client.IsUnsupported(err), "%+v: %v", c, err)
	}
	_, err = Entry("").New(ctx(), client.Endpoint{}, client.Spec{}, nil)
	assert.True(t, client.IsUnsupported(err))
}

func TestUsersAndUpdate(t *testing.T) {
	f, _, p := newFake(t)
	require.NoError(t, p.AddUser(ctx(), "alice", "pw"))
	assert.Equal(t, map[string]string{"alice": "pw"}, f.users)
	names, err := p.Users(ctx())
	require.NoError(t, err)
	assert.Equal(t, []string{"alice"}, names)
	require.NoError(t, p.RemoveUser(ctx(), "alice"))
	assert.Empty(t, f.users)
	require.NoError(t, p.UpdateShare(ctx(), "b c", map[string]any{"read_only": true}))
	assert.Equal(t, true, f.shares["b c"]["read_only"])
}

// A server without a control plane of this kind, or with a broken one.
func TestForeignServers(t *testing.T) {
	rows := []struct {
		name        string
		handler     http.HandlerFunc
		unsupported bool
		want        string
	}{
		{"404", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "nothing here", 404) }, true, "nothing here"},
		{"501", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(501) }, true, "501"},
		{"500", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, strings.Repeat("x", 999), 500) }, false, "500 Internal Server Error: xxx"},
		{"redirect", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", "/"); w.WriteHeader(302) }, false, "302"},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, false, "not what it should be"},
		{"other JSON", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("[1]")) }, false, "not what it should be"},
		{"endless", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, maxBody+1)) }, false, "more than"},
		{"cut", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("{"))
		}, false, "unexpected EOF"},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			s := httptest.NewServer(tc.handler)
			defer s.Close()
			p, err := New(s.URL+"/", "")
			require.NoError(t, err)
			defer p.Close()
			_, err = p.Policies(ctx())
			assert.Equal(t, tc.unsupported, client.IsUnsupported(err), "%v", err)
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, s.URL)
			_, err = p.Shares(ctx())
			assert.Error(t, err)
			_, err = p.Counters(ctx())
			assert.Error(t, err)
		})
	}
}

func TestSilentServer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	p, err := New("http://"+ln.Addr().String(), "")
	require.NoError(t, err)
	defer p.Close()
	c, cancel := context.WithTimeout(ctx(), 50*time.Millisecond)
	defer cancel()
	err = p.Quiesce(c)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, ln.Addr().String())
}

func TestBadURL(t *testing.T) {
	for _, u := range []string{"", "127.0.0.1:80", "ftp://x", "http://", "http://x?y", "http://x\x00"} {
		_, err := New(u, "")
		assert.Error(t, err, u)
	}
}
