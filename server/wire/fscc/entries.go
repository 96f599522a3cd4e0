package fscc

import (
	"encoding/binary"
	"fmt"
)

var le = binary.LittleEndian

func u16(b []byte, v uint16) []byte { return le.AppendUint16(b, v) }
func u32(b []byte, v uint32) []byte { return le.AppendUint32(b, v) }
func u64(b []byte, v uint64) []byte { return le.AppendUint64(b, v) }

func flag(v bool) byte {
	if v {
		return 1
	}
	return 0
}

func uint32At(structure string, b []byte, v *uint32) error {
	if err := need(structure, b, 4); err != nil {
		return err
	}
	*v = le.Uint32(b)
	return nil
}

func uint64At(structure string, b []byte, v *uint64) error {
	if err := need(structure, b, 8); err != nil {
		return err
	}
	*v = le.Uint64(b)
	return nil
}

func int64At(structure string, b []byte, v *int64) error {
	if err := need(structure, b, 8); err != nil {
		return err
	}
	*v = int64(le.Uint64(b))
	return nil
}

// chain writes a list whose entries begin with a NextEntryOffset, 0 in the last
// one, and stand at multiples of align from the first.
type chain struct {
	out               []byte
	start, max, align int
	prev              int // where the last entry begins, -1 before the first
}

func newChain(dst []byte, max, align int) chain {
	return chain{out: dst, start: len(dst), max: max, align: align, prev: -1}
}

// add appends an entry of size bytes if it fits.
func (c *chain) add(size int, write func([]byte) []byte) bool {
	used := len(c.out) - c.start
	pad := -used & (c.align - 1)
	if used+pad+size > c.max {
		return false
	}
	for range pad {
		c.out = append(c.out, 0)
	}
	if c.prev >= 0 {
		le.PutUint32(c.out[c.prev:], uint32(len(c.out)-c.prev))
	}
	c.prev = len(c.out)
	c.out = write(c.out)
	return true
}

// eachEntry walks a list chained by a leading 32-bit NextEntryOffset, 0 in the
// last one. Every entry has at least min bytes and starts at a multiple of align
// from the first; f gets it with what follows it up to the next.
func eachEntry(structure string, b []byte, min, align int, f func(entry []byte) error) error {
	for len(b) > 0 {
		if err := need(structure, b, min); err != nil {
			return err
		}
		next := le.Uint32(b)
		if next == 0 {
			return f(b)
		}
		if uint64(next) < uint64(min) || uint64(next) >= uint64(len(b)) || int(next)%align != 0 {
			return &DecodeError{structure, "NextEntryOffset", fmt.Sprintf("%d in %d bytes", next, len(b))}
		}
		if err := f(b[:next:next]); err != nil {
			return err
		}
		b = b[next:]
	}
	return nil
}

// name32 reads a UTF-16 name at off whose byte length is the uint32 at lenAt.
func name32(structure string, b []byte, lenAt, off int) (string, error) {
	raw, err := slice(structure, "FileName", b, uint64(off), uint64(le.Uint32(b[lenAt:])))
	if err != nil {
		return "", err
	}
	s, ok := DecodeUTF16(raw)
	if !ok {
		return "", &DecodeError{structure, "FileName", "odd length"}
	}
	return s, nil
}
