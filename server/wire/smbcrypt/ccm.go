package smbcrypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrAuthentication says that a tag or signature does not fit the message.
var ErrAuthentication = errors.New("smbcrypt: message authentication failed")

type ccm struct {
	block     cipher.Block
	nonceSize int
	tagSize   int
}

// NewCCM gives AES-CCM (RFC 3610, NIST SP 800-38C) as a cipher.AEAD. nonceSize
// is 7 to 13 bytes, tagSize 4 to 16 and even. SMB uses 11 and 16.
func NewCCM(key []byte, nonceSize, tagSize int) (cipher.AEAD, error) {
	if nonceSize < 7 || nonceSize > 13 {
		return nil, fmt.Errorf("smbcrypt: CCM nonce of %d bytes", nonceSize)
	}
	if tagSize < 4 || tagSize > 16 || tagSize%2 != 0 {
		return nil, fmt.Errorf("smbcrypt: CCM tag of %d bytes", tagSize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &ccm{block, nonceSize, tagSize}, nil
}

func (c *ccm) NonceSize() int { return c.nonceSize }
func (c *ccm) Overhead() int  { return c.tagSize }

// maxLength is what the length field of 15-nonceSize bytes can count.
func (c *ccm) maxLength() uint64 {
	q := 15 - c.nonceSize
	if q >= 8 {
		return math.MaxUint64
	}
	return 1<<(8*q) - 1
}

// mac is the CBC-MAC over B0, the additional data and the plaintext (RFC 3610 2.2).
func (c *ccm) mac(nonce, plaintext, ad []byte) (x [16]byte) {
	var b [16]byte
	q := 15 - c.nonceSize
	b[0] = byte((c.tagSize-2)/2<<3 | (q - 1))
	if len(ad) > 0 {
		b[0] |= 0x40
	}
	copy(b[1:], nonce)
	n := uint64(len(plaintext))
	for i := range q {
		b[15-i] = byte(n >> (8 * i))
	}
	c.block.Encrypt(x[:], b[:])

	if len(ad) > 0 {
		b = [16]byte{}
		var head int
		switch n := uint64(len(ad)); {
		case n < 0xFF00:
			binary.BigEndian.PutUint16(b[:], uint16(n))
			head = 2
		case n <= math.MaxUint32:
			b[0], b[1] = 0xFF, 0xFE
			binary.BigEndian.PutUint32(b[2:], uint32(n))
			head = 6
		default:
			b[0], b[1] = 0xFF, 0xFF
			binary.BigEndian.PutUint64(b[2:], n)
			head = 10
		}
		ad = ad[copy(b[head:], ad):]
		subtle.XORBytes(x[:], x[:], b[:])
		c.block.Encrypt(x[:], x[:])
		c.absorb(&x, ad)
	}
	c.absorb(&x, plaintext)
	return x
}

// absorb runs data, padded with zeros to whole blocks, through the CBC-MAC.
func (c *ccm) absorb(x *[16]byte, data []byte) {
	for len(data) >= 16 {
		subtle.XORBytes(x[:], x[:], data[:16])
		c.block.Encrypt(x[:], x[:])
		data = data[16:]
	}
	if len(data) > 0 {
		subtle.XORBytes(x[:], x[:], data)
		c.block.Encrypt(x[:], x[:])
	}
}

// stream gives the first key block, for the tag, and a CTR stream for the text.
func (c *ccm) stream(nonce []byte) (s0 [16]byte, ctr cipher.Stream) {
	var a [16]byte
	a[0] = byte(14 - c.nonceSize)
	copy(a[1:], nonce)
	ctr = cipher.NewCTR(c.block, a[:])
	ctr.XORKeyStream(s0[:], s0[:])
	return s0, ctr
}

func (c *ccm) Seal(dst, nonce, plaintext, ad []byte) []byte {
	if len(nonce) != c.nonceSize {
		panic("smbcrypt: wrong CCM nonce length")
	}
	if uint64(len(plaintext)) > c.maxLength() {
		panic("smbcrypt: message too long for CCM")
	}
	tag := c.mac(nonce, plaintext, ad)
	s0, ctr := c.stream(nonce)
	subtle.XORBytes(tag[:], tag[:], s0[:])
	out, tail := extend(dst, len(plaintext)+c.tagSize)
	ctr.XORKeyStream(tail[:len(plaintext)], plaintext)
	copy(tail[len(plaintext):], tag[:])
	return out
}

func (c *ccm) Open(dst, nonce, ciphertext, ad []byte) ([]byte, error) {
	if len(nonce) != c.nonceSize {
		panic("smbcrypt: wrong CCM nonce length")
	}
	n := len(ciphertext) - c.tagSize
	if n < 0 || uint64(n) > c.maxLength() {
		return nil, ErrAuthentication
	}
	want := ciphertext[n:]
	s0, ctr := c.stream(nonce)
	var tag [16]byte
	copy(tag[:], want) // before the text is written: it may overlap
	out, tail := extend(dst, n)
	ctr.XORKeyStream(tail, ciphertext[:n])
	mac := c.mac(nonce, tail, ad)
	subtle.XORBytes(mac[:], mac[:], s0[:])
	if subtle.ConstantTimeCompare(mac[:c.tagSize], tag[:c.tagSize]) != 1 {
		clear(tail)
		return nil, ErrAuthentication
	}
	return out, nil
}

// extend gives dst with n more bytes, and those bytes.
func extend(dst []byte, n int) (out, tail []byte) {
	head := len(dst)
	if cap(dst)-head >= n {
		out = dst[:head+n]
	} else {
		out = make([]byte, head+n)
		copy(out, dst)
	}
	return out, out[head:]
}
