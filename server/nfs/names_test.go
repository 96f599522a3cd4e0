package nfs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/xdr/nfs3"
)

func TestLookup(t *testing.T) {
	_, c, fh := root(t)
	d := c.mkdir(fh, "d").fh
	f := c.file(d, "f", "")
	c.file(d, "é", "")
	c.file(d, "\xff\xfe", "")
	rootAttr, _ := c.getattr(fh)
	dirAttr, _ := c.getattr(d)
	fileAttr, _ := c.getattr(f)
	for _, row := range []struct {
		name string
		dir  nfs3.NfsFh3
		want nfs3.Nfsstat3
		id   uint64 // 0: any
	}{
		{"f", d, nfs3.NFS3_OK, fileAttr.Fileid},
		{"é", d, nfs3.NFS3_OK, 0},
		{"\xff\xfe", d, nfs3.NFS3_OK, 0},
		{".", d, nfs3.NFS3_OK, dirAttr.Fileid},
		{"..", d, nfs3.NFS3_OK, rootAttr.Fileid},
		{"..", fh, nfs3.NFS3_OK, rootAttr.Fileid}, // never out of the export
		{"F", d, nfs3.NFS3ERR_NOENT, 0},
		{"nope", d, nfs3.NFS3ERR_NOENT, 0},
		{"", d, nfs3.NFS3ERR_ACCES, 0},
		{"a/b", d, nfs3.NFS3ERR_INVAL, 0},
		{"a\x00b", d, nfs3.NFS3ERR_INVAL, 0},
		{longName[:255], d, nfs3.NFS3ERR_NOENT, 0},
		{longName, d, nfs3.NFS3ERR_NAMETOOLONG, 0},
		{strings.Repeat("x", 5000), d, nfs3.NFS3ERR_NAMETOOLONG, 0},
		{"x", f, nfs3.NFS3ERR_NOTDIR, 0},
	} {
		t.Run(row.name[:min(len(row.name), 10)], func(t *testing.T) {
			got, st := c.lookup(row.dir, row.name)
			is(t, row.want, st)
			require.NotNil(t, got.DirAttributes.Attributes)
			if st == nfs3.NFS3_OK {
				a, _ := c.getattr(got.Object)
				require.Equal(t, a, *got.ObjAttributes.Attributes)
				if row.id != 0 {
					require.Equal(t, row.id, a.Fileid)
				}
			}
		})
	}
	c.setattr(d, mode(0o644), nil)
	got, st := c.as(user(1, 1)).lookup(d, "f")
	is(t, nfs3.NFS3ERR_ACCES, st)
	require.NotNil(t, got.DirAttributes.Attributes)
}

