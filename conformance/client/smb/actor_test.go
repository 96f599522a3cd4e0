package smb

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"crosswire/conformance/client"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each verb: what it sends, and what it tells the engine.
func TestVerbs(t *testing.T) {
	const f = `dir\f.dat`
	rows := []struct {
		name string
		call client.Call
		sent []string
		want client.Result
	}{
		{"open", client.Call{Verb: "open", Path: "f.dat", As: "h"}, []string{"CREATE " + f},
			client.Result{Handle: &client.Handle{Name: "h", Path: "f.dat"}, Fields: map[string]any{
				"action": "opened", "size": uint64(8), "oplock": "none", "lease": "none", "attributes": "archive", "mtime": t0.Time().UTC()}}},
		{"create", client.Call{Verb: "create", Path: "n"}, []string{`CREATE dir\n`},
			client.Result{Handle: &client.Handle{Path: "n"}, Fields: map[string]any{"action": "created"}}},
		{"create with data", client.Call{Verb: "create", Path: "n", Data: []byte("x"), HasData: true}, []string{`CREATE dir\n`, `WRITE dir\n`},
			client.Result{Handle: &client.Handle{Path: "n"}, Fields: map[string]any{"count": uint64(1)}}},
		{"create over", client.Call{Verb: "create", Path: "f.dat", Options: client.Options{"disposition": "overwrite-if"}}, []string{"CREATE " + f},
			client.Result{Handle: &client.Handle{Path: "f.dat"}, Fields: map[string]any{"action": "overwritten", "size": uint64(0)}}},
		{"read", client.Call{Verb: "read", Path: "f.dat"}, []string{"CREATE " + f, "READ " + f, "CLOSE " + f},
			client.Result{Data: []byte("ORIGINAL"), HasData: true, Fields: map[string]any{"eof": true}}},
		{"read a part", client.Call{Verb: "read", Path: "f.dat", Offset: 1, Length: 3, HasLength: true}, []string{"CREATE " + f, "READ " + f, "CLOSE " + f},
			client.Result{Data: []byte("RIG"), HasData: true, Fields: map[string]any{"eof": false}}},
		{"read beyond the end", client.Call{Verb: "read", Path: "f.dat", Offset: 99}, []string{"CREATE " + f, "READ " + f, "CLOSE " + f},
			client.Result{Data: []byte{}, HasData: true, Fields: map[string]any{"eof": true}}},
		{"write", client.Call{Verb: "write", Path: "f.dat", Data: []byte("C")}, []string{"CREATE " + f, "WRITE " + f, "CLOSE " + f},
			client.Result{Fields: map[string]any{"count": uint64(1)}}},
		{"flush", client.Call{Verb: "flush", Path: "f.dat"}, []string{"CREATE " + f, "FLUSH " + f, "CLOSE " + f}, client.Result{}},
		{"truncate", client.Call{Verb: "truncate", Path: "f.dat", Length: 3}, []string{"CREATE " + f, "SET_INFO " + f, "CLOSE " + f}, client.Result{}},
		{"remove", client.Call{Verb: "remove", Path: "f.dat"}, []string{"CREATE " + f, "SET_INFO " + f, "CLOSE " + f}, client.Result{}},
		{"rmdir", client.Call{Verb: "rmdir", Path: "f.dat"}, []string{"CREATE " + f, "SET_INFO " + f, "CLOSE " + f}, client.Result{}},
		{"rename", client.Call{Verb: "rename", Path: "f.dat", Path2: "g"}, []string{"CREATE " + f, "SET_INFO " + f, `CLOSE dir\g`}, client.Result{}},
		{"mkdir", client.Call{Verb: "mkdir", Path: "d"}, []string{`CREATE dir\d`, `CLOSE dir\d`}, client.Result{}},
		{"mkdir captured", client.Call{Verb: "mkdir", Path: "d", As: "d"}, []string{`CREATE dir\d`, `CLOSE dir\d`, `CREATE dir\d`},
			client.Result{Handle: &client.Handle{Name: "d", Path: "d"}}},
		{"list", client.Call{Verb: "list", Path: "."}, []string{`CREATE dir`, `QUERY_DIRECTORY dir`, `QUERY_DIRECTORY dir`, `CLOSE dir`},
			client.Result{Fields: map[string]any{"names": []string{"f.dat"}, "count": uint64(1)}}},
		{"stat", client.Call{Verb: "stat", Path: "f.dat"}, []string{"CREATE " + f, "CLOSE " + f},
			client.Result{Fields: map[string]any{"type": "file", "size": uint64(8), "attributes": "archive", "btime": t0.Time().UTC()}}},
		{"setattr size", client.Call{Verb: "setattr", Path: "f.dat", Options: client.Options{"size": "1"}}, []string{"CREATE " + f, "SET_INFO " + f, "CLOSE " + f}, client.Result{}},
		{"setattr readonly", client.Call{Verb: "setattr", Path: "f.dat", Options: client.Options{"attributes": "readonly"}},
			[]string{"CREATE " + f, "QUERY_INFO " + f, "SET_INFO " + f, "CLOSE " + f}, client.Result{}},
		{"setattr times", client.Call{Verb: "setattr", Path: "f.dat", Options: client.Options{"atime": "2024-01-02T03:04:05Z", "mtime": "2024-01-02T03:04:05Z"}},
			[]string{"CREATE " + f, "SET_INFO " + f, "CLOSE " + f}, client.Result{}},
		{"statfs", client.Call{Verb: "statfs"}, []string{"CREATE dir", "QUERY_INFO dir", "CLOSE dir"},
			client.Result{Fields: map[string]any{"total": uint64(102400), "free": uint64(92160), "avail": uint64(81920)}}},
		{"tree", client.Call{Verb: "tree", Args: []string{"IPC$"}, As: "t"}, []string{"TREE_CONNECT IPC$"},
			client.Result{Handle: &client.Handle{Name: "t"}, Fields: map[string]any{"type": "pipe"}}},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			s := newFakeServer(t)
			got, err := s.actor(t, nil).Do(ctx(), tc.call)
			require.NoError(t, err)
			assert.Equal(t, tc.sent, s.take())
			assert.Equal(t, tc.want.Data, got.Data)
			assert.Equal(t, tc.want.HasData, got.HasData)
			for k, v := range tc.want.Fields {
				assert.Equal(t, v, got.Fields[k], k)
			}
			if tc.want.Handle == nil {
				assert.Nil(t, got.Handle)
				return
			}
			require.NotNil(t, got.Handle)
			assert.Equal(t, tc.want.Handle.Name, got.Handle.Name)
			assert.Equal(t, tc.want.Handle.Path, got.Handle.Path)
		})
	}
}

