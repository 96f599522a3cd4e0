package lock

import "math"

// ToEnd, as the length of a POSIX-style range, means up to the last byte that
// there can be (RFC 8881 18.10.3); so does 0 (NLM's l_len).
const ToEnd = math.MaxUint64

// span is the bytes first to last, both included. MS-FSA 2.1.4.10 gives a
// range of no bytes at an offset > 0 last = first-1, with which the test for
// overlap says that it overlaps what it lies strictly inside of. The range
// {0, 0}, which overlaps nothing, is void.
type span struct {
	first, last uint64
	void        bool
}

// smbSpan is the span of an SMB range; MS-FSA 2.1.5.8 refuses one that wraps.
func smbSpan(off, length uint64) (span, error) {
	if length == 0 {
		return span{first: off, last: off - 1, void: off == 0}, nil
	}
	last := off + length - 1
	if last < off {
		return span{}, ErrInvalidRange
	}
	return span{first: off, last: last}, nil
}

// posixSpan is the span of a POSIX range.
func posixSpan(off, length uint64) (span, error) {
	if length == 0 || length == ToEnd {
		return span{first: off, last: math.MaxUint64}, nil
	}
	return smbSpan(off, length)
}

func (s span) overlaps(o span) bool {
	return !s.void && !o.void && s.first <= o.last && o.first <= s.last
}

// touches reports whether s and o, which are not empty, overlap or are
// neighbours.
func (s span) touches(o span) bool {
	return (o.last == math.MaxUint64 || s.first <= o.last+1) && (s.last == math.MaxUint64 || o.first <= s.last+1)
}
