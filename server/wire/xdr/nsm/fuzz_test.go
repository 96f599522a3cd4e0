package nsm_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/xdr/nsm"
)

type message interface {
	io.ReaderFrom
	io.WriterTo
}

var makers = []func() message{
	func() message { return new(nsm.SmName) },
	func() message { return new(nsm.Mon) },
	func() message { return new(nsm.MonId) },
	func() message { return new(nsm.MyId) },
	func() message { return new(nsm.StatChge) },
	func() message { return new(nsm.Status) },
	func() message { return new(nsm.SmStatRes) },
}

// FuzzDecode: what decodes encodes to the same octets.
func FuzzDecode(f *testing.F) {
	me := nsm.MyId{MyName: []byte("localhost"), MyProg: 100021, MyVers: 4, MyProc: 16}
	for i, m := range []message{
		&nsm.SmName{MonName: []byte("host")},
		&nsm.Mon{Host: nsm.MonId{MonName: []byte("host"), Id: me}, Priv: [16]byte{1}},
		&nsm.MonId{MonName: []byte("host"), Id: me},
		&me,
		&nsm.StatChge{MonName: []byte("host"), State: 3},
		&nsm.Status{MonName: []byte("h\xff"), State: -1},
		&nsm.SmStatRes{ResStat: nsm.STAT_FAIL, State: 3},
	} {
		var b bytes.Buffer
		_, err := m.WriteTo(&b)
		require.NoError(f, err)
		f.Add(uint8(i), b.Bytes())
	}
	f.Fuzz(func(t *testing.T, kind uint8, in []byte) {
		m := makers[int(kind)%len(makers)]()
		n, err := m.ReadFrom(bytes.NewReader(in))
		if err != nil {
			return
		}
		var b bytes.Buffer
		_, err = m.WriteTo(&b)
		require.NoError(t, err)
		require.Equal(t, in[:n], b.Bytes())
	})
}
