package ndr

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLayout(t *testing.T) {
	v := uint32(7)
	for _, tc := range []struct {
		name  string
		write func(*Writer)
		want  string
	}{
		{"alignment", func(w *Writer) { w.U8(1); w.U16(2); w.U8(3); w.U32(4); w.U64(5) },
			"01000200" + "03000000" + "04000000" + "00000000" + "0500000000000000"},
		{"string", func(w *Writer) { w.String("ab") }, "03000000" + "00000000" + "03000000" + "610062000000"},
		{"empty string", func(w *Writer) { w.String("") }, "01000000" + "00000000" + "01000000" + "0000"},
		{"surrogates", func(w *Writer) { w.String("😀") }, "03000000" + "00000000" + "03000000" + "3dd800de0000"},
		{"next value after a string of odd length", func(w *Writer) { w.String(""); w.U32(9) },
			"01000000" + "00000000" + "01000000" + "00000000" + "09000000"},
		{"null string", func(w *Writer) { w.UniqueString("") }, "00000000"},
		{"pointers differ", func(w *Writer) { w.Pointer(true); w.Pointer(false); w.Pointer(true) }, "000002000000000004000200"},
		{"optional", func(w *Writer) { w.OptionalU32(&v); w.OptionalU32(nil) }, "000002000700000000000000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var w Writer
			tc.write(&w)
			require.Equal(t, tc.want, hex.EncodeToString(w.Bytes()))
		})
	}
}

func TestRoundTrip(t *testing.T) {
	var w Writer
	v := uint32(7)
	w.U8(1)
	w.UniqueString(`\\server`)
	w.U16(2)
	w.U64(3)
	w.OptionalU32(&v)
	w.UniqueString("")
	w.String("é😀")
	w.OptionalU32(nil)
	w.U32(3)
	w.Octets([]byte("xyz"))

	r := NewReader(w.Bytes())
	require.Equal(t, uint8(1), r.U8())
	require.Equal(t, `\\server`, r.UniqueString())
	require.Equal(t, uint16(2), r.U16())
	require.Equal(t, uint64(3), r.U64())
	require.Equal(t, &v, r.OptionalU32())
	require.Equal(t, "", r.UniqueString())
	require.Equal(t, "é😀", r.String())
	require.Nil(t, r.OptionalU32())
	require.Equal(t, "xyz", string(r.Octets(r.Count(1))))
	require.NoError(t, r.Err())
	require.Zero(t, r.Remaining())

	for n := range len(w.Bytes()) {
		r := NewReader(w.Bytes()[:n])
		r.U8()
		r.UniqueString()
		r.U16()
		r.U64()
		r.OptionalU32()
		r.UniqueString()
		_ = r.String()
		r.OptionalU32()
		r.Octets(r.Count(1))
		require.ErrorIs(t, r.Err(), ErrBadStub, "first %d octets", n)
	}
}

func TestBadStrings(t *testing.T) {
	for _, tc := range []struct{ name, hex string }{
		{"offset", "0300000001000000030000006100620000000000"},
		{"actual above maximum", "020000000000000003000000610062000000"},
		{"no units", "030000000000000000000000"},
		{"no null", "02000000000000000200000061006200"},
		{"four gigabytes", "ffffffff00000000ffffffff6100"},
		{"count that wraps", "ffffffff00000000000000806100"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b, err := hex.DecodeString(tc.hex)
			require.NoError(t, err)
			r := NewReader(b)
			require.Equal(t, "", r.String())
			require.ErrorIs(t, r.Err(), ErrBadStub)
			require.Zero(t, r.U32(), "nothing is read after an error")
		})
	}
}

// impacket sends a server name of nulls only.
func TestPaddedString(t *testing.T) {
	b, err := hex.DecodeString("04000000" + "00000000" + "04000000" + "6100000062000000" + "07000000")
	require.NoError(t, err)
	r := NewReader(b)
	require.Equal(t, "a", r.String())
	require.Equal(t, uint32(7), r.U32())
	require.NoError(t, r.Err())
}

func TestStringSize(t *testing.T) {
	for _, s := range []string{"", "a", "é", "😀", "a😀b", "\xff"} {
		var w Writer
		w.String(s)
		require.Equal(t, len(w.Bytes())-12, StringSize(s), "%q", s)
	}
}

func FuzzReader(f *testing.F) {
	var w Writer
	w.UniqueString("server")
	w.U32(1)
	f.Add(w.Bytes(), []byte{0, 1, 2})
	f.Fuzz(func(t *testing.T, b, plan []byte) {
		r := NewReader(b)
		for _, p := range plan {
			switch p % 8 {
			case 0:
				r.UniqueString()
			case 1:
				r.U32()
			case 2:
				r.Octets(r.Count(1))
			case 3:
				r.U64()
			case 4:
				r.OptionalU32()
			case 5:
				r.U8()
			case 6:
				if n := len(r.String()); n > 2*len(b) {
					t.Fatalf("string of %d octets from %d", n, len(b))
				}
			case 7:
				r.U16()
			}
			if r.Remaining() < 0 {
				t.Fatal("read past the end")
			}
		}
	})
}
