package ntlm

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
	"strings"
	"time"

	//lint:ignore SA1019 MS-NLMP 3.3.1 defines the NT hash as MD4.
	"golang.org/x/crypto/md4"
)

// NTHash is MD4 of a password in UTF-16LE, what NTOWFv1 gives (MS-NLMP 3.3.1).
// It is worth as much as the password.
type NTHash [16]byte

// HashPassword gives the NT hash of password.
func HashPassword(password string) NTHash {
	h := md4.New()
	h.Write(encodeUTF16(password))
	return NTHash(h.Sum(nil))
}

// NTOWFv2 gives ResponseKeyNT (MS-NLMP 3.3.2): user is upper-cased, domain is
// taken as the client wrote it.
func NTOWFv2(hash NTHash, user, domain string) [16]byte {
	return hmacMD5(hash[:], encodeUTF16(strings.ToUpper(user)), encodeUTF16(domain))
}

func hmacMD5(key []byte, parts ...[]byte) [16]byte {
	h := hmac.New(md5.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return [16]byte(h.Sum(nil))
}

func rc4Once(key, data []byte) []byte {
	out := make([]byte, len(data))
	newRC4(key).XORKeyStream(out, data)
	return out
}

// newRC4 has no error: every key here is 5 to 16 octets long.
func newRC4(key []byte) *rc4.Cipher {
	c, err := rc4.NewCipher(key)
	if err != nil {
		panic("ntlm: " + err.Error())
	}
	return c
}

// NTLMv2Response is NTLMv2_RESPONSE (MS-NLMP 2.2.2.8).
type NTLMv2Response struct {
	Proof           [16]byte
	Timestamp       uint64 // FILETIME
	ClientChallenge [8]byte
	Pairs           AVPairs
	// Blob is NTLMv2_CLIENT_CHALLENGE as it stood in the message, which Proof
	// covers.
	Blob []byte
}

const clientChallengeFixed = 28

// ParseNTLMv2Response decodes an NtChallengeResponse. It gives ErrVersion1 for
// the 24 octets of NTLMv1. The slices of the result alias b.
func ParseNTLMv2Response(b []byte) (*NTLMv2Response, error) {
	if len(b) <= 24 {
		return nil, ErrVersion1
	}
	if len(b) < 16+clientChallengeFixed+4 {
		return nil, malformed("NTLMv2 response of %d octets", len(b))
	}
	blob := b[16:]
	if blob[0] != 1 || blob[1] != 1 {
		return nil, malformed("NTLMv2 response type %d.%d", blob[0], blob[1])
	}
	pairs, err := ParseAVPairs(blob[clientChallengeFixed:])
	if err != nil {
		return nil, err
	}
	return &NTLMv2Response{
		Proof:           [16]byte(b[:16]),
		Timestamp:       le.Uint64(blob[8:]),
		ClientChallenge: [8]byte(blob[16:24]),
		Pairs:           pairs,
		Blob:            blob,
	}, nil
}

// HasMIC reports whether the response says that the message carries a MIC.
func (r *NTLMv2Response) HasMIC() bool { return r.Pairs.Flags()&AVFlagMIC != 0 }

// Verify reports whether the response proves key, and gives SessionBaseKey.
func (r *NTLMv2Response) Verify(key [16]byte, serverChallenge [8]byte) (sessionBaseKey [16]byte, ok bool) {
	want := hmacMD5(key[:], serverChallenge[:], r.Blob)
	return hmacMD5(key[:], want[:]), hmac.Equal(want[:], r.Proof[:])
}

// computeNTLMv2 gives NtChallengeResponse and SessionBaseKey (MS-NLMP 3.3.2).
func computeNTLMv2(key [16]byte, server, client [8]byte, timestamp uint64, pairs AVPairs) (response []byte, sessionBaseKey [16]byte) {
	blob := make([]byte, clientChallengeFixed)
	blob[0], blob[1] = 1, 1
	le.PutUint64(blob[8:], timestamp)
	copy(blob[16:], client[:])
	blob = append(blob, pairs.Marshal()...)
	blob = append(blob, 0, 0, 0, 0)
	proof := hmacMD5(key[:], server[:], blob)
	return append(proof[:], blob...), hmacMD5(key[:], proof[:])
}

// computeLMv2 gives LmChallengeResponse (MS-NLMP 3.3.2).
func computeLMv2(key [16]byte, server, client [8]byte) []byte {
	proof := hmacMD5(key[:], server[:], client[:])
	return append(proof[:], client[:]...)
}

// computeMIC covers the three messages, the last with its MIC field zeroed.
func computeMIC(exportedSessionKey [16]byte, negotiate, challenge, authenticate []byte) [16]byte {
	zero := [16]byte{}
	return hmacMD5(exportedSessionKey[:], negotiate, challenge,
		authenticate[:authenticateVersion], zero[:], authenticate[authenticateMIC:])
}

// fileTimeEpoch is 1970 in 100 ns since 1601.
const fileTimeEpoch = 116444736000000000

func fileTime(t time.Time) uint64 {
	return uint64(t.Unix()*1e7 + int64(t.Nanosecond())/100 + fileTimeEpoch)
}

func equal(a, b [16]byte) bool { return hmac.Equal(a[:], b[:]) }
