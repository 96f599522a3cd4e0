package nfs

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Pieces of requests and replies, as RFC 1813 2.5 and 2.6 lay them out.
var (
	testFH   = "\x01\x02\x03\x04\x05"
	rawAttr  = cat(2, 0o40755, 3, 1000, 100, uint64(4096), uint64(8192), 7, 8, uint64(99), uint64(1)<<40, 10, 11, 12, 13, 14, 15)
	wantAttr = Fattr3{Type: TypeDir, Mode: 0o40755, Nlink: 3, UID: 1000, GID: 100, Size: 4096, Used: 8192,
		Rdev: Specdata3{7, 8}, FSID: 99, FileID: 1 << 40,
		Atime: Nfstime3{10, 11}, Mtime: Nfstime3{12, 13}, Ctime: Nfstime3{14, 15}}
	rawWcc  = cat(1, uint64(5), 1, 2, 3, 4, 1, rawAttr)
	wantWcc = WccData{Before: &WccAttr{5, Nfstime3{1, 2}, Nfstime3{3, 4}}, After: &wantAttr}
	noWcc   = cat(0, 0)

	rawVerf  = []byte("VERIFIER")
	wantVerf = [8]byte([]byte("VERIFIER"))

	mode     = uint32(0o640)
	size     = uint64(1) << 33
	someAttr = Sattr3{Mode: &mode, Size: &size, Atime: ServerTime(), Mtime: ClientTime(time.Unix(7, 8))}
	// mode, no uid, no gid, size, atime by the server, mtime given
	rawSattr = cat(1, 0o640, 0, 0, 1, uint64(1)<<33, 1, 2, 7, 8)
)

type procCase struct {
	name  string
	prog  uint32
	vers  uint32
	proc  uint32
	call  func(c *Client) (any, error)
	args  []byte
	reply []byte
	want  any
}

func ctx() context.Context { return context.Background() }

