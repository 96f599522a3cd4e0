package fs

import (
	"testing"

	"pgregory.net/rapid"
)

// TestExtentsAgainstBitmap compares the set with one bool a block.
func TestExtentsAgainstBitmap(t *testing.T) {
	const size = 64
	rapid.Check(t, func(t *rapid.T) {
		var x extents
		var bits [size]bool
		count := func(lo, hi uint64, want bool) (n uint64) {
			for b := lo; b < hi; b++ {
				if bits[b] == want {
					n++
				}
			}
			return n
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			lo := rapid.Uint64Range(0, size-1).Draw(t, "lo")
			hi := rapid.Uint64Range(lo, size).Draw(t, "hi")
			if got, want := x.missing(lo, hi), count(lo, hi, false); got != want {
				t.Fatalf("missing(%d,%d) = %d, want %d", lo, hi, got, want)
			}
			set := rapid.Bool().Draw(t, "add")
			want := count(lo, hi, !set)
			var got uint64
			if set {
				got = x.add(lo, hi)
			} else {
				got = x.remove(lo, hi)
			}
			if got != want {
				t.Fatalf("add=%v(%d,%d) = %d, want %d", set, lo, hi, got, want)
			}
			for b := lo; b < hi; b++ {
				bits[b] = set
			}
			if x.count != count(0, size, true) {
				t.Fatalf("count = %d, want %d", x.count, count(0, size, true))
			}
			last, first := uint64(0), true
			x.ends.Scan(func(s, e uint64) bool {
				if s >= e || (!first && s <= last) {
					t.Fatalf("range %d-%d after end %d", s, e, last)
				}
				last, first = e, false
				return true
			})
			for b := range uint64(size) {
				in, out := b, b
				for in < size && !bits[in] {
					in++
				}
				for out < size && bits[out] {
					out++
				}
				if got, ok := x.nextIn(b); ok != (in < size) || ok && got != in {
					t.Fatalf("nextIn(%d) = %d, %v; want %d", b, got, ok, in)
				}
				if got := x.nextOut(b); got != out {
					t.Fatalf("nextOut(%d) = %d, want %d", b, got, out)
				}
			}
		}
	})
}
