package nlm4_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/xdr/nlm4"
)

// message is what every structure of the protocol can do.
type message interface {
	io.ReaderFrom
	io.WriterTo
	GetEncodedSizeBytes() int
}

var makers = []func() message{
	func() message { return new(nlm4.Nlm4Testargs) },
	func() message { return new(nlm4.Nlm4Lockargs) },
	func() message { return new(nlm4.Nlm4Cancargs) },
	func() message { return new(nlm4.Nlm4Unlockargs) },
	func() message { return new(nlm4.Nlm4Shareargs) },
	func() message { return new(nlm4.Nlm4Notify) },
	func() message { return new(nlm4.Nlm4Res) },
	func() message { return new(nlm4.Nlm4Testres) },
	func() message { return new(nlm4.Nlm4Shareres) },
}

var example = nlm4.Nlm4Lock{CallerName: []byte("h\xff"), Fh: []byte{1, 2, 3}, Oh: []byte("owner"), Svid: -1, LOffset: 1 << 63, LLen: ^uint64(0)}

// FuzzDecode: what decodes encodes to the same octets, and to as many as it
// says.
func FuzzDecode(f *testing.F) {
	for i, m := range []message{
		&nlm4.Nlm4Testargs{Cookie: []byte("c"), Exclusive: true, Alock: example},
		&nlm4.Nlm4Lockargs{Block: true, Alock: example, State: 3},
		&nlm4.Nlm4Cancargs{Alock: example},
		&nlm4.Nlm4Unlockargs{Alock: example},
		&nlm4.Nlm4Shareargs{Share: nlm4.Nlm4Share{Mode: nlm4.FSM_DRW, Access: nlm4.FSA_RW}},
		&nlm4.Nlm4Notify{Name: []byte("host"), State: 3},
		&nlm4.Nlm4Res{Stat: nlm4.NLM4_FBIG},
		&nlm4.Nlm4Testres{Stat: &nlm4.Nlm4Testrply_NLM4_DENIED{Holder: nlm4.Nlm4Holder{Oh: []byte("smb:1")}}},
		&nlm4.Nlm4Shareres{Sequence: 9},
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
		require.Equal(t, b.Len(), m.GetEncodedSizeBytes())
	})
}

// TestLayout: the octets of a LOCK call, laid out by hand from XNFS.
func TestLayout(t *testing.T) {
	var b bytes.Buffer
	m := nlm4.Nlm4Lockargs{
		Cookie: []byte{0xc0}, Block: true, Exclusive: true,
		Alock: nlm4.Nlm4Lock{CallerName: []byte("ab"), Fh: []byte{1, 2, 3, 4, 5}, Oh: []byte("o"), Svid: 7, LOffset: 0x100000002, LLen: 3},
		State: 9,
	}
	_, err := m.WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, []byte{
		0, 0, 0, 1, 0xc0, 0, 0, 0, // cookie
		0, 0, 0, 1, 0, 0, 0, 1, // block, exclusive
		0, 0, 0, 2, 'a', 'b', 0, 0, // caller_name
		0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, // fh
		0, 0, 0, 1, 'o', 0, 0, 0, // oh
		0, 0, 0, 7, // svid
		0, 0, 0, 1, 0, 0, 0, 2, // l_offset
		0, 0, 0, 0, 0, 0, 0, 3, // l_len
		0, 0, 0, 0, 0, 0, 0, 9, // reclaim, state
	}, b.Bytes())
}
