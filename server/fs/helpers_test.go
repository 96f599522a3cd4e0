package fs

import (
	"testing"
	"time"

	"crosswire/server/clock"
	"crosswire/server/lock"

	"github.com/stretchr/testify/require"
)

// tick is a clock that moves by one microsecond each time it is read.
type tick struct {
	clock.Clock
	ch chan time.Time
}

func newTick() tick {
	t := tick{ch: make(chan time.Time, 1)}
	t.ch <- time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC)
	return t
}

func (t tick) Now() time.Time {
	now := (<-t.ch).Add(time.Microsecond)
	t.ch <- now
	return now
}

func newFS(o Options) *Memory {
	o.Clock = newTick()
	if o.FSID == 0 {
		o.FSID = 7
	}
	return NewMemory(o)
}

func ptr[T any](v T) *T { return &v }

// file makes an empty file in the root.
func file(t testing.TB, m *Memory, name string) lock.FileHandle {
	t.Helper()
	r, err := m.Create(m.Root(), name, CreateOptions{Exclusive: true, Init: Changes{Mode: ptr(uint32(0o644))}})
	require.NoError(t, err)
	return r.Entry.Attr.Handle
}

func mkdir(t testing.TB, m *Memory, dir lock.FileHandle, name string) lock.FileHandle {
	t.Helper()
	r, err := m.Mkdir(dir, name, Changes{}, false)
	require.NoError(t, err)
	return r.Entry.Attr.Handle
}

func attr(t testing.TB, m *Memory, h lock.FileHandle) Attr {
	t.Helper()
	a, err := m.GetAttr(h)
	require.NoError(t, err)
	return a
}

func write(t testing.TB, m *Memory, h lock.FileHandle, stream, data string, off uint64) Written {
	t.Helper()
	w, err := m.WriteAt(h, stream, []byte(data), off, 0)
	require.NoError(t, err)
	return w
}

func read(t testing.TB, m *Memory, h lock.FileHandle, stream string, off uint64, n int) string {
	t.Helper()
	p := make([]byte, n)
	n, _, err := m.ReadAt(h, stream, p, off)
	require.NoError(t, err)
	return string(p[:n])
}
