package nfs

import (
	"bytes"
	"encoding/binary"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
)

// treeServer is an NFS server of a few lines: one export, files in maps, a
// handle is the path. It knows what the actor's tests need and no more.
type treeServer struct {
	*fakeServer
	mu    sync.Mutex
	files map[string][]byte // path → data; a directory's path ends in "/"
	log   []string
	fail  map[uint32]uint32 // procedure → status
}

func newTreeServer(t *testing.T) *treeServer {
	s := &treeServer{files: map[string][]byte{"/": nil, "/dir/": nil, "/dir/f.dat": []byte("ORIGINAL")}, fail: map[uint32]uint32{}}
	s.fakeServer = newFakeServer(t, func(conn net.Conn, call []byte) { send(conn, accepted(call, s.answer(call))) })
	return s
}

func (s *treeServer) attr(path string) []byte {
	typ, n := 1, uint64(len(s.files[path]))
	if strings.HasSuffix(path, "/") {
		typ, n = 2, 4096
	}
	return cat(typ, 0o100644, 1, 1000, 100, n, n, 0, 0, uint64(1), uint64(len(path)), 1, 2, 3, 4, 5, 6)
}

func (s *treeServer) child(dir, name string) (string, bool) {
	for _, p := range []string{dir + name, dir + name + "/"} {
		if _, ok := s.files[p]; ok {
			return p, true
		}
	}
	return dir + name, false
}

func (s *treeServer) answer(call []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &decoder{buf: call[12:]}
	prog, _, proc := d.u32(""), d.u32(""), d.u32("")
	d.u32("")
	d.opaque(400, "cred")
	d.u32("")
	d.opaque(400, "verf")
	str := func() string { return string(d.opaque(1<<20, "")) }
	log := func(words ...string) { s.log = append(s.log, strings.Join(words, " ")) }
	if prog == 100005 {
		switch proc {
		case 1:
			dir := str()
			log("MNT", dir)
			if dir != "/data" {
				return cat(2)
			}
			return cat(0, "/", 1, 1)
		case 3:
			log("UMNT", str())
			return nil
		case 5:
			log("EXPORT")
			return cat(1, "/other", 0, 1, "/data", 0, 0)
		}
	}
	if st, ok := s.fail[proc]; ok {
		log("refused")
		return cat(st, make([]byte, map[uint32]int{6: 4, 7: 8, 2: 8, 8: 8, 12: 8, 14: 16, 15: 12}[proc]))
	}
	none := cat(0, 0)
	switch proc {
	case 0:
		log("NULL")
		return nil
	case 1:
		p := str()
		log("GETATTR", p)
		return cat(0, s.attr(p))
	case 2:
		p := str()
		log("SETATTR", p)
		d.take(12, "")
		if d.boolean("") {
			n := d.u64("")
			s.files[p] = append(s.files[p], make([]byte, 100)...)[:n]
		}
		return cat(0, 1, uint64(8), 3, 4, 5, 6, 1, s.attr(p))
	case 3:
		dir, name := str(), str()
		log("LOOKUP", dir, name)
		p, ok := s.child(dir, name)
		if !ok {
			return cat(2, 0)
		}
		return cat(0, p, 0, 0)
	case 4:
		log("ACCESS", str())
		return cat(0, 0, d.u32("")&0x0d)
	case 5:
		log("READLINK", str())
		return cat(0, 0, "to")
	case 6:
		p, off, n := str(), d.u64(""), d.u32("")
		log("READ", p)
		data := s.files[p]
		off = min(off, uint64(len(data)))
		end := min(off+uint64(n), uint64(len(data)))
		eof := 0
		if end == uint64(len(data)) {
			eof = 1
		}
		return cat(0, 0, uint32(end-off), eof, string(data[off:end]))
	case 7:
		p, off := str(), d.u64("")
		d.u32("")
		stable := d.u32("")
		data := str()
		log("WRITE", p, StableHow(stable).String(), data)
		file := s.files[p]
		if need := int(off) + len(data); len(file) < need {
			file = append(file, make([]byte, need-len(file))...)
		}
		copy(file[off:], data)
		s.files[p] = file
		return cat(0, 1, uint64(8), 3, 4, 5, 6, 1, s.attr(p), uint32(len(data)), stable, []byte("VERIFIER"))
	case 8:
		dir, name, how := str(), str(), d.u32("")
		log("CREATE", dir, name, []string{"unchecked", "guarded", "exclusive"}[how])
		s.files[dir+name] = nil
		return cat(0, 0, 0, none)
	case 9:
		dir, name := str(), str()
		log("MKDIR", dir, name)
		s.files[dir+name+"/"] = nil
		return cat(0, 1, dir+name+"/", 0, none)
	case 10:
		dir, name := str(), str()
		log("SYMLINK", dir, name)
		return cat(0, 0, 0, none)
	case 11:
		dir, name := str(), str()
		log("MKNOD", dir, name, FileType(d.u32("")).String())
		return cat(0, 0, 0, none)
	case 12, 13:
		log(map[uint32]string{12: "REMOVE", 13: "RMDIR"}[proc], str(), str())
		return cat(0, none)
	case 14:
		log("RENAME", str(), str(), str(), str())
		return cat(0, none, none)
	case 15:
		log("LINK", str(), str(), str())
		return cat(0, 0, none)
	case 16, 17:
		str()
		cookie := d.u64("")
		log(map[uint32]string{16: "READDIR", 17: "READDIRPLUS"}[proc])
		all := []string{".", "..", "z", "a\xff", "m"}
		body := cat(0, 0, rawVerf)
		for i := cookie; i < min(cookie+2, uint64(len(all))); i++ {
			body = cat(body, 1, uint64(7), all[i], i+1)
			if proc == 17 {
				body = cat(body, 0, 0)
			}
		}
		eof := 0
		if cookie+2 >= uint64(len(all)) {
			eof = 1
		}
		return cat(body, 0, eof)
	case 18:
		return cat(0, 0, uint64(100), uint64(90), uint64(80), uint64(70), uint64(60), uint64(50), 0)
	case 19:
		return cat(0, 0, 4, 4, 1, 4, 4, 1, 512, uint64(1)<<40, 0, 1, 0x1b)
	case 20:
		return cat(0, 0, 32000, 255, 1, 1, 0, 1)
	case 21:
		log("COMMIT", str())
		return cat(0, none, rawVerf)
	}
	return nil
}

