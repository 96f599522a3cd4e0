package vfs_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/lock"
	"crosswire/server/vfs"
)

const block = vfs.BlockSize

// makeFile makes a file with content and gives its handle.
func (h *house) makeFile(t *testing.T, name, content string) vfs.FileHandle {
	t.Helper()
	mode := uint32(0o644)
	n, err := h.tree.Create(h.ctx, nfs(1000), h.tree.Root(), name, vfs.CreateOptions{Init: vfs.Changes{Mode: &mode}})
	require.NoError(t, err)
	f := n.Entry.Attr.Handle
	if content != "" {
		_, err = h.tree.Write(h.ctx, nfs(1000), f, "", []byte(content), 0, 0)
		require.NoError(t, err)
	}
	h.b.calls = nil
	return f
}

// TestAllocatedRanges: a sparse file shows its holes, any other none.
func TestAllocatedRanges(t *testing.T) {
	h := newHouse(t)
	f := h.makeFile(t, "f", strings.Repeat("x", 5*block+1))
	_, err := h.tree.Allocate(h.ctx, nfs(1000), f, "", block, block, true)
	require.NoError(t, err)
	ask := func(off, end uint64, limit int) ([]vfs.Range, bool) {
		l, more, err := h.tree.AllocatedRanges(h.ctx, nfs(1000), f, "", off, end, limit)
		require.NoError(t, err)
		return l, more
	}
	got, _ := ask(0, 100*block, 10)
	require.Equal(t, []vfs.Range{{Off: 0, Len: 5*block + 1}}, got)
	require.NoError(t, h.tree.SetSparse(h.ctx, nfs(1000), f, "", true))
	_, err = h.tree.Zero(h.ctx, nfs(1000), f, "", 3*block, 4*block)
	require.NoError(t, err)
	for _, c := range []struct {
		name     string
		off, end uint64
		limit    int
		want     []vfs.Range
		more     bool
	}{
		{"all", 0, 100 * block, 10, []vfs.Range{{Off: 0, Len: block}, {Off: 2 * block, Len: block}, {Off: 4 * block, Len: block + 1}}, false},
		{"cut", 0, 100 * block, 2, []vfs.Range{{Off: 0, Len: block}, {Off: 2 * block, Len: block}}, true},
		{"none fits", 0, 100 * block, 0, nil, true},
		{"inside", 10, 20, 1, []vfs.Range{{Off: 10, Len: 10}}, false},
		{"hole", block, 2 * block, 1, nil, false},
		{"from a hole", block + 1, 2*block + 1, 1, []vfs.Range{{Off: 2 * block, Len: 1}}, false},
		{"beyond", 6 * block, 7 * block, 1, nil, false},
		{"nothing", 0, 0, 1, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, more := ask(c.off, c.end, c.limit)
			require.Equal(t, c.want, got)
			require.Equal(t, c.more, more)
		})
	}
	require.NoError(t, h.tree.SetSparse(h.ctx, nfs(1000), f, "", false))
	a, err := h.tree.GetAttr(h.ctx, nfs(1000), f)
	require.NoError(t, err)
	require.EqualValues(t, 6*block, a.Used, "the holes were filled")
}

// TestBreaksOfRanges: each operation asks for the break that the table says.
func TestBreaksOfRanges(t *testing.T) {
	h := newHouse(t)
	f, g := h.makeFile(t, "f", strings.Repeat("x", 2*block)), h.makeFile(t, "g", strings.Repeat("y", 2*block))
	o := nfs(1000)
	end := func(f vfs.FileHandle) vfs.CopyEnd { return vfs.CopyEnd{Tree: h.tree, Origin: o, Handle: f} }
	for _, c := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"zero", func() error { _, err := h.tree.Zero(h.ctx, o, f, "", 0, 1); return err }, []string{"write"}},
		{"zero nothing", func() error { _, err := h.tree.Zero(h.ctx, o, f, "", 1, 1); return err }, nil},
		{"trim", func() error { _, err := h.tree.Trim(h.ctx, o, f, "", 0, block); return err }, []string{"write"}},
		{"trim less than a block", func() error { _, err := h.tree.Trim(h.ctx, o, f, "", 1, block); return err }, nil},
		{"copy", func() error { _, err := vfs.Copy(h.ctx, end(f), end(g), make([]byte, 10), 0); return err }, []string{"read", "write"}},
		{"duplicate", func() error { return vfs.Duplicate(h.ctx, end(f), end(g), block, 0) }, []string{"read", "write"}},
		{"xattr", func() error { _, err := h.tree.SetXattr(h.ctx, o, f, "a", nil, 0); return err }, nil},
		{"ranges", func() error { _, _, err := h.tree.AllocatedRanges(h.ctx, o, f, "", 0, 10, 1); return err }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.b.calls = nil
			require.NoError(t, c.do())
			require.Equal(t, c.want, h.b.calls)
		})
	}
}

