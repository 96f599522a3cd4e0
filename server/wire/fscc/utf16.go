package fscc

import (
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// Names on the wire are sequences of 16-bit units that need not be valid
// UTF-16. Inside the program they are Go strings in WTF-8: UTF-8, where an
// unpaired surrogate is written as the three bytes that UTF-8 would give its
// code point. So any name survives wire -> string -> wire, and a name that is
// valid UTF-16 is valid UTF-8.

// DecodeUTF16 turns little-endian units into a WTF-8 string. ok is false when
// the length is odd.
func DecodeUTF16(b []byte) (s string, ok bool) {
	if len(b)%2 != 0 {
		return "", false
	}
	ascii := true
	for i := 0; i < len(b); i += 2 {
		if b[i+1] != 0 || b[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if ascii {
		out := make([]byte, len(b)/2)
		for i := range out {
			out[i] = b[2*i]
		}
		return string(out), true
	}
	return UnitsToString(DecodeUnits(b)), true
}

// AppendUTF16 appends s as little-endian units. It is the inverse of
// DecodeUTF16; bytes that are not WTF-8 become U+FFFD, one for each byte.
func AppendUTF16(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			dst = append(dst, c, 0)
			i++
			continue
		}
		r, n := decodeWTF8(s[i:])
		if r > 0xFFFF {
			hi, lo := utf16.EncodeRune(r)
			dst = binary.LittleEndian.AppendUint16(dst, uint16(hi))
			dst = binary.LittleEndian.AppendUint16(dst, uint16(lo))
		} else {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(r))
		}
		i += n
	}
	return dst
}

// EncodeUTF16 is AppendUTF16 to a new slice.
func EncodeUTF16(s string) []byte {
	if s == "" {
		return nil
	}
	return AppendUTF16(make([]byte, 0, 2*len(s)), s)
}

// UTF16Len gives the number of bytes AppendUTF16 would append.
func UTF16Len(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			n += 2
			i++
			continue
		}
		r, size := decodeWTF8(s[i:])
		n += 2
		if r > 0xFFFF {
			n += 2
		}
		i += size
	}
	return n
}

// DecodeUnits gives the raw 16-bit units; an odd last byte is ignored.
func DecodeUnits(b []byte) []uint16 {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return u
}

// AppendUnits appends raw 16-bit units.
func AppendUnits(dst []byte, u []uint16) []byte {
	for _, c := range u {
		dst = binary.LittleEndian.AppendUint16(dst, c)
	}
	return dst
}

// UnitsToString turns 16-bit units into WTF-8.
func UnitsToString(u []uint16) string {
	out := make([]byte, 0, len(u)+len(u)/2)
	for i := 0; i < len(u); i++ {
		c := rune(u[i])
		if isHigh(c) && i+1 < len(u) && isLow(rune(u[i+1])) {
			out = utf8.AppendRune(out, utf16.DecodeRune(c, rune(u[i+1])))
			i++
			continue
		}
		if utf16.IsSurrogate(c) {
			out = append(out, 0xE0|byte(c>>12), 0x80|byte(c>>6)&0x3F, 0x80|byte(c)&0x3F)
			continue
		}
		out = utf8.AppendRune(out, c)
	}
	return string(out)
}

// StringToUnits turns WTF-8 into 16-bit units.
func StringToUnits(s string) []uint16 { return DecodeUnits(EncodeUTF16(s)) }

func isHigh(r rune) bool { return r >= 0xD800 && r < 0xDC00 }
func isLow(r rune) bool  { return r >= 0xDC00 && r < 0xE000 }

// decodeWTF8 is utf8.DecodeRuneInString that also takes three-byte surrogates.
func decodeWTF8(s string) (rune, int) {
	if len(s) >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2]&0xC0 == 0x80 {
		return rune(s[0]&0x0F)<<12 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s)
}
