package fs

import (
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNameToUTF16(t *testing.T) {
	for _, c := range []struct {
		row, name string
		want      []uint16
	}{
		{"ascii", "ab", []uint16{'a', 'b'}},
		{"two bytes", "é", []uint16{0xE9}},
		{"beyond the BMP", "😀", []uint16{0xD83D, 0xDE00}},
		{"the replacement character itself", "\uFFFD", []uint16{0xFFFD}},
		{"latin-1 bytes", "caf\xe9", []uint16{'c', 'a', 'f', 0xDCE9}},
		{"encoded surrogate is three stray bytes", "\xed\xa0\x80", []uint16{0xDCED, 0xDCA0, 0xDC80}},
		{"cut short", "\xf0\x9f\x98", []uint16{0xDCF0, 0xDC9F, 0xDC98}},
	} {
		t.Run(c.row, func(t *testing.T) {
			require.Equal(t, c.want, NameToUTF16(c.name))
			back, ok := NameFromUTF16(c.want)
			require.True(t, ok)
			require.Equal(t, c.name, back)
		})
	}
}

func TestNameFromUTF16Refuses(t *testing.T) {
	for row, u := range map[string][]uint16{
		"lone high surrogate":       {'a', 0xD800},
		"lone low, not an escape":   {0xDE00},
		"escape of an ASCII byte":   {0xDC41},
		"escapes that spell a rune": {0xDCC3, 0xDCA9},
	} {
		t.Run(row, func(t *testing.T) {
			_, ok := NameFromUTF16(u)
			require.False(t, ok)
		})
	}
}

func TestNameMappingIsOneToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := string(rapid.SliceOf(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{0xC3, 0xA9, 0xED, 0xA0, 0x80, 0xF0, 0x9F}))).Draw(t, "name"))
		back, ok := NameFromUTF16(NameToUTF16(name))
		if !ok || back != name {
			t.Fatalf("%q became %q, %v", name, back, ok)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.SliceOf(rapid.OneOf(rapid.Uint16(), rapid.Uint16Range(0xD7FF, 0xE000), rapid.Uint16Range(0xDC80, 0xDCFF))).Draw(t, "units")
		name, ok := NameFromUTF16(u)
		if !ok {
			return
		}
		if back := NameToUTF16(name); string(utf16.Decode(back)) != string(utf16.Decode(u)) || len(back) != len(u) {
			t.Fatalf("%x became %q and then %x", u, name, back)
		}
	})
}

func TestFoldName(t *testing.T) {
	for _, c := range []struct{ row, in, want string }{
		{"ascii", "Read Me.txt", "READ ME.TXT"},
		{"already upper", "ABC-1", "ABC-1"},
		{"latin", "Äpfel é", "ÄPFEL É"},
		{"greek", "σς", "ΣΣ"},
		{"cyrillic", "мир", "МИР"},
		{"y with diaeresis leaves latin-1", "ÿ", "Ÿ"},
		{"sharp s has no simple upper case", "straße", "STRAßE"},
		{"dotless i is not I", "ı", "ı"},
		{"long s is not S", "ſ", "ſ"},
		{"beyond the BMP", "𐐨", "𐐨"},
		{"not UTF-8", "a\xffb", "A\xffB"},
	} {
		t.Run(c.row, func(t *testing.T) { require.Equal(t, c.want, FoldName(c.in)) })
	}
}
