package fs

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestReadAt(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	write(t, m, h, "", "hello", 0)
	for _, c := range []struct {
		row  string
		off  uint64
		n    int
		want string
		eof  bool
	}{
		{"whole", 0, 5, "hello", true},
		{"part", 1, 2, "el", false},
		{"beyond the end", 2, 10, "llo", true},
		{"at the end", 5, 3, "", true},
		{"past the end", 99, 3, "", true},
		{"largest offset", math.MaxUint64, 3, "", true},
		{"nothing", 1, 0, "", false},
		{"nothing at the end", 5, 0, "", true},
	} {
		t.Run(c.row, func(t *testing.T) {
			p := bytes.Repeat([]byte{0xEE}, c.n)
			n, eof, err := m.ReadAt(h, "", p, c.off)
			require.NoError(t, err)
			require.Equal(t, c.want, string(p[:n]))
			require.Equal(t, c.eof, eof)
		})
	}
}

func TestWriteAtLimits(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	write(t, m, h, "", "x", MaxFileSize-1)
	a := attr(t, m, h)
	require.EqualValues(t, MaxFileSize, a.Size)
	require.EqualValues(t, BlockSize, a.Used)
	for row, off := range map[string]uint64{"one past": MaxFileSize, "offset past": MaxFileSize + 1, "wraps": math.MaxUint64} {
		t.Run(row, func(t *testing.T) {
			_, err := m.WriteAt(h, "", []byte("y"), off, 0)
			require.ErrorIs(t, err, ErrFBig)
		})
	}
	require.Equal(t, a, attr(t, m, h))
	_, err := m.SetAttr(h, Changes{Size: ptr(uint64(MaxFileSize + 1))})
	require.ErrorIs(t, err, ErrFBig)
	_, err = m.WriteAt(h, "", []byte("z"), 0, WriteAppend)
	require.ErrorIs(t, err, ErrFBig)
}

func TestWriteAtTimes(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	a := attr(t, m, h)

	w := write(t, m, h, "", "abc", 10)
	require.Equal(t, a, w.WCC.Before)
	b := attr(t, m, h)
	require.Equal(t, b, w.WCC.After)
	require.True(t, b.Mtime.After(a.Mtime))
	require.Equal(t, b.Mtime, b.Ctime)
	require.Equal(t, a.Atime, b.Atime)
	require.Greater(t, b.Change, a.Change)

	w, err := m.WriteAt(h, "", nil, 99, 0)
	require.NoError(t, err)
	require.Equal(t, WCC{Before: b, After: b}, w.WCC)

	w, err = m.WriteAt(h, "", []byte("d"), 0, WriteAppend|WriteKeepMtime)
	require.NoError(t, err)
	require.EqualValues(t, 13, w.Off)
	require.Equal(t, b.Mtime, w.WCC.After.Mtime)
	require.True(t, w.WCC.After.Ctime.After(b.Ctime))
	require.Equal(t, "abcd", read(t, m, h, "", 10, 99))
}

func TestHoleCostsNothing(t *testing.T) {
	m := newFS(Options{Capacity: 64 << 10})
	h := file(t, m, "f")
	_, err := m.SetAttr(h, Changes{Size: ptr(uint64(1 << 40))})
	require.NoError(t, err)
	require.Zero(t, attr(t, m, h).Used)
	write(t, m, h, "", "end", 1<<40)
	require.EqualValues(t, BlockSize, attr(t, m, h).Used)
	require.Equal(t, "\x00\x00end", read(t, m, h, "", 1<<40-2, 9))

	off, err := m.NextData(h, "", 5)
	require.NoError(t, err)
	require.EqualValues(t, 1<<40, off)
	off, err = m.NextHole(h, "", 5)
	require.NoError(t, err)
	require.EqualValues(t, 5, off)
	off, err = m.NextHole(h, "", 1<<40)
	require.NoError(t, err)
	require.EqualValues(t, 1<<40+3, off, "the end counts as a hole")
	_, err = m.NextData(h, "", 1<<40+3)
	require.ErrorIs(t, err, ErrNoData)
}