func TestHandles(t *testing.T) {
	s := newFakeServer(t)
	a := s.actor(t, nil)
	must := func(c client.Call) client.Result {
		t.Helper()
		res, err := a.Do(ctx(), c)
		require.NoError(t, err)
		return res
	}
	h := must(client.Call{Verb: "open", Path: "f.dat", Options: client.Options{"access": "rw", "share": "rw"}}).Handle
	tree := must(client.Call{Verb: "tree", Args: []string{"data"}}).Handle
	s.take()

	big := bytes.Repeat([]byte("0123456789abcdef"), 10000) // three WRITEs, three READs
	must(client.Call{Verb: "write", Handle: h, Data: big})
	got := must(client.Call{Verb: "read", Handle: h})
	assert.True(t, bytes.Equal(big, got.Data))
	assert.Equal(t, uint64(160000), must(client.Call{Verb: "stat", Handle: h}).Fields["size"])
	must(client.Call{Verb: "truncate", Handle: h, Length: 5})
	must(client.Call{Verb: "flush", Handle: h})
	must(client.Call{Verb: "setattr", Handle: h, Options: client.Options{"attributes": "normal"}})
	const f = ` dir\f.dat`
	assert.Equal(t, []string{"WRITE" + f, "WRITE" + f, "WRITE" + f, "READ" + f, "READ" + f, "READ" + f,
		"QUERY_INFO" + f, "SET_INFO" + f, "FLUSH" + f, "QUERY_INFO" + f, "SET_INFO" + f}, s.take())

	assert.Equal(t, "01234", string(must(client.Call{Verb: "read", Handle: tree, Path: "dir/f.dat"}).Data), "a path beside a tree begins at its root")

	_, err := a.Do(ctx(), client.Call{Verb: "setattr", Handle: h, Options: client.Options{"atime": "2024-01-02T03:04:05Z", "mtime": "2024-01-02T03:04:05Z"}})
	assert.True(t, client.IsUnsupported(err), "%v", err)

	d := must(client.Call{Verb: "open", Path: ""}).Handle
	assert.Equal(t, []string{"f.dat"}, must(client.Call{Verb: "list", Handle: d}).Fields["names"])
	_, err = a.Do(ctx(), client.Call{Verb: "list", Handle: d})
	assert.True(t, client.IsUnsupported(err), "%v", err)

	must(client.Call{Verb: "close", Handle: h})
	must(client.Call{Verb: "untree", Handle: tree})
	_, err = a.Do(ctx(), client.Call{Verb: "read", Handle: &client.Handle{Name: "x", Ref: 7}})
	assert.True(t, client.IsUnsupported(err), "%v", err)
}

