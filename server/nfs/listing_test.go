package nfs_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/xdr/nfs3"
)

// page is one answer of READDIR or READDIRPLUS.
type page struct {
	size    int // octets of the resok
	verf    [8]byte
	names   []string
	cookies []uint64
	ids     []uint64
	plus    []*nfs3.Entryplus3
	eof     bool
	status  nfs3.Nfsstat3
	attr    *nfs3.Fattr3
}

func (c *client) readdir(dir nfs3.NfsFh3, cookie uint64, verf [8]byte, count uint32) page {
	c.t.Helper()
	in := c.nfs(nfs3.NFSPROC3_READDIR, &nfs3.Readdir3args{Dir: dir, Cookie: cookie, Cookieverf: verf, Count: count})
	p := page{size: in.Len() - 4}
	switch res := read(c.t, in, nfs3.ReadReaddir3res).(type) {
	case *nfs3.Readdir3res_NFS3_OK:
		p.verf, p.eof, p.attr = res.Resok.Cookieverf, res.Resok.Reply.Eof, res.Resok.DirAttributes.Attributes
		for e := res.Resok.Reply.Entries; e != nil; e = e.Nextentry {
			p.names, p.cookies, p.ids = append(p.names, string(e.Name)), append(p.cookies, e.Cookie), append(p.ids, e.Fileid)
		}
	case *nfs3.Readdir3res_default:
		p.status, p.attr = res.Status, res.Resfail.Attributes.Attributes
	}
	return p
}

func (c *client) readdirplus(dir nfs3.NfsFh3, cookie uint64, verf [8]byte, dircount, maxcount uint32) page {
	c.t.Helper()
	in := c.nfs(nfs3.NFSPROC3_READDIRPLUS, &nfs3.Readdirplus3args{Dir: dir, Cookie: cookie, Cookieverf: verf, Dircount: dircount, Maxcount: maxcount})
	p := page{size: in.Len() - 4}
	switch res := read(c.t, in, nfs3.ReadReaddirplus3res).(type) {
	case *nfs3.Readdirplus3res_NFS3_OK:
		p.verf, p.eof, p.attr = res.Resok.Cookieverf, res.Resok.Reply.Eof, res.Resok.DirAttributes.Attributes
		for e := res.Resok.Reply.Entries; e != nil; e = e.Nextentry {
			p.names, p.cookies, p.ids = append(p.names, string(e.Name)), append(p.cookies, e.Cookie), append(p.ids, e.Fileid)
			p.plus = append(p.plus, e)
		}
	case *nfs3.Readdirplus3res_default:
		p.status, p.attr = res.Status, res.Resfail.Attributes.Attributes
	}
	return p
}

// all lists a directory in pages and checks that none is larger than asked.
func all(t *testing.T, limit int, next func(cookie uint64, verf [8]byte) page) []string {
	t.Helper()
	var names []string
	var p page
	for cookie := uint64(0); ; cookie = p.cookies[len(p.cookies)-1] {
		p = next(cookie, p.verf)
		is(t, nfs3.NFS3_OK, p.status)
		require.LessOrEqual(t, p.size, limit)
		require.NotNil(t, p.attr)
		names = append(names, p.names...)
		if p.eof {
			return names
		}
		require.NotEmpty(t, p.names)
	}
}

func TestReaddir(t *testing.T) {
	_, c, fh := root(t)
	d := c.mkdir(fh, "d").fh
	want := []string{".", ".."}
	for i := range 700 {
		name := fmt.Sprintf("%d-%s", i, strings.Repeat("é", i%40))
		c.file(d, name, "")
		want = append(want, name)
	}
	slices.Sort(want)
	for _, count := range []uint32{400, 1000, 4096, 8192, 1 << 20, 1<<32 - 1} {
		t.Run(fmt.Sprint("count ", count), func(t *testing.T) {
			got := all(t, int(count), func(cookie uint64, verf [8]byte) page { return c.readdir(d, cookie, verf, count) })
			slices.Sort(got)
			require.Equal(t, want, got)
			got = all(t, int(count), func(cookie uint64, verf [8]byte) page { return c.readdirplus(d, cookie, verf, count, count) })
			slices.Sort(got)
			require.Equal(t, want, got)
			got = all(t, int(count), func(cookie uint64, verf [8]byte) page { return c.readdirplus(d, cookie, verf, 100, count) })
			slices.Sort(got)
			require.Equal(t, want, got)
		})
	}
	t.Run("dircount", func(t *testing.T) {
		p := c.readdirplus(d, 0, [8]byte{}, 200, 1<<20)
		octets := 0
		for _, name := range p.names {
			octets += 24 + (len(name)+3)&^3
		}
		require.LessOrEqual(t, octets, 200)
		require.Greater(t, len(p.names), 2)
		require.Len(t, c.readdirplus(d, 0, [8]byte{}, 0, 1<<20).names, 1)
	})
}

