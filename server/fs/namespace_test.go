package fs

import (
	"strings"
	"testing"
	"time"

	"crosswire/server/lock"

	"github.com/stretchr/testify/require"
)

func TestNamesThatCannotBeMade(t *testing.T) {
	m := newFS(Options{})
	root := m.Root()
	f := file(t, m, "taken")
	mkdir(t, m, root, "gone")
	gone, err := m.Lookup(root, "gone")
	require.NoError(t, err)
	require.NoError(t, m.Pin(gone.Attr.Handle))
	_, err = m.Rmdir(root, "gone", lock.FileHandle{})
	require.NoError(t, err)
	make := map[string]func(dir lock.FileHandle, name string) error{
		"Create": func(dir lock.FileHandle, name string) error {
			_, err := m.Create(dir, name, CreateOptions{Exclusive: true})
			return err
		},
		"Mkdir": func(dir lock.FileHandle, name string) error {
			_, err := m.Mkdir(dir, name, Changes{}, false)
			return err
		},
		"Symlink": func(dir lock.FileHandle, name string) error {
			_, err := m.Symlink(dir, name, "x", Changes{}, false)
			return err
		},
		"Mknod": func(dir lock.FileHandle, name string) error {
			_, err := m.Mknod(dir, name, TypeChar, Rdev{1, 3}, Changes{}, false)
			return err
		},
		"Link": func(dir lock.FileHandle, name string) error {
			_, err := m.Link(f, dir, name, false)
			return err
		},
	}
	for _, c := range []struct {
		row  string
		dir  lock.FileHandle
		name string
		err  error
	}{
		{"empty", root, "", ErrInval},
		{"slash", root, "a/b", ErrInval},
		{"NUL", root, "a\x00", ErrInval},
		{"256 bytes", root, strings.Repeat("n", 256), ErrNameTooLong},
		{"dot", root, ".", ErrExist},
		{"dot dot", root, "..", ErrExist},
		{"taken", root, "taken", ErrExist},
		{"in a file", f, "x", ErrNotDir},
		{"in a directory that was removed", gone.Attr.Handle, "x", ErrNotExist},
		{"stale generation", lock.FileHandle{FSID: root.FSID, ID: root.ID, Gen: root.Gen + 1}, "x", ErrStale},
		{"another file system", lock.FileHandle{FSID: 99, ID: root.ID, Gen: root.Gen}, "x", ErrStale},
	} {
		for op, f := range make {
			t.Run(c.row+"/"+op, func(t *testing.T) {
				want := c.err
				if op == "Link" && c.row == "another file system" {
					want = ErrXDev
				}
				before := attr(t, m, root)
				require.ErrorIs(t, f(c.dir, c.name), want)
				require.Equal(t, before, attr(t, m, root))
			})
		}
	}
}

func TestCreateReturnsBeforeAndAfter(t *testing.T) {
	m := newFS(Options{})
	before := attr(t, m, m.Root())
	mtime := time.Date(1999, 1, 1, 0, 0, 0, 5, time.FixedZone("", 3600))
	r, err := m.Create(m.Root(), strings.Repeat("n", 255), CreateOptions{Init: Changes{
		Mode: ptr(uint32(0o106750)), UID: ptr(uint32(1)), GID: ptr(uint32(2)), DOS: ptr(uint32(0x20)), Size: ptr(uint64(9)), Mtime: At(mtime),
	}})
	require.NoError(t, err)
	require.True(t, r.Created)
	require.Equal(t, before, r.Dir.Before)
	require.Equal(t, attr(t, m, m.Root()), r.Dir.After)
	require.True(t, r.Dir.After.Mtime.After(before.Mtime))
	require.Greater(t, r.Dir.After.Change, before.Change)
	a := r.Entry.Attr
	require.Equal(t, attr(t, m, a.Handle), a)
	require.Equal(t, TypeRegular, a.Type)
	require.EqualValues(t, 0o6750, a.Mode)
	require.EqualValues(t, 1, a.Nlink)
	require.EqualValues(t, 1, a.UID)
	require.EqualValues(t, 2, a.GID)
	require.EqualValues(t, 0x20, a.DOS)
	require.EqualValues(t, 9, a.Size)
	require.Equal(t, mtime.UTC(), a.Mtime)
	require.Equal(t, a.Btime, a.Ctime)
}

