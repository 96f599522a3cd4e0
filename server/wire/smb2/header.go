package smb2

import (
	"fmt"

	"crosswire/server/wire/ntstatus"
)

// HeaderSize is the length of an SMB2 header, sync or async.
const HeaderSize = 64

// Header offsets for those who patch a message in place.
const (
	offStatus      = 8
	offCredits     = 14
	offFlags       = 16
	offNextCommand = 20
	offSignature   = 48
)

// Flags is the header's Flags field (MS-SMB2 2.2.1.2).
type Flags uint32

// The header flags.
const (
	FlagServerToRedir     Flags = 0x00000001 // a response
	FlagAsyncCommand      Flags = 0x00000002 // AsyncID instead of TreeID
	FlagRelatedOperations Flags = 0x00000004
	FlagSigned            Flags = 0x00000008
	FlagPriorityMask      Flags = 0x00000070 // 3.1.1
	FlagDFSOperations     Flags = 0x10000000
	FlagReplayOperation   Flags = 0x20000000 // 3.x
)

// MessageIDUnsolicited is the MessageID of a break notification.
const MessageIDUnsolicited = 0xFFFFFFFFFFFFFFFF

// RelatedID stands for "the previous request's" as TreeID (its low half) or
// SessionID in a related compound (MS-SMB2 3.3.5.2.7.2).
const RelatedID = 0xFFFFFFFFFFFFFFFF

// Header is the SMB2 packet header, async or sync by Flags (MS-SMB2 2.2.1).
type Header struct {
	CreditCharge    uint16
	Status          ntstatus.Status // of a response
	ChannelSequence uint16          // of a request in 3.x
	Command         Command
	Credits         uint16 // CreditRequest or CreditResponse
	Flags           Flags
	NextCommand     uint32
	MessageID       uint64
	ProcessID       uint32 // sync only; reserved in the specification
	TreeID          uint32 // sync only
	AsyncID         uint64 // async only
	SessionID       uint64
	Signature       [16]byte
}

// IsResponse reports FlagServerToRedir.
func (h *Header) IsResponse() bool { return h.Flags&FlagServerToRedir != 0 }

// IsAsync reports FlagAsyncCommand.
func (h *Header) IsAsync() bool { return h.Flags&FlagAsyncCommand != 0 }

// IsRelated reports FlagRelatedOperations.
func (h *Header) IsRelated() bool { return h.Flags&FlagRelatedOperations != 0 }

// IsSigned reports FlagSigned.
func (h *Header) IsSigned() bool { return h.Flags&FlagSigned != 0 }

// IsReplay reports FlagReplayOperation.
func (h *Header) IsReplay() bool { return h.Flags&FlagReplayOperation != 0 }

// Priority is the 3.1.1 request priority, 0 to 7.
func (h *Header) Priority() int { return int(h.Flags & FlagPriorityMask >> 4) }

// Append appends the 64 bytes of the header. A response carries Status, a
// request ChannelSequence in the same place.
func (h *Header) Append(dst []byte) []byte {
	dst = append(dst, 0xFE, 'S', 'M', 'B')
	dst = u16(dst, HeaderSize)
	dst = u16(dst, h.CreditCharge)
	if h.IsResponse() {
		dst = u32(dst, uint32(h.Status))
	} else {
		dst = u32(dst, uint32(h.ChannelSequence))
	}
	dst = u16(dst, uint16(h.Command))
	dst = u16(dst, h.Credits)
	dst = u32(dst, uint32(h.Flags))
	dst = u32(dst, h.NextCommand)
	dst = u64(dst, h.MessageID)
	if h.IsAsync() {
		dst = u64(dst, h.AsyncID)
	} else {
		dst = u32(dst, h.ProcessID)
		dst = u32(dst, h.TreeID)
	}
	dst = u64(dst, h.SessionID)
	return append(dst, h.Signature[:]...)
}

// Decode reads the header at the start of msg. It checks the protocol id and
// StructureSize; NextCommand is checked by NextMessage.
func (h *Header) Decode(msg []byte) error {
	const name = "SMB2 Packet Header"
	if len(msg) < HeaderSize {
		return truncated(name, len(msg), HeaderSize)
	}
	if ProtocolOf(msg) != ProtocolSMB2 {
		return &DecodeError{name, "ProtocolId", ErrProtocolID, fmt.Sprintf("% X", msg[:4])}
	}
	if n := le.Uint16(msg[4:]); n != HeaderSize {
		return &DecodeError{name, "StructureSize", ErrStructureSize, fmt.Sprint(n)}
	}
	*h = Header{
		CreditCharge: le.Uint16(msg[6:]),
		Command:      Command(le.Uint16(msg[12:])),
		Credits:      le.Uint16(msg[14:]),
		Flags:        Flags(le.Uint32(msg[16:])),
		NextCommand:  le.Uint32(msg[20:]),
		MessageID:    le.Uint64(msg[24:]),
		SessionID:    le.Uint64(msg[40:]),
		Signature:    [16]byte(msg[48:64]),
	}
	if h.IsResponse() {
		h.Status = ntstatus.Status(le.Uint32(msg[8:]))
	} else {
		h.ChannelSequence = le.Uint16(msg[8:])
	}
	if h.IsAsync() {
		h.AsyncID = le.Uint64(msg[32:])
	} else {
		h.ProcessID = le.Uint32(msg[32:])
		h.TreeID = le.Uint32(msg[36:])
	}
	return nil
}

// Message is anything with a body: the request and response types of this package.
type Message interface {
	// Append appends the body, for a header of 64 bytes directly before it.
	Append(dst []byte) []byte
	// Decode reads the body of msg, which starts at its header.
	Decode(msg []byte) error
}

// AppendMessage appends header and body.
func AppendMessage(dst []byte, h *Header, body interface{ Append([]byte) []byte }) []byte {
	return body.Append(h.Append(dst))
}

// Protocol is what the first four bytes of a frame announce.
type Protocol uint8

// The protocol ids of MS-SMB2 2.2.1, 2.2.41, 2.2.42 and of SMB1.
const (
	ProtocolUnknown     Protocol = iota
	ProtocolSMB1                 // 0xFF 'S' 'M' 'B'
	ProtocolSMB2                 // 0xFE
	ProtocolTransform            // 0xFD, encrypted
	ProtocolCompression          // 0xFC, compressed
)

// ProtocolOf looks at the first four bytes.
func ProtocolOf(frame []byte) Protocol {
	if len(frame) < 4 || frame[1] != 'S' || frame[2] != 'M' || frame[3] != 'B' {
		return ProtocolUnknown
	}
	switch frame[0] {
	case 0xFF:
		return ProtocolSMB1
	case 0xFE:
		return ProtocolSMB2
	case 0xFD:
		return ProtocolTransform
	case 0xFC:
		return ProtocolCompression
	}
	return ProtocolUnknown
}

// SetStatus patches the Status of an encoded response.
func SetStatus(msg []byte, s ntstatus.Status) { le.PutUint32(msg[offStatus:], uint32(s)) }

// SetCredits patches CreditRequest/CreditResponse of an encoded message.
func SetCredits(msg []byte, n uint16) { le.PutUint16(msg[offCredits:], n) }

// SetFlags replaces the flags of an encoded message.
func SetFlags(msg []byte, f Flags) { le.PutUint32(msg[offFlags:], uint32(f)) }
