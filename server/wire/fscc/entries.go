package fscc

import (
	"encoding/binary"
	"fmt"
)

var le = binary.LittleEndian

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