func TestFullDiskLosesNothing(t *testing.T) {
	m := newFS(Options{Capacity: 3 * BlockSize})
	h := file(t, m, "f")
	write(t, m, h, "", strings.Repeat("a", 2*BlockSize), 0)
	before := attr(t, m, h)

	_, err := m.WriteAt(h, "", make([]byte, 2*BlockSize), 2*BlockSize-1, 0)
	require.ErrorIs(t, err, ErrNoSpace)
	require.Equal(t, before, attr(t, m, h))
	require.Equal(t, strings.Repeat("a", 2*BlockSize), read(t, m, h, "", 0, 9*BlockSize))
	require.EqualValues(t, BlockSize, m.StatFS().Free)

	write(t, m, h, "", "over", 100) // needs no room
	write(t, m, h, "", "last", 2*BlockSize)
	require.Zero(t, m.StatFS().Free)
	_, err = m.Allocate(h, "", 3*BlockSize, 1)
	require.ErrorIs(t, err, ErrNoSpace)

	m.SetCapacity(BlockSize)
	require.Equal(t, "last", read(t, m, h, "", 2*BlockSize, 4))
	require.Zero(t, m.StatFS().Free)
	write(t, m, h, "", "still", 0)
	_, err = m.Truncate(h, "", BlockSize)
	require.NoError(t, err)
	_, err = m.WriteAt(h, "", []byte("x"), BlockSize, 0)
	require.ErrorIs(t, err, ErrNoSpace)
	m.SetCapacity(2 * BlockSize)
	write(t, m, h, "", "x", BlockSize)

	_, err = m.Remove(m.Root(), "f", h)
	require.NoError(t, err)
	require.EqualValues(t, 2*BlockSize, m.StatFS().Free)
}

func TestAllocateReservesRoom(t *testing.T) {
	m := newFS(Options{Capacity: 4 * BlockSize})
	h, other := file(t, m, "f"), file(t, m, "g")
	w, err := m.Allocate(h, "", 100, 2*BlockSize)
	require.NoError(t, err)
	require.Zero(t, w.WCC.After.Size)
	require.EqualValues(t, 3*BlockSize, w.WCC.After.Used)
	write(t, m, other, "", "x", 0)
	_, err = m.WriteAt(other, "", []byte("x"), BlockSize, 0)
	require.ErrorIs(t, err, ErrNoSpace)
	write(t, m, h, "", strings.Repeat("y", 3*BlockSize), 0)
	_, err = m.Truncate(h, "", 1)
	require.NoError(t, err)
	require.EqualValues(t, 2*BlockSize, m.StatFS().Free)
}

func TestDataOfOtherTypes(t *testing.T) {
	m := newFS(Options{})
	fifo, err := m.Mknod(m.Root(), "fifo", TypeFIFO, Rdev{}, Changes{}, false)
	require.NoError(t, err)
	for _, c := range []struct {
		row string
		err error
		do  func() error
	}{
		{"read a directory", ErrIsDir, func() error { _, _, err := m.ReadAt(m.Root(), "", nil, 0); return err }},
		{"write a directory", ErrIsDir, func() error { _, err := m.WriteAt(m.Root(), "", nil, 0, 0); return err }},
		{"truncate a directory", ErrIsDir, func() error { _, err := m.SetAttr(m.Root(), Changes{Size: new(uint64)}); return err }},
		{"read a fifo", ErrInval, func() error { _, _, err := m.ReadAt(fifo.Entry.Attr.Handle, "", nil, 0); return err }},
		{"truncate a fifo", ErrInval, func() error {
			_, err := m.SetAttr(fifo.Entry.Attr.Handle, Changes{Size: new(uint64)})
			return err
		}},
		{"no such stream", ErrNoStream, func() error { _, _, err := m.ReadAt(m.Root(), "s", nil, 0); return err }},
	} {
		t.Run(c.row, func(t *testing.T) { require.ErrorIs(t, c.do(), c.err) })
	}
}