func TestCreateOverExisting(t *testing.T) {
	m := newFS(Options{})
	root := m.Root()
	verf := [8]byte{1, 2, 3}
	_, err := m.Create(root, "Verified", CreateOptions{Verifier: &verf})
	require.NoError(t, err)
	h := file(t, m, "Plain")
	write(t, m, h, "", "data", 0)
	mkdir(t, m, root, "Dir")
	_, err = m.Symlink(root, "Sym", "to", Changes{}, false)
	require.NoError(t, err)
	for _, c := range []struct {
		row, name string
		o         CreateOptions
		err       error
		found     string
	}{
		{"unchecked", "Plain", CreateOptions{Init: Changes{Size: new(uint64)}}, nil, "Plain"},
		{"exclusive", "Plain", CreateOptions{Exclusive: true}, ErrExist, ""},
		{"same verifier (RFC 1813 3.3.8)", "Verified", CreateOptions{Verifier: &verf}, nil, "Verified"},
		{"other verifier", "Verified", CreateOptions{Verifier: &[8]byte{9}}, ErrExist, ""},
		{"verifier, made without", "Plain", CreateOptions{Verifier: &verf}, ErrExist, ""},
		{"directory", "Dir", CreateOptions{}, ErrIsDir, ""},
		{"symlink", "Sym", CreateOptions{}, ErrExist, ""},
		{"without case", "PLAIN", CreateOptions{Fold: true}, nil, "Plain"},
		{"without case, exclusive", "PLAIN", CreateOptions{Fold: true, Exclusive: true}, ErrExist, ""},
	} {
		t.Run(c.row, func(t *testing.T) {
			before := attr(t, m, root)
			r, err := m.Create(root, c.name, c.o)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, before, attr(t, m, root))
			if c.err == nil {
				require.False(t, r.Created)
				require.Equal(t, c.found, r.Entry.Name)
				require.Equal(t, WCC{Before: before, After: before}, r.Dir)
			}
		})
	}
	require.Equal(t, "data", read(t, m, h, "", 0, 9))
	r, err := m.Create(root, "PLAIN", CreateOptions{Exclusive: true})
	require.NoError(t, err)
	require.True(t, r.Created, "exact names differ")
}

func TestSpecialNodes(t *testing.T) {
	m := newFS(Options{})
	for _, c := range []struct {
		typ  FileType
		rdev Rdev
	}{{TypeBlock, Rdev{8, 1}}, {TypeChar, Rdev{1, 3}}, {TypeFIFO, Rdev{}}, {TypeSocket, Rdev{}}} {
		t.Run(c.typ.String(), func(t *testing.T) {
			r, err := m.Mknod(m.Root(), c.typ.String(), c.typ, c.rdev, Changes{}, false)
			require.NoError(t, err)
			a := attr(t, m, r.Entry.Attr.Handle)
			require.Equal(t, c.typ, a.Type)
			require.Equal(t, c.rdev, a.Rdev)
			_, err = m.Readlink(a.Handle)
			require.ErrorIs(t, err, ErrInval)
		})
	}
	for _, typ := range []FileType{0, TypeRegular, TypeDirectory, TypeSymlink, 99} {
		_, err := m.Mknod(m.Root(), "no", typ, Rdev{}, Changes{}, false)
		require.ErrorIs(t, err, ErrInval)
	}
	target := "../any\xffbytes"
	r, err := m.Symlink(m.Root(), "sym", target, Changes{Mode: ptr(uint32(0o777))}, false)
	require.NoError(t, err)
	require.EqualValues(t, len(target), r.Entry.Attr.Size)
	got, err := m.Readlink(r.Entry.Attr.Handle)
	require.NoError(t, err)
	require.Equal(t, target, got)
	_, err = m.Symlink(m.Root(), "long", strings.Repeat("x", SymlinkMax+1), Changes{}, false)
	require.ErrorIs(t, err, ErrNameTooLong)
}

