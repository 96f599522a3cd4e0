package oplock

import (
	"context"
	"runtime"
	"testing"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/lock"

	"github.com/stretchr/testify/require"
)

// sink is a connection that only counts.
type sink struct{ n int }

func (s *sink) SendOplockBreak(uint64, Level) error { s.n++; return nil }
func (s *sink) SendLeaseBreak(LeaseBreak) error     { s.n++; return nil }

// What a check costs an NFS WRITE when nobody holds anything: a load.
func BenchmarkCheckQuiet(b *testing.B) {
	var m adapter.OpenBreaker = New(clock.System{}, Options{})
	ctx := context.Background()
	for b.Loop() {
		if m.CheckAndBreakForWrite(ctx, file1) != nil {
			b.Fatal("a break")
		}
	}
}

// The same while leases are held, on other files.
func BenchmarkCheckOtherFile(b *testing.B) {
	m := New(clock.System{}, Options{})
	fill(b, m, 1000)
	ctx := context.Background()
	h := lock.FileHandle{FSID: 9, ID: 1}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if m.CheckAndBreakForWrite(ctx, h) != nil {
				b.Error("a break")
			}
		}
	})
}

// A write through the lease that is held.
func BenchmarkCheckOwnLease(b *testing.B) {
	m := New(clock.System{}, Options{})
	fill(b, m, 1)
	ctx := adapter.WithOrigin(context.Background(), &adapter.Origin{Protocol: "smb", LeaseKey: leaseKey(0), ClientGUID: [16]byte{1}})
	b.ReportAllocs()
	for b.Loop() {
		if m.CheckAndBreakForWrite(ctx, lock.FileHandle{FSID: 1}) != nil {
			b.Fatal("a break")
		}
	}
}

// From the check to the queued notification and its acknowledgment.
func BenchmarkBreak(b *testing.B) {
	m := New(clock.System{}, Options{})
	s := &sink{}
	ctx := context.Background()
	req := Request{Open: 1, Connection: 1, Notifier: s, Level: LevelLease,
		Lease: LeaseRequest{ClientGUID: [16]byte{1}, Key: leaseKey(0), State: RWH, V2: true}}
	if _, err := m.Grant(file1, req); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !MustWait(m.CheckAndBreakForRead(ctx, file1)) {
			b.Fatal("no break")
		}
		if err := m.AcknowledgeLease([16]byte{1}, leaseKey(0), RH, nil); err != nil {
			b.Fatal(err)
		}
		req.Open++
		if g, err := m.Grant(file1, req); err != nil || g.State != RWH {
			b.Fatal(g, err)
		}
		m.Close(req.Open - 1)
	}
	if s.n == 0 {
		b.Fatal("nothing was sent")
	}
}

func leaseKey(i int) adapter.LeaseKey {
	return adapter.LeaseKey{byte(i), byte(i >> 8), byte(i >> 16), 1}
}

// fill opens n files with a lease each, a hundred on a connection.
func fill(t testing.TB, m *Manager, n int) {
	s := &sink{}
	for i := range n {
		_, err := m.Grant(lock.FileHandle{FSID: 1, ID: uint64(i)}, Request{
			Open: uint64(i + 1), Connection: uint64(i / 100), Notifier: s, Level: LevelLease,
			Lease: LeaseRequest{ClientGUID: [16]byte{1, byte(i / 100), byte(i / 25600)}, Key: leaseKey(i), State: RWH, V2: true},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// memoryPerOpen measures the heap that one open with a lease of its own costs.
func memoryPerOpen(t testing.TB, n int) float64 {
	var before, after runtime.MemStats
	m := New(clock.System{}, Options{})
	runtime.GC()
	runtime.ReadMemStats(&before)
	fill(t, m, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(m)
	return (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(n)
}

// An open with a lease costs less than 1 KiB, 100,000 of them being held.
func TestMemoryPerOpen(t *testing.T) {
	per := memoryPerOpen(t, 100_000)
	t.Logf("%.0f bytes an open", per)
	require.Less(t, per, 1024.0)
}

func BenchmarkMemoryPerOpen(b *testing.B) {
	var per float64
	for b.Loop() {
		per = memoryPerOpen(b, 20_000)
	}
	b.ReportMetric(per, "B/open")
	b.ReportMetric(0, "ns/op")
}
