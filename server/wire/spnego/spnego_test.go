package spnego

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func TestInit2Layout(t *testing.T) {
	tok := (&NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, Hint: HintName}).Marshal()
	want := "6048" + "06062b0601050502" + "a03e" + "303c" +
		"a00e" + "300c" + "060a2b06010401823702020a" +
		"a32a" + "3028" + "a026" + "1b24" + hex.EncodeToString([]byte(HintName))
	require.Equal(t, want, hex.EncodeToString(tok))

	got, err := ParseNegTokenInit(tok)
	require.NoError(t, err)
	require.Equal(t, HintName, got.Hint)
	require.Equal(t, []asn1.ObjectIdentifier{OIDNTLMSSP}, got.MechTypes)
	require.Nil(t, got.MechListMIC)
}

func TestInitRoundTrip(t *testing.T) {
	for _, tc := range []struct {
		name string
		tok  NegTokenInit
	}{
		{"no token", NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDMSKerberos, OIDKerberos, OIDNegoEx, OIDNTLMSSP}}},
		{"token", NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, MechToken: []byte("NTLMSSP\x00")}},
		{"mic", NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, MechToken: []byte{}, MechListMIC: []byte("0123456789abcdef")}},
		{"hint and mic", NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, Hint: "h", MechListMIC: []byte{1}}},
		{"token over 127", NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, MechToken: bytes.Repeat([]byte{7}, 200)}},
		{"token over 255", NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, MechToken: bytes.Repeat([]byte{7}, 300)}},
		{"token over 65535", NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, MechToken: bytes.Repeat([]byte{7}, 70000)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			enc := tc.tok.Marshal()
			require.Equal(t, KindInit, Classify(enc))
			got, err := ParseNegTokenInit(enc)
			require.NoError(t, err)
			require.Equal(t, MarshalMechTypes(tc.tok.MechTypes), got.MechTypeList)
			got.MechTypeList = nil
			require.Equal(t, &tc.tok, got)
		})
	}
}

func TestRespRoundTrip(t *testing.T) {
	for _, tc := range []struct {
		name string
		tok  NegTokenResp
		hex  string
	}{
		{"accept-completed", NegTokenResp{State: AcceptCompleted}, "a1073005a0030a0100"},
		{"accept-incomplete with mechanism", NegTokenResp{State: AcceptIncomplete, SupportedMech: OIDNTLMSSP, ResponseToken: []byte{1, 2}},
			"a11b3019a0030a0101a10c060a2b06010401823702020aa20404020102"},
		{"request-mic", NegTokenResp{State: RequestMIC, SupportedMech: OIDNTLMSSP}, "a1153013a0030a0103a10c060a2b06010401823702020a"},
		{"no state", NegTokenResp{State: StateAbsent, ResponseToken: []byte{9}, MechListMIC: []byte{8}}, "a10c300aa203040109a303040108"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			enc := tc.tok.Marshal()
			require.Equal(t, tc.hex, hex.EncodeToString(enc))
			require.Equal(t, KindResp, Classify(enc))
			got, err := ParseNegTokenResp(enc)
			require.NoError(t, err)
			require.Equal(t, &tc.tok, got)
		})
	}
}

func TestClassify(t *testing.T) {
	krb := tlv(tagGSS, encodeOID(OIDKerberos), []byte{1, 0})
	for _, tc := range []struct {
		name  string
		token []byte
		want  Kind
	}{
		{"empty", nil, KindUnknown},
		{"raw NTLMSSP", []byte("NTLMSSP\x00\x01\x00\x00\x00"), KindNTLMSSP},
		{"seven octets of the signature", []byte("NTLMSSP"), KindUnknown},
		{"bare Kerberos", krb, KindGSS},
		{"init without GSS header", explicit(0, tlv(tagSequence)), KindInit},
		{"resp", explicit(1, tlv(tagSequence)), KindResp},
		{"truncated GSS header", []byte{tagGSS, 0x10, 0x06}, KindUnknown},
		{"SMB1 garbage", []byte{0xff, 'S', 'M', 'B'}, KindUnknown},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Equal(t, tc.want, Classify(tc.token)) })
	}
	mech, err := GSSMechanism(krb)
	require.NoError(t, err)
	require.True(t, mech.Equal(OIDKerberos))
}

// Some initiators write lengths in more octets than needed.
func TestLongFormLengths(t *testing.T) {
	got, err := ParseNegTokenResp(unhex(t, "a18200093082000"+"5"+"a0030a0101"))
	require.NoError(t, err)
	require.Equal(t, AcceptIncomplete, got.State)
}

func TestMalformed(t *testing.T) {
	valid := (&NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, MechToken: []byte("token")}).Marshal()
	for n := range valid {
		if _, err := ParseNegTokenInit(valid[:n]); !errors.Is(err, ErrMalformed) {
			t.Errorf("first %d octets: %v, want ErrMalformed", n, err)
		}
	}
	many := NegTokenInit{}
	for range maxMechTypes + 1 {
		many.MechTypes = append(many.MechTypes, OIDNTLMSSP)
	}
	for _, tc := range []struct {
		name  string
		token []byte
	}{
		{"too many mechanisms", many.Marshal()},
		{"other mechanism in the header", tlv(tagGSS, encodeOID(OIDKerberos), tlv(tagInit, tlv(tagSequence)))},
		{"indefinite length", unhex(t, "a080300000")},
		{"length of four gigabytes", unhex(t, "a084ffffffff30")},
		{"empty OID", unhex(t, "a008"+"3006"+"a004"+"3002"+"0600")},
		{"integer among mechanisms", unhex(t, "a009"+"3007"+"a005"+"3003"+"020101")},
		{"resp as init", (&NegTokenResp{}).Marshal()},
		{"octets after the sequence", unhex(t, "a003"+"3000"+"00")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ParseNegTokenInit(tc.token)
			require.ErrorIs(t, err, ErrMalformed)
		})
	}
	for _, tc := range []struct{ name, token string }{
		{"state 4", "a1073005a0030a0104"},
		{"state of two octets", "a1083006a0040a020001"},
		{"init as resp", "a0023000"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := ParseNegTokenResp(unhex(t, tc.token))
			require.ErrorIs(t, err, ErrMalformed)
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add((&NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDMSKerberos, OIDNTLMSSP}, MechToken: []byte("x"), MechListMIC: []byte("y")}).Marshal())
	f.Add((&NegTokenInit{MechTypes: []asn1.ObjectIdentifier{OIDNTLMSSP}, Hint: HintName}).Marshal())
	f.Add((&NegTokenResp{State: AcceptIncomplete, SupportedMech: OIDNTLMSSP, ResponseToken: []byte("z")}).Marshal())
	f.Add([]byte("NTLMSSP\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		Classify(b)
		_, _ = GSSMechanism(b)
		if tok, err := ParseNegTokenInit(b); err == nil {
			again, err := ParseNegTokenInit(tok.Marshal())
			if err != nil {
				t.Fatalf("own encoding refused: %v", err)
			}
			if !bytes.Equal(again.MechToken, tok.MechToken) || len(again.MechTypes) != len(tok.MechTypes) {
				t.Fatalf("round trip: %+v became %+v", tok, again)
			}
		}
		if tok, err := ParseNegTokenResp(b); err == nil {
			if _, err := ParseNegTokenResp(tok.Marshal()); err != nil {
				t.Fatalf("own encoding refused: %v", err)
			}
		}
	})
}
