package ntlm

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rc4"
)

// Context is what a finished exchange leaves: the session key and the message
// protection of MS-NLMP 3.4. It is not safe for concurrent use.
type Context struct {
	// Flags are those of the AUTHENTICATE_MESSAGE that both sides know.
	Flags Flags
	// SessionKey is ExportedSessionKey, which SMB2 derives its keys from.
	SessionKey [16]byte

	send, recv direction
}

// direction is one way of the connection: key, cipher state, sequence number.
type direction struct {
	signKey []byte
	cipher  *rc4.Cipher
	seq     uint32
}

const (
	toServer = "client-to-server"
	toClient = "server-to-client"
)

func newContext(flags Flags, key [16]byte, client bool) *Context {
	c := &Context{Flags: flags, SessionKey: key}
	if !c.CanSign() {
		return c
	}
	out, in := toServer, toClient
	if !client {
		out, in = in, out
	}
	c.send = direction{signKey: signKey(key, out), cipher: newRC4(sealKey(flags, key, out))}
	c.recv = direction{signKey: signKey(key, in), cipher: newRC4(sealKey(flags, key, in))}
	return c
}

// CanSign reports whether the exchange gave signing keys. Without extended
// session security MS-NLMP 3.4.5.2 has none, and Sign and Seal must not be
// called.
func (c *Context) CanSign() bool { return c.Flags.Has(NegotiateExtendedSessionSecurity) }

// signKey is SIGNKEY (MS-NLMP 3.4.5.2).
func signKey(key [16]byte, way string) []byte {
	sum := md5.Sum(append(key[:], "session key to "+way+" signing key magic constant\x00"...))
	return sum[:]
}

// sealKey is SEALKEY with extended session security (MS-NLMP 3.4.5.3).
func sealKey(f Flags, key [16]byte, way string) []byte {
	n := 5
	switch {
	case f.Has(Negotiate128):
		n = 16
	case f.Has(Negotiate56):
		n = 7
	}
	sum := md5.Sum(append(key[:n:n], "session key to "+way+" sealing key magic constant\x00"...))
	return sum[:]
}

// mac is MAC with extended session security (MS-NLMP 3.4.4.2); it advances the
// sequence number.
func (d *direction) mac(f Flags, message []byte) [16]byte {
	var sig [16]byte
	le.PutUint32(sig[:], 1)
	le.PutUint32(sig[12:], d.seq)
	sum := hmacMD5(d.signKey, sig[12:], message)
	copy(sig[4:12], sum[:8])
	if f.Has(NegotiateKeyExch) {
		d.cipher.XORKeyStream(sig[4:12], sig[4:12])
	}
	d.seq++
	return sig
}

// Sign is GSS_GetMIC for a message that this side sends (MS-NLMP 3.4.8).
func (c *Context) Sign(message []byte) [16]byte { return c.send.mac(c.Flags, message) }

// Verify is GSS_VerifyMIC for a message that the peer sent. It gives
// ErrSignature.
func (c *Context) Verify(message, sig []byte) error {
	want := c.recv.mac(c.Flags, message)
	if !hmac.Equal(want[:], sig) {
		return ErrSignature
	}
	return nil
}

// Seal is GSS_WrapEx for a message that this side sends (MS-NLMP 3.4.6).
func (c *Context) Seal(message []byte) (sealed []byte, sig [16]byte) {
	sealed = make([]byte, len(message))
	c.send.cipher.XORKeyStream(sealed, message)
	return sealed, c.send.mac(c.Flags, message)
}

// Unseal is GSS_UnwrapEx for a message that the peer sent. It gives
// ErrSignature.
func (c *Context) Unseal(sealed, sig []byte) ([]byte, error) {
	message := make([]byte, len(sealed))
	c.recv.cipher.XORKeyStream(message, sealed)
	if err := c.Verify(message, sig); err != nil {
		return nil, err
	}
	return message, nil
}
