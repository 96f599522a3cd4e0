package rawsmb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/smbcrypt"
)

// negotiated is what NEGOTIATE settled.
type negotiated struct {
	request    smb2.NegotiateRequest // the last one, for VALIDATE_NEGOTIATE_INFO
	dialect    smb2.Dialect
	mode       smb2.SecurityMode
	caps       smb2.Capabilities
	serverGUID smb2.GUID

	maxTransact, maxRead, maxWrite uint32

	cipher  smb2.Cipher
	signing smb2.SigningAlgorithm
	preauth smbcrypt.PreauthHash // 3.1.1
}

// negotiate settles the dialect (MS-SMB2 3.2.4.2.2, 3.2.5.2).
func negotiate(ctx context.Context, c *conn, cfg *config, guid smb2.GUID) (*negotiated, error) {
	if cfg.multiProtocol {
		n, err := negotiateSMB1(ctx, c, cfg)
		if err != nil || n != nil {
			return n, err
		}
	}
	n := &negotiated{request: smb2.NegotiateRequest{
		SecurityMode: cfg.securityMode(), Capabilities: cfg.capabilities(), ClientGUID: guid, Dialects: cfg.dialects,
	}}
	if n.request.Offers(smb2.Dialect311) {
		salt := make([]byte, 32)
		rand.Read(salt)
		n.request.Contexts = smb2.NegotiateContexts{
			(&smb2.PreauthIntegrity{HashAlgorithms: []smb2.HashAlgorithm{smb2.HashSHA512}, Salt: salt}).Context(),
			(&smb2.EncryptionCapabilities{Ciphers: cfg.ciphers}).Context(),
			(&smb2.SigningCapabilities{Algorithms: cfg.signings}).Context(),
			smb2.NetnameContext(cfg.host),
		}
	}
	req := &request{command: smb2.CommandNegotiate, body: &n.request, unverified: true}
	r, err := c.exchange(ctx, req)
	if err != nil {
		return nil, err
	}
	var resp smb2.NegotiateResponse
	if _, err := c.decode(r, &resp); err != nil {
		return nil, err
	}
	if err := n.take(c, cfg, &resp); err != nil {
		return nil, fmt.Errorf("%s: NEGOTIATE response: %w", c.addr, err)
	}
	if n.dialect == smb2.Dialect311 {
		n.preauth = n.preauth.Update(req.msg).Update(r.msg)
	}
	return n, nil
}

// negotiateSMB1 begins with a multi-protocol negotiate (MS-SMB2 3.2.4.2.1). It
// gives nil if the server wants an SMB2 NEGOTIATE next.
func negotiateSMB1(ctx context.Context, c *conn, cfg *config) (*negotiated, error) {
	q := &smb2.SMB1NegotiateRequest{Dialects: []string{"NT LM 0.12"}}
	if slices.Contains(cfg.dialects, smb2.Dialect202) {
		q.Dialects = append(q.Dialects, smb2.SMB1DialectSMB202)
	}
	if cfg.dialects[len(cfg.dialects)-1] > smb2.Dialect202 {
		q.Dialects = append(q.Dialects, smb2.SMB1DialectSMB2Wildcard)
	}
	l, err := c.sendSMB1(ctx, q)
	if err != nil {
		return nil, err
	}
	r, err := c.wait(ctx, l)
	if err != nil {
		return nil, err
	}
	var resp smb2.NegotiateResponse
	if _, err := c.decode(r, &resp); err != nil {
		return nil, err
	}
	if resp.Dialect == smb2.DialectWildcard {
		return nil, nil
	}
	n := &negotiated{}
	if resp.Dialect != smb2.Dialect202 {
		return nil, fmt.Errorf("%s: the server answered an SMB1 NEGOTIATE with dialect %v", c.addr, resp.Dialect)
	}
	if err := n.take(c, cfg, &resp); err != nil {
		return nil, fmt.Errorf("%s: NEGOTIATE response: %w", c.addr, err)
	}
	return n, nil
}

// sendSMB1 sends an SMB1 NEGOTIATE, whose answer is that of the SMB2 message 0.
func (c *conn) sendSMB1(ctx context.Context, q *smb2.SMB1NegotiateRequest) (*call, error) {
	if err := c.takeCredits(ctx, 1); err != nil {
		return nil, err
	}
	l := &call{req: &request{command: smb2.CommandNegotiate, unverified: true, what: "(SMB1)"}, done: make(chan struct{})}
	c.mu.Lock()
	c.calls[0] = l
	c.nextID = 1
	c.mu.Unlock()
	if err := c.lockTurn(ctx); err != nil {
		return nil, err
	}
	defer c.unlockTurn()
	frame := q.AppendFrame(make([]byte, smb2.FrameHeaderSize))
	smb2.PutFrameHeader(frame)
	return l, c.write(ctx, frame)
}