func TestLookup(t *testing.T) {
	m := newFS(Options{})
	d := mkdir(t, m, m.Root(), "dir")
	file(t, m, "File")
	for _, c := range []struct {
		row  string
		dir  lock.FileHandle
		name string
		want uint64 // ID
		err  error
	}{
		{"dot", d, ".", d.ID, nil},
		{"parent", d, "..", RootID, nil},
		{"parent of the root", m.Root(), "..", RootID, nil},
		{"directory", m.Root(), "dir", d.ID, nil},
		{"case counts", m.Root(), "Dir", 0, ErrNotExist},
		{"empty", m.Root(), "", 0, ErrInval},
		{"too long", m.Root(), strings.Repeat("x", 256), 0, ErrNameTooLong},
	} {
		t.Run(c.row, func(t *testing.T) {
			e, err := m.Lookup(c.dir, c.name)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, e.Attr.Handle.ID)
		})
	}
}

func TestLookupFold(t *testing.T) {
	m := newFS(Options{})
	ids := map[string]uint64{}
	for _, name := range []string{"README", "ReadMe", "readme", "été", "b\xff"} {
		ids[name] = file(t, m, name).ID
	}
	for _, c := range []struct{ row, name, want string }{
		{"exact first", "readme", "readme"},
		{"else the oldest", "reaDME", "README"},
		{"accents", "ÉTÉ", "été"},
		{"not UTF-8", "B\xff", "b\xff"},
	} {
		t.Run(c.row, func(t *testing.T) {
			e, err := m.LookupFold(m.Root(), c.name)
			require.NoError(t, err)
			require.Equal(t, c.want, e.Name)
			require.Equal(t, ids[c.want], e.Attr.Handle.ID)
		})
	}
	_, err := m.LookupFold(m.Root(), "nothing")
	require.ErrorIs(t, err, ErrNotExist)

	// The chain of equal names follows removal and renaming.
	oldest := func() string {
		e, err := m.LookupFold(m.Root(), "reaDME")
		require.NoError(t, err)
		return e.Name
	}
	_, err = m.Rename(m.Root(), "README", m.Root(), "README2", RenameOptions{})
	require.NoError(t, err)
	require.Equal(t, "ReadMe", oldest())
	_, err = m.Rename(m.Root(), "README2", m.Root(), "READme", RenameOptions{})
	require.NoError(t, err)
	require.Equal(t, "ReadMe", oldest())
	_, err = m.Remove(m.Root(), "readme", lock.FileHandle{})
	require.NoError(t, err)
	_, err = m.Remove(m.Root(), "ReadMe", lock.FileHandle{})
	require.NoError(t, err)
	require.Equal(t, "READme", oldest())
	_, err = m.Remove(m.Root(), "READme", lock.FileHandle{})
	require.NoError(t, err)
	_, err = m.LookupFold(m.Root(), "reaDME")
	require.ErrorIs(t, err, ErrNotExist)
}

func TestLinks(t *testing.T) {
	m := newFS(Options{})
	d := mkdir(t, m, m.Root(), "d")
	h := file(t, m, "one")
	a := attr(t, m, h)
	r, err := m.Link(h, d, "two", false)
	require.NoError(t, err)
	require.EqualValues(t, 2, r.Entry.Attr.Nlink)
	require.True(t, r.Entry.Attr.Ctime.After(a.Ctime))
	require.Equal(t, a.Mtime, r.Entry.Attr.Mtime)

	links, err := m.Links(h)
	require.NoError(t, err)
	require.Len(t, links, 2)
	require.Equal(t, "one", links[0].Name)
	require.Equal(t, Link{Dir: d, Name: "two", LinkID: r.Entry.LinkID}, links[1])

	moved, err := m.Rename(m.Root(), "one", d, "three", RenameOptions{})
	require.NoError(t, err)
	require.Equal(t, links[0].LinkID, moved.Entry.LinkID, "a link keeps its identity")
	after, err := m.Links(h)
	require.NoError(t, err)
	require.Contains(t, after, Link{Dir: d, Name: "three", LinkID: links[0].LinkID})

	_, err = m.Link(d, m.Root(), "hard", false)
	require.ErrorIs(t, err, ErrIsDir)
	_, err = m.Link(h, d, "TWO", true)
	require.ErrorIs(t, err, ErrExist)

	require.NoError(t, m.Pin(h))
	for _, name := range []string{"two", "three"} {
		_, err := m.Remove(d, name, h)
		require.NoError(t, err)
	}
	_, err = m.Link(h, d, "back", false)
	require.ErrorIs(t, err, ErrNotExist)
}

func TestTooManyLinks(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	n := m.nodes[h.ID]
	n.nlink = MaxLinks // as if they were all made
	_, err := m.Link(h, m.Root(), "g", false)
	require.ErrorIs(t, err, ErrMLink)
}

