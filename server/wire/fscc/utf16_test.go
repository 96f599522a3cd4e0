package fscc

import (
	"bytes"
	"testing"
)

func TestUTF16(t *testing.T) {
	rows := []struct {
		name string
		wire []byte
		text string
	}{
		{"empty", nil, ""},
		{"ASCII", []byte{'a', 0, '\\', 0}, `a\`},
		{"Latin", []byte{0xE9, 0}, "é"},
		{"pair", []byte{0x3D, 0xD8, 0x00, 0xDE}, "😀"},
		{"high alone", []byte{0x3D, 0xD8}, "\xED\xA0\xBD"},
		{"low alone", []byte{0x00, 0xDE}, "\xED\xB8\x80"},
		{"low before high", []byte{0x00, 0xDE, 0x3D, 0xD8}, "\xED\xB8\x80\xED\xA0\xBD"},
		{"high before a letter", []byte{0x3D, 0xD8, 'x', 0}, "\xED\xA0\xBDx"},
		{"NUL", []byte{0, 0}, "\x00"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			s, ok := DecodeUTF16(r.wire)
			if !ok || s != r.text {
				t.Errorf("DecodeUTF16 = %q, %v", s, ok)
			}
			if back := EncodeUTF16(r.text); !bytes.Equal(back, r.wire) {
				t.Errorf("EncodeUTF16 = %x", back)
			}
			if UTF16Len(r.text) != len(r.wire) {
				t.Errorf("UTF16Len = %d", UTF16Len(r.text))
			}
			if got := AppendUnits(nil, StringToUnits(UnitsToString(DecodeUnits(r.wire)))); !bytes.Equal(got, r.wire) {
				t.Errorf("units: %x", got)
			}
		})
	}
	if _, ok := DecodeUTF16([]byte{1}); ok {
		t.Error("odd length accepted")
	}
	if got := EncodeUTF16("a\xFFb"); !bytes.Equal(got, []byte{'a', 0, 0xFD, 0xFF, 'b', 0}) {
		t.Errorf("byte that is not UTF-8: %x", got)
	}
}

func FuzzUTF16(f *testing.F) {
	f.Add([]byte{0x3D, 0xD8, 0x00, 0xDE, 'a', 0, 0x00, 0xDC})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, ok := DecodeUTF16(b)
		if ok != (len(b)%2 == 0) {
			t.Fatal(ok)
		}
		if !ok {
			return
		}
		if back := EncodeUTF16(s); !bytes.Equal(back, b) || UTF16Len(s) != len(b) {
			t.Errorf("%x became %q became %x", b, s, back)
		}
	})
}
