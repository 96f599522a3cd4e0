package dcerpc

import (
	"errors"
	"fmt"
)

// ErrMalformed says that octets are not the PDU that they claim to be. Every
// decoding error of this package wraps it.
var ErrMalformed = errors.New("dcerpc: malformed PDU")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// Type is PTYPE (C706 12.6.3.1).
type Type uint8

// The types of the connection-oriented protocol.
const (
	TypeRequest          Type = 0
	TypeResponse         Type = 2
	TypeFault            Type = 3
	TypeBind             Type = 11
	TypeBindAck          Type = 12
	TypeBindNak          Type = 13
	TypeAlterContext     Type = 14
	TypeAlterContextResp Type = 15
	TypeAuth3            Type = 16
	TypeShutdown         Type = 17
	TypeCoCancel         Type = 18
	TypeOrphaned         Type = 19
)

// Flags is pfc_flags (C706 12.6.3.1).
type Flags uint8

// The flags.
const (
	FirstFrag     Flags = 0x01
	LastFrag      Flags = 0x02
	PendingCancel Flags = 0x04
	ConcMpx       Flags = 0x10
	DidNotExecute Flags = 0x20
	Maybe         Flags = 0x40
	ObjectUUID    Flags = 0x80

	onlyFrag = FirstFrag | LastFrag
)

// HeaderSize is the length of the part that all PDUs share.
const HeaderSize = 16

// Fragment sizes in octets.
const (
	// MinFragment is MustRecvFragSize: what everybody can receive (C706 12.6.2).
	MinFragment = 1432
	// DefaultFragment is what Windows and Samba offer over named pipes.
	DefaultFragment = 4280
)

// Header is the part that all PDUs share (C706 12.6.3.1).
type Header struct {
	Minor      uint8 // rpc_vers_minor, 0 or 1; rpc_vers is 5
	Type       Type
	Flags      Flags
	DataRep    [4]byte
	FragLength int // octets of the whole PDU, header and trailer included
	AuthLength int // octets of auth_value, 0: no security trailer
	CallID     uint32
}

// littleEndian is the data representation that is written: integers
// little-endian, characters ASCII, floats IEEE (C706 14.2.5).
var littleEndian = [4]byte{0x10}

// ParseHeader decodes the first HeaderSize octets. It checks that the lengths
// fit each other, not that the PDU is there.
func ParseHeader(b []byte) (Header, error) {
	if len(b) < HeaderSize {
		return Header{}, malformed("header of %d octets", len(b))
	}
	h := Header{
		Minor:      b[1],
		Type:       Type(b[2]),
		Flags:      Flags(b[3]),
		DataRep:    [4]byte(b[4:8]),
		FragLength: int(le.Uint16(b[8:])),
		AuthLength: int(le.Uint16(b[10:])),
		CallID:     le.Uint32(b[12:]),
	}
	switch {
	case b[0] != 5 || h.Minor > 1:
		return h, malformed("RPC version %d.%d", b[0], h.Minor)
	case h.FragLength < HeaderSize+h.trailer():
		return h, malformed("fragment of %d octets with a trailer of %d", h.FragLength, h.trailer())
	}
	return h, nil
}

// LittleEndian reports whether the integers of the PDU are little-endian. The
// header's own integers have then been read rightly.
func (h Header) LittleEndian() bool { return h.DataRep[0]&0xf0 == 0x10 }

// trailer gives the octets of sec_trailer and auth_value (C706 13.2.6.1).
func (h Header) trailer() int {
	if h.AuthLength == 0 {
		return 0
	}
	return 8 + h.AuthLength
}

// body parses the header of a whole PDU of one of the types, and gives what
// stands between header and trailer; at least least octets.
func body(pdu []byte, least int, types ...Type) (Header, []byte, error) {
	h, err := ParseHeader(pdu)
	if err != nil {
		return h, nil, err
	}
	if h.FragLength != len(pdu) {
		return h, nil, malformed("fragment length %d in %d octets", h.FragLength, len(pdu))
	}
	if !h.LittleEndian() {
		return h, nil, malformed("data representation %x", h.DataRep)
	}
	known := false
	for _, t := range types {
		known = known || h.Type == t
	}
	if !known {
		return h, nil, malformed("PDU type %d, want %d", h.Type, types)
	}
	b := pdu[HeaderSize : len(pdu)-h.trailer()]
	if len(b) < least {
		return h, nil, malformed("PDU type %d of %d octets", h.Type, len(pdu))
	}
	return h, b, nil
}

// begin appends a header whose length finish fills in.
func begin(t Type, f Flags, callID uint32) []byte {
	b := make([]byte, HeaderSize, 128)
	b[0] = 5
	b[2], b[3] = byte(t), byte(f)
	copy(b[4:], littleEndian[:])
	le.PutUint32(b[12:], callID)
	return b
}

func finish(b []byte) []byte {
	le.PutUint16(b[8:], uint16(len(b)))
	return b
}