func TestCreate(t *testing.T) {
	_, c, fh := root(t)
	sized := func(n uint64) nfs3.Sattr3 { sa := mode(0o600); sa.Size = &n; return sa }
	t.Run("guarded", func(t *testing.T) {
		m := c.create(fh, "guarded", &nfs3.Createhow3_GUARDED{ObjAttributes: sized(10)})
		is(t, nfs3.NFS3_OK, m.status)
		changed(t, m.dir)
		require.Equal(t, uint64(10), m.attr.Size)
		require.Equal(t, uint32(0o600), m.attr.Mode)
		a, _ := c.getattr(m.fh)
		require.Equal(t, a, m.attr)
		m = c.create(fh, "guarded", &nfs3.Createhow3_GUARDED{ObjAttributes: keep()})
		is(t, nfs3.NFS3ERR_EXIST, m.status)
		same(t, m.dir)
	})
	t.Run("unchecked", func(t *testing.T) {
		f := c.file(fh, "unchecked", "content")
		m := c.create(fh, "unchecked", &nfs3.Createhow3_UNCHECKED{ObjAttributes: mode(0o777)})
		is(t, nfs3.NFS3_OK, m.status)
		require.Equal(t, f, m.fh)
		require.Equal(t, uint64(7), m.attr.Size)
		require.Equal(t, uint32(0o644), m.attr.Mode, "the mode is that of a new file only")
		same(t, m.dir)
		m = c.create(fh, "unchecked", &nfs3.Createhow3_UNCHECKED{ObjAttributes: sized(0)})
		is(t, nfs3.NFS3_OK, m.status)
		require.Zero(t, m.attr.Size)
		got, _ := c.read(f, 0, 10)
		require.Empty(t, got.Data)
	})
	t.Run("exclusive", func(t *testing.T) {
		how := func(v byte) nfs3.Createhow3 { return &nfs3.Createhow3_EXCLUSIVE{Verf: [8]byte{0: v, 7: v}} }
		first := c.create(fh, "exclusive", how(1))
		is(t, nfs3.NFS3_OK, first.status)
		again := c.create(fh, "exclusive", how(1))
		is(t, nfs3.NFS3_OK, again.status)
		require.Equal(t, first.fh, again.fh)
		other := c.create(fh, "exclusive", how(2))
		is(t, nfs3.NFS3ERR_EXIST, other.status)
		same(t, other.dir)
		// The attributes that follow do not make it forget its verifier.
		is(t, nfs3.NFS3_OK, c.setattr(first.fh, mode(0o600), nil).Status)
		is(t, nfs3.NFS3_OK, c.create(fh, "exclusive", how(1)).status)
		c.file(fh, "no verifier", "")
		is(t, nfs3.NFS3ERR_EXIST, c.create(fh, "no verifier", how(0)).status)
	})
	t.Run("errors", func(t *testing.T) {
		f := c.file(fh, "f", "")
		d := c.mkdir(fh, "d").fh
		plain := &nfs3.Createhow3_UNCHECKED{ObjAttributes: keep()}
		badTime := keep()
		badTime.Atime = &nfs3.SetAtime_SET_TO_CLIENT_TIME{Atime: nfs3.Nfstime3{Nseconds: 2_000_000_000}}
		for _, row := range []struct {
			name string
			dir  nfs3.NfsFh3
			how  nfs3.Createhow3
			want nfs3.Nfsstat3
		}{
			{"", d, plain, nfs3.NFS3ERR_ACCES},
			{".", d, plain, nfs3.NFS3ERR_EXIST},
			{"..", d, plain, nfs3.NFS3ERR_EXIST},
			{"a/b", d, plain, nfs3.NFS3ERR_INVAL},
			{longName, d, plain, nfs3.NFS3ERR_NAMETOOLONG},
			{"x", f, plain, nfs3.NFS3ERR_NOTDIR},
			{"d", fh, plain, nfs3.NFS3ERR_ISDIR},
			{"bad time", d, &nfs3.Createhow3_GUARDED{ObjAttributes: badTime}, nfs3.NFS3ERR_INVAL},
		} {
			t.Run(row.name[:min(len(row.name), 10)], func(t *testing.T) {
				m := c.create(row.dir, row.name, row.how)
				is(t, row.want, m.status)
				same(t, m.dir)
			})
		}
		m := c.as(user(1, 1)).create(d, "x", plain)
		is(t, nfs3.NFS3ERR_ACCES, m.status)
	})
	t.Run("owner", func(t *testing.T) {
		m := c.as(user(1000, 100)).create(fh, "mine", &nfs3.Createhow3_GUARDED{ObjAttributes: mode(0o600)})
		require.Equal(t, []uint32{1000, 100}, []uint32{m.attr.Uid, m.attr.Gid})
	})
}

