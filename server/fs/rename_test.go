package fs

import (
	"slices"
	"strings"
	"testing"

	"crosswire/server/lock"

	"github.com/stretchr/testify/require"
)

// tree is what TestRename starts from:
//
//	f  g  (h: a hard link to g)  Case  CASE  dir/  dir/sub/  empty/  full/x
func tree(t *testing.T) (*Memory, map[string]lock.FileHandle) {
	m := newFS(Options{})
	root := m.Root()
	h := map[string]lock.FileHandle{"": root}
	for _, name := range []string{"f", "g", "Case", "CASE"} {
		h[name] = file(t, m, name)
	}
	_, err := m.Link(h["g"], root, "h", false)
	require.NoError(t, err)
	h["h"] = h["g"]
	h["dir"] = mkdir(t, m, root, "dir")
	h["dir/sub"] = mkdir(t, m, h["dir"], "sub")
	h["empty"] = mkdir(t, m, root, "empty")
	h["full"] = mkdir(t, m, root, "full")
	h["full/x"] = mkdir(t, m, h["full"], "x")
	return m, h
}

func names(t testing.TB, m *Memory, dir lock.FileHandle) string {
	t.Helper()
	entries, eof, err := m.ReadDir(dir, 0, 1000)
	require.NoError(t, err)
	require.True(t, eof)
	var s []string
	for _, e := range entries {
		s = append(s, e.Name)
	}
	slices.Sort(s)
	return strings.Join(s, " ")
}

