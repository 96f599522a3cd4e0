package smbcrypt

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
)

// CMAC computes AES-CMAC (RFC 4493). The zero value is not usable; a CMAC is
// safe for concurrent use.
type CMAC struct {
	block  cipher.Block
	k1, k2 [16]byte
}

// NewCMAC takes an AES key of 16, 24 or 32 bytes.
func NewCMAC(key []byte) (*CMAC, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	c := &CMAC{block: block}
	var l [16]byte
	block.Encrypt(l[:], l[:])
	c.k1 = double(l)
	c.k2 = double(c.k1)
	return c, nil
}

// double multiplies by x in GF(2^128) (RFC 4493 2.3).
func double(in [16]byte) (out [16]byte) {
	var carry byte
	for i := 15; i >= 0; i-- {
		out[i] = in[i]<<1 | carry
		carry = in[i] >> 7
	}
	out[15] ^= 0x87 & -carry
	return out
}

// Sum gives the 16-byte tag of the concatenation of parts.
func (c *CMAC) Sum(parts ...[]byte) [16]byte {
	var x, last [16]byte
	n := 0 // bytes held in last
	for _, p := range parts {
		for len(p) > 0 {
			if n == 16 { // more follows, so last is not the last block
				subtle.XORBytes(x[:], x[:], last[:])
				c.block.Encrypt(x[:], x[:])
				n = 0
			}
			if n == 0 {
				for len(p) > 16 {
					subtle.XORBytes(x[:], x[:], p[:16])
					c.block.Encrypt(x[:], x[:])
					p = p[16:]
				}
			}
			k := copy(last[n:], p)
			n += k
			p = p[k:]
		}
	}
	if n == 16 {
		subtle.XORBytes(last[:], last[:], c.k1[:])
	} else {
		last[n] = 0x80
		clear(last[n+1:])
		subtle.XORBytes(last[:], last[:], c.k2[:])
	}
	subtle.XORBytes(x[:], x[:], last[:])
	c.block.Encrypt(x[:], x[:])
	return x
}