func (s *treeServer) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

func (s *treeServer) endpoint() client.Endpoint {
	return client.Endpoint{NFS: s.addr, Mount: s.addr, Export: "/data", Dir: "dir", UID: 1000, GID: 100}
}

func (s *treeServer) actor(t *testing.T, o client.Options) *Actor {
	t.Helper()
	a, err := Factory(nil)(ctx(), s.endpoint(), client.Spec{Name: "B", Version: "3", Options: o}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { a.Close() })
	s.take()
	return a.(*Actor)
}

// Each verb: what it sends, and what it tells the engine.
func TestVerbs(t *testing.T) {
	walk := "LOOKUP / dir"
	walkF := []string{walk, "LOOKUP /dir/ f.dat"}
	rows := []struct {
		name string
		call client.Call
		sent []string
		want client.Result // Handle is compared by path only
	}{
		{"open", client.Call{Verb: "open", Path: "f.dat", As: "h"}, append(walkF, "GETATTR /dir/f.dat"),
			client.Result{Handle: &client.Handle{Name: "h", Path: "f.dat"}}},
		{"lookup the folder", client.Call{Verb: "lookup", Path: "."}, []string{walk, "GETATTR /dir/"}, client.Result{Handle: &client.Handle{}}},
		{"read all, four bytes a READ", client.Call{Verb: "read", Path: "f.dat"}, append(walkF, "READ /dir/f.dat", "READ /dir/f.dat"),
			client.Result{Data: []byte("ORIGINAL"), HasData: true, Fields: map[string]any{"eof": true, "count": uint64(8)}}},
		{"read a part", client.Call{Verb: "read", Path: "f.dat", Offset: 1, HasOffset: true, Length: 5, HasLength: true}, append(walkF, "READ /dir/f.dat", "READ /dir/f.dat"),
			client.Result{Data: []byte("RIGIN"), HasData: true, Fields: map[string]any{"eof": false, "count": uint64(5)}}},
		{"read nothing", client.Call{Verb: "read", Path: "f.dat", HasLength: true}, append(walkF, "READ /dir/f.dat"),
			client.Result{Data: []byte{}, HasData: true, Fields: map[string]any{"eof": false, "count": uint64(0)}}},
		{"write, four bytes a WRITE", client.Call{Verb: "write", Path: "f.dat", Data: []byte("CHANGED!"), HasData: true},
			append(walkF, "WRITE /dir/f.dat file CHAN", "WRITE /dir/f.dat file GED!"),
			client.Result{Fields: map[string]any{"count": uint64(8), "committed": "file", "verf": "5645524946494552", "presize": uint64(8), "size": uint64(8)}}},
		{"write unstable", client.Call{Verb: "write", Path: "f.dat", Data: []byte("C"), Options: client.Options{"stable": "unstable"}},
			append(walkF, "WRITE /dir/f.dat unstable C"), client.Result{Fields: map[string]any{"count": uint64(1), "committed": "unstable"}}},
		{"write nothing", client.Call{Verb: "write", Path: "f.dat", HasData: true}, append(walkF, "WRITE /dir/f.dat file "),
			client.Result{Fields: map[string]any{"count": uint64(0)}}},
		{"commit", client.Call{Verb: "commit", Path: "f.dat"}, append(walkF, "COMMIT /dir/f.dat"), client.Result{Fields: map[string]any{"verf": "5645524946494552"}}},
		{"flush", client.Call{Verb: "flush", Path: "f.dat"}, append(walkF, "COMMIT /dir/f.dat"), client.Result{}},
		{"truncate", client.Call{Verb: "truncate", Path: "f.dat", Length: 3, HasLength: true}, append(walkF, "SETATTR /dir/f.dat"),
			client.Result{Fields: map[string]any{"presize": uint64(8), "premtime": time.Unix(3, 4).UTC(), "prectime": time.Unix(5, 6).UTC(), "size": uint64(3)}}},
		{"create", client.Call{Verb: "create", Path: "n", As: "h"}, []string{walk, "CREATE /dir/ n unchecked", "LOOKUP /dir/ n"},
			client.Result{Handle: &client.Handle{Name: "h", Path: "n"}}},
		{"create guarded", client.Call{Verb: "create", Path: "n", Options: client.Options{"disposition": "guarded", "size": "0"}},
			[]string{walk, "CREATE /dir/ n guarded", "LOOKUP /dir/ n"}, client.Result{Handle: &client.Handle{Path: "n"}}},
		{"create exclusive with data", client.Call{Verb: "create", Path: "n", Data: []byte("x"), HasData: true, Options: client.Options{"disposition": "exclusive", "verf": "7"}},
			[]string{walk, "CREATE /dir/ n exclusive", "LOOKUP /dir/ n", "WRITE /dir/n file x"}, client.Result{Handle: &client.Handle{Path: "n"}, Fields: map[string]any{"count": uint64(1)}}},
		{"mkdir", client.Call{Verb: "mkdir", Path: "d"}, []string{walk, "MKDIR /dir/ d"}, client.Result{}},
		{"mkdir captured", client.Call{Verb: "mkdir", Path: "d", As: "d"}, []string{walk, "MKDIR /dir/ d"}, client.Result{Handle: &client.Handle{Name: "d", Path: "d"}}},
		{"symlink", client.Call{Verb: "symlink", Path: "l", Path2: "to"}, []string{walk, "SYMLINK /dir/ l"}, client.Result{}},
		{"mknod", client.Call{Verb: "mknod", Path: "p", Options: client.Options{"type": "fifo"}}, []string{walk, "MKNOD /dir/ p fifo"}, client.Result{}},
		{"remove", client.Call{Verb: "remove", Path: "f.dat"}, []string{walk, "REMOVE /dir/ f.dat"}, client.Result{}},
		{"rmdir", client.Call{Verb: "rmdir", Path: "d"}, []string{walk, "RMDIR /dir/ d"}, client.Result{}},
		{"rename", client.Call{Verb: "rename", Path: "f.dat", Path2: "g"}, []string{walk, walk, "RENAME /dir/ f.dat /dir/ g"}, client.Result{}},
		{"link", client.Call{Verb: "link", Path: "f.dat", Path2: "g"}, append(walkF, walk, "LINK /dir/f.dat /dir/ g"), client.Result{}},
		{"readlink", client.Call{Verb: "readlink", Path: "f.dat"}, append(walkF, "READLINK /dir/f.dat"), client.Result{Data: []byte("to"), HasData: true}},
		{"list in pages", client.Call{Verb: "list"}, []string{walk, "READDIR", "READDIR", "READDIR"},
			client.Result{Fields: map[string]any{"names": []string{"a\xff", "m", "z"}, "count": uint64(3)}}},
		{"list plus", client.Call{Verb: "list", Options: client.Options{"plus": "yes"}}, []string{walk, "READDIRPLUS", "READDIRPLUS", "READDIRPLUS"},
			client.Result{Fields: map[string]any{"count": uint64(3)}}},
		{"stat", client.Call{Verb: "stat", Path: "f.dat"}, append(walkF, "GETATTR /dir/f.dat"),
			client.Result{Fields: map[string]any{"type": "file", "size": uint64(8), "mode": int64(0o644), "uid": uint64(1000), "mtime": time.Unix(3, 4).UTC()}}},
		{"setattr", client.Call{Verb: "setattr", Path: "f.dat", Options: client.Options{"mode": "0600", "size": "5", "mtime": "now"}}, append(walkF, "SETATTR /dir/f.dat"),
			client.Result{Fields: map[string]any{"presize": uint64(8)}}},
		{"access", client.Call{Verb: "access", Path: "f.dat"}, append(walkF, "ACCESS /dir/f.dat"),
			client.Result{Fields: map[string]any{"access": "rw", "bits": uint64(0x0d)}}},
		{"access asked", client.Call{Verb: "access", Path: "f.dat", Options: client.Options{"access": "rx"}}, append(walkF, "ACCESS /dir/f.dat"),
			client.Result{Fields: map[string]any{"access": "r", "bits": uint64(1)}}},
		{"statfs", client.Call{Verb: "statfs"}, []string{walk}, client.Result{Fields: map[string]any{"total": uint64(100), "free": uint64(90), "avail": uint64(80)}}},
		{"fsinfo", client.Call{Verb: "fsinfo"}, []string{walk}, client.Result{Fields: map[string]any{"rtmax": uint64(4), "maxfilesize": uint64(1) << 40}}},
		{"pathconf", client.Call{Verb: "pathconf"}, []string{walk}, client.Result{Fields: map[string]any{"namemax": uint64(255), "caseinsensitive": false}}},
		{"echo", client.Call{Verb: "echo"}, []string{"NULL"}, client.Result{}},
		{"exports", client.Call{Verb: "exports"}, []string{"EXPORT"}, client.Result{Fields: map[string]any{"names": []string{"/data", "/other"}, "count": uint64(2)}}},
		{"mount", client.Call{Verb: "mount", Args: []string{"/data"}, As: "m"}, []string{"MNT /data"},
			client.Result{Handle: &client.Handle{Name: "m"}, Fields: map[string]any{"flavors": "sys"}}},
		{"umount", client.Call{Verb: "umount", Args: []string{"/data"}}, []string{"UMNT /data"}, client.Result{}},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			s := newTreeServer(t)
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
	s := newTreeServer(t)
	a := s.actor(t, nil)
	open, err := a.Do(ctx(), client.Call{Verb: "open", Path: "f.dat", As: "h"})
	require.NoError(t, err)
	mounted, err := a.Do(ctx(), client.Call{Verb: "mount", Args: []string{"/data"}})
	require.NoError(t, err)
	s.take()

	_, err = a.Do(ctx(), client.Call{Verb: "write", Handle: open.Handle, Data: []byte("x")})
	require.NoError(t, err)
	assert.Equal(t, []string{"WRITE /dir/f.dat file x"}, s.take(), "by handle nothing is looked up")

	_, err = a.Do(ctx(), client.Call{Verb: "stat", Handle: mounted.Handle, Path: "dir/f.dat"})
	require.NoError(t, err)
	assert.Equal(t, []string{"LOOKUP / dir", "LOOKUP /dir/ f.dat", "GETATTR /dir/f.dat"}, s.take(), "a path begins at the handle")

	_, err = a.Do(ctx(), client.Call{Verb: "close", Handle: open.Handle})
	require.NoError(t, err)
	assert.Empty(t, s.take())

	_, err = a.Do(ctx(), client.Call{Verb: "read", Handle: &client.Handle{Name: "smb", Ref: 7}})
	assert.True(t, client.IsUnsupported(err), "%v", err)
}

func TestRefusedSteps(t *testing.T) {
	s := newTreeServer(t)
	a := s.actor(t, nil)
	s.fail = map[uint32]uint32{7: 10008}

	_, err := a.Do(ctx(), client.Call{Verb: "write", Path: "f.dat", Data: []byte("CHANGED!")})
	assert.Equal(t, "NFS3ERR_JUKEBOX", client.StatusName(err))
	assert.Equal(t, []string{"LOOKUP / dir", "LOOKUP /dir/ f.dat", "refused"}, s.take(), "nothing is retried")

	_, err = a.Do(ctx(), client.Call{Verb: "read", Path: "gone/f"})
	assert.Equal(t, "NFS3ERR_NOENT", client.StatusName(err))

	_, err = a.Do(ctx(), client.Call{Verb: "mount", Args: []string{"/nope"}})
	var se *client.StatusError
	require.ErrorAs(t, err, &se)
	assert.Equal(t, client.StatusError{Protocol: "mount", Name: "MNT3ERR_NOENT", Code: 2}, *se)

	_, err = Factory(nil)(ctx(), client.Endpoint{NFS: s.addr, Export: "/nope"}, client.Spec{}, nil)
	assert.Equal(t, "MNT3ERR_NOENT", client.StatusName(err))
}

// The wcc data of a refusal reach the engine.
func TestRefusalCarriesWcc(t *testing.T) {
	s := newFakeServer(t, func(conn net.Conn, call []byte) {
		body := map[uint32][]byte{1: cat(0, "root", 0), 19: cat(0, 0, 4, 4, 1, 4, 4, 1, 512, uint64(1), 0, 1, 0), 3: cat(0, "f", 0, 0), 2: cat(13, rawWcc)}[be(call[20:])]
		send(conn, accepted(call, body))
	})
	a, err := Factory(nil)(ctx(), client.Endpoint{NFS: s.addr, Export: "/"}, client.Spec{}, nil)
	require.NoError(t, err)
	defer a.Close()
	_, err = a.Do(ctx(), client.Call{Verb: "truncate", Path: "f", Length: 1})
	var se *client.StatusError
	require.ErrorAs(t, err, &se)
	assert.Equal(t, "NFS3ERR_ACCES", se.Name)
	assert.Equal(t, uint64(5), se.Fields["presize"])
	assert.Equal(t, uint64(4096), se.Fields["size"])
}

func TestUnsupportedSteps(t *testing.T) {
	s := newTreeServer(t)
	a := s.actor(t, nil)
	rows := []client.Call{
		{Verb: "notify", Path: "f.dat"},
		{Verb: "open", Path: "f.dat", Options: client.Options{"lease": "RWH"}},
		{Verb: "write", Path: "f.dat", Options: client.Options{"cached": "yes"}},
		{Verb: "rename", Path: "f.dat", Path2: "g", Options: client.Options{"replace": "no"}},
		{Verb: "link", Path: "f.dat", Path2: "g", Options: client.Options{"replace": "yes"}},
		{Verb: "create", Path: "n", Options: client.Options{"disposition": "supersede"}},
		{Verb: "create", Path: "n", Options: client.Options{"disposition": "exclusive", "mode": "0600"}},
		{Verb: "remove", Path: ""},
		{Verb: "access", Path: "f.dat", Options: client.Options{"access": "rA"}},
		{Verb: "mount"},
	}
	for _, c := range rows {
		_, err := a.Do(ctx(), c)
		assert.True(t, client.IsUnsupported(err), "%s %v: %v", c.Verb, c.Options, err)
	}
	assert.Empty(t, s.take(), "an unsupported step sends nothing")

	for _, o := range []client.Options{{"stable": "x"}} {
		_, err := a.Do(ctx(), client.Call{Verb: "write", Path: "f.dat", Options: o})
		assert.ErrorContains(t, err, "stable=x")
	}
}

func TestSpecs(t *testing.T) {
	s := newTreeServer(t)
	connect := func(spec client.Spec) error {
		a, err := Factory(nil)(ctx(), s.endpoint(), spec, nil)
		if err == nil {
			a.Close()
		}
		return err
	}
	assert.True(t, client.IsUnsupported(connect(client.Spec{Version: "4.1"})))
	assert.True(t, client.IsUnsupported(connect(client.Spec{Options: client.Options{"user": "x"}})))
	assert.ErrorContains(t, connect(client.Spec{Options: client.Options{"uid": "x"}}), "uid=x")
	assert.ErrorContains(t, connect(client.Spec{Options: client.Options{"gids": "1,x"}}), "gids=1,x")
	assert.ErrorContains(t, connect(client.Spec{Options: client.Options{"flavor": "krb5"}}), "flavor=krb5")

	require.NoError(t, connect(client.Spec{Options: client.Options{"uid": "7", "gid": "8", "gids": "9,10", "machine": "m"}}))
	_, calls := s.seen()
	last := calls[len(calls)-1]
	assert.True(t, bytes.Contains(last, cat(1, 32, 0, "m", 7, 8, 2, 9, 10)), "%x", last)

	require.NoError(t, connect(client.Spec{Options: client.Options{"flavor": "none"}}))
	_, calls = s.seen()
	assert.Equal(t, uint32(0), binary.BigEndian.Uint32(calls[len(calls)-1][24:]))
}

func TestCannot(t *testing.T) {
	e := Entry(nil)
	uses := func(verbs ...string) client.Spec {
		spec := client.Spec{}
		for _, v := range verbs {
			spec.Needs.Add(v, nil)
		}
		return spec
	}
	assert.Empty(t, e.Cannot(uses("read", "write", "mount")))
	assert.Equal(t, "notify", e.Cannot(uses("read", "notify")))
	spec := uses("read")
	spec.Needs.Add("open", client.Options{"lease": "RWH"})
	assert.Equal(t, "open lease", e.Cannot(spec))
	assert.Equal(t, "NFS version 4", e.Cannot(client.Spec{Version: "4"}))
}

func TestEvents(t *testing.T) {
	s := newTreeServer(t)
	var kinds []client.Kind
	a, err := Factory(nil)(ctx(), s.endpoint(), client.Spec{Name: "B"}, client.SinkFunc(func(e client.Event) {
		assert.Equal(t, "B", e.Actor)
		kinds = append(kinds, e.Kind)
	}))
	require.NoError(t, err)
	require.NoError(t, a.Fence(ctx()))
	_, err = a.Do(ctx(), client.Call{Verb: "disconnect"})
	require.NoError(t, err)
	assert.ErrorContains(t, a.Fence(ctx()), "disconnected")
	_, err = a.Do(ctx(), client.Call{Verb: "reconnect"})
	require.NoError(t, err)
	assert.Equal(t, []client.Kind{client.EventConnect, client.EventDisconnect, client.EventConnect}, kinds)
	require.NoError(t, a.Close())
	require.NoError(t, a.Close())
	assert.Equal(t, "go-nfs-client", a.Client())
}
