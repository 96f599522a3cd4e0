package smb

import (
	"crypto/rand"
	"errors"
	"slices"

	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// serverDialects are what the service speaks, best first.
var serverDialects = []smb2.Dialect{smb2.Dialect311, smb2.Dialect302, smb2.Dialect300, smb2.Dialect210, smb2.Dialect202}

// serverCiphers and serverSigning are in the order of preference.
var (
	serverCiphers = []smb2.Cipher{smb2.CipherAES128GCM, smb2.CipherAES128CCM, smb2.CipherAES256GCM, smb2.CipherAES256CCM}
	serverSigning = []smb2.SigningAlgorithm{smb2.SigningAESGMAC, smb2.SigningAESCMAC, smb2.SigningHMACSHA256}
)

// chooseDialect is the best dialect that both speak; 0 if there is none.
func (a *Adapter) chooseDialect(offered []smb2.Dialect) smb2.Dialect {
	for _, d := range serverDialects {
		if d >= a.cfg.MinDialect && d <= a.cfg.MaxDialect && slices.Contains(offered, d) {
			return d
		}
	}
	return 0
}

// multiProtocolNegotiate answers an SMB1 NEGOTIATE that offers SMB2 (MS-SMB2
// 3.3.5.3). SMB1 itself is not spoken: the connection ends.
func (c *conn) multiProtocolNegotiate(frame []byte) error {
	var q smb2.SMB1NegotiateRequest
	if err := q.DecodeFrame(frame); err != nil {
		return err
	}
	if c.dialect != 0 {
		return errors.New("SMB1 NEGOTIATE after NEGOTIATE")
	}
	d, ok := q.Offer()
	if !ok {
		return errors.New("SMB1 NEGOTIATE without an SMB2 dialect")
	}
	if d == smb2.DialectWildcard && c.a.cfg.MaxDialect < smb2.Dialect210 {
		d = smb2.Dialect202
	}
	if d == smb2.Dialect202 {
		if c.a.chooseDialect([]smb2.Dialect{d}) == 0 {
			return errors.New("dialect 2.0.2 is switched off")
		}
		c.setDialect(d)
	}
	resp := c.negotiateResponse(d)
	h := smb2.Header{Command: smb2.CommandNegotiate, Flags: smb2.FlagServerToRedir, Credits: c.credits.grant(1)}
	if err := c.credits.use(0, 1); err != nil {
		return err
	}
	c.a.rt.Enter()
	defer c.a.rt.Leave()
	c.sendMessages([][]byte{smb2.AppendMessage(nil, &h, resp)}, make([]smbcryptSigner, 1), nil)
	return nil
}

// setDialect fixes what follows from the dialect.
func (c *conn) setDialect(d smb2.Dialect) {
	c.dialect = d
	c.serverCaps = 0
	c.maxTransact = maxTransact202
	if d >= smb2.Dialect210 {
		c.maxTransact = maxTransact
		c.supportsWide = true
		c.serverCaps = smb2.CapLeasing | smb2.CapLargeMTU
	}
}

// negotiateResponse fills in what every NEGOTIATE response has.
func (c *conn) negotiateResponse(d smb2.Dialect) *smb2.NegotiateResponse {
	mode := smb2.SigningEnabled
	if c.a.cfg.RequireSigning {
		mode |= smb2.SigningRequired
	}
	size, caps := c.maxTransact, c.serverCaps
	if d == smb2.DialectWildcard { // nothing is decided yet; say what 2.1 would have
		size, caps = maxTransact, smb2.CapLeasing|smb2.CapLargeMTU
	}
	return &smb2.NegotiateResponse{
		SecurityMode: mode, Dialect: d, ServerGUID: c.a.guid, Capabilities: caps,
		MaxTransactSize: size, MaxReadSize: size, MaxWriteSize: size,
		SystemTime:     fscc.FiletimeOf(c.a.cfg.Clock.Now()),
		SecurityBuffer: c.a.authority.InitialToken(),
	}
}

// negotiate implements NEGOTIATE (MS-SMB2 3.3.5.4).
func (r *request) negotiate() (body, error) {
	c := r.c
	if c.dialect != 0 {
		return nil, fatal("a second NEGOTIATE")
	}
	var q smb2.NegotiateRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if len(q.Dialects) == 0 {
		return nil, ntstatus.InvalidParameter
	}
	d := c.a.chooseDialect(q.Dialects)
	if d == 0 {
		return nil, ntstatus.NotSupported
	}
	c.clientGUID, c.clientCaps, c.clientMode, c.offered = q.ClientGUID, q.Capabilities, q.SecurityMode, q.Dialects
	var contexts smb2.NegotiateContexts
	if d == smb2.Dialect311 {
		var err error
		if contexts, err = c.negotiateContexts(q.Contexts); err != nil {
			return nil, err
		}
	}
	c.setDialect(d)
	if (d == smb2.Dialect300 || d == smb2.Dialect302) && q.Capabilities&smb2.CapEncryption != 0 {
		c.cipher = smb2.CipherAES128CCM
		c.serverCaps |= smb2.CapEncryption
	}
	resp := c.negotiateResponse(d)
	resp.Contexts = contexts
	if d == smb2.Dialect311 {
		c.preauth = c.preauth.Update(r.msg)
		h := r.responseHeader(ntstatus.Success)
		r.whole = smb2.AppendMessage(nil, &h, resp)
		c.preauth = c.preauth.Update(r.whole)
		r.pinned = &h // it goes out exactly as it was hashed
	}
	return resp, nil
}

// negotiateContexts implements the contexts of 3.1.1 (MS-SMB2 3.3.5.4).
func (c *conn) negotiateContexts(in smb2.NegotiateContexts) (out smb2.NegotiateContexts, err error) {
	if in.Count(smb2.ContextPreauthIntegrity) != 1 || in.Count(smb2.ContextEncryption) > 1 || in.Count(smb2.ContextSigning) > 1 {
		return nil, ntstatus.InvalidParameter
	}
	data, _ := in.Find(smb2.ContextPreauthIntegrity)
	var pre smb2.PreauthIntegrity
	if err := pre.Decode(data); err != nil {
		return nil, err
	}
	if !slices.Contains(pre.HashAlgorithms, smb2.HashSHA512) {
		return nil, ntstatus.SMBNoPreauthIntegrityHashOverlap
	}
	salt := make([]byte, 32)
	rand.Read(salt)
	out = append(out, (&smb2.PreauthIntegrity{HashAlgorithms: []smb2.HashAlgorithm{smb2.HashSHA512}, Salt: salt}).Context())

	if data, ok := in.Find(smb2.ContextEncryption); ok {
		var enc smb2.EncryptionCapabilities
		if err := enc.Decode(data); err != nil {
			return nil, err
		}
		if len(enc.Ciphers) == 0 {
			return nil, ntstatus.InvalidParameter
		}
		c.cipher = first(serverCiphers, enc.Ciphers, smb2.CipherNone)
		out = append(out, (&smb2.EncryptionCapabilities{Ciphers: []smb2.Cipher{c.cipher}}).Context())
	}
	if data, ok := in.Find(smb2.ContextSigning); ok {
		var sig smb2.SigningCapabilities
		if err := sig.Decode(data); err != nil {
			return nil, err
		}
		if len(sig.Algorithms) == 0 {
			return nil, ntstatus.InvalidParameter
		}
		if a := first(serverSigning, sig.Algorithms, 0xFFFF); a != 0xFFFF {
			c.signing, c.hasSigning = a, true
			out = append(out, (&smb2.SigningCapabilities{Algorithms: []smb2.SigningAlgorithm{a}}).Context())
		}
	}
	return out, nil
}

// first is the first of ours that theirs has, else none. Windows servers go by
// the client's order for ciphers; the specification leaves the choice to the
// server.
func first[T comparable](ours, theirs []T, none T) T {
	for _, x := range ours {
		if slices.Contains(theirs, x) {
			return x
		}
	}
	return none
}
