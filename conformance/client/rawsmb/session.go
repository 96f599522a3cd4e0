package rawsmb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntlm"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/smbcrypt"
)

const fsctlValidate = fscc.FsctlValidateNegotiateInfo

// session is one connection with the one session on it.
type session struct {
	conn *conn
	neg  *negotiated
	cfg  *config

	id               uint64
	signer           smbcrypt.Signer // nil for guests and anonymous users
	enc, dec         *smbcrypt.Encrypter
	signAll          bool // every request, and every response must be
	encryptAll       bool
	guest, anonymous bool

	ctx    context.Context // ends with the connection
	cancel context.CancelFunc
	work   sync.WaitGroup // what break policies started

	caches cacheTable

	mu    sync.Mutex
	trees map[uint32]*tree
	main  *tree // of the actor's share, nil without one
	ipc   *tree // made at its first use
	pipe  *open // that shares pipe=open uses
}

// openSession dials, negotiates and logs on.
func openSession(ctx context.Context, dial Dialer, cfg *config, guid smb2.GUID, w *watcher) (*session, error) {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	nc, err := dial(ctx, "tcp", cfg.addr)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", cfg.addr, err)
	}
	s := &session{conn: newConn(nc, cfg.addr), cfg: cfg, trees: map[uint32]*tree{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.caches.init(s, w)
	s.conn.onBreak = s.caches.handleBreak
	s.conn.onInterim = w.interim
	s.conn.onEnd = func(err error) {
		s.cancel()
		w.ended(err)
	}
	s.conn.start()
	if s.neg, err = negotiate(ctx, s.conn, cfg, guid); err == nil {
		err = s.logOn(ctx)
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("log on: %w", err)
	}
	return s, nil
}

// close ends the connection, without LOGOFF, and waits for its goroutines.
func (s *session) close() {
	s.conn.close()
	s.work.Wait()
}

// logOn authenticates (MS-SMB2 3.2.4.2.3, 3.2.5.3).
func (s *session) logOn(ctx context.Context) error {
	c := s.conn
	ini := &ntlm.Initiator{
		Client: &ntlm.Client{User: s.cfg.user, Domain: s.cfg.domain, Password: s.cfg.password, Workstation: "CROSSWIRE", Anonymous: s.cfg.anonymous},
		Raw:    s.cfg.rawNTLM,
	}
	made := &session{} // what the header of the next request needs
	token := ini.InitToken()
	preauth := s.neg.preauth
	var auth *ntlm.Context
	for range 4 {
		req := &request{
			command: smb2.CommandSessionSetup, unverified: true,
			body: &smb2.SessionSetupRequest{SecurityMode: s.cfg.securityMode(), Capabilities: s.neg.request.Capabilities & smb2.CapDFS, SecurityBuffer: token},
		}
		r, err := c.exchange(ctx, req)
		if err != nil {
			return err
		}
		var resp smb2.SessionSetupResponse
		st, err := c.decode(r, &resp, ntstatus.MoreProcessingRequired)
		if err != nil {
			return err
		}
		preauth = preauth.Update(req.msg)
		if st == ntstatus.Success {
			return s.establish(r, &resp, ini, auth, preauth)
		}
		preauth = preauth.Update(r.msg)
		if r.h.SessionID == 0 {
			return fmt.Errorf("%s: the server gave no SessionId", c.addr)
		}
		made.id = r.h.SessionID
		c.session.Store(made)
		if auth != nil {
			return fmt.Errorf("%s: the server wants more after the AUTHENTICATE_MESSAGE", c.addr)
		}
		if token, auth, err = ini.Next(resp.SecurityBuffer); err != nil {
			return fmt.Errorf("%s: %w", c.addr, err)
		}
	}
	return fmt.Errorf("%s: the log-on does not come to an end", c.addr)
}

// establish derives the keys and checks the last response, which they protect.
func (s *session) establish(r *reply, resp *smb2.SessionSetupResponse, ini *ntlm.Initiator, auth *ntlm.Context, preauth smbcrypt.PreauthHash) error {
	fail := func(err error) error { return fmt.Errorf("%s: SESSION_SETUP response: %w", s.conn.addr, err) }
	s.id = r.h.SessionID
	s.guest = resp.Flags&smb2.SessionIsGuest != 0
	s.anonymous = resp.Flags&smb2.SessionIsNull != 0 || s.cfg.anonymous
	if auth == nil {
		return fail(errors.New("success before the user was proved"))
	}
	if err := ini.Finish(resp.SecurityBuffer); err != nil && !s.guest && !s.anonymous {
		return fail(err)
	}
	if s.guest || s.anonymous {
		if s.cfg.sign == "required" || s.cfg.encrypt == "yes" {
			return fail(errors.New("the server made this a guest or anonymous session, which cannot be signed or encrypted as demanded"))
		}
		s.conn.session.Store(s)
		return nil
	}
	keys := smbcrypt.DeriveKeys(smbcrypt.KeyParams{Dialect: s.neg.dialect, SessionKey: auth.SessionKey[:], Cipher: s.neg.cipher, Preauth: preauth})
	var err error
	if s.signer, err = smbcrypt.NewSigner(s.neg.signing, keys.Signing); err != nil {
		return fail(err)
	}
	if s.neg.cipher != smb2.CipherNone && keys.ClientToServer != nil {
		if s.enc, err = smbcrypt.NewEncrypter(s.neg.cipher, keys.ClientToServer); err != nil {
			return fail(err)
		}
		if s.dec, err = smbcrypt.NewEncrypter(s.neg.cipher, keys.ServerToClient); err != nil {
			return fail(err)
		}
	}
	switch {
	case r.h.IsSigned():
		if s.signer.Verify(r.msg) != nil {
			return fail(errSignature)
		}
	case s.neg.dialect == smb2.Dialect311 || s.cfg.sign == "required":
		return fail(errUnsigned)
	}
	required := (s.neg.mode|s.cfg.securityMode())&smb2.SigningRequired != 0
	s.signAll = s.cfg.sign == "yes" || s.cfg.sign == "required" || s.cfg.sign == "" && required
	s.encryptAll = s.cfg.encrypt == "yes" || s.cfg.encrypt == "" && resp.Flags&smb2.SessionEncryptData != 0
	if s.encryptAll && s.enc == nil {
		return fail(errors.New("it demands encryption, and none was negotiated"))
	}
	s.conn.session.Store(s)
	return nil
}

// describe is the session for people: "3.1.1 AES-GMAC AES-128-GCM".
func (s *session) describe() string {
	d := s.neg.dialect.String()
	switch {
	case s.guest:
		return d + " guest"
	case s.anonymous:
		return d + " anonymous"
	}
	if s.signAll {
		d += " " + s.signer.Algorithm().String()
	}
	if s.encryptAll {
		d += " " + s.enc.Cipher().String()
	}
	return d
}

// echo makes a round trip (MS-SMB2 3.2.4.18).
func (s *session) echo(ctx context.Context) error {
	r, err := s.conn.exchange(ctx, &request{command: smb2.CommandEcho, body: &smb2.EchoRequest{}})
	if err != nil {
		return err
	}
	_, err = s.conn.decode(r, &smb2.EchoResponse{})
	return err
}

// logOff ends the session and leaves the connection (MS-SMB2 3.2.4.23).
func (s *session) logOff(ctx context.Context) error {
	r, err := s.conn.exchange(ctx, &request{command: smb2.CommandLogoff, body: &smb2.LogoffRequest{}})
	if err != nil {
		return err
	}
	_, err = s.conn.decode(r, &smb2.LogoffResponse{})
	return err
}

// watcher tells the scenario what an actor's connection sees.
type watcher struct {
	name string
	sink client.Sink

	mu     sync.Mutex
	closed bool // this client ends, and says nothing more of it
}

func (w *watcher) emit(e client.Event) {
	if w.sink != nil {
		e.Actor = w.name
		w.sink.Emit(e)
	}
}

// interim tells of a STATUS_PENDING.
func (w *watcher) interim(c *call) {
	w.emit(client.Event{Kind: client.EventPending, Status: ntstatus.Pending.String(), Handle: c.req.handle, Detail: c.req.describe()})
}

// ended tells of the end of a connection.
func (w *watcher) ended(err error) {
	w.mu.Lock()
	closed := w.closed
	w.mu.Unlock()
	if !closed {
		w.emit(client.Event{Kind: client.EventDisconnect, Detail: err.Error()})
	}
}