// TestCopies: what is copied is what was there, holes included.
func TestCopies(t *testing.T) {
	h := newHouse(t)
	o := nfs(1000)
	f := h.makeFile(t, "f", "0123456789")
	at := func(f vfs.FileHandle, off uint64) vfs.CopyEnd {
		return vfs.CopyEnd{Tree: h.tree, Origin: o, Handle: f, Off: off}
	}
	_, err := vfs.Copy(h.ctx, at(f, 0), at(f, 4), make([]byte, 6), 0)
	require.NoError(t, err)
	require.Equal(t, "0123012345", h.text(t, f), "source and target overlap")
	_, err = vfs.Copy(h.ctx, at(f, 8), at(f, 0), make([]byte, 3), 0)
	require.ErrorIs(t, err, vfs.ErrShortSource)
	require.Equal(t, "0123012345", h.text(t, f))

	src := h.makeFile(t, "src", strings.Repeat("x", 4*block))
	require.NoError(t, h.tree.SetSparse(h.ctx, o, src, "", true))
	_, err = h.tree.Zero(h.ctx, o, src, "", block, 3*block)
	require.NoError(t, err)
	dst := h.makeFile(t, "dst", strings.Repeat("y", 4*block))
	require.NoError(t, h.tree.SetSparse(h.ctx, o, dst, "", true))
	require.NoError(t, vfs.Duplicate(h.ctx, at(src, 0), at(dst, 0), 4*block, 0))
	require.Equal(t, h.text(t, src), h.text(t, dst))
	list, _, err := h.tree.AllocatedRanges(h.ctx, o, dst, "", 0, 4*block, 9)
	require.NoError(t, err)
	require.Equal(t, []vfs.Range{{Off: 0, Len: block}, {Off: 3 * block, Len: block}}, list)
	require.ErrorIs(t, vfs.Duplicate(h.ctx, at(src, block), at(dst, 0), 4*block, 0), vfs.ErrShortSource)
}

func (h *house) text(t *testing.T, f vfs.FileHandle) string {
	t.Helper()
	p := make([]byte, 1<<16)
	n, _, _, err := h.tree.Read(h.ctx, nfs(1000), f, "", p, 0)
	require.NoError(t, err)
	return string(p[:n])
}

// TestXattrs: names, flags, who may, and what nobody reaches.
func TestXattrs(t *testing.T) {
	h := newHouse(t)
	f := h.makeFile(t, "f", "")
	mine, other := nfs(1000), nfs(2000)
	_, err := h.tree.SetXattr(h.ctx, mine, f, "a", []byte("1"), vfs.XattrReplace)
	require.ErrorIs(t, err, vfs.ErrNoAttr)
	_, err = h.tree.SetXattr(h.ctx, mine, f, "a", []byte("1"), vfs.XattrCreate)
	require.NoError(t, err)
	_, err = h.tree.SetXattr(h.ctx, mine, f, "a", []byte("2"), vfs.XattrCreate)
	require.ErrorIs(t, err, vfs.ErrExist)
	_, err = h.tree.SetXattr(h.ctx, mine, f, "", nil, 0)
	require.ErrorIs(t, err, vfs.ErrInval)
	_, err = h.tree.SetXattr(h.ctx, other, f, "a", nil, 0)
	require.ErrorIs(t, err, vfs.ErrAccess)
	v, err := h.tree.GetXattr(h.ctx, other, f, "a")
	require.NoError(t, err)
	require.Equal(t, "1", string(v))

	require.NoError(t, h.tree.SetNote(h.ctx, mine, f, "note", []byte("kept")))
	list, err := h.tree.Xattrs(h.ctx, mine, f)
	require.NoError(t, err)
	require.Equal(t, []vfs.Xattr{{Name: "a", Value: []byte("1")}}, list)
	_, err = h.tree.GetXattr(h.ctx, mine, f, "note")
	require.ErrorIs(t, err, vfs.ErrNoAttr)
	note, err := h.tree.Note(h.ctx, f, "note")
	require.NoError(t, err)
	require.Equal(t, "kept", string(note))

	_, err = h.tree.RemoveXattr(h.ctx, mine, f, "a")
	require.NoError(t, err)
	_, err = h.tree.RemoveXattr(h.ctx, mine, f, "a")
	require.ErrorIs(t, err, vfs.ErrNoAttr)
}

