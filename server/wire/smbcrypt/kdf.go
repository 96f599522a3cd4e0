package smbcrypt

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"

	"crosswire/server/wire/smb2"
)

// KDF is the counter-mode key derivation of SP800-108 with HMAC-SHA256, a 32-bit
// counter before the fixed input, and L in bits (MS-SMB2 3.1.4.2). label and
// context include their terminating zeros where they have them. size is in
// bytes, at most 32 being of use here.
func KDF(key, label, context []byte, size int) []byte {
	out := make([]byte, 0, (size+31)/32*32)
	var word [4]byte
	for i := uint32(1); len(out) < size; i++ {
		h := hmac.New(sha256.New, key)
		binary.BigEndian.PutUint32(word[:], i)
		h.Write(word[:])
		h.Write(label)
		h.Write([]byte{0})
		h.Write(context)
		binary.BigEndian.PutUint32(word[:], uint32(size)*8)
		h.Write(word[:])
		out = h.Sum(out)
	}
	return out[:size]
}

// PreauthHash is the running hash of 3.1.1 (MS-SMB2 3.1.4.4.1, 3.3.5.4). The
// zero value is its start.
type PreauthHash [sha512.Size]byte

// Update gives the hash after one whole message, from its SMB2 header to its
// end, without the direct-TCP frame header.
func (h PreauthHash) Update(msg []byte) PreauthHash {
	d := sha512.New()
	d.Write(h[:])
	d.Write(msg)
	var next PreauthHash
	d.Sum(next[:0])
	return next
}

// Keys are the keys of a session or channel (MS-SMB2 3.3.5.5.3). Encryption and
// decryption are named by direction, so that server and client take the same
// value from the same field.
type Keys struct {
	Signing        []byte // 16 bytes
	Application    []byte // 16 bytes
	ClientToServer []byte // 16 or 32 bytes by cipher; nil without encryption
	ServerToClient []byte
}

// KeyParams is what DeriveKeys depends on.
type KeyParams struct {
	Dialect smb2.Dialect
	// SessionKey is the key from the authentication, cut or padded with zeros to
	// 16 bytes (MS-SMB2 3.3.1.8, Session.SessionKey).
	SessionKey []byte
	// FullSessionKey is the whole key, for the encryption keys of the 256-bit
	// ciphers; nil means SessionKey.
	FullSessionKey []byte
	Cipher         smb2.Cipher // CipherNone derives no encryption keys in 3.1.1
	Preauth        PreauthHash // 3.1.1: Session.PreauthIntegrityHashValue
}

// DeriveKeys derives all keys. For 2.0.2 and 2.1 the signing key is the session
// key and there are no others. For 3.0 and 3.0.2 the labels and contexts are
// fixed strings; for 3.1.1 the context is the preauthentication hash.
func DeriveKeys(p KeyParams) Keys {
	key := NormalizeSessionKey(p.SessionKey)
	if p.Dialect < smb2.Dialect300 || p.Dialect == smb2.DialectWildcard {
		return Keys{Signing: key, Application: key}
	}
	if p.Dialect != smb2.Dialect311 {
		return Keys{
			Signing:        KDF(key, z("SMB2AESCMAC"), z("SmbSign"), 16),
			Application:    KDF(key, z("SMB2APP"), z("SmbRpc"), 16),
			ClientToServer: KDF(key, z("SMB2AESCCM"), z("ServerIn "), 16),
			ServerToClient: KDF(key, z("SMB2AESCCM"), z("ServerOut"), 16),
		}
	}
	k := Keys{
		Signing:     KDF(key, z("SMBSigningKey"), p.Preauth[:], 16),
		Application: KDF(key, z("SMBAppKey"), p.Preauth[:], 16),
	}
	size := CipherKeySize(p.Cipher)
	if size == 0 {
		return k
	}
	if size == 32 && len(p.FullSessionKey) > 0 {
		key = p.FullSessionKey
	}
	k.ClientToServer = KDF(key, z("SMBC2SCipherKey"), p.Preauth[:], size)
	k.ServerToClient = KDF(key, z("SMBS2CCipherKey"), p.Preauth[:], size)
	return k
}

// NormalizeSessionKey gives the first 16 bytes of key, padded with zeros.
func NormalizeSessionKey(key []byte) []byte {
	out := make([]byte, 16)
	copy(out, key)
	return out
}

// CipherKeySize gives 16 or 32 bytes, 0 for no cipher.
func CipherKeySize(c smb2.Cipher) int {
	switch c {
	case smb2.CipherAES128CCM, smb2.CipherAES128GCM:
		return 16
	case smb2.CipherAES256CCM, smb2.CipherAES256GCM:
		return 32
	}
	return 0
}

// z gives s with a terminating zero.
func z(s string) []byte { return append([]byte(s), 0) }