// The exact NTSTATUS comes out, where the library loses it too.
func TestStatuses(t *testing.T) {
	const f = `dir\f.dat`
	denied, cannotDelete, sharing := ntstatus.AccessDenied, ntstatus.CannotDelete, ntstatus.SharingViolation
	rows := []struct {
		name   string
		refuse map[string]ntstatus.Status
		call   client.Call
		want   string
		sent   []string
	}{
		{"no such name", nil, client.Call{Verb: "open", Path: "nope"}, "STATUS_OBJECT_NAME_NOT_FOUND", []string{`CREATE dir\nope`}},
		{"no such path", nil, client.Call{Verb: "read", Path: "no/pe"}, "STATUS_OBJECT_PATH_NOT_FOUND", []string{`CREATE dir\no\pe`}},
		{"exists", nil, client.Call{Verb: "create", Path: "f.dat"}, "STATUS_OBJECT_NAME_COLLISION", []string{"CREATE " + f}},
		{"mkdir over", nil, client.Call{Verb: "mkdir", Path: "f.dat"}, "STATUS_OBJECT_NAME_COLLISION", []string{"CREATE " + f}},
		{"denied", map[string]ntstatus.Status{"CREATE " + f: denied}, client.Call{Verb: "open", Path: "f.dat"}, "STATUS_ACCESS_DENIED", []string{"CREATE " + f}},
		{"sharing", map[string]ntstatus.Status{"CREATE " + f: sharing}, client.Call{Verb: "open", Path: "f.dat"}, "STATUS_SHARING_VIOLATION", []string{"CREATE " + f}},
		{"write refused, then closed", map[string]ntstatus.Status{"WRITE " + f: denied}, client.Call{Verb: "write", Path: "f.dat", Data: []byte("x")},
			"STATUS_ACCESS_DENIED", []string{"CREATE " + f, "WRITE " + f, "CLOSE " + f}},
		{"rename into nowhere", map[string]ntstatus.Status{"SET_INFO " + f: ntstatus.ObjectPathNotFound}, client.Call{Verb: "rename", Path: "f.dat", Path2: "no/pe"},
			"STATUS_OBJECT_PATH_NOT_FOUND", []string{"CREATE " + f, "SET_INFO " + f, "CLOSE " + f}},
		{"remove denied at the open, not repeated", map[string]ntstatus.Status{"CREATE " + f: denied}, client.Call{Verb: "remove", Path: "f.dat"},
			"STATUS_ACCESS_DENIED", []string{"CREATE " + f}},
		{"remove of a readonly file, not repeated", map[string]ntstatus.Status{"SET_INFO " + f: cannotDelete}, client.Call{Verb: "remove", Path: "f.dat"},
			"STATUS_CANNOT_DELETE", []string{"CREATE " + f, "SET_INFO " + f, "CLOSE " + f}},
		{"remove of a full directory", map[string]ntstatus.Status{"SET_INFO " + f: ntstatus.DirectoryNotEmpty}, client.Call{Verb: "rmdir", Path: "f.dat"},
			"STATUS_DIRECTORY_NOT_EMPTY", []string{"CREATE " + f, "SET_INFO " + f, "CLOSE " + f}},
		{"no such share", map[string]ntstatus.Status{"TREE_CONNECT nope": ntstatus.BadNetworkName}, client.Call{Verb: "tree", Args: []string{"nope"}},
			"STATUS_BAD_NETWORK_NAME", []string{"TREE_CONNECT nope"}},
		{"share denied", map[string]ntstatus.Status{"TREE_CONNECT nope": denied}, client.Call{Verb: "tree", Args: []string{"nope"}},
			"STATUS_ACCESS_DENIED", []string{"TREE_CONNECT nope"}},
		{"unknown status", map[string]ntstatus.Status{"CREATE " + f: 0xC0001234}, client.Call{Verb: "open", Path: "f.dat"}, "STATUS_0xC0001234", []string{"CREATE " + f}},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			for range 20 { // the stop of a repeat races with its response
				s := newFakeServer(t)
				s.refuse = tc.refuse
				a := s.actor(t, nil)
				_, err := a.Do(ctx(), tc.call)
				require.Equal(t, tc.want, client.StatusName(err), "%v", err)
				require.NoError(t, a.Fence(ctx()), "the session lives on")
				sent := s.take()
				require.Equal(t, tc.sent, sent[:len(sent)-2])
			}
		})
	}
}