func TestMkdirSymlinkMknod(t *testing.T) {
	_, c, fh := root(t)
	d := c.mkdir(fh, "dir")
	is(t, nfs3.NFS3_OK, d.status)
	changed(t, d.dir)
	require.Equal(t, nfs3.NF3DIR, d.attr.Type)
	require.Equal(t, uint32(2), d.attr.Nlink)
	is(t, nfs3.NFS3ERR_EXIST, c.mkdir(fh, "dir").status)
	is(t, nfs3.NFS3ERR_EXIST, c.mkdir(fh, ".").status)

	symlink := func(name, text string) made {
		return c.made(c.nfs(nfs3.NFSPROC3_SYMLINK, &nfs3.Symlink3args{Where: in(fh, name), Symlink: nfs3.Symlinkdata3{
			SymlinkAttributes: keep(), SymlinkData: []byte(text)}}))
	}
	for _, text := range []string{"target", "/etc/passwd", "../..", "é\xff", strings.Repeat("a/", 2000)} {
		name := "link to " + text[:2]
		if strings.Contains(name, "/") {
			name = "absolute"
		}
		m := symlink(name, text)
		is(t, nfs3.NFS3_OK, m.status)
		require.Equal(t, nfs3.NF3LNK, m.attr.Type)
		require.Equal(t, uint64(len(text)), m.attr.Size)
		res := read(t, c.nfs(nfs3.NFSPROC3_READLINK, &nfs3.Readlink3args{Symlink: m.fh}), nfs3.ReadReadlink3res)
		ok := res.(*nfs3.Readlink3res_NFS3_OK).Resok
		require.Equal(t, text, string(ok.Data))
		require.NotNil(t, ok.SymlinkAttributes.Attributes)
		is(t, nfs3.NFS3_OK, c.remove(fh, name).Status)
	}
	is(t, nfs3.NFS3ERR_INVAL, symlink("empty", "").status)
	is(t, nfs3.NFS3ERR_INVAL, symlink("nul", "a\x00").status)
	is(t, nfs3.NFS3ERR_NAMETOOLONG, symlink("long", strings.Repeat("x", 4097)).status)
	res := read(t, c.nfs(nfs3.NFSPROC3_READLINK, &nfs3.Readlink3args{Symlink: fh}), nfs3.ReadReadlink3res)
	is(t, nfs3.NFS3ERR_INVAL, res.GetStatus())
	require.NotNil(t, res.(*nfs3.Readlink3res_default).Resfail.Attributes.Attributes)

	mknod := func(c *client, name string, what nfs3.Mknoddata3) made {
		return c.made(c.nfs(nfs3.NFSPROC3_MKNOD, &nfs3.Mknod3args{Where: in(fh, name), What: what}))
	}
	device := nfs3.Devicedata3{DevAttributes: mode(0o600), Spec: nfs3.Specdata3{Specdata1: 8, Specdata2: 1}}
	for _, row := range []struct {
		name string
		what nfs3.Mknoddata3
		want nfs3.Nfsstat3
	}{
		{"chr", &nfs3.Mknoddata3_NF3CHR{Device: device}, nfs3.NFS3_OK},
		{"blk", &nfs3.Mknoddata3_NF3BLK{Device: device}, nfs3.NFS3_OK},
		{"sock", &nfs3.Mknoddata3_NF3SOCK{PipeAttributes: mode(0o600)}, nfs3.NFS3_OK},
		{"fifo", &nfs3.Mknoddata3_NF3FIFO{PipeAttributes: mode(0o600)}, nfs3.NFS3_OK},
		{"fifo", &nfs3.Mknoddata3_NF3FIFO{PipeAttributes: mode(0o600)}, nfs3.NFS3ERR_EXIST},
		{"reg", &nfs3.Mknoddata3_default{Type: nfs3.NF3REG}, nfs3.NFS3ERR_BADTYPE},
		{"dir", &nfs3.Mknoddata3_default{Type: nfs3.NF3DIR}, nfs3.NFS3ERR_BADTYPE},
		{"lnk", &nfs3.Mknoddata3_default{Type: nfs3.NF3LNK}, nfs3.NFS3ERR_BADTYPE},
		{"unknown", &nfs3.Mknoddata3_default{Type: 99}, nfs3.NFS3ERR_BADTYPE},
	} {
		t.Run("mknod "+row.name, func(t *testing.T) {
			m := mknod(c, row.name, row.what)
			is(t, row.want, m.status)
			if m.status == nfs3.NFS3_OK {
				changed(t, m.dir)
				require.Equal(t, row.what.GetType(), m.attr.Type)
				if row.name == "chr" || row.name == "blk" {
					require.Equal(t, device.Spec, m.attr.Rdev)
				}
			} else {
				same(t, m.dir)
			}
		})
	}
	is(t, nfs3.NFS3ERR_PERM, mknod(c.as(user(1, 1)), "x", &nfs3.Mknoddata3_NF3CHR{Device: device}).status)
}

