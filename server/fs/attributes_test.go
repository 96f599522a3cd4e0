package fs

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSetAttr(t *testing.T) {
	when := time.Date(1980, 2, 3, 4, 5, 6, 789, time.UTC)
	for _, c := range []struct {
		row  string
		c    Changes
		want func(a *Attr, now time.Time) // the expected difference
	}{
		{"mode", Changes{Mode: ptr(uint32(0o7777777))}, func(a *Attr, _ time.Time) { a.Mode = 0o7777 }},
		{"owner", Changes{UID: ptr(uint32(5)), GID: ptr(uint32(6))}, func(a *Attr, _ time.Time) { a.UID, a.GID = 5, 6 }},
		{"dos", Changes{DOS: ptr(uint32(3))}, func(a *Attr, _ time.Time) { a.DOS = 3 }},
		{"extend", Changes{Size: ptr(uint64(10000))}, func(a *Attr, now time.Time) { a.Size, a.Mtime = 10000, now }},
		{"same size", Changes{Size: ptr(uint64(5))}, func(a *Attr, now time.Time) { a.Mtime = now }},
		{"to nothing", Changes{Size: new(uint64)}, func(a *Attr, now time.Time) { a.Size, a.Used, a.Mtime = 0, 0, now }},
		{"size, its time kept", Changes{Size: new(uint64), KeepMtime: true}, func(a *Attr, _ time.Time) { a.Size, a.Used = 0, 0 }},
		{"size and its time", Changes{Size: new(uint64), Mtime: At(when)}, func(a *Attr, _ time.Time) { a.Size, a.Used, a.Mtime = 0, 0, when }},
		{"times given", Changes{Atime: At(when), Mtime: At(when), Btime: At(when)}, func(a *Attr, _ time.Time) { a.Atime, a.Mtime, a.Btime = when, when, when }},
		{"times now", Changes{Atime: Now(), Mtime: Now()}, func(a *Attr, now time.Time) { a.Atime, a.Mtime = now, now }},
		{"change time given (MS-FSCC 2.4.7)", Changes{Ctime: At(when)}, func(a *Attr, _ time.Time) { a.Ctime = when }},
	} {
		t.Run(c.row, func(t *testing.T) {
			m := newFS(Options{})
			h := file(t, m, "f")
			write(t, m, h, "", "hello", 0)
			before := attr(t, m, h)
			w, err := m.SetAttr(h, c.c)
			require.NoError(t, err)
			require.Equal(t, before, w.Before)
			require.Equal(t, attr(t, m, h), w.After)
			now := before.Ctime.Add(time.Microsecond) // the tick clock was read once
			want := before
			want.Ctime = now
			want.Change++
			c.want(&want, now)
			require.Equal(t, want, w.After)
		})
	}
}

func TestSetAttrGuard(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	write(t, m, h, "", "hello", 0)
	a := attr(t, m, h)
	stale := a.Ctime.Add(-time.Nanosecond)
	_, err := m.SetAttr(h, Changes{Size: new(uint64), Guard: &stale})
	require.ErrorIs(t, err, ErrNotSync)
	require.Equal(t, a, attr(t, m, h))
	w, err := m.SetAttr(h, Changes{Guard: &a.Ctime})
	require.NoError(t, err)
	require.Equal(t, WCC{Before: a, After: a}, w, "nothing asked, nothing changed")
	w, err = m.SetAttr(h, Changes{Size: new(uint64), Guard: &a.Ctime})
	require.NoError(t, err)
	require.Zero(t, w.After.Size)
}

func TestTimesKeepTheirRange(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	for row, when := range map[string]time.Time{
		"FILETIME 1":           time.Date(1601, 1, 1, 0, 0, 0, 100, time.UTC),
		"nfstime3's last":      time.Unix(math.MaxUint32, 999999999).UTC(),
		"year 30000, FILETIME": time.Date(30000, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(row, func(t *testing.T) {
			_, err := m.SetAttr(h, Changes{Mtime: At(when)})
			require.NoError(t, err)
			require.True(t, when.Equal(attr(t, m, h).Mtime))
		})
	}
}

func TestTouchAtime(t *testing.T) {
	m := newFS(Options{})
	h := file(t, m, "f")
	a := attr(t, m, h)
	require.NoError(t, m.TouchAtime(h))
	b := attr(t, m, h)
	require.True(t, b.Atime.After(a.Atime))
	b.Atime = a.Atime
	require.Equal(t, a, b)
}
