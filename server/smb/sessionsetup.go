package smb

import (
	"errors"

	"crosswire/server/smb/auth"
	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/smbcrypt"
)

// smbcryptSigner shortens the lists of signers.
type smbcryptSigner = smbcrypt.Signer

// sessionSetup implements SESSION_SETUP (MS-SMB2 3.3.5.5): a first
// authentication, its continuation, or a re-authentication of a valid session.
func (r *request) sessionSetup() (body, error) {
	c := r.c
	var q smb2.SessionSetupRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	if q.Flags&smb2.SessionSetupBinding != 0 {
		return nil, r.refuseBinding()
	}
	s, err := r.sessionForSetup()
	if err != nil {
		return nil, err
	}
	r.session = s
	r.h.SessionID = s.id
	reauth := s.valid()
	s.mu.Lock()
	if s.exchange == nil {
		s.exchange = c.a.authority.Begin()
	}
	exchange := s.exchange
	s.mu.Unlock()
	if !reauth && c.dialect == smb2.Dialect311 {
		s.preauth = s.preauth.Update(r.msg)
	}
	reply, done, id, err := exchange.Step(q.SecurityBuffer)
	if err != nil {
		return nil, r.setupFailed(s, reauth, err)
	}
	resp := &smb2.SessionSetupResponse{SecurityBuffer: reply}
	if !done {
		h := r.responseHeader(ntstatus.MoreProcessingRequired)
		r.whole = smb2.AppendMessage(nil, &h, resp)
		if !reauth && c.dialect == smb2.Dialect311 {
			s.preauth = s.preauth.Update(r.whole)
		}
		r.pinned = &h
		return resp, ntstatus.MoreProcessingRequired
	}
	s.mu.Lock()
	s.exchange = nil
	s.mu.Unlock()
	if reauth {
		if !s.identity.SamePrincipal(id) {
			return nil, ntstatus.AccessDenied
		}
		r.signWith = s.signer()
		return resp, nil
	}
	if err := r.establish(s, &q, id); err != nil {
		s.drop()
		return nil, err
	}
	if q.PreviousSessionID != 0 && q.PreviousSessionID != s.id {
		c.a.dropPrevious(q.PreviousSessionID, s)
	}
	resp.Flags = s.flags()
	r.signWith = s.signer()
	return resp, nil
}

// refuseBinding answers a request to bind a session to a second connection:
// MULTI_CHANNEL was not offered (MS-SMB2 3.3.5.5). Who proves that he has the
// session's key gets the refusal signed with it.
func (r *request) refuseBinding() error {
	if !r.signElsewhere() {
		return ntstatus.UserSessionDeleted
	}
	return ntstatus.RequestNotAccepted
}

// signElsewhere reports whether the request names a session of another
// connection. If the request is signed with its key, so will the answer be.
func (r *request) signElsewhere() bool {
	a := r.c.a
	a.mu.Lock()
	s := a.sessions[r.h.SessionID]
	a.mu.Unlock()
	if s == nil || !s.valid() {
		return false
	}
	if sig := s.signer(); sig != nil && r.h.IsSigned() && sig.Verify(r.msg) == nil {
		r.signWith = sig
	}
	return true
}