func TestLogon(t *testing.T) {
	for _, st := range []ntstatus.Status{ntstatus.LogonFailure, ntstatus.AccessDenied} {
		s := newFakeServer(t)
		s.refuse["SESSION_SETUP"] = st
		_, err := Factory(nil)(ctx(), s.endpoint(), client.Spec{}, nil)
		assert.Equal(t, st.String(), client.StatusName(err), "%v", err)
	}
	s := newFakeServer(t)
	s.refuse["TREE_CONNECT data"] = ntstatus.BadNetworkName
	_, err := Factory(nil)(ctx(), s.endpoint(), client.Spec{}, nil)
	assert.Equal(t, "STATUS_BAD_NETWORK_NAME", client.StatusName(err))

	s = newFakeServer(t)
	_, err = Factory(nil)(ctx(), s.endpoint(), client.Spec{Version: "3.1.1"}, nil)
	assert.ErrorContains(t, err, "unexpected dialect returned")
	assert.ErrorContains(t, err, s.addr)
}

// A call that the server holds back holds up no other, and its interim
// response is an event.
func TestPending(t *testing.T) {
	s := newFakeServer(t)
	events := make(chan client.Event, 10)
	a := s.actor(t, client.SinkFunc(func(e client.Event) { events <- e }))
	assert.Equal(t, client.EventConnect, (<-events).Kind)
	release := make(chan struct{})
	s.set(func() { s.pending[`CREATE dir\f.dat`] = release })
	done := make(chan error, 1)
	go func() {
		_, err := a.Do(ctx(), client.Call{Verb: "read", Path: "f.dat"})
		done <- err
	}()
	e := <-events
	assert.Equal(t, client.Event{Actor: "A", Kind: client.EventPending, Status: "STATUS_PENDING", Detail: `CREATE dir\f.dat`}, e)
	require.NoError(t, a.Fence(ctx()))
	s.set(func() { s.pending = nil })
	close(release)
	require.NoError(t, <-done)
}

