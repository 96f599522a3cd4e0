package nfs

import (
	"encoding/binary"
	"fmt"
)

// decoder reads XDR (RFC 4506) from one reply. The first error sticks: later
// reads return zero values, so that a decoding reads as straight as the RFC's
// definition and is checked once, by finish. No read allocates more than the
// reply holds.
type decoder struct {
	buf []byte
	err error
}

// pad is the number of zero bytes that follow n bytes of opaque data.
func pad(n int) int { return (4 - n%4) % 4 }

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("malformed reply: "+format, args...)
	}
}

// take returns the next n bytes, which stay part of the reply.
func (d *decoder) take(n int, what string) []byte {
	if d.err != nil {
		return nil
	}
	if n < 0 || n > len(d.buf) {
		d.fail("%s needs %d bytes, %d are left", what, n, len(d.buf))
		return nil
	}
	b := d.buf[:n]
	d.buf = d.buf[n:]
	return b
}

func (d *decoder) u32(what string) uint32 {
	b := d.take(4, what)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint32(b)
}

func (d *decoder) u64(what string) uint64 {
	b := d.take(8, what)
	if b == nil {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

// boolean accepts only the two values XDR has.
func (d *decoder) boolean(what string) bool {
	switch v := d.u32(what); v {
	case 0:
		return false
	case 1:
		return true
	default:
		d.fail("%s is the boolean %d", what, v)
		return false
	}
}

// opaque reads variable-length opaque data of at most limit bytes into memory
// of its own.
func (d *decoder) opaque(limit int, what string) []byte {
	n := d.u32(what)
	if d.err != nil {
		return nil
	}
	if uint64(n) > uint64(limit) {
		d.fail("%s is %d bytes long, at most %d are allowed", what, n, limit)
		return nil
	}
	b := d.take(int(n), what)
	d.take(pad(int(n)), what+" padding")
	if d.err != nil {
		return nil
	}
	return append([]byte{}, b...)
}

// fixed8 reads an opaque[8]: a verifier.
func (d *decoder) fixed8(what string) (v [8]byte) {
	copy(v[:], d.take(8, what))
	return v
}

// finish is the first error, or one if bytes of the reply were not used.
func (d *decoder) finish() error {
	if d.err == nil && len(d.buf) > 0 {
		d.fail("%d bytes follow its end", len(d.buf))
	}
	return d.err
}