func TestRemove(t *testing.T) {
	m := newFS(Options{})
	root := m.Root()
	d := mkdir(t, m, root, "dir")
	mkdir(t, m, d, "sub")
	h := file(t, m, "f")
	for _, c := range []struct {
		row, name string
		expect    lock.FileHandle
		rmdir     bool
		err       error
	}{
		{"directory by Remove", "dir", lock.FileHandle{}, false, ErrIsDir},
		{"file by Rmdir", "f", lock.FileHandle{}, true, ErrNotDir},
		{"not empty", "dir", lock.FileHandle{}, true, ErrNotEmpty},
		{"absent", "x", lock.FileHandle{}, false, ErrNotExist},
		{"not what was resolved", "f", d, false, ErrChanged},
		{"dot", ".", lock.FileHandle{}, true, ErrInval},
		{"dot dot", "..", lock.FileHandle{}, true, ErrInval},
	} {
		t.Run(c.row, func(t *testing.T) {
			before := attr(t, m, root)
			remove := m.Remove
			if c.rmdir {
				remove = m.Rmdir
			}
			_, err := remove(root, c.name, c.expect)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, before, attr(t, m, root))
		})
	}
	require.EqualValues(t, 3, attr(t, m, root).Nlink)
	require.EqualValues(t, 3, attr(t, m, d).Nlink)
	require.Equal(t, RootID, attr(t, m, d).ParentID)

	before := attr(t, m, root)
	r, err := m.Remove(root, "f", h)
	require.NoError(t, err)
	require.Zero(t, r.Node.Nlink)
	require.Equal(t, before, r.Dir.Before)
	require.Equal(t, attr(t, m, root), r.Dir.After)
	_, err = m.GetAttr(h)
	require.ErrorIs(t, err, ErrStale)

	_, err = m.Rmdir(d, "sub", lock.FileHandle{})
	require.NoError(t, err)
	_, err = m.Rmdir(root, "dir", d)
	require.NoError(t, err)
	require.EqualValues(t, 2, attr(t, m, root).Nlink)
	_, err = m.Lookup(d, ".")
	require.ErrorIs(t, err, ErrStale)
}

func TestPinKeepsAnUnlinkedNode(t *testing.T) {
	m := newFS(Options{Capacity: BlockSize})
	h := file(t, m, "f")
	write(t, m, h, "", "kept", 0)
	require.NoError(t, m.Pin(h))
	require.NoError(t, m.Pin(h))
	_, err := m.Remove(m.Root(), "f", h)
	require.NoError(t, err)
	require.Zero(t, attr(t, m, h).Nlink)
	m.Unpin(h)
	require.Equal(t, "kept", read(t, m, h, "", 0, 9))
	require.Zero(t, m.StatFS().Free)
	free := m.StatFS().FilesFree

	m.Unpin(h)
	_, err = m.GetAttr(h)
	require.ErrorIs(t, err, ErrStale)
	require.ErrorIs(t, m.Pin(h), ErrStale)
	require.EqualValues(t, BlockSize, m.StatFS().Free)
	require.Equal(t, free+1, m.StatFS().FilesFree)
	m.Unpin(h)

	again := file(t, m, "f")
	require.NotEqual(t, h.ID, again.ID, "an ID is never used again")
	m.Unpin(again)
	require.NoError(t, m.Pin(again))
	m.Unpin(again)
	require.EqualValues(t, 1, attr(t, m, again).Nlink)
}

func TestInodeLimit(t *testing.T) {
	m := newFS(Options{MaxInodes: 2})
	file(t, m, "one")
	_, err := m.Mkdir(m.Root(), "two", Changes{}, false)
	require.ErrorIs(t, err, ErrTooManyInodes)
	require.Zero(t, m.StatFS().FilesFree)
	_, err = m.Remove(m.Root(), "one", lock.FileHandle{})
	require.NoError(t, err)
	mkdir(t, m, m.Root(), "two")
}

func TestGenerationTellsRunsApart(t *testing.T) {
	c := newTick()
	old := NewMemory(Options{FSID: 1, Clock: c})
	again := NewMemory(Options{FSID: 1, Clock: c})
	_, err := again.GetAttr(old.Root())
	require.ErrorIs(t, err, ErrStale)
}
