package fs

import (
	"math/bits"
	"slices"

	"github.com/tidwall/btree"
)

const (
	chunkSize = 64 << 10
	minChunk  = 512
)

// sparse is the content of one stream: a size, which blocks are allocated, and
// the bytes. It does no locking and does not know the capacity.
//
// Bytes live in chunks of up to chunkSize, keyed by offset/chunkSize. A chunk
// is as long as a power of two that holds what was written to it, so a small
// file is small; what is not in a chunk reads as zero. Bytes at or past size
// are always zero, so that extending never shows old data.
type sparse struct {
	size   uint64
	alloc  extents
	chunks btree.Map[uint64, []byte]
}

// used is the number of bytes allocated.
func (s *sparse) used() uint64 { return s.alloc.count * BlockSize }

// blocks is the range of blocks that [off, end) touches.
func blocks(off, end uint64) (lo, hi uint64) {
	return off / BlockSize, (end + BlockSize - 1) / BlockSize
}

// cost is the number of bytes that writing [off, end) would allocate.
func (s *sparse) cost(off, end uint64) uint64 {
	return s.alloc.missing(blocks(off, end)) * BlockSize
}

// read fills p from off on and returns how much of it lies before the end.
func (s *sparse) read(p []byte, off uint64) int {
	if off >= s.size {
		return 0
	}
	if left := s.size - off; uint64(len(p)) > left {
		p = p[:left]
	}
	n := len(p)
	for len(p) > 0 {
		at := int(off % chunkSize)
		part := p[:min(len(p), chunkSize-at)]
		copied := 0
		if c, _ := s.chunks.Get(off / chunkSize); at < len(c) {
			copied = copy(part, c[at:])
		}
		clear(part[copied:])
		p = p[len(part):]
		off += uint64(len(part))
	}
	return n
}

// store keeps the bytes of p at off. It leaves size and alloc alone: its
// caller changes those together with the attributes.
func (s *sparse) store(p []byte, off uint64) {
	for len(p) > 0 {
		at := int(off % chunkSize)
		part := p[:min(len(p), chunkSize-at)]
		s.writeChunk(off/chunkSize, at, part)
		p = p[len(part):]
		off += uint64(len(part))
	}
}

func (s *sparse) writeChunk(key uint64, at int, part []byte) {
	c, _ := s.chunks.Get(key)
	end := at + len(part)
	if end > len(c) {
		if len(part) == chunkSize {
			// Cloning saves zeroing what is about to be overwritten.
			s.chunks.Set(key, slices.Clone(part))
			return
		}
		grown := make([]byte, s.chunkLen(key, end))
		copy(grown, c)
		c = grown
		s.chunks.Set(key, c)
	}
	copy(c[at:], part)
}

// chunkLen is the length of a chunk that must reach end: a whole one if the
// chunk before is whole, because then the stream is being written in sequence
// and growing step by step would copy it several times.
func (s *sparse) chunkLen(key uint64, end int) int {
	if key > 0 {
		if before, _ := s.chunks.Get(key - 1); len(before) == chunkSize {
			return chunkSize
		}
	}
	return max(minChunk, 1<<bits.Len(uint(end-1)))
}

// truncate sets the size and returns the number of bytes given back. Blocks
// allocated beyond the old end survive an extension but no reduction.
func (s *sparse) truncate(size uint64) uint64 {
	old := s.size
	s.size = size
	if size >= old {
		return 0
	}
	if size == 0 {
		freed := s.used()
		*s = sparse{}
		return freed
	}
	_, keep := blocks(0, size)
	freed := s.alloc.remove(keep, ^uint64(0)/BlockSize) * BlockSize
	s.clear(size, ^uint64(0))
	return freed
}

// punch makes [off, end) read as zeros and returns the number of bytes given
// back by blocks that lie wholly inside (a last block that the size cuts off
// counts as whole if the range reaches the size).
func (s *sparse) punch(off, end uint64) uint64 {
	lo, hi := (off+BlockSize-1)/BlockSize, end/BlockSize
	if end >= s.size && off < s.size {
		_, last := blocks(0, s.size)
		hi = max(hi, last)
	}
	freed := s.alloc.remove(lo, hi) * BlockSize
	s.clear(off, end)
	return freed
}

// clear zeroes the stored bytes of [off, end) and drops whole chunks.
func (s *sparse) clear(off, end uint64) {
	var whole []uint64
	s.chunks.Ascend(off/chunkSize, func(key uint64, c []byte) bool {
		start := key * chunkSize
		if start >= end {
			return false
		}
		from, to := uint64(0), uint64(len(c))
		if off > start {
			from = min(off-start, to)
		}
		to = min(to, end-start)
		if from == 0 && to == uint64(len(c)) {
			whole = append(whole, key)
		} else if from < to {
			clear(c[from:to])
		}
		return true
	})
	for _, key := range whole {
		s.chunks.Delete(key)
	}
}