func procCases() []procCase {
	fh := FileHandle(testFH)
	name := []byte("f\xff\"") // no valid UTF-8
	attr := &wantAttr
	return []procCase{
		{"NULL", 100003, 3, 0, func(c *Client) (any, error) { return nil, c.Null(ctx()) }, nil, nil, nil},
		{"GETATTR", 100003, 3, 1, func(c *Client) (any, error) { return c.Getattr(ctx(), fh) },
			cat(testFH), cat(0, rawAttr), wantAttr},
		{"SETATTR", 100003, 3, 2, func(c *Client) (any, error) { return c.Setattr(ctx(), fh, someAttr, &Nfstime3{14, 15}) },
			cat(testFH, rawSattr, 1, 14, 15), cat(0, rawWcc), wantWcc},
		{"SETATTR nothing, unguarded", 100003, 3, 2, func(c *Client) (any, error) { return c.Setattr(ctx(), fh, Sattr3{}, nil) },
			cat(testFH, 0, 0, 0, 0, 0, 0, 0), cat(0, noWcc), WccData{}},
		{"LOOKUP", 100003, 3, 3, func(c *Client) (any, error) { return c.Lookup(ctx(), fh, name) },
			cat(testFH, string(name)), cat(0, "child", 1, rawAttr, 0), LookupRes{Object: FileHandle("child"), Attr: attr}},
		{"ACCESS", 100003, 3, 4, func(c *Client) (any, error) { return c.Access(ctx(), fh, 0x3f) },
			cat(testFH, 0x3f), cat(0, 1, rawAttr, 0x1f), AccessRes{attr, 0x1f}},
		{"READLINK", 100003, 3, 5, func(c *Client) (any, error) { return c.Readlink(ctx(), fh) },
			cat(testFH), cat(0, 1, rawAttr, "../é"), ReadlinkRes{attr, []byte("../é")}},
		{"READ", 100003, 3, 6, func(c *Client) (any, error) { return c.Read(ctx(), fh, 1<<32, 100) },
			cat(testFH, uint64(1)<<32, 100), cat(0, 0, 5, 1, "hello"), ReadRes{EOF: true, Data: []byte("hello")}},
		{"WRITE", 100003, 3, 7, func(c *Client) (any, error) { return c.Write(ctx(), fh, 3, DataSync, []byte("hello")) },
			cat(testFH, uint64(3), 5, 1, "hello"), cat(0, rawWcc, 4, 2, rawVerf), WriteRes{wantWcc, 4, FileSync, wantVerf}},
		{"CREATE unchecked", 100003, 3, 8, func(c *Client) (any, error) { return c.CreateUnchecked(ctx(), fh, name, someAttr) },
			cat(testFH, string(name), 0, rawSattr), cat(0, 1, "child", 1, rawAttr, rawWcc), NewRes{FileHandle("child"), attr, wantWcc}},
		{"CREATE guarded", 100003, 3, 8, func(c *Client) (any, error) { return c.CreateGuarded(ctx(), fh, name, someAttr) },
			cat(testFH, string(name), 1, rawSattr), cat(0, 0, 0, noWcc), NewRes{}},
		{"CREATE exclusive", 100003, 3, 8, func(c *Client) (any, error) { return c.CreateExclusive(ctx(), fh, name, wantVerf) },
			cat(testFH, string(name), 2, rawVerf), cat(0, 0, 0, noWcc), NewRes{}},
		{"MKDIR", 100003, 3, 9, func(c *Client) (any, error) { return c.Mkdir(ctx(), fh, name, someAttr) },
			cat(testFH, string(name), rawSattr), cat(0, 1, "child", 0, noWcc), NewRes{Object: FileHandle("child")}},
		{"SYMLINK", 100003, 3, 10, func(c *Client) (any, error) { return c.Symlink(ctx(), fh, name, someAttr, []byte("to")) },
			cat(testFH, string(name), rawSattr, "to"), cat(0, 0, 0, noWcc), NewRes{}},
		{"MKNOD char", 100003, 3, 11, func(c *Client) (any, error) {
			return c.Mknod(ctx(), fh, name, TypeChr, someAttr, Specdata3{1, 2})
		}, cat(testFH, string(name), 4, rawSattr, 1, 2), cat(0, 0, 0, noWcc), NewRes{}},
		{"MKNOD fifo", 100003, 3, 11, func(c *Client) (any, error) {
			return c.Mknod(ctx(), fh, name, TypeFifo, someAttr, Specdata3{1, 2})
		}, cat(testFH, string(name), 7, rawSattr), cat(0, 0, 0, noWcc), NewRes{}},
		{"MKNOD of a file", 100003, 3, 11, func(c *Client) (any, error) {
			return c.Mknod(ctx(), fh, name, TypeReg, someAttr, Specdata3{1, 2})
		}, cat(testFH, string(name), 1), cat(0, 0, 0, noWcc), NewRes{}},
		{"REMOVE", 100003, 3, 12, func(c *Client) (any, error) { return c.Remove(ctx(), fh, name) },
			cat(testFH, string(name)), cat(0, rawWcc), wantWcc},
		{"RMDIR", 100003, 3, 13, func(c *Client) (any, error) { return c.Rmdir(ctx(), fh, name) },
			cat(testFH, string(name)), cat(0, rawWcc), wantWcc},
		{"RENAME", 100003, 3, 14, func(c *Client) (any, error) { return c.Rename(ctx(), fh, name, FileHandle("to"), []byte("n")) },
			cat(testFH, string(name), "to", "n"), cat(0, rawWcc, noWcc), RenameRes{FromDir: wantWcc}},
		{"LINK", 100003, 3, 15, func(c *Client) (any, error) { return c.Link(ctx(), fh, FileHandle("to"), name) },
			cat(testFH, "to", string(name)), cat(0, 1, rawAttr, noWcc), LinkRes{Attr: attr}},
		{"READDIR", 100003, 3, 16, func(c *Client) (any, error) { return c.Readdir(ctx(), fh, 9, wantVerf, 4096) },
			cat(testFH, uint64(9), rawVerf, 4096),
			cat(0, 1, rawAttr, rawVerf, 1, uint64(5), "a", uint64(10), 1, uint64(6), "b\xff", uint64(11), 0, 1),
			ReaddirRes{Dir: attr, CookieVerf: wantVerf, EOF: true, Entries: []DirEntry{
				{FileID: 5, Name: []byte("a"), Cookie: 10}, {FileID: 6, Name: []byte("b\xff"), Cookie: 11}}}},
		{"READDIRPLUS", 100003, 3, 17, func(c *Client) (any, error) { return c.Readdirplus(ctx(), fh, 9, wantVerf, 512, 4096) },
			cat(testFH, uint64(9), rawVerf, 512, 4096),
			cat(0, 0, rawVerf, 1, uint64(5), "a", uint64(10), 1, rawAttr, 1, "child", 1, uint64(6), "b", uint64(11), 0, 0, 0, 0),
			ReaddirRes{CookieVerf: wantVerf, Entries: []DirEntry{
				{FileID: 5, Name: []byte("a"), Cookie: 10, Attr: attr, Object: FileHandle("child")},
				{FileID: 6, Name: []byte("b"), Cookie: 11}}}},
		{"FSSTAT", 100003, 3, 18, func(c *Client) (any, error) { return c.Fsstat(ctx(), fh) },
			cat(testFH), cat(0, 0, uint64(1), uint64(2), uint64(3), uint64(4), uint64(5), uint64(6), 7),
			FsstatRes{nil, 1, 2, 3, 4, 5, 6, 7}},
		{"FSINFO", 100003, 3, 19, func(c *Client) (any, error) { return c.Fsinfo(ctx(), fh) },
			cat(testFH), cat(0, 0, 1, 2, 3, 4, 5, 6, 7, uint64(8), 0, 1, 0x1b),
			FsinfoRes{nil, 1, 2, 3, 4, 5, 6, 7, 8, Nfstime3{0, 1}, 0x1b}},
		{"PATHCONF", 100003, 3, 20, func(c *Client) (any, error) { return c.Pathconf(ctx(), fh) },
			cat(testFH), cat(0, 0, 32000, 255, 1, 0, 1, 0), PathconfRes{nil, 32000, 255, true, false, true, false}},
		{"COMMIT", 100003, 3, 21, func(c *Client) (any, error) { return c.Commit(ctx(), fh, 3, 4) },
			cat(testFH, uint64(3), 4), cat(0, rawWcc, rawVerf), CommitRes{wantWcc, wantVerf}},

		{"MOUNT NULL", 100005, 3, 0, func(c *Client) (any, error) { return nil, c.MountNull(ctx()) }, nil, nil, nil},
		{"MNT", 100005, 3, 1, func(c *Client) (any, error) { return c.Mnt(ctx(), []byte("/data")) },
			cat("/data"), cat(0, "root", 2, 1, 6), MountRes{FileHandle("root"), []uint32{1, 6}}},
		{"MOUNT DUMP", 100005, 3, 2, func(c *Client) (any, error) { return c.MountDump(ctx()) },
			nil, cat(1, "host", "/data", 0), []MountEntry{{[]byte("host"), []byte("/data")}}},
		{"UMNT", 100005, 3, 3, func(c *Client) (any, error) { return nil, c.Umnt(ctx(), []byte("/data")) }, cat("/data"), nil, nil},
		{"UMNTALL", 100005, 3, 4, func(c *Client) (any, error) { return nil, c.Umntall(ctx()) }, nil, nil, nil},
		{"EXPORT", 100005, 3, 5, func(c *Client) (any, error) { return c.Exports(ctx()) },
			nil, cat(1, "/a", 1, "g1", 1, "g2", 0, 1, "/b", 0, 0),
			[]Export{{[]byte("/a"), [][]byte{[]byte("g1"), []byte("g2")}}, {Dir: []byte("/b")}}},

		{"PORTMAP NULL", 100000, 2, 0, func(c *Client) (any, error) { return nil, c.PortmapNull(ctx()) }, nil, nil, nil},
		{"GETPORT", 100000, 2, 3, func(c *Client) (any, error) { return c.Getport(ctx(), 100003, 3, 6) },
			cat(100003, 3, 6, 0), cat(2049), uint32(2049)},
		{"PORTMAP DUMP", 100000, 2, 4, func(c *Client) (any, error) { return c.PortmapDump(ctx()) },
			nil, cat(1, 100003, 3, 6, 2049, 0), []Mapping{{100003, 3, 6, 2049}}},
		{"NULL of another program", 100021, 4, 0, func(c *Client) (any, error) { return nil, c.Ping(ctx(), 100021, 4) }, nil, nil, nil},
	}
}