func TestContext(t *testing.T) {
	t.Run("a step that is never answered", func(t *testing.T) {
		s := newFakeServer(t)
		a := s.actor(t, nil)
		s.set(func() { s.raw = func(net.Conn, *smb2.Header, []byte) bool { return true } })
		c, cancel := context.WithTimeout(ctx(), 50*time.Millisecond)
		defer cancel()
		_, err := a.Do(c, client.Call{Verb: "stat", Path: "f.dat"})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, s.addr)
		_, err = a.Do(ctx(), client.Call{Verb: "stat", Path: "f.dat"})
		assert.ErrorContains(t, err, s.addr, "the connection was given up")
	})
	t.Run("a server that accepts and says nothing", func(t *testing.T) {
		s := newFakeServer(t)
		s.raw = func(net.Conn, *smb2.Header, []byte) bool { return true }
		c, cancel := context.WithTimeout(ctx(), 50*time.Millisecond)
		defer cancel()
		_, err := Factory(nil)(c, s.endpoint(), client.Spec{}, nil)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, s.addr)
	})
	t.Run("nobody listens", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		ln.Close()
		_, err = Factory(nil)(ctx(), client.Endpoint{SMB: ln.Addr().String(), User: "u"}, client.Spec{}, nil)
		assert.ErrorContains(t, err, "connect to "+ln.Addr().String())
	})
}

