package smb2

import (
	"encoding/binary"
	"fmt"

	"crosswire/server/wire/fscc"
)

var le = binary.LittleEndian

// body gives the part of msg after the header, at least fixed bytes long and
// with the StructureSize size. fixed is size without the one byte that an odd
// size counts for the variable part.
func body(structure string, msg []byte, size uint16, fixed int) ([]byte, error) {
	if len(msg) < HeaderSize+2 {
		return nil, truncated(structure, len(msg), HeaderSize+fixed)
	}
	b := msg[HeaderSize:]
	if got := le.Uint16(b); got != size {
		return nil, &DecodeError{structure, "StructureSize", ErrStructureSize, fmt.Sprintf("%d, want %d", got, size)}
	}
	if len(b) < fixed {
		return nil, truncated(structure, len(msg), HeaderSize+fixed)
	}
	return b, nil
}

// field gives msg[off:off+n] after checking that it lies in the message at or
// after min. A length of zero gives nil whatever the offset says.
func field(structure, name string, msg []byte, off, n uint32, min int) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	if uint64(off) < uint64(min) || uint64(off)+uint64(n) > uint64(len(msg)) {
		return nil, &DecodeError{structure, name, ErrOffset, fmt.Sprintf("offset %d length %d in %d bytes", off, n, len(msg))}
	}
	return msg[off : uint64(off)+uint64(n) : uint64(off)+uint64(n)], nil
}

// text is field for a UTF-16 name.
func text(structure, name string, msg []byte, off, n uint32, min int) (string, error) {
	b, err := field(structure, name, msg, off, n, min)
	if err != nil {
		return "", err
	}
	s, ok := fscc.DecodeUTF16(b)
	if !ok {
		return "", badValue(structure, name, "odd length %d", n)
	}
	return s, nil
}

func u16(b []byte, v uint16) []byte { return le.AppendUint16(b, v) }
func u32(b []byte, v uint32) []byte { return le.AppendUint32(b, v) }
func u64(b []byte, v uint64) []byte { return le.AppendUint64(b, v) }

// zeros appends n zero bytes.
func zeros(b []byte, n int) []byte {
	var z [64]byte
	for n > len(z) {
		b = append(b, z[:]...)
		n -= len(z)
	}
	return append(b, z[:n]...)
}

// align8 appends zero bytes until len(b)-start is a multiple of 8.
func align8(b []byte, start int) []byte { return zeros(b, -(len(b)-start)&7) }

// at gives the offset from the header of the byte that the next append writes,
// for a body that began at start.
func at(b []byte, start int) int { return HeaderSize + len(b) - start }
