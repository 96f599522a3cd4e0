package fs

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"crosswire/server/lock"

	"github.com/stretchr/testify/require"
)

// TestConcurrentUse runs every kind of operation side by side on few names, so
// that they meet, and then checks what must hold whatever their order.
func TestConcurrentUse(t *testing.T) {
	m := newFS(Options{Capacity: 4 << 20, MaxInodes: 60})
	dirs := []lock.FileHandle{m.Root(), mkdir(t, m, m.Root(), "x"), mkdir(t, m, m.Root(), "y")}
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 1))
			name := func() string { return fmt.Sprintf("%c%d", "nN"[r.IntN(2)], r.IntN(8)) }
			dir := func() lock.FileHandle { return dirs[r.IntN(len(dirs))] }
			for range 1500 {
				d, n := dir(), name()
				e, err := m.LookupFold(d, n)
				h := e.Attr.Handle
				pinned := err == nil && m.Pin(h) == nil
				switch r.IntN(15) {
				case 0, 1, 2:
					_, _ = m.Create(d, n, CreateOptions{Fold: r.IntN(2) == 0})
				case 3:
					_, _ = m.Mkdir(d, n, Changes{}, true)
				case 4:
					_, _ = m.Remove(d, n, h)
				case 5:
					_, _ = m.Rmdir(d, n, h)
				case 6, 7:
					_, _ = m.Rename(d, n, dir(), name(), RenameOptions{Fold: r.IntN(2) == 0})
				case 8:
					_, _ = m.Link(h, dir(), name(), false)
				case 9:
					_, _ = m.WriteAt(h, "", bytes.Repeat([]byte{byte(worker)}, r.IntN(100<<10)), uint64(r.IntN(1<<20)), WriteFlags(r.IntN(2)))
				case 10:
					_, _, _ = m.ReadAt(h, "", make([]byte, 100<<10), uint64(r.IntN(1<<20)))
				case 11:
					_, _ = m.SetAttr(h, Changes{Size: ptr(uint64(r.IntN(1 << 20)))})
					_, _ = m.Deallocate(h, "", uint64(r.IntN(1<<20)), 1<<17)
				case 12:
					_, _, _ = m.CreateStream(h, n, false)
					_, _ = m.WriteAt(h, n, []byte("stream"), uint64(r.IntN(1<<20)), 0)
					_, _ = m.RenameStream(h, n, name(), true)
					_, _ = m.RemoveStream(h, n)
				case 13:
					_, _ = m.SetXattr(h, n, []byte(n), 0)
					_, _ = m.ListXattr(h)
					_ = m.TouchAtime(h)
				case 14:
					_, _, _ = m.ReadDir(d, uint64(r.IntN(50)), 10)
					_, _ = m.Links(h)
					_ = m.StatFS()
					_, _ = m.NextData(h, "", 0)
				}
				if pinned {
					m.Unpin(h)
				}
			}
		})
	}
	wg.Wait()

	// Walk the tree: links, parents and counts agree, and what is in use is
	// exactly what the files that are left use.
	var used uint64
	names := map[lock.FileHandle]uint32{}
	subdirs := map[lock.FileHandle]uint32{}
	nodes := uint64(1)
	var walk func(dir lock.FileHandle)
	walk = func(dir lock.FileHandle) {
		entries, eof, err := m.ReadDir(dir, 0, 1000)
		require.NoError(t, err)
		require.True(t, eof)
		for _, e := range entries {
			h := e.Attr.Handle
			names[h]++
			links, err := m.Links(h)
			require.NoError(t, err)
			require.Contains(t, links, Link{Dir: dir, Name: e.Name, LinkID: e.LinkID})
			f, err := m.LookupFold(dir, e.Name)
			require.NoError(t, err)
			require.Equal(t, h, f.Attr.Handle)
			if names[h] > 1 {
				continue
			}
			nodes++
			used += e.Attr.Used
			streams, err := m.Streams(h)
			require.NoError(t, err)
			for _, s := range streams {
				used += s.Used
			}
			if e.Attr.Type == TypeDirectory {
				subdirs[dir]++
				require.Equal(t, dir.ID, e.Attr.ParentID)
				walk(h)
				require.Equal(t, 2+subdirs[h], e.Attr.Nlink)
			}
		}
	}
	walk(m.Root())
	require.Equal(t, 2+subdirs[m.Root()], attr(t, m, m.Root()).Nlink)
	for h, n := range names {
		if a := attr(t, m, h); a.Type != TypeDirectory {
			require.Equal(t, n, a.Nlink)
		}
	}
	s := m.StatFS()
	require.Equal(t, used, s.Total-s.Free)
	require.Equal(t, nodes, s.Files-s.FilesFree, "no node is left behind")
}

// TestWritesAreAtomic has writers fill the same range, across chunks, with one
// byte each; no reader may see two.
func TestWritesAreAtomic(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	const n = 3*chunkSize + 100
	write(t, m, h, "", string(make([]byte, n)), 50)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 200 {
				p := make([]byte, n)
				if worker < 2 {
					_, err := m.WriteAt(h, "", bytes.Repeat([]byte{byte(2*i + worker)}, n), 50, 0)
					if err != nil {
						t.Error(err)
					}
					continue
				}
				_, _, err := m.ReadAt(h, "", p, 50)
				if err != nil || !bytes.Equal(p, bytes.Repeat(p[:1], n)) {
					t.Errorf("a read saw two writes at once (%v)", err)
				}
			}
		})
	}
	wg.Wait()
}

// TestAppendsDoNotOverlap gives every append a place of its own.
func TestAppendsDoNotOverlap(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				if _, err := m.WriteAt(h, "", []byte("0123456"), 0, WriteAppend); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 4*500*7, attr(t, m, h).Size)
	require.Equal(t, string(bytes.Repeat([]byte("0123456"), 2000)), read(t, m, h, "", 0, 1<<20))
}

// TestExclusiveCreateHasOneWinner lets many create one name at once.
func TestExclusiveCreateHasOneWinner(t *testing.T) {
	m := newFS(Options{})
	for i := range 100 {
		won := make(chan struct{}, 8)
		var wg sync.WaitGroup
		for worker := range cap(won) {
			wg.Go(func() {
				name := fmt.Sprintf("%c%d", "fF"[worker%2], i)
				_, err := m.Create(m.Root(), name, CreateOptions{Exclusive: true, Fold: true})
				if err == nil {
					won <- struct{}{}
				} else if !errors.Is(err, ErrExist) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Len(t, won, 1)
	}
}