func TestRename(t *testing.T) {
	const all = "CASE Case dir empty f full g h"
	type at struct{ dir, name string }
	for _, c := range []struct {
		row      string
		from, to at
		o        RenameOptions
		expect   string // key of RenameOptions.Expect
		target   string // key of RenameOptions.ExpectTarget
		err      error
		noop     bool
		replaced string
		root     string // names in the root afterwards
	}{
		{row: "new name", from: at{"", "f"}, to: at{"", "n"}, root: "CASE Case dir empty full g h n"},
		{row: "another directory", from: at{"", "f"}, to: at{"dir", "n"}, root: "CASE Case dir empty full g h"},
		{row: "over a file", from: at{"", "f"}, to: at{"", "g"}, replaced: "g", root: "CASE Case dir empty full g h"},
		{row: "over a file, not to replace", from: at{"", "f"}, to: at{"", "g"}, o: RenameOptions{NoReplace: true}, err: ErrExist, root: all},
		{row: "same name", from: at{"", "f"}, to: at{"", "f"}, noop: true, root: all},
		{row: "two links of one file (RFC 1813 3.3.14)", from: at{"", "g"}, to: at{"", "h"}, noop: true, root: all},
		{row: "directory over an empty one", from: at{"", "dir"}, to: at{"", "empty"}, replaced: "empty", root: "CASE Case empty f full g h"},
		{row: "directory over a full one", from: at{"", "dir"}, to: at{"", "full"}, err: ErrNotEmpty, root: all},
		{row: "directory over a file", from: at{"", "dir"}, to: at{"", "f"}, err: ErrNotDir, root: all},
		{row: "file over a directory", from: at{"", "f"}, to: at{"", "empty"}, err: ErrIsDir, root: all},
		{row: "directory into itself", from: at{"", "dir"}, to: at{"dir", "n"}, err: ErrInval, root: all},
		{row: "directory below itself", from: at{"", "dir"}, to: at{"dir/sub", "n"}, err: ErrInval, root: all},
		{row: "directory up", from: at{"dir", "sub"}, to: at{"", "n"}, root: "CASE Case dir empty f full g h n"},
		{row: "over one in another directory", from: at{"dir", "sub"}, to: at{"", "empty"}, replaced: "empty", root: "CASE Case dir empty f full g h"},
		{row: "over its own ancestor", from: at{"dir", "sub"}, to: at{"", "dir"}, err: ErrNotEmpty, root: all},
		{row: "absent", from: at{"", "x"}, to: at{"", "n"}, err: ErrNotExist, root: all},
		{row: "to a name that cannot be", from: at{"", "f"}, to: at{"", "a/b"}, err: ErrInval, root: all},
		{row: "to dot dot", from: at{"", "f"}, to: at{"dir", ".."}, err: ErrInval, root: all},
		{row: "from dot", from: at{"dir", "."}, to: at{"", "n"}, err: ErrInval, root: all},
		{row: "into a file", from: at{"", "f"}, to: at{"g", "n"}, err: ErrNotDir, root: all},
		{row: "case only", from: at{"", "f"}, to: at{"", "F"}, o: RenameOptions{Fold: true, NoReplace: true}, root: "CASE Case F dir empty full g h"},
		{row: "case only, another name equal without case", from: at{"", "Case"}, to: at{"", "case"}, o: RenameOptions{Fold: true, NoReplace: true}, err: ErrExist, root: all},
		{row: "over a name equal without case", from: at{"", "f"}, to: at{"", "G"}, o: RenameOptions{Fold: true}, replaced: "g", root: "CASE Case G dir empty full h"},
		{row: "equal without case is another name", from: at{"", "f"}, to: at{"", "G"}, o: RenameOptions{NoReplace: true}, root: "CASE Case G dir empty full g h"},
		{row: "as resolved", from: at{"", "f"}, to: at{"", "g"}, expect: "f", target: "g", replaced: "g", root: "CASE Case dir empty full g h"},
		{row: "source not as resolved", from: at{"", "f"}, to: at{"", "n"}, expect: "g", err: ErrChanged, root: all},
		{row: "target not as resolved", from: at{"", "f"}, to: at{"", "g"}, target: "Case", err: ErrChanged, root: all},
		{row: "target gone", from: at{"", "f"}, to: at{"", "n"}, target: "Case", err: ErrChanged, root: all},
	} {
		t.Run(c.row, func(t *testing.T) {
			m, h := tree(t)
			o := c.o
			if c.expect != "" {
				o.Expect = h[c.expect]
			}
			if c.target != "" {
				o.ExpectTarget = h[c.target]
			}
			src, dst := attr(t, m, h[c.from.dir]), attr(t, m, h[c.to.dir])
			old, _ := m.Lookup(h[c.from.dir], c.from.name)
			r, err := m.Rename(h[c.from.dir], c.from.name, h[c.to.dir], c.to.name, o)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.root, names(t, m, h[""]))
			if c.err != nil || c.noop {
				require.Equal(t, src, attr(t, m, h[c.from.dir]))
				require.Equal(t, dst, attr(t, m, h[c.to.dir]))
				require.Equal(t, c.noop, r.NoOp)
				return
			}
			require.Equal(t, src, r.SrcDir.Before)
			require.Equal(t, dst, r.DstDir.Before)
			require.Equal(t, attr(t, m, h[c.from.dir]), r.SrcDir.After)
			require.Equal(t, attr(t, m, h[c.to.dir]), r.DstDir.After)
			require.Greater(t, r.SrcDir.After.Change, src.Change)
			require.Greater(t, r.DstDir.After.Change, dst.Change)

			now, err := m.Lookup(h[c.to.dir], c.to.name)
			require.NoError(t, err)
			require.Equal(t, now, r.Entry)
			require.Equal(t, old.LinkID, now.LinkID)
			require.Equal(t, old.Attr.Handle, now.Attr.Handle)
			require.True(t, now.Attr.Ctime.After(old.Attr.Ctime))
			require.Equal(t, old.Attr.Mtime, now.Attr.Mtime)
			if now.Attr.Type == TypeDirectory {
				require.Equal(t, h[c.to.dir].ID, now.Attr.ParentID)
			}
			if c.replaced == "" {
				require.Nil(t, r.Replaced)
				return
			}
			require.Equal(t, h[c.replaced], r.Replaced.Handle)
			_, err = m.GetAttr(h[c.replaced])
			if r.Replaced.Nlink == 0 {
				require.ErrorIs(t, err, ErrStale)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestRenameCountsSubdirectories(t *testing.T) {
	m, h := tree(t)
	_, err := m.Rename(h["dir"], "sub", h[""], "empty", RenameOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 2, attr(t, m, h["dir"]).Nlink)
	require.EqualValues(t, 5, attr(t, m, h[""]).Nlink)
	e, err := m.Lookup(h["dir/sub"], "..")
	require.NoError(t, err)
	require.Equal(t, h[""], e.Attr.Handle)
}

func TestRenameAcrossFileSystems(t *testing.T) {
	m, h := tree(t)
	other := newFS(Options{FSID: 8})
	_, err := m.Rename(h[""], "f", other.Root(), "f", RenameOptions{})
	require.ErrorIs(t, err, ErrXDev)
	_, err = m.Link(h["f"], other.Root(), "f", false)
	require.ErrorIs(t, err, ErrXDev)
}
