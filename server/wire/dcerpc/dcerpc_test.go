package dcerpc

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

var srvsvc = SyntaxID{UUID: MustUUID("4b324fc8-1670-01d3-1278-5a47bf6ee188"), Major: 3}

func TestUUID(t *testing.T) {
	require.Equal(t, "c84f324b7016d30112785a47bf6ee188", hex.EncodeToString(srvsvc.UUID[:]), "fields little-endian on the wire")
	require.Equal(t, "4b324fc8-1670-01d3-1278-5a47bf6ee188", srvsvc.UUID.String())
	for _, bad := range []string{"", "4b324fc8", "4b324fc8-1670-01d3-1278-5a47bf6ee18g", "4b324fc8167001d312785a47bf6ee188"} {
		_, err := ParseUUID(bad)
		require.Error(t, err, "%q", bad)
	}
	bits, ok := FeatureSyntax(3).Features()
	require.True(t, ok)
	require.Equal(t, FeatureSecurityContextMultiplexing|FeatureKeepConnectionOnOrphan, bits)
	require.Equal(t, "6cb71c2c-9812-4540-0300-000000000000", FeatureSyntax(3).UUID.String())
	_, ok = NDR20.Features()
	require.False(t, ok)
}

// The bind that clients send for srvsvc, octet by octet (C706 12.6.4.3).
const bindHex = "05000b03" + "10000000" + "4800" + "0000" + "01000000" +
	"b810" + "b810" + "00000000" + "01000000" + "0000" + "0100" +
	"c84f324b7016d30112785a47bf6ee188" + "03000000" + "045d888aeb1cc9119fe808002b104860" + "02000000"

func TestLayout(t *testing.T) {
	for _, tc := range []struct {
		name string
		pdu  []byte
		want string
	}{
		{"bind", (&Bind{CallID: 1, MaxXmitFrag: 4280, MaxRecvFrag: 4280, Contexts: []Context{{Abstract: srvsvc, Transfer: []SyntaxID{NDR20}}}}).Marshal(), bindHex},
		{"bind_ack", (&BindAck{CallID: 1, MaxXmitFrag: 4280, MaxRecvFrag: 4280, AssocGroup: 0x53f0, SecondaryAddress: `\PIPE\srvsvc`,
			Results: []ContextResult{{Acceptance, 0, NDR20}}}).Marshal(),
			"05000c03" + "10000000" + "4400" + "0000" + "01000000" + "b810b810" + "f0530000" +
				"0d00" + "5c504950455c73727673766300" + "00" + "01000000" + "00000000" + "045d888aeb1cc9119fe808002b104860" + "02000000"},
		{"alter_context_resp", (&BindAck{CallID: 2, Alter: true, Results: []ContextResult{{ProviderRejection, TransferSyntaxUnsupported, SyntaxID{}}}}).Marshal(),
			"05000f03" + "10000000" + "3800" + "0000" + "02000000" + "00000000" + "00000000" + "0000" + "0000" + "01000000" + "02000200" + "0000000000000000000000000000000000000000"},
		{"bind_nak", (&BindNak{CallID: 3, Reason: NakAuthTypeNotRecognized}).Marshal(), "05000d03" + "10000000" + "1700" + "0000" + "03000000" + "0800" + "02" + "0500" + "0501"},
		{"fault", (&Fault{CallID: 4, ContextID: 1, Status: FaultOpRange, Flags: DidNotExecute}).Marshal(),
			"05000323" + "10000000" + "2000" + "0000" + "04000000" + "20000000" + "0100" + "0000" + "0200011c" + "00000000"},
		{"request", (&Request{Flags: FirstFrag | LastFrag, CallID: 5, AllocHint: 2, ContextID: 1, Opnum: 15, Stub: []byte("ab")}).Marshal(),
			"05000003" + "10000000" + "1a00" + "0000" + "05000000" + "02000000" + "0100" + "0f00" + "6162"},
		{"response", (&Response{Flags: FirstFrag, CallID: 6, AllocHint: 9, Stub: []byte("cd")}).Marshal(),
			"05000201" + "10000000" + "1a00" + "0000" + "06000000" + "09000000" + "0000" + "0000" + "6364"},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, hex.EncodeToString(tc.pdu)) })
	}
}