// Every procedure, over the network: the call is byte for byte what the RFCs
// say, and the reply comes back typed.
func TestProcedures(t *testing.T) {
	for _, tc := range procCases() {
		t.Run(tc.name, func(t *testing.T) {
			s := newFakeServer(t, func(conn net.Conn, call []byte) { send(conn, accepted(call, tc.reply)) })
			got, err := tc.call(s.client(t))
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
			_, calls := s.seen()
			require.Len(t, calls, 1)
			cred := cat(1, 32, 0, "crosswire", 1000, 100, 0)
			want := cat(be(calls[0]), 0, 2, tc.prog, tc.vers, tc.proc, cred, 0, 0, tc.args)
			assert.Equal(t, want, calls[0])
		})
	}
}

// Every proper prefix of a good reply is an error, and so is a byte too many.
func TestRepliesOfWrongLength(t *testing.T) {
	for _, tc := range procCases() {
		t.Run(tc.name, func(t *testing.T) {
			for n := range tc.reply {
				_, err := tc.call(cannedClient(&canned{body: tc.reply[:n]}))
				var te *TransportError
				assert.ErrorAs(t, err, &te, "the first %d of %d bytes", n, len(tc.reply))
			}
			_, err := tc.call(cannedClient(&canned{body: append(bytes.Clone(tc.reply), 0)}))
			assert.ErrorContains(t, err, "1 bytes follow its end")
		})
	}
}