// TestReaddirCount: to the octet.
func TestReaddirCount(t *testing.T) {
	_, c, fh := root(t)
	d := c.mkdir(fh, "d").fh
	c.file(d, "abc", "")
	c.file(d, "abcdefgh", "")
	whole := c.readdir(d, 0, [8]byte{}, 1<<16)
	require.True(t, whole.eof)
	require.Len(t, whole.names, 4)
	exact := c.readdir(d, 0, [8]byte{}, uint32(whole.size))
	require.Equal(t, whole.names, exact.names)
	require.True(t, exact.eof)
	short := c.readdir(d, 0, [8]byte{}, uint32(whole.size-1))
	require.Equal(t, whole.names[:3], short.names)
	require.False(t, short.eof)

	plus := c.readdirplus(d, 0, [8]byte{}, 1<<16, 1<<16)
	require.True(t, plus.eof)
	exact = c.readdirplus(d, 0, [8]byte{}, 1<<16, uint32(plus.size))
	require.Equal(t, plus.names, exact.names)
	short = c.readdirplus(d, 0, [8]byte{}, 1<<16, uint32(plus.size-1))
	require.Len(t, short.names, 3)

	for _, count := range []uint32{0, 10, 104, 104 + 27} {
		p := c.readdir(d, 0, [8]byte{}, count)
		is(t, nfs3.NFS3ERR_TOOSMALL, p.status, count)
		require.NotNil(t, p.attr)
		is(t, nfs3.NFS3ERR_TOOSMALL, c.readdirplus(d, 0, [8]byte{}, 1000, count).status, count)
	}
	require.Equal(t, []string{"."}, c.readdir(d, 0, [8]byte{}, 104+28).names)
}

func TestReaddirplusEntries(t *testing.T) {
	_, c, fh := root(t)
	d := c.mkdir(fh, "d").fh
	c.file(d, "f", "hello")
	c.mkdir(d, "sub")
	p := c.readdirplus(d, 0, [8]byte{}, 1<<16, 1<<16)
	require.Len(t, p.plus, 4)
	rootAttr, _ := c.getattr(fh)
	require.Equal(t, rootAttr.Fileid, p.ids[1])
	for _, e := range p.plus {
		require.NotNil(t, e.NameHandle.Handle)
		require.NotNil(t, e.NameAttributes.Attributes)
		a, st := c.getattr(*e.NameHandle.Handle)
		is(t, nfs3.NFS3_OK, st)
		require.Equal(t, a, *e.NameAttributes.Attributes)
		require.Equal(t, a.Fileid, e.Fileid)
		got, _ := c.lookup(d, string(e.Name))
		require.Equal(t, got.Object, *e.NameHandle.Handle)
	}
}

func TestReaddirCookies(t *testing.T) {
	_, c, fh := root(t)
	d := c.mkdir(fh, "d").fh
	for i := range 10 {
		c.file(d, fmt.Sprint(i), "")
	}
	whole := c.readdir(d, 0, [8]byte{}, 1<<16)
	require.Len(t, whole.names, 12)
	t.Run("each resumes where it stands", func(t *testing.T) {
		for i, cookie := range whole.cookies {
			require.NotZero(t, cookie)
			require.Less(t, cookie, uint64(1<<63))
			p := c.readdir(d, cookie, whole.verf, 1<<16)
			require.Equal(t, whole.names[i+1:], slices.Clip(append([]string{}, p.names...)))
			require.True(t, p.eof)
		}
	})
	t.Run("stable while others come and go", func(t *testing.T) {
		at := whole.cookies[5] // "3"
		c.remove(d, "1")
		c.remove(d, "3")
		c.file(d, "new", "")
		p := c.readdir(d, at, whole.verf, 1<<16)
		require.Equal(t, []string{"4", "5", "6", "7", "8", "9", "new"}, p.names)
	})
	t.Run("wrong verifier", func(t *testing.T) {
		wrong := whole.verf
		wrong[0] ^= 1
		p := c.readdir(d, whole.cookies[3], wrong, 1<<16)
		is(t, nfs3.NFS3ERR_BAD_COOKIE, p.status)
		require.NotNil(t, p.attr)
		is(t, nfs3.NFS3ERR_BAD_COOKIE, c.readdirplus(d, whole.cookies[3], [8]byte{}, 1<<16, 1<<16).status)
		is(t, nfs3.NFS3_OK, c.readdir(d, 0, wrong, 1<<16).status, "none is needed to begin")
	})
	t.Run("not a directory", func(t *testing.T) {
		f := c.file(fh, "f", "")
		p := c.readdir(f, 0, [8]byte{}, 1<<16)
		is(t, nfs3.NFS3ERR_NOTDIR, p.status)
		require.NotNil(t, p.attr)
	})
	t.Run("permission", func(t *testing.T) {
		c.setattr(d, mode(0o711), nil)
		p := c.as(user(1, 1)).readdir(d, 0, [8]byte{}, 1<<16)
		is(t, nfs3.NFS3ERR_ACCES, p.status)
		c.setattr(d, mode(0o744), nil)
		p = c.as(user(1, 1)).readdir(d, 0, [8]byte{}, 1<<16)
		is(t, nfs3.NFS3_OK, p.status)
	})
	t.Run("names that are no text", func(t *testing.T) {
		e := c.mkdir(fh, "e").fh
		for _, name := range []string{"a\nb", `c\d`, "\xff", "日本"} {
			c.file(e, name, "")
		}
		require.Equal(t, []string{".", "..", "a\nb", `c\d`, "\xff", "日本"}, c.readdir(e, 0, [8]byte{}, 1<<16).names)
		for _, name := range []string{"a\nb", `c\d`, "\xff", "日本"} {
			is(t, nfs3.NFS3_OK, c.remove(e, name).Status)
		}
	})
	require.NotEqual(t, bytes.Repeat([]byte{0}, 8), whole.verf[:])
}