func TestRoundTrip(t *testing.T) {
	bind := &Bind{CallID: 7, Alter: true, MaxXmitFrag: 1, MaxRecvFrag: 2, AssocGroup: 3, Contexts: []Context{
		{ID: 0, Abstract: srvsvc, Transfer: []SyntaxID{NDR20}},
		{ID: 1, Abstract: srvsvc, Transfer: []SyntaxID{NDR64, FeatureSyntax(3)}},
		{ID: 2, Abstract: srvsvc},
	}}
	gotBind, err := ParseBind(bind.Marshal())
	require.NoError(t, err)
	require.Equal(t, bind, gotBind)

	ack := &BindAck{CallID: 7, MaxXmitFrag: 1, MaxRecvFrag: 2, AssocGroup: 3, SecondaryAddress: `\PIPE\wkssvc`,
		Results: []ContextResult{{Acceptance, 0, NDR20}, {NegotiateAck, 2, SyntaxID{}}}}
	gotAck, err := ParseBindAck(ack.Marshal())
	require.NoError(t, err)
	require.Equal(t, ack, gotAck)

	nak := &BindNak{CallID: 8, Reason: NakLocalLimitExceeded}
	gotNak, err := ParseBindNak(nak.Marshal())
	require.NoError(t, err)
	require.Equal(t, nak, gotNak)

	object := MustUUID("00112233-4455-6677-8899-aabbccddeeff")
	req := &Request{Flags: FirstFrag | ObjectUUID, CallID: 9, AllocHint: 4, ContextID: 1, Opnum: 2, Object: &object, Stub: []byte("stub")}
	gotReq, err := ParseRequest(req.Marshal())
	require.NoError(t, err)
	require.Equal(t, req, gotReq)

	fault := &Fault{Flags: onlyFrag, CallID: 10, ContextID: 1, Status: FaultBadStub}
	gotFault, err := ParseFault(fault.Marshal())
	require.NoError(t, err)
	require.Equal(t, fault, gotFault)
}

// A security trailer is no part of the body (C706 13.2.6.1).
func TestTrailer(t *testing.T) {
	pdu := (&Request{Flags: onlyFrag, CallID: 1, Stub: []byte("stub")}).Marshal()
	pdu = append(pdu, make([]byte, 8+16)...)
	le.PutUint16(pdu[8:], uint16(len(pdu)))
	le.PutUint16(pdu[10:], 16)
	m, err := ParseRequest(pdu)
	require.NoError(t, err)
	require.Equal(t, "stub", string(m.Stub))
}

func TestFragments(t *testing.T) {
	for _, tc := range []struct {
		name            string
		size, max, want int
	}{
		{"empty", 0, 4280, 1},
		{"one octet", 1, 4280, 1},
		{"exactly full", 4256, 4280, 1},
		{"one octet over", 4257, 4280, 2},
		{"many", 100000, 4280, 24},
		{"fragments not a multiple of 8", 100, 24 + 15, 13},
	} {
		t.Run(tc.name, func(t *testing.T) {
			stub := make([]byte, tc.size)
			for i := range stub {
				stub[i] = byte(i)
			}
			reqs := RequestFragments(3, 1, 15, stub, tc.max)
			require.Len(t, reqs, tc.want)
			var joined []byte
			for i, pdu := range reqs {
				require.LessOrEqual(t, len(pdu), tc.max)
				m, err := ParseRequest(pdu)
				require.NoError(t, err)
				require.Equal(t, i == 0, m.Flags&FirstFrag != 0)
				require.Equal(t, i == len(reqs)-1, m.Flags&LastFrag != 0)
				require.Equal(t, uint32(tc.size-len(joined)), m.AllocHint)
				joined = append(joined, m.Stub...)
			}
			require.True(t, bytes.Equal(stub, joined))

			reply := Reply{CallID: 3}
			for at := 0; ; {
				pdu, next := ResponseFragment(3, 1, stub, at, tc.max)
				require.LessOrEqual(t, len(pdu), tc.max)
				done, err := reply.Add(pdu)
				require.NoError(t, err)
				require.Equal(t, next == len(stub), done)
				if at = next; done {
					break
				}
			}
			require.True(t, bytes.Equal(stub, reply.Stub))
		})
	}
}

