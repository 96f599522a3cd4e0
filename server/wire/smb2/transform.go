package smb2

import "fmt"

// TransformHeaderSize is the length of an SMB2 TRANSFORM_HEADER.
const TransformHeaderSize = 52

// TransformEncrypted is the only Flags value of 3.1.1; 3.0 and 3.0.2 have the
// EncryptionAlgorithm AES-128-CCM = 1 in the same place.
const TransformEncrypted = 0x0001

// TransformHeader precedes an encrypted message (MS-SMB2 2.2.41). The bytes from
// Nonce to its end are the additional data of the cipher.
type TransformHeader struct {
	Signature           [16]byte
	Nonce               [16]byte // 11 bytes used by CCM, 12 by GCM
	OriginalMessageSize uint32
	Flags               uint16
	SessionID           uint64
}

// Append appends the 52 bytes.
func (h *TransformHeader) Append(dst []byte) []byte {
	dst = append(dst, 0xFD, 'S', 'M', 'B')
	dst = append(dst, h.Signature[:]...)
	dst = append(dst, h.Nonce[:]...)
	dst = u32(dst, h.OriginalMessageSize)
	dst = u16(dst, 0)
	dst = u16(dst, h.Flags)
	return u64(dst, h.SessionID)
}

// Decode reads the header of an encrypted frame. OriginalMessageSize must equal
// what follows the header (MS-SMB2 3.3.5.2.1.1).
func (h *TransformHeader) Decode(frame []byte) error {
	const name = "SMB2 TRANSFORM_HEADER"
	if len(frame) < TransformHeaderSize {
		return truncated(name, len(frame), TransformHeaderSize)
	}
	if ProtocolOf(frame) != ProtocolTransform {
		return &DecodeError{name, "ProtocolId", ErrProtocolID, fmt.Sprintf("% X", frame[:4])}
	}
	*h = TransformHeader{
		Signature:           [16]byte(frame[4:20]),
		Nonce:               [16]byte(frame[20:36]),
		OriginalMessageSize: le.Uint32(frame[36:]),
		Flags:               le.Uint16(frame[42:]),
		SessionID:           le.Uint64(frame[44:]),
	}
	if uint64(h.OriginalMessageSize) != uint64(len(frame)-TransformHeaderSize) {
		return badValue(name, "OriginalMessageSize", "%d, but %d bytes follow", h.OriginalMessageSize, len(frame)-TransformHeaderSize)
	}
	if h.Flags != TransformEncrypted {
		return badValue(name, "Flags", "0x%04X", h.Flags)
	}
	return nil
}

// CompressionHeader is the SMB2 COMPRESSION_TRANSFORM_HEADER, chained or not
// (MS-SMB2 2.2.42). This package recognises it; it does not decompress.
type CompressionHeader struct {
	OriginalSize uint32 // OriginalCompressedSegmentSize
	Algorithm    CompressionAlgorithm
	Flags        uint16 // CompressionFlagChained: the next field is the payload's Length
	Offset       uint32 // Offset of an unchained, Length of a chained payload
}

// CompressionHeaderSize is the length of the unchained header, and of the
// chained header with its first payload header.
const CompressionHeaderSize = 16

// The Flags of a CompressionHeader.
const (
	CompressionFlagNone    uint16 = 0
	CompressionFlagChained uint16 = 1
)

// Append appends the 16 bytes.
func (h *CompressionHeader) Append(dst []byte) []byte {
	dst = append(dst, 0xFC, 'S', 'M', 'B')
	dst = u32(dst, h.OriginalSize)
	dst = u16(dst, uint16(h.Algorithm))
	dst = u16(dst, h.Flags)
	return u32(dst, h.Offset)
}

// Decode reads the header of a compressed frame.
func (h *CompressionHeader) Decode(frame []byte) error {
	const name = "SMB2 COMPRESSION_TRANSFORM_HEADER"
	if len(frame) < CompressionHeaderSize {
		return truncated(name, len(frame), CompressionHeaderSize)
	}
	if ProtocolOf(frame) != ProtocolCompression {
		return &DecodeError{name, "ProtocolId", ErrProtocolID, fmt.Sprintf("% X", frame[:4])}
	}
	*h = CompressionHeader{
		OriginalSize: le.Uint32(frame[4:]),
		Algorithm:    CompressionAlgorithm(le.Uint16(frame[8:])),
		Flags:        le.Uint16(frame[10:]),
		Offset:       le.Uint32(frame[12:]),
	}
	return nil
}
