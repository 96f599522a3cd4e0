package smbcrypt

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"sync/atomic"

	"crosswire/server/wire/smb2"
)

// aadStart is where the additional data begins in the transform header: at Nonce.
const aadStart = 20

// Encrypter seals and opens whole encrypted frames with one key, that is one
// direction of a session (MS-SMB2 3.1.4.3). It is safe for concurrent use: each
// Seal takes the next nonce of a 64-bit counter, so no nonce repeats under the
// key as long as there is one Encrypter for it: all channels of a session share it.
type Encrypter struct {
	cipher smb2.Cipher
	aead   cipher.AEAD
	nonces atomic.Uint64
}

// NewEncrypter takes the key of Keys for its direction, 16 or 32 bytes.
func NewEncrypter(c smb2.Cipher, key []byte) (*Encrypter, error) {
	if len(key) != CipherKeySize(c) || len(key) == 0 {
		return nil, fmt.Errorf("smbcrypt: key of %d bytes for %v", len(key), c)
	}
	e := &Encrypter{cipher: c}
	var err error
	if c == smb2.CipherAES128CCM || c == smb2.CipherAES256CCM {
		e.aead, err = NewCCM(key, 11, 16)
	} else {
		var block cipher.Block
		if block, err = aes.NewCipher(key); err == nil {
			e.aead, err = cipher.NewGCM(block)
		}
	}
	return e, err
}

// Cipher is the cipher that was chosen.
func (e *Encrypter) Cipher() smb2.Cipher { return e.cipher }

// Seal appends the transform header and the encrypted plaintext, one message or
// a compound, to dst.
func (e *Encrypter) Seal(dst []byte, sessionID uint64, plaintext []byte) []byte {
	head, tail := extend(dst, smb2.TransformHeaderSize+len(plaintext)+TagSize)
	copy(tail[smb2.TransformHeaderSize:], plaintext)
	e.SealInPlace(tail, sessionID)
	return head[:len(head)-TagSize]
}

// SealInPlace encrypts a frame where it stands and saves the copy of Seal. frame
// is room for the transform header (smb2.TransformHeaderSize bytes), the
// plaintext, and room for the tag (TagSize bytes). What must be sent is frame
// without the last TagSize bytes, which are scratch.
func (e *Encrypter) SealInPlace(frame []byte, sessionID uint64) {
	text := frame[smb2.TransformHeaderSize : len(frame)-TagSize]
	h := smb2.TransformHeader{
		OriginalMessageSize: uint32(len(text)),
		Flags:               smb2.TransformEncrypted,
		SessionID:           sessionID,
	}
	binary.LittleEndian.PutUint64(h.Nonce[:], e.nonces.Add(1))
	h.Append(frame[:0])
	sealed := e.aead.Seal(text[:0], h.Nonce[:e.aead.NonceSize()], text, frame[aadStart:smb2.TransformHeaderSize])
	copy(frame[4:20], sealed[len(text):])
}

// TagSize is the room that SealInPlace needs after the plaintext.
const TagSize = 16

// Open decrypts a whole frame in place and gives the plaintext, a part of frame.
// A frame that is not well formed gives a *smb2.DecodeError, one that was not
// made with this key ErrAuthentication; frame is then unusable. If frame has
// TagSize bytes of spare capacity they are overwritten and a copy is saved.
func (e *Encrypter) Open(frame []byte) (h smb2.TransformHeader, plaintext []byte, err error) {
	if err := h.Decode(frame); err != nil {
		return h, nil, err
	}
	// The AEADs want the tag behind the text, where a frame has no room for it
	// unless the buffer is larger than the frame.
	text, buf := frame[smb2.TransformHeaderSize:], []byte(nil)
	if cap(frame)-len(frame) >= TagSize {
		buf = text[: len(text)+TagSize : len(text)+TagSize]
	} else {
		buf = make([]byte, len(text)+TagSize)
		copy(buf, text)
	}
	copy(buf[len(text):], h.Signature[:])
	plaintext, err = e.aead.Open(buf[:0], h.Nonce[:e.aead.NonceSize()], buf, frame[aadStart:smb2.TransformHeaderSize])
	if err != nil {
		return h, nil, ErrAuthentication
	}
	return h, plaintext, nil
}
