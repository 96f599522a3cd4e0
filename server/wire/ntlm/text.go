package ntlm

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

var le = binary.LittleEndian

// encodeUTF16 gives s in UTF-16LE without a terminator.
func encodeUTF16(s string) []byte {
	units := utf16.Encode([]rune(s))
	b := make([]byte, 2*len(units))
	for i, u := range units {
		le.PutUint16(b[2*i:], u)
	}
	return b
}

// decodeUTF16 reads whole units; an odd last octet is dropped.
func decodeUTF16(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = le.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// encodeText and decodeText follow the character set that f selects. Without
// NEGOTIATE_UNICODE the octets are taken as they are: no OEM code page is known.
func encodeText(f Flags, s string) []byte {
	if f.Has(NegotiateUnicode) {
		return encodeUTF16(s)
	}
	return []byte(s)
}

func decodeText(f Flags, b []byte) string {
	if f.Has(NegotiateUnicode) {
		return decodeUTF16(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
