package rawsmb_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
)

func one(t *testing.T, version string, options ...string) *actor {
	t.Helper()
	return connect(t, endpoint(start(t, nil)), newEvents(), spec("A", version, options...))
}

func TestOpenFields(t *testing.T) {
	a := one(t, "")
	res := a.do(data(call("create", "f.dat", "attributes", "archive"), 0, "hello"))
	assert.Equal(t, "created", res.Fields["action"])
	assert.Equal(t, uint64(5), res.Fields["count"])
	assert.Equal(t, "none", res.Fields["lease"])
	assert.Equal(t, "none", res.Fields["oplock"])
	assert.Subset(t, fieldNames(res.Fields), []string{"attributes", "btime", "ctime", "fileid", "maxaccess", "mtime", "size", "used"})
	assert.Empty(t, res.Handle.LeaseKey)
	a.do(on(res.Handle, "close"))

	for _, row := range []struct {
		disposition, path, action, status string
	}{
		{"open", "f.dat", "opened", ""},
		{"open", "none.dat", "", "STATUS_OBJECT_NAME_NOT_FOUND"},
		{"open", "none/f.dat", "", "STATUS_OBJECT_PATH_NOT_FOUND"},
		{"create", "f.dat", "", "STATUS_OBJECT_NAME_COLLISION"},
		{"open-if", "f.dat", "opened", ""},
		{"open-if", "g.dat", "created", ""},
		{"overwrite", "f.dat", "overwritten", ""},
		{"overwrite", "h.dat", "", "STATUS_OBJECT_NAME_NOT_FOUND"},
		{"overwrite-if", "f.dat", "overwritten", ""},
		{"overwrite-if", "i.dat", "created", ""},
		{"supersede", "f.dat", "superseded", ""},
	} {
		t.Run(row.disposition+" "+row.path, func(t *testing.T) {
			c := call("open", row.path, "disposition", row.disposition, "access", "rwd")
			if row.status != "" {
				a.fails(row.status, c)
				return
			}
			res := a.do(c)
			assert.Equal(t, row.action, res.Fields["action"])
			a.do(on(res.Handle, "close"))
		})
	}
}

func TestOpenOptions(t *testing.T) {
	a := one(t, "")
	a.file("f.dat", "12345678")
	a.do(call("mkdir", "d"))
	a.fails("STATUS_NOT_A_DIRECTORY", call("open", "f.dat", "options", "directory"))
	a.fails("STATUS_FILE_IS_A_DIRECTORY", call("open", "d", "options", "non-directory"))
	a.fails("STATUS_ACCESS_DENIED", call("open", "f.dat", "access", "none"))

	h := a.open("f.dat", "share", "r", "access", "rw")
	a.fails("STATUS_SHARING_VIOLATION", call("open", "f.dat", "access", "w"))
	a.fails("STATUS_SHARING_VIOLATION", call("open", "f.dat", "share", "r"))
	a.do(on(a.open("f.dat", "access", "a", "share", "none"), "close"))
	a.do(on(h, "close"))
	a.fails("STATUS_FILE_CLOSED", on(h, "read"))

	gone := a.open("f.dat", "access", "d", "options", "delete-on-close,non-directory")
	a.do(on(gone, "close"))
	a.fails("STATUS_OBJECT_NAME_NOT_FOUND", call("open", "f.dat"))
}

// TestRefusedBeforeSending: what the client cannot express never reaches the
// server.
func TestRefusedBeforeSending(t *testing.T) {
	a := one(t, "2.0.2")
	h := a.do(call("create", "f.dat")).Handle
	for _, c := range []client.Call{
		call("mknod", "x"),
		call("open", "f.dat", "mode", "0644"),
		call("open", "f.dat", "access", "q"),
		call("open", "f.dat", "share", "x"),
		call("open", "f.dat", "lease", "Q"),
		call("open", "f.dat", "oplock", "lease"),
		call("open", "f.dat", "lease", "R", "oplock", "batch"),
		call("open", "f.dat", "leasekey", "k"),
		call("open", "f.dat", "disposition", "sometimes"),
		call("open", "f.dat", "options", "magic"),
		call("open", "f.dat", "attributes", "magic"),
		call("open", "f.dat", "durable", "v3"),
		call("open", "f.dat", "impersonation", "god"),
		call("open", "a\xffb"),
		call("open", `a\b`),
		call("setattr", "f.dat", "uid", "0"),
		call("setattr", "f.dat", "mtime", "now"),
		on(h, "write", "through", "yes"),
		on(h, "ioctl", "code", "FSCTL_NONE"),
		on(h, "notify", "filter", "magic"),
		call("close", "f.dat"),
		call("notify", "f.dat"),
		call("write", "f.dat", "cached", "yes"),
		call("shares", "", "level", "3"),
		on(h, "untree"),
		{Verb: "tree", Options: client.Options{}},
		{Verb: "compound", Options: client.Options{}},
		{Verb: "compound", Related: []client.Call{{Verb: "read"}}},
		{Verb: "compound", Related: []client.Call{{Verb: "list", Handle: h}}},
	} {
		a.unsupported(c)
	}
	_, err := a.Do(bounded(t), call("setattr", "f.dat", "size", "many"))
	assert.ErrorContains(t, err, "size=many")
	require.NoError(t, a.Fence(bounded(t)))
}

