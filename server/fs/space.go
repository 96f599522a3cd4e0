package fs

import "sync/atomic"

// budget counts the bytes that data occupies against a total that may change
// at any time.
type budget struct {
	total, used atomic.Uint64
}

// take reserves n bytes, or nothing.
func (b *budget) take(n uint64) error {
	if n == 0 {
		return nil
	}
	for {
		used := b.used.Load()
		if used+n < used || used+n > b.total.Load() {
			return ErrNoSpace
		}
		if b.used.CompareAndSwap(used, used+n) {
			return nil
		}
	}
}

// give returns n bytes taken before.
func (b *budget) give(n uint64) { b.used.Add(-n) }

// room is the total and what is free of it.
func (b *budget) room() (total, free uint64) {
	total, used := b.total.Load(), b.used.Load()
	return total, total - min(used, total)
}