func TestRemoveAndRmdir(t *testing.T) {
	_, c, fh := root(t)
	d := c.mkdir(fh, "d").fh
	c.file(d, "f", "")
	c.mkdir(d, "sub")
	for _, row := range []struct {
		name   string
		object string
		do     func(nfs3.NfsFh3, string) *nfs3.WccRes
		want   nfs3.Nfsstat3
	}{
		{"remove nothing", "x", c.remove, nfs3.NFS3ERR_NOENT},
		{"remove a directory", "sub", c.remove, nfs3.NFS3ERR_ISDIR},
		{"remove dot", ".", c.remove, nfs3.NFS3ERR_ISDIR},
		{"remove dotdot", "..", c.remove, nfs3.NFS3ERR_ISDIR},
		{"remove no name", "", c.remove, nfs3.NFS3ERR_ACCES},
		{"remove a long name", longName, c.remove, nfs3.NFS3ERR_NAMETOOLONG},
		{"rmdir nothing", "x", c.rmdir, nfs3.NFS3ERR_NOENT},
		{"rmdir a file", "f", c.rmdir, nfs3.NFS3ERR_NOTDIR},
		{"rmdir dot", ".", c.rmdir, nfs3.NFS3ERR_INVAL},
		{"rmdir dotdot", "..", c.rmdir, nfs3.NFS3ERR_EXIST},
		{"another's", "f", c.as(user(1, 1)).remove, nfs3.NFS3ERR_ACCES},
		{"remove", "f", c.remove, nfs3.NFS3_OK},
		{"rmdir", "sub", c.rmdir, nfs3.NFS3_OK},
	} {
		t.Run(row.name, func(t *testing.T) {
			res := row.do(d, row.object)
			is(t, row.want, res.Status)
			if res.Status == nfs3.NFS3_OK {
				changed(t, res.Wcc)
			} else {
				same(t, res.Wcc)
			}
		})
	}
	c.file(d, "f", "")
	res := c.rmdir(fh, "d")
	is(t, nfs3.NFS3ERR_NOTEMPTY, res.Status)
	same(t, res.Wcc)
}