// What would make the library panic or wait for ever is an error that names
// the server.
func TestBrokenResponses(t *testing.T) {
	header := func(h *smb2.Header, change func(r *smb2.Header)) []byte {
		r := *h
		r.Flags, r.Credits = smb2.FlagServerToRedir, 1
		if change != nil {
			change(&r)
		}
		return r.Append(nil)
	}
	frame := func(b []byte) []byte { return append(smb2.AppendFrameHeader(nil, len(b)), b...) }
	rows := []struct {
		name  string
		bytes func(h *smb2.Header) []byte
		want  string
	}{
		{"cut in the frame's header", func(*smb2.Header) []byte { return []byte{0, 0} }, "truncated frame: 2 of 4 bytes"},
		{"cut in the frame", func(h *smb2.Header) []byte { return frame(header(h, nil))[:30] }, "truncated frame: 26 of 64 bytes"},
		{"closed", func(*smb2.Header) []byte { return nil }, "the server closed the connection"},
		{"first byte", func(*smb2.Header) []byte { return []byte{0x85, 0, 0, 1} }, "first byte 0x85"},
		{"empty frame", func(*smb2.Header) []byte { return frame(nil) }, "not SMB2"},
		{"another protocol", func(*smb2.Header) []byte { return frame([]byte("HTTP/1.1 400 Bad Request")) }, "not SMB2: 48 54 54 50"},
		{"short header", func(*smb2.Header) []byte { return frame([]byte("\xfeSMB\x40\x00")) }, "shorter than its structure"},
		{"wrong StructureSize", func(h *smb2.Header) []byte { b := header(h, nil); b[4] = 65; return frame(b) }, "wrong StructureSize"},
		{"NextCommand outside", func(h *smb2.Header) []byte {
			return frame(header(h, func(r *smb2.Header) { r.NextCommand = 0xfffffff8 }))
		}, "NextCommand"},
		{"a request", func(h *smb2.Header) []byte { return frame(header(h, func(r *smb2.Header) { r.Flags = 0 })) }, "it is a CREATE request"},
		{"encrypted, unasked", func(*smb2.Header) []byte { return frame(append([]byte("\xfdSMB"), make([]byte, 200)...)) }, "it is encrypted"},
		{"body too short", func(h *smb2.Header) []byte { return frame(header(h, nil)) }, ""},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			s := newFakeServer(t)
			a := s.actor(t, nil)
			s.set(func() {
				s.raw = func(conn net.Conn, h *smb2.Header, _ []byte) bool {
					conn.Write(tc.bytes(h))
					conn.Close()
					return true
				}
			})
			_, err := a.Do(ctx(), client.Call{Verb: "open", Path: "f.dat"})
			require.Error(t, err)
			assert.Empty(t, client.StatusName(err))
			assert.ErrorContains(t, err, s.addr)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	t.Run("signed, to a guest", func(t *testing.T) {
		s := newFakeServer(t)
		s.guest = true
		a := s.actor(t, nil)
		require.NoError(t, a.Fence(ctx()))
		s.set(func() {
			s.raw = func(conn net.Conn, h *smb2.Header, _ []byte) bool {
				conn.Write(frame(header(h, func(r *smb2.Header) { r.Flags |= smb2.FlagSigned })))
				return true
			}
		})
		_, err := a.Do(ctx(), client.Call{Verb: "open", Path: "f.dat"})
		assert.ErrorContains(t, err, "a guest has no key")
	})
}

func TestDisconnect(t *testing.T) {
	s := newFakeServer(t)
	var kinds []client.Kind
	a := s.actor(t, client.SinkFunc(func(e client.Event) { kinds = append(kinds, e.Kind) }))
	open, err := a.Do(ctx(), client.Call{Verb: "open", Path: "f.dat"})
	require.NoError(t, err)
	_, err = a.Do(ctx(), client.Call{Verb: "disconnect"})
	require.NoError(t, err)
	_, err = a.Do(ctx(), client.Call{Verb: "read", Handle: open.Handle})
	assert.ErrorIs(t, err, errClosed)
	assert.NotContains(t, s.take(), `CLOSE dir\f.dat`)
	_, err = a.Do(ctx(), client.Call{Verb: "reconnect"})
	require.NoError(t, err)
	_, err = a.Do(ctx(), client.Call{Verb: "read", Handle: open.Handle})
	assert.ErrorIs(t, err, errStale)
	_, err = a.Do(ctx(), client.Call{Verb: "read", Path: "f.dat"})
	require.NoError(t, err)
	assert.Equal(t, []client.Kind{client.EventConnect, client.EventDisconnect, client.EventConnect}, kinds)
	require.NoError(t, a.Close())
	require.NoError(t, a.Close())
}

func TestUnsupported(t *testing.T) {
	s := newFakeServer(t)
	a := s.actor(t, nil)
	rows := []client.Call{
		{Verb: "lock", Path: "f.dat"},
		{Verb: "echo"},
		{Verb: "link", Path: "f.dat", Path2: "g"},
		{Verb: "open", Path: "f.dat", Options: client.Options{"lease": "RWH"}},
		{Verb: "open", Path: "f.dat", Options: client.Options{"share": "rwd"}},
		{Verb: "open", Path: "f.dat", Options: client.Options{"access": "d"}},
		{Verb: "create", Path: "n", Options: client.Options{"access": "r"}},
		{Verb: "open", Path: "f.dat", Options: client.Options{"disposition": "supersede"}},
		{Verb: "rename", Path: "f.dat", Path2: "g", Options: client.Options{"replace": "yes"}},
		{Verb: "write", Path: "f.dat", Data: []byte("x"), Options: client.Options{"cached": "yes"}},
		{Verb: "write", Path: "f.dat"},
		{Verb: "read", Path: "f.dat", Offset: 1 << 63},
		{Verb: "read", Path: "a\xff"},
		{Verb: "read", Path: `a\b`},
		{Verb: "setattr", Path: "f.dat", Options: client.Options{"mtime": "now"}},
		{Verb: "setattr", Path: "f.dat", Options: client.Options{"mtime": "2024-01-02T03:04:05Z"}},
		{Verb: "setattr", Path: "f.dat", Options: client.Options{"mode": "0600"}},
		{Verb: "shares", Options: client.Options{"level": "502"}},
		{Verb: "tree"}, {Verb: "close"}, {Verb: "untree"},
	}
	for _, c := range rows {
		_, err := a.Do(ctx(), c)
		assert.True(t, client.IsUnsupported(err), "%s %s %v: %v", c.Verb, c.Path, c.Options, err)
	}
	assert.Empty(t, s.take(), "an unsupported step sends nothing")
}

func TestCannot(t *testing.T) {
	e := Entry(nil)
	spec := func(kind string, add func(n *client.Needs), o client.Options) client.Spec {
		s := client.Spec{Kind: kind, Options: o}
		if add != nil {
			add(&s.Needs)
		}
		return s
	}
	uses := func(verb string, o client.Options) func(n *client.Needs) {
		return func(n *client.Needs) { n.Add(verb, o) }
	}
	rows := []struct {
		name string
		spec client.Spec
		want string
	}{
		{"by path", spec("smb", uses("read", nil), nil), ""},
		{"shares", spec("smb", uses("shares", nil), nil), ""},
		{"any open", spec("smb", uses("open", nil), nil), "open with share=rwd"},
		{"its own open", spec("smb", uses("open", client.Options{"share": "rw"}), nil), ""},
		{"asked for by name", spec("gosmb2", uses("open", nil), nil), ""},
		{"lease", spec("gosmb2", uses("open", client.Options{"lease": "RWH"}), nil), "open lease=RWH"},
		{"other share mode", spec("gosmb2", uses("open", client.Options{"share": "none"}), nil), "open share=none"},
		{"break", spec("smb", uses("break", nil), nil), "break"},
		{"field", spec("smb", func(n *client.Needs) { n.Add("stat", nil); n.AddField("stat", "nlink") }, nil), "stat field nlink"},
		{"dialect", client.Spec{Version: "4.0"}, "dialect 4.0"},
		{"encrypted", spec("smb", nil, client.Options{"encrypt": "yes"}), "encrypt=yes"},
		{"unsigned", spec("smb", nil, client.Options{"sign": "no"}), "sign=no"},
		{"cipher", spec("smb", nil, client.Options{"cipher": "aes-128-gcm"}), "cipher=aes-128-gcm"},
		{"two dialects", spec("smb", nil, client.Options{"dialects": "2.1,3.0"}), "dialects=2.1,3.0"},
		{"plain", spec("smb", nil, client.Options{"user": "u", "password": "p", "sign": "required", "encrypt": "no", "dialects": "2.1"}), ""},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) { assert.Equal(t, tc.want, e.Cannot(tc.spec)) })
	}
}

