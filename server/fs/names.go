package fs

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// escapeBase+b stands in UTF-16 for a byte b (0x80-0xFF) of a name that is not
// part of valid UTF-8.
const escapeBase = 0xDC00

// NameToUTF16 is the name as an SMB client sees it. Valid UTF-8 is decoded;
// each byte b that is not part of valid UTF-8 becomes the unpaired low
// surrogate U+DC00+b. No two names give the same result, and NameFromUTF16
// finds the name again, so a name that an NFS client made from any bytes stays
// reachable over SMB.
func NameToUTF16(name string) []uint16 {
	u := make([]uint16, 0, len(name))
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		if r == utf8.RuneError && n <= 1 {
			u = append(u, escapeBase+uint16(name[i]))
			i++
			continue
		}
		u = utf16.AppendRune(u, r)
		i += n
	}
	return u
}

// NameFromUTF16 is the inverse of NameToUTF16. ok is false for what
// NameToUTF16 never gives: a surrogate that is neither paired nor an escape,
// or escapes that spell valid UTF-8.
func NameFromUTF16(u []uint16) (name string, ok bool) {
	var b strings.Builder
	b.Grow(len(u))
	escaped := false
	for i := 0; i < len(u); i++ {
		c := rune(u[i])
		switch {
		case !utf16.IsSurrogate(c):
			b.WriteRune(c)
		case i+1 < len(u) && utf16.DecodeRune(c, rune(u[i+1])) != unicode.ReplacementChar:
			b.WriteRune(utf16.DecodeRune(c, rune(u[i+1])))
			i++
		case c >= escapeBase+0x80 && c <= escapeBase+0xFF:
			b.WriteByte(byte(c - escapeBase))
			escaped = true
		default:
			return "", false
		}
	}
	name = b.String()
	if escaped && len(NameToUTF16(name)) != len(u) {
		return "", false
	}
	return name, true
}

// FoldName is the form of a name under which names that differ only in case
// are equal: each character is replaced by its simple (one to one) upper-case
// form. As in NTFS's $UpCase table only the Basic Multilingual Plane is
// folded, and nothing outside ASCII folds into ASCII ("ı" is not "I"). Bytes
// that are not valid UTF-8 stay as they are.
func FoldName(name string) string {
	i := 0
	for i < len(name) && name[i] < utf8.RuneSelf && (name[i] < 'a' || name[i] > 'z') {
		i++
	}
	if i == len(name) {
		return name
	}
	b := make([]byte, 0, len(name)+8)
	b = append(b, name[:i]...)
	for i < len(name) {
		r, n := utf8.DecodeRuneInString(name[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			b = append(b, name[i])
		case r < utf8.RuneSelf:
			if 'a' <= r && r <= 'z' {
				r -= 'a' - 'A'
			}
			b = append(b, byte(r))
		default:
			if up := unicode.ToUpper(r); r < 0x10000 && up >= utf8.RuneSelf && up < 0x10000 {
				r = up
			}
			b = utf8.AppendRune(b, r)
		}
		i += n
	}
	return string(b)
}

// EqualFold reports whether two names differ at most in case.
func EqualFold(a, b string) bool { return a == b || FoldName(a) == FoldName(b) }

// checkName is for names that are about to be looked up, removed or made.
func checkName(name string) error {
	switch {
	case len(name) > NameMax:
		return ErrNameTooLong
	case name == "" || strings.ContainsAny(name, "/\x00"):
		return ErrInval
	}
	return nil
}
