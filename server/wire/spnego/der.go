package spnego

import (
	"encoding/asn1"
	"fmt"
)

// The tags that RFC 4178 uses. Context tags are explicit and constructed.
const (
	tagOctetString = 0x04
	tagOID         = 0x06
	tagEnumerated  = 0x0a
	tagBitString   = 0x03
	tagGeneral     = 0x1b
	tagSequence    = 0x30
	tagGSS         = 0x60
	tagInit        = 0xa0
	tagResp        = 0xa1
	tagContext     = 0xa0
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// readTLV splits the first element off b. Lengths must be definite; a length
// in more octets than needed is taken, because Windows peers take it too.
func readTLV(b []byte) (tag byte, content, rest []byte, err error) {
	if len(b) < 2 {
		return 0, nil, nil, malformed("element of %d octets", len(b))
	}
	tag = b[0]
	if tag&0x1f == 0x1f {
		return 0, nil, nil, malformed("tag of several octets")
	}
	n, head := int(b[1]), 2
	if n&0x80 != 0 {
		octets := n & 0x7f
		if octets == 0 || octets > 4 || len(b) < 2+octets {
			return 0, nil, nil, malformed("length in %d octets", octets)
		}
		var v uint64
		for _, o := range b[2 : 2+octets] {
			v = v<<8 | uint64(o)
		}
		head += octets
		if v > uint64(len(b)-head) {
			return 0, nil, nil, malformed("length %d in %d octets", v, len(b)-head)
		}
		n = int(v)
	}
	if n > len(b)-head {
		return 0, nil, nil, malformed("length %d in %d octets", n, len(b)-head)
	}
	return tag, b[head : head+n], b[head+n:], nil
}

// readAs reads one element that must have the tag want and fill b.
func readAs(b []byte, want byte) ([]byte, error) {
	tag, content, rest, err := readTLV(b)
	if err != nil {
		return nil, err
	}
	if tag != want {
		return nil, malformed("tag %#02x, want %#02x", tag, want)
	}
	if len(rest) != 0 {
		return nil, malformed("%d octets after tag %#02x", len(rest), tag)
	}
	return content, nil
}

func decodeOID(content []byte) (asn1.ObjectIdentifier, error) {
	if len(content) == 0 || len(content) > 127 {
		return nil, malformed("object identifier of %d octets", len(content))
	}
	var oid asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(tlv(tagOID, content), &oid); err != nil {
		return nil, malformed("object identifier: %v", err)
	}
	return oid, nil
}

func encodeOID(oid asn1.ObjectIdentifier) []byte {
	b, err := asn1.Marshal(oid)
	if err != nil {
		// Only an OID that no caller can get from the wire fails: fewer than
		// two arcs. An empty element makes the peer refuse the token.
		return tlv(tagOID, nil)
	}
	return b
}

// gssHeader splits a token of RFC 2743 3.1 into mechanism and inner token.
func gssHeader(token []byte) (asn1.ObjectIdentifier, []byte, error) {
	tag, content, _, err := readTLV(token)
	if err != nil {
		return nil, nil, err
	}
	if tag != tagGSS {
		return nil, nil, malformed("tag %#02x, want %#02x", tag, tagGSS)
	}
	tag, body, inner, err := readTLV(content)
	if err != nil {
		return nil, nil, err
	}
	if tag != tagOID {
		return nil, nil, malformed("tag %#02x instead of the mechanism", tag)
	}
	mech, err := decodeOID(body)
	if err != nil {
		return nil, nil, err
	}
	return mech, inner, nil
}

// tlv encodes one element with the shortest length (DER).
func tlv(tag byte, content ...[]byte) []byte {
	n := 0
	for _, c := range content {
		n += len(c)
	}
	b := make([]byte, 0, n+6)
	b = append(b, tag)
	switch {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 1<<8:
		b = append(b, 0x81, byte(n))
	case n < 1<<16:
		b = append(b, 0x82, byte(n>>8), byte(n))
	default:
		b = append(b, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	for _, c := range content {
		b = append(b, c...)
	}
	return b
}

// explicit wraps content in the explicit context tag n.
func explicit(n byte, content []byte) []byte { return tlv(tagContext|n, content) }