func TestDialer(t *testing.T) {
	boom := errors.New("boom")
	_, err := Factory(func(context.Context, string, string) (net.Conn, error) { return nil, boom })(ctx(), client.Endpoint{SMB: "x:1", User: "u"}, client.Spec{}, nil)
	assert.ErrorIs(t, err, boom)
	_, err = Factory(nil)(ctx(), client.Endpoint{SMB: "x:1"}, client.Spec{}, nil)
	assert.True(t, client.IsUnsupported(err), "anonymous: %v", err)
	_, err = Factory(nil)(ctx(), client.Endpoint{}, client.Spec{}, nil)
	assert.True(t, client.IsUnsupported(err), "no SMB: %v", err)
}

func FuzzResponse(f *testing.F) {
	h := smb2.Header{Flags: smb2.FlagServerToRedir, MessageID: 1}
	f.Add(smb2.AppendMessage(nil, &h, &smb2.CreateResponse{}))
	f.Add(smb2.AppendMessage(nil, &h, &smb2.ErrorResponse{}))
	f.Add([]byte("\xfdSMB"))
	f.Fuzz(func(_ *testing.T, frame []byte) {
		l := log{open: map[uint64]*exchange{}, names: map[smb2.FileID]string{}}
		for c := range smb2.Command(19) {
			req := smb2.Header{Command: c, MessageID: uint64(c)}
			l.request(req.Append(nil))
		}
		l.request(frame)
		_ = l.response(frame)
	})
}
