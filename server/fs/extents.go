package fs

import "github.com/tidwall/btree"

// extents is a set of block numbers, kept as ranges [start, end) that neither
// overlap nor touch. Its cost depends on the number of ranges, never on their
// length. The zero value is empty.
type extents struct {
	ends  btree.Map[uint64, uint64] // start -> end
	count uint64                    // blocks in the set
}

// at finds the range that holds b.
func (x *extents) at(b uint64) (start, end uint64, ok bool) {
	x.ends.Descend(b, func(s, e uint64) bool {
		start, end, ok = s, e, b < e
		return false
	})
	return start, end, ok
}

// missing counts the blocks of [lo, hi) that are not in the set.
func (x *extents) missing(lo, hi uint64) uint64 {
	if lo >= hi {
		return 0
	}
	n, pos := uint64(0), lo
	if _, end, ok := x.at(lo); ok {
		if end >= hi {
			return 0
		}
		pos = end
	}
	x.ends.Ascend(pos, func(s, e uint64) bool {
		if s >= hi {
			return false
		}
		n += s - pos
		pos = min(e, hi)
		return pos < hi
	})
	return n + hi - pos
}

// add puts [lo, hi) into the set and counts the blocks that were new.
func (x *extents) add(lo, hi uint64) uint64 {
	if lo >= hi {
		return 0
	}
	start, end := lo, hi
	// A range that ends exactly at lo is joined too: look from lo-1.
	if s, e, ok := x.at(lo - min(lo, 1)); ok {
		if e >= hi && s <= lo {
			return 0
		}
		start, end = min(s, lo), max(e, hi)
	}
	var absorbed []uint64
	old := uint64(0)
	x.ends.Ascend(start, func(s, e uint64) bool {
		if s > hi {
			return false
		}
		absorbed = append(absorbed, s)
		old += e - s
		end = max(end, e)
		return true
	})
	for _, s := range absorbed {
		if s != start {
			x.ends.Delete(s)
		}
	}
	x.ends.Set(start, end)
	fresh := end - start - old
	x.count += fresh
	return fresh
}

// remove takes [lo, hi) out of the set and counts the blocks that were in it.
func (x *extents) remove(lo, hi uint64) uint64 {
	if lo >= hi {
		return 0
	}
	n := uint64(0)
	if s, e, ok := x.at(lo); ok && s < lo {
		x.ends.Set(s, lo)
		n += min(e, hi) - lo
		if e > hi {
			x.ends.Set(hi, e)
		}
	}
	var inside []uint64
	tail := uint64(0)
	x.ends.Ascend(lo, func(s, e uint64) bool {
		if s >= hi {
			return false
		}
		inside = append(inside, s)
		n += min(e, hi) - s
		if e > hi {
			tail = e
		}
		return true
	})
	for _, s := range inside {
		x.ends.Delete(s)
	}
	if tail > 0 {
		x.ends.Set(hi, tail)
	}
	x.count -= n
	return n
}

// nextIn is the first block at or after b that is in the set.
func (x *extents) nextIn(b uint64) (uint64, bool) {
	if _, _, ok := x.at(b); ok {
		return b, true
	}
	found := false
	x.ends.Ascend(b, func(s, _ uint64) bool {
		b, found = s, true
		return false
	})
	return b, found
}

// nextOut is the first block at or after b that is not in the set.
func (x *extents) nextOut(b uint64) uint64 {
	if _, end, ok := x.at(b); ok {
		return end
	}
	return b
}