// TestSparseAgainstBytes drives one file and a slice of bytes side by side.
func TestSparseAgainstBytes(t *testing.T) {
	const limit = 6 * chunkSize
	rapid.Check(t, func(t *rapid.T) {
		capacity := uint64(rapid.IntRange(1, 120).Draw(t, "blocks")) * BlockSize
		m := newFS(Options{Capacity: capacity})
		r, err := m.Create(m.Root(), "f", CreateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		h := r.Entry.Attr.Handle
		var model []byte
		alloc := make([]bool, limit/BlockSize+1) // the model of which blocks are allocated
		usedBytes := func() (n uint64) {
			for _, a := range alloc {
				if a {
					n += BlockSize
				}
			}
			return n
		}
		position := rapid.OneOf(
			rapid.IntRange(0, limit),
			rapid.Map(rapid.IntRange(0, limit/BlockSize), func(b int) int { return b * BlockSize }),
			rapid.Map(rapid.IntRange(0, limit/chunkSize), func(c int) int { return c * chunkSize }),
		)
		span := func(t *rapid.T) (off, end int) {
			off, end = position.Draw(t, "from"), position.Draw(t, "to")
			return min(off, end), max(off, end)
		}
		fill := byte(0)
		grow := func(off, end int) (need uint64) {
			for b := off / BlockSize; b*BlockSize < end; b++ {
				if !alloc[b] {
					need += BlockSize
				}
			}
			return need
		}
		mark := func(off, end int) {
			for b := off / BlockSize; b*BlockSize < end; b++ {
				alloc[b] = true
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				off, end := span(t)
				fill++
				_, err := m.WriteAt(h, "", bytes.Repeat([]byte{fill | 1}, end-off), uint64(off), 0)
				if off == end {
					if err != nil {
						t.Fatal(err)
					}
					return
				}
				if usedBytes()+grow(off, end) > capacity {
					if !errors.Is(err, ErrNoSpace) {
						t.Fatalf("write %d-%d: %v, want ErrNoSpace", off, end, err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				mark(off, end)
				if end > len(model) {
					model = append(model, make([]byte, end-len(model))...)
				}
				copy(model[off:], bytes.Repeat([]byte{fill | 1}, end-off))
			},
			"truncate": func(t *rapid.T) {
				size := position.Draw(t, "size")
				if _, err := m.SetAttr(h, Changes{Size: ptr(uint64(size))}); err != nil {
					t.Fatal(err)
				}
				if size >= len(model) {
					model = append(model, make([]byte, size-len(model))...)
					return
				}
				model = model[:size:size]
				for b := (size + BlockSize - 1) / BlockSize; b < len(alloc); b++ {
					alloc[b] = false
				}
			},
			"allocate": func(t *rapid.T) {
				off, end := span(t)
				_, err := m.Allocate(h, "", uint64(off), uint64(end-off))
				if off < end && usedBytes()+grow(off, end) > capacity {
					if !errors.Is(err, ErrNoSpace) {
						t.Fatalf("allocate %d-%d: %v, want ErrNoSpace", off, end, err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if off < end {
					mark(off, end)
				}
			},
			"punch": func(t *rapid.T) {
				off, end := span(t)
				if _, err := m.Deallocate(h, "", uint64(off), uint64(end-off)); err != nil {
					t.Fatal(err)
				}
				if off == end {
					return
				}
				if off < len(model) {
					clear(model[off:min(end, len(model))])
				}
				for b := (off + BlockSize - 1) / BlockSize; b < len(alloc); b++ {
					last := off < len(model) && end >= len(model) && b*BlockSize < len(model)
					if (b+1)*BlockSize <= end || last {
						alloc[b] = false
					}
				}
			},
			"": func(t *rapid.T) {
				a, err := m.GetAttr(h)
				if err != nil || a.Size != uint64(len(model)) || a.Used != usedBytes() {
					t.Fatalf("size %d used %d %v; want %d, %d", a.Size, a.Used, err, len(model), usedBytes())
				}
				if s := m.StatFS(); s.Total-s.Free != a.Used {
					t.Fatalf("file system uses %d, its only file %d", s.Total-s.Free, a.Used)
				}
				off, end := span(t)
				p := bytes.Repeat([]byte{0xEE}, end-off)
				n, eof, err := m.ReadAt(h, "", p, uint64(off))
				want := model[min(off, len(model)):min(end, len(model))]
				if err != nil || !bytes.Equal(p[:n], want) || eof != (end >= len(model) || off >= len(model)) {
					t.Fatalf("read %d-%d of %d: n %d eof %v %v, or content differs", off, end, len(model), n, eof, err)
				}
				wantData, wantHole := -1, -1
				for o := off; o < len(model); o++ {
					if alloc[o/BlockSize] && wantData < 0 {
						wantData = o
					}
					if !alloc[o/BlockSize] && wantHole < 0 {
						wantHole = o
					}
				}
				if wantHole < 0 && off < len(model) {
					wantHole = len(model)
				}
				check := func(what string, got uint64, err error, want int) {
					if want < 0 && !errors.Is(err, ErrNoData) || want >= 0 && (err != nil || got != uint64(want)) {
						t.Fatalf("%s(%d) = %d, %v; want %d", what, off, got, err, want)
					}
				}
				got, err := m.NextData(h, "", uint64(off))
				check("NextData", got, err, wantData)
				got, err = m.NextHole(h, "", uint64(off))
				check("NextHole", got, err, wantHole)
			},
		})
	})
}