// TestSetReparse: a file becomes a link and a file again, and stays the same
// file.
func TestSetReparse(t *testing.T) {
	h := newHouse(t)
	f := h.makeFile(t, "f", "")
	o := nfs(1000)
	_, err := h.tree.SetReparse(h.ctx, o, f, vfs.Reparse{Type: vfs.TypeSymlink, Target: "there"})
	require.NoError(t, err)
	target, err := h.tree.Readlink(h.ctx, o, f)
	require.NoError(t, err)
	require.Equal(t, "there", target)
	_, err = h.tree.Write(h.ctx, o, f, "", []byte("x"), 0, 0)
	require.ErrorIs(t, err, vfs.ErrInval, "a link has no data")
	_, err = h.tree.SetReparse(h.ctx, o, f, vfs.Reparse{Type: vfs.TypeBlock})
	require.ErrorIs(t, err, vfs.ErrPerm)
	_, err = h.tree.SetReparse(h.ctx, nfs(2000), f, vfs.Reparse{Type: vfs.TypeFIFO})
	require.ErrorIs(t, err, vfs.ErrAccess)
	_, err = h.tree.SetReparse(h.ctx, o, f, vfs.Reparse{Type: vfs.TypeRegular})
	require.NoError(t, err)
	_, err = h.tree.Write(h.ctx, o, f, "", []byte("x"), 0, 0)
	require.NoError(t, err)
	_, err = h.tree.SetReparse(h.ctx, o, f, vfs.Reparse{Type: vfs.TypeFIFO})
	require.ErrorIs(t, err, vfs.ErrNotEmpty)
	_, err = h.tree.SetReparse(h.ctx, root, h.tree.Root(), vfs.Reparse{Type: vfs.TypeFIFO})
	require.ErrorIs(t, err, vfs.ErrIsDir)

	link, err := h.tree.Symlink(h.ctx, o, h.tree.Root(), "l", "f", vfs.Changes{})
	require.NoError(t, err)
	_, err = h.tree.SetReparse(h.ctx, o, link.Entry.Attr.Handle, vfs.Reparse{Type: vfs.TypeRegular})
	require.NoError(t, err)
	_, err = h.tree.Write(h.ctx, o, link.Entry.Attr.Handle, "", []byte("x"), 0, 0)
	require.NoError(t, err, "what was born a link has data too")
}

// TestZeroShares: a share reservation keeps others from zeroing as it keeps
// them from writing.
func TestZeroShares(t *testing.T) {
	h := newHouse(t)
	f := h.makeFile(t, "f", "text")
	got, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: "f", Access: vfs.RightReadData, Share: lock.Read, Disposition: vfs.OpenExisting})
	require.NoError(t, err)
	_, err = h.tree.Zero(h.ctx, nfs(1000), f, "", 0, 2)
	require.ErrorIs(t, err, vfs.ErrShareDenied)
	_, err = h.tree.Close(h.ctx, smb(0), got.Open)
	require.NoError(t, err)
	_, err = h.tree.Zero(h.ctx, nfs(1000), f, "", 0, 2)
	require.NoError(t, err)
	require.Equal(t, "\x00\x00xt", h.text(t, f))
}