func TestRename(t *testing.T) {
	_, c, fh := root(t)
	a, b := c.mkdir(fh, "a").fh, c.mkdir(fh, "b").fh
	f := c.file(a, "f", "f")
	t.Run("to another directory", func(t *testing.T) {
		res := c.rename(in(a, "f"), in(b, "g"))
		is(t, nfs3.NFS3_OK, res.Status)
		changed(t, res.FromdirWcc)
		changed(t, res.TodirWcc)
		got, st := c.lookup(b, "g")
		is(t, nfs3.NFS3_OK, st)
		require.Equal(t, f, got.Object)
		_, st = c.lookup(a, "f")
		is(t, nfs3.NFS3ERR_NOENT, st)
	})
	t.Run("over another file", func(t *testing.T) {
		old := c.file(b, "old", "old")
		res := c.rename(in(b, "g"), in(b, "old"))
		is(t, nfs3.NFS3_OK, res.Status)
		changed(t, res.FromdirWcc)
		require.Equal(t, res.FromdirWcc, res.TodirWcc)
		_, st := c.getattr(old)
		is(t, nfs3.NFS3ERR_STALE, st)
		got, _ := c.lookup(b, "old")
		require.Equal(t, f, got.Object)
	})
	t.Run("hard links of one file", func(t *testing.T) {
		c.link(f, in(b, "twin"))
		res := c.rename(in(b, "old"), in(b, "twin"))
		is(t, nfs3.NFS3_OK, res.Status)
		_, st := c.lookup(b, "old")
		is(t, nfs3.NFS3_OK, st, "nothing happened (RFC 1813 3.3.14)")
	})
	c.mkdir(a, "sub")
	full := c.mkdir(a, "full").fh
	c.file(full, "f", "")
	for _, row := range []struct {
		name     string
		from, to nfs3.Diropargs3
		want     nfs3.Nfsstat3
	}{
		{"nothing", in(a, "x"), in(b, "y"), nfs3.NFS3ERR_NOENT},
		{"dot", in(a, "."), in(b, "y"), nfs3.NFS3ERR_INVAL},
		{"to dotdot", in(a, "sub"), in(b, ".."), nfs3.NFS3ERR_INVAL},
		{"to no name", in(a, "sub"), in(b, ""), nfs3.NFS3ERR_ACCES},
		{"long", in(a, "sub"), in(b, longName), nfs3.NFS3ERR_NAMETOOLONG},
		{"directory over file", in(a, "sub"), in(b, "old"), nfs3.NFS3ERR_NOTDIR},
		{"file over directory", in(b, "old"), in(a, "sub"), nfs3.NFS3ERR_ISDIR},
		{"over a full directory", in(a, "sub"), in(a, "full"), nfs3.NFS3ERR_NOTEMPTY},
		{"into itself", in(a, "full"), in(full, "x"), nfs3.NFS3ERR_INVAL},
	} {
		t.Run(row.name, func(t *testing.T) {
			res := c.rename(row.from, row.to)
			is(t, row.want, res.Status)
			same(t, res.FromdirWcc)
			same(t, res.TodirWcc)
		})
	}
	res := c.as(user(1, 1)).rename(in(b, "old"), in(b, "new"))
	is(t, nfs3.NFS3ERR_ACCES, res.Status)
}

func TestLink(t *testing.T) {
	_, c, fh := root(t)
	f := c.file(fh, "f", "x")
	d := c.mkdir(fh, "d").fh
	res := c.link(f, in(d, "é"))
	is(t, nfs3.NFS3_OK, res.Status)
	require.Equal(t, uint32(2), res.FileAttributes.Attributes.Nlink)
	changed(t, res.LinkdirWcc)
	got, _ := c.lookup(d, "é")
	require.Equal(t, f, got.Object)
	c.remove(fh, "f")
	a, st := c.getattr(f)
	is(t, nfs3.NFS3_OK, st)
	require.Equal(t, uint32(1), a.Nlink)
	for _, row := range []struct {
		name string
		file nfs3.NfsFh3
		at   nfs3.Diropargs3
		want nfs3.Nfsstat3
	}{
		{"exists", f, in(d, "é"), nfs3.NFS3ERR_EXIST},
		{"dot", f, in(d, "."), nfs3.NFS3ERR_EXIST},
		{"no name", f, in(d, ""), nfs3.NFS3ERR_ACCES},
		{"long", f, in(d, longName), nfs3.NFS3ERR_NAMETOOLONG},
		{"directory", d, in(fh, "x"), nfs3.NFS3ERR_ISDIR},
		{"not into a directory", f, in(f, "x"), nfs3.NFS3ERR_NOTDIR},
	} {
		t.Run(row.name, func(t *testing.T) {
			res := c.link(row.file, row.at)
			is(t, row.want, res.Status)
			require.NotNil(t, res.FileAttributes.Attributes)
			same(t, res.LinkdirWcc)
		})
	}
}