func TestReadAndWrite(t *testing.T) {
	for _, version := range []string{"2.0.2", "3.1.1"} {
		t.Run(version, func(t *testing.T) {
			a := one(t, version)
			big := bytes.Repeat([]byte("0123456789abcdef"), 200_000) // several requests at any dialect
			h := a.do(call("create", "f.dat")).Handle
			assert.Equal(t, uint64(len(big)), a.do(data(on(h, "write"), 0, string(big))).Fields["count"])
			res := a.do(on(h, "read"))
			assert.True(t, bytes.Equal(big, res.Data))
			assert.Equal(t, map[string]any{"eof": true, "count": uint64(len(big))}, res.Fields)
			res = a.do(at(on(h, "read"), 16, 20))
			assert.Equal(t, "0123456789abcdef0123", string(res.Data))
			assert.Equal(t, map[string]any{"eof": false, "count": uint64(20)}, res.Fields)
			res = a.do(at(on(h, "read"), uint64(len(big))+10, 5))
			assert.Empty(t, res.Data)
			assert.Equal(t, true, res.Fields["eof"])
			a.do(data(call("write", "f.dat"), 0, "PATH"))
			assert.Equal(t, "PATH456789", string(a.do(at(call("read", "f.dat"), 0, 10)).Data))
			a.do(on(h, "flush"))
			a.do(call("flush", "f.dat"))
			c := on(h, "truncate")
			c.Length = 4
			a.do(c)
			assert.Equal(t, "PATH", a.content("f.dat"))
			c = call("truncate", "f.dat")
			c.Length = 6
			a.do(c)
			assert.Equal(t, "PATH\x00\x00", a.content("f.dat"))
			a.fails("STATUS_OBJECT_NAME_NOT_FOUND", data(call("write", "g.dat"), 0, "x"))
			r := a.open("f.dat", "access", "r")
			a.fails("STATUS_ACCESS_DENIED", data(on(r, "write"), 0, "x"))
		})
	}
	t.Run("write through", func(t *testing.T) {
		a := one(t, "3.0")
		h := a.do(call("create", "f.dat")).Handle
		a.do(data(on(h, "write", "through", "yes"), 0, "x"))
		assert.Equal(t, "x", a.content("f.dat"))
	})
}

func TestAttributes(t *testing.T) {
	a := one(t, "")
	a.file("f.dat", "hello")
	when := time.Date(2020, 2, 3, 4, 5, 6, 700, time.UTC)
	stamp := when.Format(time.RFC3339Nano)
	a.do(call("setattr", "f.dat", "mtime", stamp, "atime", stamp, "btime", stamp, "attributes", "hidden,archive"))
	f := a.do(call("stat", "f.dat")).Fields
	assert.Equal(t, "file", f["type"])
	assert.Equal(t, int64(5), f["size"])
	assert.Equal(t, uint64(1), f["nlink"])
	assert.Equal(t, when, f["mtime"])
	assert.Equal(t, when, f["atime"])
	assert.Equal(t, when, f["btime"])
	assert.Equal(t, "hidden,archive", f["attributes"])
	h := a.do(call("open", "f.dat", "access", "rw"))
	assert.Equal(t, f["fileid"], h.Fields["fileid"])
	assert.Equal(t, "rwdxaA", h.Fields["maxaccess"])
	a.do(on(h.Handle, "setattr", "size", "2", "mtime", stamp))
	f = a.do(on(h.Handle, "stat")).Fields
	assert.Equal(t, int64(2), f["size"])
	assert.Equal(t, when, f["mtime"])
	f = a.do(on(h.Handle, "close", "attributes", "yes")).Fields
	assert.Equal(t, uint64(2), f["size"])
	assert.Equal(t, when, f["mtime"])
	a.do(call("mkdir", "d"))
	assert.Equal(t, "dir", a.do(call("stat", "d")).Fields["type"])
	f = a.do(call("fsstat", "")).Fields
	assert.Positive(t, f["total"])
	assert.LessOrEqual(t, f["avail"], f["total"])
	assert.LessOrEqual(t, f["free"], f["total"])
}

