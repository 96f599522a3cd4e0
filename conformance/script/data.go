package script

import (
	"encoding/binary"
	"io"
)

// Len is the number of bytes.
func (d *Data) Len() uint64 { return d.Size }

// ReadAt fills p from offset off, as io.ReaderAt does: io.EOF when fewer bytes are left.
func (d *Data) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || uint64(off) >= d.Size {
		return 0, io.EOF
	}
	n := len(p)
	var err error
	if left := d.Size - uint64(off); uint64(n) > left {
		n, err = int(left), io.EOF
	}
	p = p[:n]
	switch d.Form {
	case DataZeros:
		clear(p)
	case DataPattern:
		fillPattern(d.Seed, uint64(off), p)
	default:
		copy(p, d.Bytes[off:])
	}
	return n, err
}

// Open reads the data from its beginning.
func (d *Data) Open() *io.SectionReader { return io.NewSectionReader(d, 0, int64(d.Size)) }

// fillPattern writes the bytes off, off+1, … of the pattern seed: the little-endian words of splitmix64, word i from
// the state seed + (i+1)·γ. Any part can be made without what precedes it, and no two 8-byte words of a file are alike,
// so that a block that lands at a wrong offset shows.
func fillPattern(seed, off uint64, p []byte) {
	var word [8]byte
	for len(p) > 0 {
		i := off / 8
		z := seed + (i+1)*0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		binary.LittleEndian.PutUint64(word[:], z^z>>31)
		n := copy(p, word[off%8:])
		p, off = p[n:], off+uint64(n)
	}
}
