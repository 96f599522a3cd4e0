package fs

import (
	"fmt"
	"testing"

	"crosswire/server/clock"
	"crosswire/server/lock"
)

func benchFile(b *testing.B) (*Memory, lock.FileHandle) {
	m := NewMemory(Options{FSID: 1, Clock: clock.System{}})
	return m, file(b, m, "f")
}

func BenchmarkReadAt(b *testing.B) {
	for _, size := range []int{4 << 10, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			m, h := benchFile(b)
			p := make([]byte, size)
			const blocks = 32
			for i := range uint64(blocks) {
				if _, err := m.WriteAt(h, "", p, i*uint64(size), 0); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			i := uint64(0)
			for b.Loop() {
				_, _, _ = m.ReadAt(h, "", p, i%blocks*uint64(size))
				i++
			}
		})
	}
}

func BenchmarkWriteAt(b *testing.B) {
	for _, size := range []int{4 << 10, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("over/%dKiB", size>>10), func(b *testing.B) {
			m, h := benchFile(b)
			p := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			i := uint64(0)
			for b.Loop() {
				_, _ = m.WriteAt(h, "", p, i%32*uint64(size), 0)
				i++
			}
		})
		b.Run(fmt.Sprintf("fresh/%dKiB", size>>10), func(b *testing.B) {
			m, h := benchFile(b)
			p := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			off := uint64(0)
			for b.Loop() {
				if off >= 256<<20 {
					off = 0
					_, _ = m.Truncate(h, "", 0)
				}
				_, _ = m.WriteAt(h, "", p, off, 0)
				off += uint64(size)
			}
		})
	}
}

func BenchmarkReadAtParallel(b *testing.B) {
	m, h := benchFile(b)
	const size = 1 << 20
	_, _ = m.WriteAt(h, "", make([]byte, size), 0, 0)
	b.SetBytes(size)
	b.RunParallel(func(pb *testing.PB) {
		p := make([]byte, size)
		for pb.Next() {
			_, _, _ = m.ReadAt(h, "", p, 0)
		}
	})
}

func BenchmarkCreateRemove(b *testing.B) {
	m, _ := benchFile(b)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = m.Create(m.Root(), "new", CreateOptions{Exclusive: true})
		_, _ = m.Remove(m.Root(), "new", lock.FileHandle{})
	}
}

func benchDir(b *testing.B) (*Memory, []string) {
	m, _ := benchFile(b)
	names := make([]string, 100_000)
	for i := range names {
		names[i] = fmt.Sprintf("some file name %d.txt", i)
		if _, err := m.Create(m.Root(), names[i], CreateOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	return m, names
}

func BenchmarkLookup(b *testing.B) {
	m, names := benchDir(b)
	b.Run("exact", func(b *testing.B) {
		i := 0
		for b.Loop() {
			_, _ = m.Lookup(m.Root(), names[i%len(names)])
			i++
		}
	})
	b.Run("fold", func(b *testing.B) {
		i := 0
		for b.Loop() {
			_, _ = m.LookupFold(m.Root(), "S"+names[i%len(names)][1:])
			i++
		}
	})
	b.Run("ReadDir of 100", func(b *testing.B) {
		i := uint64(0)
		for b.Loop() {
			_, _, _ = m.ReadDir(m.Root(), i%100_000, 100)
			i += 100
		}
	})
	b.Run("GetAttr", func(b *testing.B) {
		for b.Loop() {
			_, _ = m.GetAttr(m.Root())
		}
	})
}