func TestNames(t *testing.T) {
	a := one(t, "")
	a.do(call("mkdir", "d"))
	a.file("d/é.dat", "one")
	a.file("d/b.dat", "two")
	list := func(path string, options ...string) any {
		f := a.do(call("list", path, options...)).Fields
		assert.EqualValues(t, len(f["names"].([]string)), f["count"])
		return f["names"]
	}
	assert.Equal(t, []string{"b.dat", "é.dat"}, list("d"))
	assert.Equal(t, []string{"d"}, list(""))
	assert.Equal(t, []string{"b.dat"}, list("d", "pattern", "b*"))
	a.fails("STATUS_NO_SUCH_FILE", call("list", "d", "pattern", "z*"))
	h := a.open("d")
	for range 2 {
		assert.Equal(t, []string{"b.dat", "é.dat"}, a.do(on(h, "list")).Fields["names"])
	}
	a.do(on(h, "close"))

	to := func(c client.Call, path string) client.Call { c.Path2 = path; return c }
	a.fails("STATUS_OBJECT_NAME_COLLISION", to(call("rename", "d/b.dat"), "d/é.dat"))
	a.do(to(call("rename", "d/b.dat", "replace", "yes"), "d/é.dat"))
	assert.Equal(t, "two", a.content("d/é.dat"))
	f := a.open("d/é.dat", "access", "rd")
	a.do(to(on(f, "rename"), "top.dat"))
	a.do(on(f, "close"))
	assert.Equal(t, []string{"d", "top.dat"}, list(""))

	assert.Equal(t, uint64(2), a.do(to(call("link", "top.dat"), "d/link.dat")).Fields["nlink"])
	assert.Equal(t, "two", a.content("d/link.dat"))

	a.fails("STATUS_FILE_IS_A_DIRECTORY", call("remove", "d"))
	a.fails("STATUS_NOT_A_DIRECTORY", call("rmdir", "top.dat"))
	a.fails("STATUS_DIRECTORY_NOT_EMPTY", call("rmdir", "d"))
	a.do(call("remove", "d/link.dat"))
	a.do(call("rmdir", "d"))
	assert.Equal(t, []string{"top.dat"}, list(""))
	made := call("mkdir", "e")
	made.As = "dir"
	res := a.do(made)
	assert.Equal(t, "dir", res.Handle.Name)
	assert.Equal(t, []string{}, a.do(on(res.Handle, "list")).Fields["names"])
	a.do(on(res.Handle, "close"))
}

// TestFolder: paths begin at the scenario's folder, names of rename too.
func TestFolder(t *testing.T) {
	s := start(t, nil)
	log := newEvents()
	root := connect(t, endpoint(s), log, spec("A", ""))
	root.do(call("mkdir", "run"))
	ep := endpoint(s)
	ep.Dir = "run"
	a := connect(t, ep, log, spec("B", ""))
	a.file("f.dat", "x")
	c := call("rename", "f.dat")
	c.Path2 = "g.dat"
	a.do(c)
	assert.Equal(t, "x", root.content("run/g.dat"))
	tree := a.do(client.Call{Verb: "tree", Args: []string{"data"}, As: "t"})
	assert.Equal(t, "disk", tree.Fields["type"])
	below := on(tree.Handle, "read")
	below.Path = "run/g.dat"
	assert.Equal(t, "x", string(a.do(below).Data))
}

// TestManyNames needs several QUERY_DIRECTORY requests.
func TestManyNames(t *testing.T) {
	a := one(t, "2.0.2")
	want := make([]string, 400)
	for i := range want {
		want[i] = strings.Repeat("n", 90) + string(rune('a'+i/26)) + string(rune('a'+i%26))
		a.do(on(a.do(call("create", want[i])).Handle, "close"))
	}
	assert.Equal(t, want, a.do(call("list", "")).Fields["names"])
}

func TestLocks(t *testing.T) {
	s := start(t, nil)
	log := newEvents()
	a, b := connect(t, endpoint(s), log, spec("A", "")), connect(t, endpoint(s), log, spec("B", ""))
	a.file("f.dat", "0123456789")
	h, g := a.open("f.dat", "access", "rw"), b.open("f.dat", "access", "rw")
	a.do(at(on(h, "lock", "mode", "exclusive"), 0, 4))
	b.fails("STATUS_LOCK_NOT_GRANTED", at(on(g, "lock", "mode", "shared"), 2, 1))
	b.fails("STATUS_FILE_LOCK_CONFLICT", at(on(g, "read"), 0, 4))
	b.do(at(on(g, "lock", "mode", "shared"), 4, 4))
	b.fails("STATUS_RANGE_NOT_LOCKED", at(on(g, "unlock"), 0, 1))
	b.fails("STATUS_LOCK_NOT_GRANTED", at(call("lock", "f.dat"), 0, 1))

	waiting := b.async(bounded(t), at(on(g, "lock", "wait", "yes"), 0, 4))
	e := log.await(t, "B", client.EventPending, 1)
	assert.Equal(t, g, e.Handle)
	assert.Equal(t, "STATUS_PENDING", e.Status)
	// Nothing else on that connection waits for it.
	b.do(call("echo", ""))
	assert.Equal(t, "89", string(b.do(at(on(g, "read"), 8, 2)).Data))
	select {
	case o := <-waiting:
		require.FailNow(t, "the lock did not wait", "%+v", o)
	default:
	}
	a.do(at(on(h, "unlock"), 0, 4))
	require.NoError(t, (<-waiting).err)
}

