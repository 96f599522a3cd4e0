package smbcrypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"sync"

	"crosswire/server/wire/smb2"
)

const (
	offCommand   = 12
	offFlags     = 16
	offMessageID = 24
	offSignature = 48
)

// ErrShort is a message without a whole SMB2 header.
var ErrShort = errors.New("smbcrypt: message shorter than an SMB2 header")

// Signer signs and verifies one message of a compound at a time, padding
// included, in place (MS-SMB2 3.1.4.1, 3.1.5.1). It is safe for concurrent use
// on different messages.
type Signer interface {
	// Algorithm is the algorithm that was chosen.
	Algorithm() smb2.SigningAlgorithm
	// Sign sets FlagSigned and writes the signature into the header. msg must
	// have a whole header.
	Sign(msg []byte)
	// Verify gives ErrAuthentication if the signature does not fit. It looks at
	// the signature only, not at FlagSigned. The signature field is zeroed
	// meanwhile and put back before Verify returns.
	Verify(msg []byte) error
}

// NewSigner takes the 16-byte signing key of Keys. A longer key is cut.
func NewSigner(a smb2.SigningAlgorithm, key []byte) (Signer, error) {
	key = NormalizeSessionKey(key)
	switch a {
	case smb2.SigningHMACSHA256:
		pool := &sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}
		return &signer{a, func(msg []byte) [16]byte {
			h := pool.Get().(hash.Hash)
			defer pool.Put(h)
			h.Reset()
			h.Write(msg)
			var sum [sha256.Size]byte
			return [16]byte(h.Sum(sum[:0]))
		}}, nil
	case smb2.SigningAESCMAC:
		c, err := NewCMAC(key)
		if err != nil {
			return nil, err
		}
		return &signer{a, func(msg []byte) [16]byte { return c.Sum(msg) }}, nil
	case smb2.SigningAESGMAC:
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		gcm, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		return &signer{a, func(msg []byte) [16]byte { return gmac(gcm, msg) }}, nil
	}
	return nil, fmt.Errorf("smbcrypt: signing algorithm %v", a)
}

// SigningAlgorithmFor gives the algorithm of a dialect when the peers did not
// negotiate one (MS-SMB2 3.1.4.1).
func SigningAlgorithmFor(d smb2.Dialect) smb2.SigningAlgorithm {
	if d < smb2.Dialect300 {
		return smb2.SigningHMACSHA256
	}
	return smb2.SigningAESCMAC
}

type signer struct {
	algorithm smb2.SigningAlgorithm
	sum       func(msg []byte) [16]byte // of a message whose signature is zeros
}

func (s *signer) Algorithm() smb2.SigningAlgorithm { return s.algorithm }

func (s *signer) Sign(msg []byte) {
	field := msg[offSignature:smb2.HeaderSize]
	flags := binary.LittleEndian.Uint32(msg[offFlags:])
	binary.LittleEndian.PutUint32(msg[offFlags:], flags|uint32(smb2.FlagSigned))
	clear(field)
	sig := s.sum(msg)
	copy(field, sig[:])
}

func (s *signer) Verify(msg []byte) error {
	if len(msg) < smb2.HeaderSize {
		return ErrShort
	}
	field := msg[offSignature:smb2.HeaderSize]
	have := [16]byte(field)
	clear(field)
	want := s.sum(msg)
	copy(field, have[:])
	if subtle.ConstantTimeCompare(want[:], have[:]) != 1 {
		return ErrAuthentication
	}
	return nil
}

// gmac seals nothing with the message as additional data. The nonce is the
// MessageID, then a word with bit 0 for a response and bit 1 for CANCEL
// (MS-SMB2 3.1.4.1).
func gmac(gcm cipher.AEAD, msg []byte) (sig [16]byte) {
	var nonce [12]byte
	copy(nonce[:8], msg[offMessageID:])
	var bits uint32
	if smb2.Flags(binary.LittleEndian.Uint32(msg[offFlags:]))&smb2.FlagServerToRedir != 0 {
		bits |= 1
	}
	if smb2.Command(binary.LittleEndian.Uint16(msg[offCommand:])) == smb2.CommandCancel {
		bits |= 2
	}
	binary.LittleEndian.PutUint32(nonce[8:], bits)
	gcm.Seal(sig[:0], nonce[:], nil, msg)
	return sig
}