func TestReply(t *testing.T) {
	r := Reply{CallID: 1}
	_, err := r.Add((&Response{Flags: LastFrag, CallID: 1}).Marshal())
	require.ErrorIs(t, err, ErrMalformed, "no first fragment")
	_, err = r.Add((&Response{Flags: onlyFrag, CallID: 2}).Marshal())
	require.ErrorIs(t, err, ErrMalformed, "another call")
	_, err = r.Add((&Fault{CallID: 1, Status: FaultOpRange}).Marshal())
	require.ErrorIs(t, err, FaultOpRange)
	done, err := r.Add((&Response{Flags: FirstFrag, CallID: 1}).Marshal())
	require.NoError(t, err)
	require.False(t, done)
	_, err = r.Add((&Response{Flags: FirstFrag, CallID: 1}).Marshal())
	require.ErrorIs(t, err, ErrMalformed, "first twice")
}

func TestMalformed(t *testing.T) {
	whole := []struct {
		name  string
		pdu   []byte
		parse func([]byte) error
	}{
		{"bind", (&Bind{Contexts: []Context{{Abstract: srvsvc, Transfer: []SyntaxID{NDR20}}}}).Marshal(), func(b []byte) error { _, err := ParseBind(b); return err }},
		{"bind_ack", (&BindAck{SecondaryAddress: "x", Results: make([]ContextResult, 2)}).Marshal(), func(b []byte) error { _, err := ParseBindAck(b); return err }},
		{"bind_nak", (&BindNak{}).Marshal()[:18], func(b []byte) error { _, err := ParseBindNak(b); return err }},
		{"request", (&Request{Flags: ObjectUUID, Object: new(UUID)}).Marshal(), func(b []byte) error { _, err := ParseRequest(b); return err }},
		{"response", (&Response{}).Marshal(), func(b []byte) error { _, err := ParseResponse(b); return err }},
		{"fault", (&Fault{}).Marshal()[:28], func(b []byte) error { _, err := ParseFault(b); return err }},
	}
	for _, tc := range whole {
		t.Run(tc.name, func(t *testing.T) {
			for n := range len(tc.pdu) {
				b := append([]byte(nil), tc.pdu[:n]...)
				if n >= 10 {
					le.PutUint16(b[8:], uint16(n))
				}
				if err := tc.parse(b); !errors.Is(err, ErrMalformed) {
					t.Errorf("first %d octets: %v", n, err)
				}
			}
			for _, change := range []struct {
				name string
				at   int
				to   byte
			}{
				{"version 4", 0, 4}, {"minor version 2", 1, 2}, {"another type", 2, 99}, {"big-endian", 4, 0},
				{"length in another order", 8, 0xff}, {"trailer longer than the PDU", 11, 0x40},
			} {
				b := append([]byte(nil), tc.pdu...)
				le.PutUint16(b[8:], uint16(len(b)))
				b[change.at] = change.to
				if err := tc.parse(b); !errors.Is(err, ErrMalformed) {
					t.Errorf("%s: %v", change.name, err)
				}
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	b, err := hex.DecodeString(bindHex)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add((&BindAck{SecondaryAddress: "x", Results: make([]ContextResult, 2)}).Marshal())
	f.Add((&BindNak{}).Marshal())
	f.Add((&Request{Object: new(UUID), Stub: []byte("s")}).Marshal())
	f.Add((&Response{Flags: onlyFrag, Stub: []byte("s")}).Marshal())
	f.Add((&Fault{}).Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _ = ParseHeader(b)
		if m, err := ParseBind(b); err == nil {
			again, err := ParseBind(m.Marshal())
			if err != nil || len(again.Contexts) != len(m.Contexts) {
				t.Fatalf("%+v: %v", m, err)
			}
		}
		if m, err := ParseBindAck(b); err == nil {
			if _, err := ParseBindAck(m.Marshal()); err != nil {
				t.Fatalf("%+v: %v", m, err)
			}
		}
		if m, err := ParseRequest(b); err == nil {
			again, err := ParseRequest(m.Marshal())
			if err != nil || !bytes.Equal(again.Stub, m.Stub) {
				t.Fatalf("%+v: %v", m, err)
			}
		}
		_, _ = ParseBindNak(b)
		_, _ = ParseResponse(b)
		_, _ = ParseFault(b)
		r := Reply{}
		_, _ = r.Add(b)
	})
}
