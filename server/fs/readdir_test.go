package fs

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"crosswire/server/lock"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestReadDirInParts(t *testing.T) {
	m := newFS(Options{})
	for i := range 10 {
		file(t, m, fmt.Sprint(i))
	}
	var got []string
	after, eof := uint64(0), false
	for !eof {
		var entries []Entry
		var err error
		entries, eof, err = m.ReadDir(m.Root(), after, 3)
		require.NoError(t, err)
		for _, e := range entries {
			require.GreaterOrEqual(t, e.Cookie, FirstDirCookie)
			require.Greater(t, e.Cookie, after)
			require.Equal(t, attr(t, m, e.Attr.Handle), e.Attr)
			got = append(got, e.Name)
			after = e.Cookie
		}
	}
	require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, got)
	for _, after := range []uint64{after, math.MaxInt64, math.MaxUint64} {
		entries, eof, err := m.ReadDir(m.Root(), after, 3)
		require.NoError(t, err)
		require.True(t, eof)
		require.Empty(t, entries)
	}
	_, _, err := m.ReadDir(m.Root(), 0, 0)
	require.ErrorIs(t, err, ErrInval)
	_, _, err = m.ReadDir(file(t, m, "f"), 0, 1)
	require.ErrorIs(t, err, ErrNotDir)
}

// TestReadDirWhileChanging lists a directory in parts and changes it in
// between: what nobody touches is seen exactly once, in order.
func TestReadDirWhileChanging(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newFS(Options{})
		next := 0
		var present []string // oldest cookie first
		create := func() {
			name := fmt.Sprint(next)
			next++
			if _, err := m.Create(m.Root(), name, CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			present = append(present, name)
		}
		for range rapid.IntRange(0, 40).Draw(t, "initial") {
			create()
		}
		untouched := slices.Clone(present)
		touch := func(i int) {
			untouched = slices.DeleteFunc(untouched, func(s string) bool { return s == present[i] })
			present = slices.Delete(present, i, i+1)
		}
		var seen []string
		after, eof := uint64(0), false
		for !eof {
			var entries []Entry
			var err error
			entries, eof, err = m.ReadDir(m.Root(), after, rapid.IntRange(1, 7).Draw(t, "limit"))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Cookie <= after {
					t.Fatalf("cookie %d after %d", e.Cookie, after)
				}
				seen, after = append(seen, e.Name), e.Cookie
			}
			for range rapid.IntRange(0, 4).Draw(t, "changes") {
				if len(present) == 0 || next < 200 && rapid.Bool().Draw(t, "create") {
					create()
					continue
				}
				i := rapid.IntRange(0, len(present)-1).Draw(t, "which")
				name := present[i]
				touch(i)
				if rapid.Bool().Draw(t, "remove") {
					if _, err := m.Remove(m.Root(), name, lock.FileHandle{}); err != nil {
						t.Fatal(err)
					}
					continue
				}
				to := fmt.Sprint(next)
				next++
				if _, err := m.Rename(m.Root(), name, m.Root(), to, RenameOptions{}); err != nil {
					t.Fatal(err)
				}
				present = append(present, to)
			}
			if next >= 200 {
				break
			}
		}
		if !eof {
			t.Skip("grew faster than it was read")
		}
		for _, name := range untouched {
			if n := len(slices.DeleteFunc(slices.Clone(seen), func(s string) bool { return s != name })); n != 1 {
				t.Fatalf("%s seen %d times in %v", name, n, seen)
			}
		}
		once := slices.Clone(seen)
		slices.Sort(once)
		if len(slices.Compact(once)) != len(seen) {
			t.Fatalf("a name was seen twice: %v", seen)
		}
		if all, _, _ := m.ReadDir(m.Root(), 0, 1000); len(all) != len(present) {
			t.Fatalf("%d entries, want %d", len(all), len(present))
		}
	})
}