// sessionForSetup finds the session that the request continues, or makes one.
func (r *request) sessionForSetup() (*session, error) {
	if r.h.SessionID == 0 {
		s := r.c.newSession()
		if s == nil {
			return nil, ntstatus.InsufficientResources
		}
		return s, nil
	}
	s := r.c.session(r.h.SessionID)
	if s == nil {
		r.signElsewhere()
		return nil, ntstatus.UserSessionDeleted
	}
	if s.valid() { // the signature of a re-authentication counts
		if err := r.chain.authenticate(r, &command{session: true}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// setupFailed ends the session of an authentication that failed, also one that
// was valid before: Windows closes it, with its opens (MS-SMB2 3.3.5.5.3). The
// refusal is still signed.
func (r *request) setupFailed(s *session, reauth bool, err error) error {
	if reauth {
		r.signWith = s.signer()
	}
	s.drop()
	var f *auth.Failure
	if errors.As(err, &f) {
		r.c.log.Info("logon refused", "status", f.Status, "cause", f.Cause)
		return f.Status
	}
	return ntstatus.LogonFailure
}

// establish derives the keys and makes the session valid (MS-SMB2 3.3.5.5.3).
func (r *request) establish(s *session, q *smb2.SessionSetupRequest, id *auth.Identity) error {
	c := r.c
	s.identity = id
	s.cred = c.a.credOf(id)
	proved := !id.Guest && !id.Anonymous
	s.signingRequired = proved && (c.a.cfg.RequireSigning || q.SecurityMode&smb2.SigningRequired != 0)
	if proved || id.Anonymous && id.SessionKey != nil {
		if err := c.deriveKeys(s, id.SessionKey, proved); err != nil {
			return err
		}
	}
	if c.a.cfg.RequireEncryption && proved {
		if c.cipher == smb2.CipherNone {
			return ntstatus.AccessDenied // MS-SMB2 3.3.5.5.3: RejectUnencryptedAccess
		}
		s.encryptData = true
	}
	s.mu.Lock()
	s.state = sessionValid
	s.mu.Unlock()
	c.log.Debug("session", "id", s.id, "user", id.User, "guest", id.Guest, "anonymous", id.Anonymous, "dialect", c.dialect)
	return nil
}

// deriveKeys makes the session's signer and ciphers. An anonymous session is
// not signed.
func (c *conn) deriveKeys(s *session, key []byte, sign bool) error {
	keys := smbcrypt.DeriveKeys(smbcrypt.KeyParams{
		Dialect: c.dialect, SessionKey: smbcrypt.NormalizeSessionKey(key), FullSessionKey: key,
		Cipher: c.cipher, Preauth: s.preauth,
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	if sign {
		alg := smbcrypt.SigningAlgorithmFor(c.dialect)
		if c.hasSigning {
			alg = c.signing
		}
		var err error
		if s.sign, err = smbcrypt.NewSigner(alg, keys.Signing); err != nil {
			return err
		}
	}
	if c.cipher == smb2.CipherNone || keys.ClientToServer == nil {
		return nil
	}
	var err error
	if s.dec, err = smbcrypt.NewEncrypter(c.cipher, keys.ClientToServer); err != nil {
		return err
	}
	s.enc, err = smbcrypt.NewEncrypter(c.cipher, keys.ServerToClient)
	return err
}

func (s *session) flags() smb2.SessionFlags {
	var f smb2.SessionFlags
	if s.identity.Guest {
		f |= smb2.SessionIsGuest
	}
	if s.identity.Anonymous {
		f |= smb2.SessionIsNull
	}
	if s.encryptData {
		f |= smb2.SessionEncryptData
	}
	return f
}

// nobody is the Unix identity of guests and null sessions.
const nobody = 65534

// credOf is the Unix identity of a session's user.
func (a *Adapter) credOf(id *auth.Identity) vfs.Cred {
	if !id.Guest && !id.Anonymous {
		if u, ok := a.rt.LookupUser(id.User); ok {
			return vfs.Cred{UID: u.UID, GID: u.GID, Groups: u.Groups, User: u.Name}
		}
	}
	return vfs.Cred{UID: nobody, GID: nobody, User: "nobody"}
}

// dropPrevious ends the session that a client says it has lost (MS-SMB2
// 3.3.5.5.3), if it belonged to the same user.
func (a *Adapter) dropPrevious(id uint64, now *session) {
	a.mu.Lock()
	old := a.sessions[id]
	a.mu.Unlock()
	if old != nil && old.valid() && old.identity.SamePrincipal(now.identity) {
		old.drop()
	}
}
