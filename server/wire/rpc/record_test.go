package rpc

import (
	"bytes"
	"encoding/binary"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func fragment(last bool, data string) []byte {
	word := uint32(len(data))
	if last {
		word |= 1 << 31
	}
	return append(binary.BigEndian.AppendUint32(nil, word), data...)
}

func TestRecordReader(t *testing.T) {
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	long := strings.Repeat("x", 300<<10)
	rows := []struct {
		name string
		in   []byte
		max  int
		want []string
		err  string
	}{
		{name: "nothing", in: nil, max: 10, err: "EOF"},
		{name: "one record", in: fragment(true, "abcd"), max: 10, want: []string{"abcd"}, err: "EOF"},
		{name: "two records", in: cat(fragment(true, "abcd"), fragment(true, "efgh")), max: 10, want: []string{"abcd", "efgh"}, err: "EOF"},
		{name: "three fragments", in: cat(fragment(false, "ab"), fragment(false, "c"), fragment(true, "d")), max: 10, want: []string{"abcd"}, err: "EOF"},
		{name: "empty last fragment", in: cat(fragment(false, "ab"), fragment(true, "")), max: 10, want: []string{"ab"}, err: "EOF"},
		{name: "empty record", in: fragment(true, ""), max: 10, want: []string{""}, err: "EOF"},
		{name: "just the maximum", in: fragment(true, "0123456789"), max: 10, want: []string{"0123456789"}, err: "EOF"},
		{name: "beyond the maximum", in: fragment(true, "0123456789a"), max: 10, err: "rpc: record of 11 or more octets exceeds the maximum of 10"},
		{name: "beyond the maximum in parts", in: cat(fragment(false, "012345"), fragment(true, "678910")), max: 10, err: "rpc: record of 12 or more octets exceeds the maximum of 10"},
		{name: "longer than the first allocation", in: cat(fragment(false, long), fragment(true, long)), max: 1 << 20, want: []string{long + long}, err: "EOF"},
		{name: "cut in the mark", in: []byte{0x80, 0}, max: 10, err: "rpc: record truncated after 0 octets: unexpected EOF"},
		{name: "cut in the data", in: fragment(true, "abcd")[:6], max: 10, err: "rpc: record truncated after 2 octets: unexpected EOF"},
		{name: "cut between fragments", in: fragment(false, "abcd"), max: 10, err: "rpc: record truncated after 4 octets: unexpected EOF"},
		{name: "endless empty fragments", in: bytes.Repeat(fragment(false, ""), maxFragments+1), max: 10, err: ErrTooManyFragments.Error()},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"whole": bytes.NewReader(row.in), "octet by octet": iotest.OneByteReader(bytes.NewReader(row.in)),
			} {
				rr := NewRecordReader(r, row.max)
				for _, want := range row.want {
					got, err := rr.Next(nil)
					require.NoError(t, err, name)
					require.Equal(t, want, string(got), name)
				}
				_, err := rr.Next(nil)
				require.EqualError(t, err, row.err, name)
			}
		})
	}
}

func TestRecordReaderReusesBuffer(t *testing.T) {
	rr := NewRecordReader(bytes.NewReader(fragment(true, "abcd")), 10)
	buf := make([]byte, 0, 16)
	got, err := rr.Next(buf)
	require.NoError(t, err)
	require.True(t, &got[0] == &buf[:1][0])
}

// TestAnnouncedLengthCostsNothing: a peer that announces much and sends little
// makes us allocate little.
func TestAnnouncedLengthCostsNothing(t *testing.T) {
	in := append(fragment(true, "")[:0:0], 0xbf, 0xff, 0xff, 0xff)
	in = append(in, 1, 2, 3)
	var before, after runtime.MemStats
	rr := NewRecordReader(bytes.NewReader(in), 1<<30)
	runtime.ReadMemStats(&before)
	_, err := rr.Next(nil)
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2*firstAllocation))
}

func FuzzRecordReader(f *testing.F) {
	f.Add(fragment(true, "abcd"))
	f.Add(append(fragment(false, "ab"), fragment(true, "cd")...))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		rr := NewRecordReader(bytes.NewReader(in), 1<<16)
		for {
			record, err := rr.Next(nil)
			if err != nil {
				return
			}
			if len(record) > 1<<16 {
				t.Fatalf("record of %d octets", len(record))
			}
		}
	})
}