// take checks and keeps what the server answered.
func (n *negotiated) take(c *conn, cfg *config, r *smb2.NegotiateResponse) error {
	if !slices.Contains(cfg.dialects, r.Dialect) {
		return fmt.Errorf("the server chose dialect %v, offered were %s", r.Dialect, dialectList(cfg.dialects))
	}
	if cfg.version != 0 && r.Dialect != cfg.version {
		return fmt.Errorf("the server chose dialect %v, the scenario wants %v", r.Dialect, cfg.version)
	}
	n.dialect, n.mode, n.caps, n.serverGUID = r.Dialect, r.SecurityMode, r.Capabilities, r.ServerGUID
	n.maxTransact, n.maxRead, n.maxWrite = r.MaxTransactSize, r.MaxReadSize, r.MaxWriteSize
	if min(n.maxTransact, n.maxRead, n.maxWrite) < 4096 {
		return fmt.Errorf("the server takes %d, %d and %d bytes in a transaction, READ and WRITE: too little to work with", n.maxTransact, n.maxRead, n.maxWrite)
	}
	c.wide.Store(r.Dialect >= smb2.Dialect210 && r.Capabilities&smb2.CapLargeMTU != 0)
	n.signing = smbcrypt.SigningAlgorithmFor(r.Dialect)
	switch {
	case r.Dialect == smb2.Dialect311:
		if err := n.takeContexts(cfg, r.Contexts); err != nil {
			return err
		}
	case r.Dialect >= smb2.Dialect300 && r.Capabilities&smb2.CapEncryption != 0:
		n.cipher = smb2.CipherAES128CCM
	}
	if cfg.encrypt == "yes" && n.cipher == smb2.CipherNone {
		return errors.New("the server offers no encryption, and encrypt=yes demands it")
	}
	return nil
}

// takeContexts reads the contexts of 3.1.1 (MS-SMB2 3.2.5.2).
func (n *negotiated) takeContexts(cfg *config, l smb2.NegotiateContexts) error {
	if k := l.Count(smb2.ContextPreauthIntegrity); k != 1 {
		return fmt.Errorf("%d SMB2_PREAUTH_INTEGRITY_CAPABILITIES, want 1", k)
	}
	data, _ := l.Find(smb2.ContextPreauthIntegrity)
	var pre smb2.PreauthIntegrity
	if err := pre.Decode(data); err != nil {
		return err
	}
	if len(pre.HashAlgorithms) != 1 || pre.HashAlgorithms[0] != smb2.HashSHA512 {
		return fmt.Errorf("hash algorithms %v, want SHA-512 alone", pre.HashAlgorithms)
	}
	if data, ok := l.Find(smb2.ContextEncryption); ok {
		var e smb2.EncryptionCapabilities
		if err := e.Decode(data); err != nil {
			return err
		}
		if len(e.Ciphers) != 1 || e.Ciphers[0] != smb2.CipherNone && !slices.Contains(cfg.ciphers, e.Ciphers[0]) {
			return fmt.Errorf("ciphers %v, offered were %v", e.Ciphers, cfg.ciphers)
		}
		n.cipher = e.Ciphers[0]
	}
	if data, ok := l.Find(smb2.ContextSigning); ok {
		var s smb2.SigningCapabilities
		if err := s.Decode(data); err != nil {
			return err
		}
		if len(s.Algorithms) != 1 || !slices.Contains(cfg.signings, s.Algorithms[0]) {
			return fmt.Errorf("signing algorithms %v, offered were %v", s.Algorithms, cfg.signings)
		}
		n.signing = s.Algorithms[0]
	}
	return nil
}

// validate makes sure that nobody changed the NEGOTIATE on its way: 3.0 and
// 3.0.2 ask again, signed (MS-SMB2 3.2.5.5). A server that knows no such FSCTL
// refuses it, signed as well.
func (s *session) validate(ctx context.Context, t *tree) error {
	n := s.neg
	if n.dialect != smb2.Dialect300 && n.dialect != smb2.Dialect302 || s.signer == nil {
		return nil
	}
	in := smb2.ValidateNegotiateInfoRequest{
		Capabilities: n.request.Capabilities, ClientGUID: n.request.ClientGUID,
		SecurityMode: n.request.SecurityMode, Dialects: n.request.Dialects,
	}
	r, err := s.conn.exchange(ctx, s.on(t, &request{
		command: smb2.CommandIoctl, sign: true, what: "FSCTL_VALIDATE_NEGOTIATE_INFO",
		body: &smb2.IoctlRequest{CtlCode: fsctlValidate, FileID: smb2.RelatedFileID, Input: in.Append(nil), MaxOutputResponse: 24, Flags: smb2.IoctlIsFsctl},
	}))
	if err != nil {
		return err
	}
	if !r.encrypted && !r.h.IsSigned() {
		return fmt.Errorf("%s: the answer to FSCTL_VALIDATE_NEGOTIATE_INFO is not signed", s.conn.addr)
	}
	var out smb2.IoctlResponse
	st, err := s.conn.decode(r, &out, ntstatus.FileClosed, ntstatus.InvalidDeviceRequest, ntstatus.NotSupported)
	if err != nil || st != ntstatus.Success {
		return err
	}
	var v smb2.ValidateNegotiateInfoResponse
	if err := v.Decode(out.Output); err != nil {
		return fmt.Errorf("%s: %w", s.conn.addr, err)
	}
	if v.Capabilities != n.caps || v.ServerGUID != n.serverGUID || v.SecurityMode != n.mode || v.Dialect != n.dialect {
		return fmt.Errorf("%s: the NEGOTIATE was changed on its way: FSCTL_VALIDATE_NEGOTIATE_INFO tells dialect %v, capabilities %#x, mode %d; NEGOTIATE told %v, %#x, %d",
			s.conn.addr, v.Dialect, v.Capabilities, v.SecurityMode, n.dialect, n.caps, n.mode)
	}
	return nil
}
