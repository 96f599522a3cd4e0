package ntlm

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The examples of MS-NLMP 4.2.4 (NTLMv2 authentication): user "User" of domain
// "Domain" with the password "Password" on the workstation "COMPUTER".

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	require.NoError(t, err)
	return b
}

const (
	vectorFlags     = NegotiateKeyExch | Negotiate56 | Negotiate128 | NegotiateVersion | NegotiateTargetInfo | NegotiateExtendedSessionSecurity | TargetTypeServer | NegotiateAlwaysSign | NegotiateNTLM | NegotiateSeal | NegotiateSign | NegotiateOEM | NegotiateUnicode
	vectorChallenge = `4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000
		2400240044000000 060070170000000f 530065007200760065007200
		02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000`
	vectorAuthenticate = `4e544c4d53535000 03000000 180018006c000000 5400540084000000 0c000c0048000000 0800080054000000
		100010005c000000 10001000d8000000 358288e2 0501280a0000000f
		44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200
		86c35097ac9cec102554764a57cccc19 aaaaaaaaaaaaaaaa
		68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
		02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000 00000000
		c5dad2544fc9799094ce1ce90bc9d03e`
	vectorKey = "0c868a403bfd7a93a3001ef22ef02e3f"
)

var vectorPairs = AVPairs{{AVNbDomainName, encodeUTF16("Domain")}, {AVNbComputerName, encodeUTF16("Server")}}

func array[T [8]byte | [16]byte](t testing.TB, s string) (a T) {
	t.Helper()
	b := unhex(t, s)
	switch p := any(&a).(type) {
	case *[8]byte:
		*p = [8]byte(b)
	case *[16]byte:
		*p = [16]byte(b)
	}
	return a
}

func TestVectorKeys(t *testing.T) {
	hash := HashPassword("Password")
	require.Equal(t, "a4f49c406510bdcab6824ee7c30fd852", hex.EncodeToString(hash[:]), "4.2.2.1.2 NTOWFv1")
	key := NTOWFv2(hash, "User", "Domain")
	require.Equal(t, vectorKey, hex.EncodeToString(key[:]), "4.2.4.1.1 NTOWFv2")

	server, client := array[[8]byte](t, "0123456789abcdef"), array[[8]byte](t, "aaaaaaaaaaaaaaaa")
	response, base := computeNTLMv2(key, server, client, 0, vectorPairs)
	require.Equal(t, "68cd0ab851e51c96aabc927bebef6a1c", hex.EncodeToString(response[:16]), "4.2.4.2.2 NTLMv2 response")
	require.Equal(t, "8de40ccadbc14a82f15cb0ad0de95ca3", hex.EncodeToString(base[:]), "4.2.4.1.2 session base key")
	lm := computeLMv2(key, server, client)
	require.Equal(t, "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa", hex.EncodeToString(lm), "4.2.4.2.1 LMv2 response")
	sealed := rc4Once(base[:], bytes.Repeat([]byte{0x55}, 16))
	require.Equal(t, "c5dad2544fc9799094ce1ce90bc9d03e", hex.EncodeToString(sealed), "4.2.4.2.3 encrypted session key")

	parsed, err := ParseNTLMv2Response(response)
	require.NoError(t, err)
	gotBase, ok := parsed.Verify(key, server)
	require.True(t, ok)
	require.Equal(t, base, gotBase)
}

func TestVectorMessages(t *testing.T) {
	challenge := &Challenge{
		Flags: vectorFlags, TargetName: "Server", ServerChallenge: array[[8]byte](t, "0123456789abcdef"),
		TargetInfo: vectorPairs, Version: Version{6, 0, 6000, 15},
	}
	require.Equal(t, unhex(t, vectorChallenge), challenge.Marshal(), "4.2.4.3 CHALLENGE_MESSAGE")
	gotChallenge, err := ParseChallenge(unhex(t, vectorChallenge))
	require.NoError(t, err)
	challenge.RawTargetInfo = vectorPairs.Marshal()
	require.Equal(t, challenge, gotChallenge)

	raw := unhex(t, vectorAuthenticate)
	auth, err := ParseAuthenticate(raw)
	require.NoError(t, err)
	require.Equal(t, "User", auth.User)
	require.Equal(t, "Domain", auth.Domain)
	require.Equal(t, "COMPUTER", auth.Workstation)
	require.Equal(t, Version{5, 1, 2600, 15}, auth.Version)
	require.False(t, auth.HasMIC)
	require.False(t, auth.Anonymous())
	require.Equal(t, raw, auth.Marshal(), "4.2.4.3 AUTHENTICATE_MESSAGE")
}

// The client reproduces the example's responses when its sources of chance and
// time are those of the example.
func TestVectorClient(t *testing.T) {
	c := &Client{
		User: "User", Domain: "Domain", Password: "Password", Workstation: "COMPUTER",
		Now:  func() time.Time { return time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC) },
		Rand: bytes.NewReader(unhex(t, "aaaaaaaaaaaaaaaa 55555555555555555555555555555555")),
	}
	c.Negotiate()
	got, ctx, err := c.Authenticate(unhex(t, vectorChallenge))
	require.NoError(t, err)
	want := unhex(t, vectorAuthenticate)
	// The example's client is Windows XP: its VERSION is not ours.
	copy(want[64:72], got[64:72])
	require.Equal(t, hex.EncodeToString(want), hex.EncodeToString(got))
	require.Equal(t, array[[16]byte](t, "55555555555555555555555555555555"), ctx.SessionKey)
}

// The server accepts the example's message although its challenge is its own.
func TestVectorServer(t *testing.T) {
	challenge := unhex(t, vectorChallenge)
	s := &Server{challenge: challenge, nonce: array[[8]byte](t, "0123456789abcdef"), offered: vectorFlags}
	attempt, err := s.Authenticate(unhex(t, vectorAuthenticate))
	require.NoError(t, err)
	ctx, err := attempt.Verify(HashPassword("Password"))
	require.NoError(t, err)
	require.Equal(t, array[[16]byte](t, "55555555555555555555555555555555"), ctx.SessionKey)
}

func TestVectorSealing(t *testing.T) {
	key := array[[16]byte](t, "55555555555555555555555555555555")
	require.Equal(t, "4788dc861b4782f35d43fd98fe1a2d39", hex.EncodeToString(signKey(key, toServer)), "4.2.4.4 sign key")
	require.Equal(t, "59f600973cc4960a25480a7c196e4c58", hex.EncodeToString(sealKey(vectorFlags, key, toServer)), "4.2.4.4 seal key")

	client, server := newContext(vectorFlags, key, true), newContext(vectorFlags, key, false)
	plain := encodeUTF16("Plaintext")
	sealed, sig := client.Seal(plain)
	require.Equal(t, "54e50165bf1936dc996020c1811b0f06fb5f", hex.EncodeToString(sealed))
	require.Equal(t, "010000007fb38ec5c55d497600000000", hex.EncodeToString(sig[:]))
	got, err := server.Unseal(sealed, sig[:])
	require.NoError(t, err)
	require.Equal(t, plain, got)

	sealed, sig = server.Seal(plain)
	sealed[0] ^= 1
	_, err = client.Unseal(sealed, sig[:])
	require.ErrorIs(t, err, ErrSignature)
}