func TestStatuses(t *testing.T) {
	fh := FileHandle(testFH)
	refused := func(code int, rest ...any) *Client {
		return cannedClient(&canned{body: cat(append([]any{code}, rest...)...)})
	}
	var se *StatusError

	_, err := refused(10008, rawWcc).Write(ctx(), fh, 0, FileSync, []byte("x"))
	require.ErrorAs(t, err, &se)
	assert.Equal(t, "NFS3ERR_JUKEBOX", se.Name)
	assert.Equal(t, "WRITE: NFS3ERR_JUKEBOX", err.Error())

	res, err := refused(2, 1, rawAttr).Lookup(ctx(), fh, []byte("nope"))
	require.ErrorAs(t, err, &se)
	assert.Equal(t, "NFS3ERR_NOENT", se.Name)
	assert.Equal(t, &wantAttr, res.Dir, "the attributes of the directory come with the refusal")

	_, err = refused(2).Mnt(ctx(), []byte("/x"))
	require.ErrorAs(t, err, &se)
	assert.Equal(t, "MNT3ERR_NOENT", se.Name)

	_, err = refused(4711, noWcc).Remove(ctx(), fh, []byte("x"))
	require.ErrorAs(t, err, &se)
	assert.Equal(t, "NFS3ERR_4711", se.Name)

	for code, name := range map[Status]string{0: "NFS3_OK", 1: "NFS3ERR_PERM", 5: "NFS3ERR_IO", 6: "NFS3ERR_NXIO",
		13: "NFS3ERR_ACCES", 17: "NFS3ERR_EXIST", 18: "NFS3ERR_XDEV", 19: "NFS3ERR_NODEV", 20: "NFS3ERR_NOTDIR",
		21: "NFS3ERR_ISDIR", 22: "NFS3ERR_INVAL", 27: "NFS3ERR_FBIG", 28: "NFS3ERR_NOSPC", 30: "NFS3ERR_ROFS",
		31: "NFS3ERR_MLINK", 63: "NFS3ERR_NAMETOOLONG", 66: "NFS3ERR_NOTEMPTY", 69: "NFS3ERR_DQUOT", 70: "NFS3ERR_STALE",
		71: "NFS3ERR_REMOTE", 10001: "NFS3ERR_BADHANDLE", 10002: "NFS3ERR_NOT_SYNC", 10003: "NFS3ERR_BAD_COOKIE",
		10004: "NFS3ERR_NOTSUPP", 10005: "NFS3ERR_TOOSMALL", 10006: "NFS3ERR_SERVERFAULT", 10007: "NFS3ERR_BADTYPE"} {
		assert.Equal(t, name, code.String())
	}
}

