package smb2

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// FrameHeaderSize is the length of the direct-TCP header (MS-SMB2 2.1): a zero
// byte and the length of what follows in 24 bits, big-endian.
const FrameHeaderSize = 4

// MaxFrameLength is the longest payload 24 bits can announce.
const MaxFrameLength = 1<<24 - 1

// ErrFrame is a frame header that direct TCP does not allow.
var ErrFrame = errors.New("bad direct-TCP frame")

// FrameLength reads a frame header and refuses a first byte other than zero and
// a length over limit, before anybody allocates by it. A length of zero is fine.
func FrameLength(header [FrameHeaderSize]byte, limit int) (int, error) {
	n := int(binary.BigEndian.Uint32(header[:]) & MaxFrameLength)
	if header[0] != 0 {
		return 0, fmt.Errorf("%w: first byte 0x%02X", ErrFrame, header[0])
	}
	if n > limit {
		return 0, fmt.Errorf("%w: %d bytes announced, limit %d", ErrFrame, n, limit)
	}
	return n, nil
}

// AppendFrameHeader appends the header for a payload of n bytes.
func AppendFrameHeader(dst []byte, n int) []byte {
	return append(dst, 0, byte(n>>16), byte(n>>8), byte(n))
}

// PutFrameHeader writes the header into the first four bytes of frame, whose
// payload is the rest.
func PutFrameHeader(frame []byte) {
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-FrameHeaderSize)&MaxFrameLength)
}
