package smbcrypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"testing"

	"crosswire/server/wire/smb2"
)

// The final SESSION_SETUP response of the 3.1.1 key derivation example, signed
// by Windows with AES-CMAC.
const signedSessionSetup = `FE534D4240000100000000000100800009000000000000000300000000000000FFFE000000000000
	1900000000100000EBE146DA120BA25FC3376A49DFE31BC10900000048001D00A11B3019A0030A01
	00A3120410010000003B453CDC3524164200000000`

func TestCMACSignerExample(t *testing.T) {
	s, err := NewSigner(smb2.SigningAESCMAC, unhex(t, signing311))
	if err != nil {
		t.Fatal(err)
	}
	msg := unhex(t, signedSessionSetup)
	if err := s.Verify(msg); err != nil {
		t.Error(err)
	}
	wantHex(t, "message after Verify", msg, signedSessionSetup)
	clear(msg[offSignature : offSignature+16])
	msg[offFlags] &^= byte(smb2.FlagSigned)
	s.Sign(msg)
	wantHex(t, "signed message", msg, signedSessionSetup)
}

func TestSigners(t *testing.T) {
	key := []byte("0123456789abcdef")
	hdr := smb2.Header{Command: smb2.CommandEcho, MessageID: 0x1122334455667788}
	rows := []struct {
		name      string
		algorithm smb2.SigningAlgorithm
		header    smb2.Header
		want      func(msg []byte) []byte // of a message with zeros for signature
	}{
		{"HMAC-SHA256", smb2.SigningHMACSHA256, hdr, func(msg []byte) []byte {
			h := hmac.New(sha256.New, key)
			h.Write(msg)
			return h.Sum(nil)[:16]
		}},
		{"AES-GMAC, request", smb2.SigningAESGMAC, hdr, gmacOf(key, "887766554433221100000000")},
		{"AES-GMAC, response", smb2.SigningAESGMAC,
			smb2.Header{Command: smb2.CommandEcho, MessageID: 1, Flags: smb2.FlagServerToRedir}, gmacOf(key, "010000000000000001000000")},
		{"AES-GMAC, CANCEL", smb2.SigningAESGMAC,
			smb2.Header{Command: smb2.CommandCancel, MessageID: 1}, gmacOf(key, "010000000000000002000000")},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			s, err := NewSigner(r.algorithm, key)
			if err != nil {
				t.Fatal(err)
			}
			if s.Algorithm() != r.algorithm {
				t.Error("algorithm")
			}
			msg := smb2.AppendMessage(nil, &r.header, &smb2.EchoRequest{})
			s.Sign(msg)
			if msg[offFlags]&byte(smb2.FlagSigned) == 0 {
				t.Error("FlagSigned not set")
			}
			plain := bytes.Clone(msg)
			clear(plain[offSignature:64])
			if got, want := msg[offSignature:64], r.want(plain); !bytes.Equal(got, want) {
				t.Errorf("signature %x, want %x", got, want)
			}
			if err := s.Verify(msg); err != nil {
				t.Error(err)
			}
			for i := range msg {
				bad := bytes.Clone(msg)
				bad[i] ^= 0x10
				if err := s.Verify(bad); !errors.Is(err, ErrAuthentication) {
					t.Errorf("byte %d changed: %v", i, err)
				}
			}
			if err := s.Verify(msg[:63]); !errors.Is(err, ErrShort) {
				t.Errorf("short message: %v", err)
			}
		})
	}
	if _, err := NewSigner(99, key); err == nil {
		t.Error("unknown algorithm accepted")
	}
}

// gmacOf asks the standard library with a nonce written out by hand.
func gmacOf(key []byte, nonce string) func([]byte) []byte {
	return func(msg []byte) []byte {
		block, _ := aes.NewCipher(key)
		gcm, _ := cipher.NewGCM(block)
		n := make([]byte, 12)
		for i := range n {
			n[i] = hexDigit(nonce[2*i])<<4 | hexDigit(nonce[2*i+1])
		}
		return gcm.Seal(nil, n, nil, msg)
	}
}

func hexDigit(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

func BenchmarkSign(b *testing.B) {
	for _, a := range []smb2.SigningAlgorithm{smb2.SigningHMACSHA256, smb2.SigningAESCMAC, smb2.SigningAESGMAC} {
		b.Run(a.String(), func(b *testing.B) {
			s, err := NewSigner(a, make([]byte, 16))
			if err != nil {
				b.Fatal(err)
			}
			msg := make([]byte, 64<<10)
			b.SetBytes(int64(len(msg)))
			b.ReportAllocs()
			for b.Loop() {
				s.Sign(msg)
			}
		})
	}
}