func TestNonsense(t *testing.T) {
	fh := FileHandle(testFH)
	huge := uint32(0xfffffff0)
	rows := []struct {
		name string
		body []byte
		call func(c *Client) error
		want string
	}{
		{"a boolean of 2", cat(0, 2), func(c *Client) error { _, err := c.Setattr(ctx(), fh, Sattr3{}, nil); return err }, "boolean 2"},
		{"a handle of 65 bytes", cat(0, 65), func(c *Client) error { _, err := c.Lookup(ctx(), fh, nil); return err }, "at most 64"},
		{"a huge opaque", cat(0, 0, huge, 0, huge), func(c *Client) error { _, err := c.Read(ctx(), fh, 0, 8); return err }, "at most 8"},
		{"more data than asked for", cat(0, 0, 9, 0, "123456789"), func(c *Client) error { _, err := c.Read(ctx(), fh, 0, 8); return err }, "at most 8"},
		{"count differs from data", cat(0, 0, 3, 0, "12345678"), func(c *Client) error { _, err := c.Read(ctx(), fh, 0, 8); return err }, "count is 3"},
		{"more written than sent", cat(0, noWcc, 2, 2, rawVerf), func(c *Client) error { _, err := c.Write(ctx(), fh, 0, 0, []byte("x")); return err }, "count is 2"},
		{"a huge list of flavors", cat(0, "h", huge), func(c *Client) error { _, err := c.Mnt(ctx(), nil); return err }, "auth_flavor"},
		{"file type 8", append(cat(0, 8), rawAttr[4:]...), func(c *Client) error { _, err := c.Getattr(ctx(), fh); return err }, "file type 8"},
		{"10^9 nanoseconds", append(cat(0, rawAttr[:len(rawAttr)-4]), words(1000000000)...), func(c *Client) error { _, err := c.Getattr(ctx(), fh); return err }, "nanoseconds"},
		{"port 65536", cat(65536), func(c *Client) error { _, err := c.Getport(ctx(), 1, 1, 6); return err }, "port 65536"},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			assert.ErrorContains(t, tc.call(cannedClient(&canned{body: tc.body})), tc.want)
		})
	}
}

func FuzzReply(f *testing.F) {
	cases := procCases()
	for i, tc := range cases {
		f.Add(uint8(i), tc.reply)
		f.Add(uint8(i), cat(13, tc.reply))
	}
	f.Fuzz(func(_ *testing.T, i uint8, body []byte) {
		tc := cases[int(i)%len(cases)]
		_, _ = tc.call(cannedClient(&canned{body: body}))
	})
}

func FuzzRPCReply(f *testing.F) {
	f.Add(accepted(words(7), words(1, 2)))
	f.Add(words(7, 1, 0, 0, 0, 2, 3, 4))
	f.Add(words(7, 1, 1, 0, 2, 2))
	f.Add(words(7, 1, 1, 1, 5))
	f.Fuzz(func(t *testing.T, rec []byte) {
		e, err := parseReply(rec)
		if err == nil && e == nil && len(rec) < 24 {
			t.Fatalf("%x taken for an accepted reply", rec)
		}
		_, _ = readRecord(bytes.NewReader(rec))
	})
}
