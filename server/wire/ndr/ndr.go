// Package ndr reads and writes Network Data Representation 2.0 with 32-bit
// little-endian octet streams (C706 chapter 14, MS-RPCE 2.2.4), as far as the
// interfaces of this module use it: primitive types, unique and reference
// pointers, conformant arrays, and conformant varying strings of UTF-16.
//
// It is a codec: any package may import it. Embedded pointers are the caller's
// matter: write a referent with [Writer.Pointer] where the pointer stands and
// its target where NDR defers it to, in the same order.
//
// No input makes a Reader panic, and nothing is allocated from a count that the
// octets at hand cannot hold.
package ndr

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf16"
)

// ErrBadStub says that stub data is not NDR of the expected type: the fault
// RPC_X_BAD_STUB_DATA. Every error of a Reader wraps it.
var ErrBadStub = errors.New("ndr: bad stub data")

var le = binary.LittleEndian

// Writer builds stub data. The zero value is ready; alignment counts from the
// first octet written.
type Writer struct {
	b   []byte
	ref uint32
}

// firstReferent and its step are what Windows uses; any non-zero value would do.
const firstReferent = 0x00020000

// Bytes gives what was written. It aliases the Writer.
func (w *Writer) Bytes() []byte { return w.b }

// Align pads with zeros to a multiple of n, which is a power of two.
func (w *Writer) Align(n int) {
	for len(w.b)&(n-1) != 0 {
		w.b = append(w.b, 0)
	}
}

// U8 writes an octet.
func (w *Writer) U8(v uint8) { w.b = append(w.b, v) }

// U16 writes an aligned unsigned short.
func (w *Writer) U16(v uint16) {
	w.Align(2)
	w.b = le.AppendUint16(w.b, v)
}

// U32 writes an aligned unsigned long.
func (w *Writer) U32(v uint32) {
	w.Align(4)
	w.b = le.AppendUint32(w.b, v)
}

// U64 writes an aligned unsigned hyper.
func (w *Writer) U64(v uint64) {
	w.Align(8)
	w.b = le.AppendUint64(w.b, v)
}

// Octets writes b without alignment.
func (w *Writer) Octets(b []byte) { w.b = append(w.b, b...) }

// Pointer writes a full or unique pointer: a fresh referent, or null.
func (w *Writer) Pointer(present bool) {
	if !present {
		w.U32(0)
		return
	}
	w.U32(firstReferent + 4*w.ref)
	w.ref++
}

// OptionalU32 writes a unique pointer to an unsigned long that no other pointer
// precedes: referent and target together.
func (w *Writer) OptionalU32(v *uint32) {
	w.Pointer(v != nil)
	if v != nil {
		w.U32(*v)
	}
}

// String writes [string] wchar_t: a conformant varying array that ends with a
// null (C706 14.3.4.2).
func (w *Writer) String(s string) {
	units := utf16.Encode([]rune(s))
	w.U32(uint32(len(units) + 1))
	w.U32(0)
	w.U32(uint32(len(units) + 1))
	for _, u := range units {
		w.b = le.AppendUint16(w.b, u)
	}
	w.b = append(w.b, 0, 0)
}

// UniqueString writes a top-level unique pointer to a string; "" is null.
func (w *Writer) UniqueString(s string) {
	w.Pointer(s != "")
	if s != "" {
		w.String(s)
	}
}

// StringSize gives the octets of s in UTF-16 with its null.
func StringSize(s string) int {
	n := 1
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return 2 * n
}

// Reader takes stub data apart. After an error every method gives zeros; look
// at Err once at the end, and at Count before every loop.
type Reader struct {
	b   []byte
	off int
	err error
}

// NewReader reads b, whose first octet alignment counts from.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err gives the first error, nil if there was none. Octets left over are no
// error: MS-RPCE 2.2.2.13 lets a verification trailer follow the parameters.
func (r *Reader) Err() error { return r.err }

// Fail makes the Reader fail for a reason of the caller's.
func (r *Reader) Fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: at %d: %s", ErrBadStub, r.off, fmt.Sprintf(format, args...))
	}
}

// Remaining gives the number of octets not yet read, 0 after an error.
func (r *Reader) Remaining() int {
	if r.err != nil {
		return 0
	}
	return len(r.b) - r.off
}

func (r *Reader) take(align, n int) []byte {
	if r.err != nil {
		return nil
	}
	at := (r.off + align - 1) &^ (align - 1)
	if at > len(r.b) || n > len(r.b)-at {
		r.Fail("%d octets wanted of %d", n, len(r.b))
		return nil
	}
	r.off = at + n
	return r.b[at:r.off]
}

// U8 reads an octet.
func (r *Reader) U8() uint8 {
	if b := r.take(1, 1); b != nil {
		return b[0]
	}
	return 0
}

// U16 reads an aligned unsigned short.
func (r *Reader) U16() uint16 {
	if b := r.take(2, 2); b != nil {
		return le.Uint16(b)
	}
	return 0
}

// U32 reads an aligned unsigned long.
func (r *Reader) U32() uint32 {
	if b := r.take(4, 4); b != nil {
		return le.Uint32(b)
	}
	return 0
}

// U64 reads an aligned unsigned hyper.
func (r *Reader) U64() uint64 {
	if b := r.take(8, 8); b != nil {
		return le.Uint64(b)
	}
	return 0
}

// Octets reads n octets, which alias the input; n comes from Count.
func (r *Reader) Octets(n int) []byte {
	if n < 0 {
		r.Fail("negative count")
		return nil
	}
	return r.take(1, n)
}

// Pointer reads a full or unique pointer and reports whether it is not null.
func (r *Reader) Pointer() bool { return r.U32() != 0 }

// OptionalU32 reads what Writer.OptionalU32 writes.
func (r *Reader) OptionalU32() *uint32 {
	if !r.Pointer() {
		return nil
	}
	v := r.U32()
	if r.err != nil {
		return nil
	}
	return &v
}

// Count reads an element count, such as the max_count of a conformant array,
// and fails unless size octets for each element are still there.
func (r *Reader) Count(size int) int {
	n := r.U32()
	if uint64(n)*uint64(size) > uint64(r.Remaining()) {
		r.Fail("%d elements of %d octets in %d", n, size, r.Remaining())
		return 0
	}
	return int(n)
}

// String reads [string] wchar_t. The offset must be 0, the actual count within
// the maximum, and the last unit a null. The string ends at its first null: some
// clients pad names with more of them.
func (r *Reader) String() string {
	limit, offset, n := r.U32(), r.U32(), r.Count(2)
	if r.err != nil {
		return ""
	}
	if offset != 0 || n == 0 || uint32(n) > limit {
		r.Fail("string of %d units at %d in %d", n, offset, limit)
		return ""
	}
	b := r.take(1, 2*n)
	if b == nil {
		return ""
	}
	if le.Uint16(b[2*(n-1):]) != 0 {
		r.Fail("string without its null")
		return ""
	}
	units := make([]uint16, 0, n-1)
	for i := range n - 1 {
		u := le.Uint16(b[2*i:])
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// UniqueString reads a top-level unique pointer to a string; null is "".
func (r *Reader) UniqueString() string {
	if !r.Pointer() {
		return ""
	}
	return r.String()
}