func TestStreams(t *testing.T) {
	a := one(t, "")
	a.file("f.dat", "main")
	res := a.do(data(call("create", "f.dat:side"), 0, "stream"))
	a.do(on(res.Handle, "close"))
	assert.Equal(t, "stream", a.content("f.dat:side"))
	assert.Equal(t, "main", a.content("f.dat"))
}

func TestIoctl(t *testing.T) {
	a := one(t, "")
	h := a.do(call("create", "f.dat")).Handle
	a.fails("STATUS_INVALID_DEVICE_REQUEST", on(h, "ioctl", "code", "0x9ffff"))
	a.fails("STATUS_INVALID_PARAMETER", on(h, "ioctl", "code", "FSCTL_DFS_GET_REFERRALS")) // a file, where none belongs (MS-SMB2 3.3.5.15)
}

func TestCompound(t *testing.T) {
	for _, options := range [][]string{nil, {"sign", "required"}, {"encrypt", "yes"}} {
		t.Run(strings.Join(options, "="), func(t *testing.T) {
			a := one(t, "3.1.1", options...)
			res := a.do(client.Call{Verb: "compound", Related: []client.Call{
				call("create", "f.dat"),
				data(call("write", ""), 0, "compound"),
				call("stat", ""),
				call("flush", ""),
				call("close", "", "attributes", "yes"),
			}})
			require.Len(t, res.Parts, 5)
			for i, p := range res.Parts {
				require.NoError(t, p.Err, "part %d", i)
			}
			assert.Equal(t, uint64(8), res.Parts[1].Result.Fields["count"])
			assert.Equal(t, int64(8), res.Parts[2].Result.Fields["size"])
			assert.Equal(t, uint64(8), res.Parts[4].Result.Fields["size"])
			a.fails("STATUS_FILE_CLOSED", on(res.Parts[0].Result.Handle, "read"))

			// A failure goes through the related parts after it.
			res = a.do(client.Call{Verb: "compound", Related: []client.Call{call("open", "none"), call("read", ""), call("close", "")}})
			require.Len(t, res.Parts, 3)
			for i, p := range res.Parts {
				assert.Equal(t, "STATUS_OBJECT_NAME_NOT_FOUND", client.StatusName(p.Err), "part %d", i)
			}

			// Parts on their own are not related.
			h := a.open("f.dat", "access", "rw")
			short := on(h, "truncate")
			short.Length = 4
			res = a.do(client.Call{Verb: "compound", Related: []client.Call{
				call("echo", ""), at(on(h, "read"), 0, 4), at(on(h, "lock"), 0, 1), short, at(on(h, "unlock"), 0, 1), at(on(h, "read"), 2, 100),
			}})
			require.Len(t, res.Parts, 6)
			for i, p := range res.Parts {
				require.NoError(t, p.Err, "part %d", i)
			}
			assert.Equal(t, "comp", string(res.Parts[1].Result.Data))
			assert.Equal(t, "mp", string(res.Parts[5].Result.Data))
			assert.Equal(t, true, res.Parts[5].Result.Fields["eof"])
		})
	}
}

func TestDisconnectAndReconnect(t *testing.T) {
	a := one(t, "")
	h := a.do(call("create", "f.dat")).Handle
	a.do(call("disconnect", ""))
	assert.Len(t, a.log.of("A", client.EventDisconnect), 1)
	_, err := a.Do(bounded(t), call("stat", "f.dat"))
	assert.ErrorContains(t, err, "this client closed the connection")
	a.do(call("reconnect", ""))
	assert.Len(t, a.log.of("A", client.EventConnect), 2)
	a.do(call("stat", "f.dat"))
	_, err = a.Do(bounded(t), on(h, "read"))
	assert.ErrorContains(t, err, "a connection that has ended")
	a.do(call("logoff", ""))
	a.fails("STATUS_USER_SESSION_DELETED", call("stat", "f.dat"))
}
