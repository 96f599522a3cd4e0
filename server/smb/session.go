package smb

import (
	"crypto/rand"
	"encoding/binary"
	"sync"

	"crosswire/server/smb/auth"
	"crosswire/server/vfs"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/smbcrypt"
)

// session is one authenticated user on one connection (MS-SMB2 3.3.1.8).
type session struct {
	id   uint64
	conn *conn

	// Written by SESSION_SETUP before the session is valid, read-only then.
	identity        *auth.Identity
	cred            vfs.Cred
	signingRequired bool
	encryptData     bool

	mu       sync.Mutex
	state    sessionState
	exchange *auth.Authenticator // under way
	preauth  smbcrypt.PreauthHash
	sign     smbcrypt.Signer
	enc, dec *smbcrypt.Encrypter
	trees    map[uint32]*tree
	opens    map[uint64]*openFile // by volatile id
	nextTree uint32
}

type sessionState uint8

const (
	sessionInProgress sessionState = iota
	sessionValid
	sessionGone
)

func (s *session) valid() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == sessionValid
}

func (s *session) signer() smbcrypt.Signer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sign
}

func (s *session) encrypter() *smbcrypt.Encrypter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.enc
}

func (s *session) decrypter() *smbcrypt.Encrypter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dec
}

func (s *session) tree(id uint32) *tree {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trees[id]
}

// newSession enters an unauthenticated session; nil if there are too many.
func (c *conn) newSession() *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.sessions) >= maxSessions {
		return nil
	}
	s := &session{conn: c, preauth: c.preauth, trees: map[uint32]*tree{}, opens: map[uint64]*openFile{}}
	a := c.a
	a.mu.Lock()
	for s.id == 0 || a.sessions[s.id] != nil {
		// Random, so that a peer learns nothing of the sessions of others;
		// what protects them are their keys. Some clients keep 32 bits.
		var b [4]byte
		rand.Read(b[:])
		s.id = uint64(binary.LittleEndian.Uint32(b[:]))
	}
	a.sessions[s.id] = s
	a.mu.Unlock()
	c.sessions[s.id] = s
	return s
}

// drop ends a session: its trees, its opens, its keys (MS-SMB2 3.3.7.1,
// 3.3.5.6). Waiting requests of the session are cancelled.
func (s *session) drop() {
	s.mu.Lock()
	if s.state == sessionGone {
		s.mu.Unlock()
		return
	}
	s.state = sessionGone
	opens, trees := s.opens, s.trees
	s.opens, s.trees = map[uint64]*openFile{}, map[uint32]*tree{}
	s.mu.Unlock()

	c := s.conn
	c.mu.Lock()
	delete(c.sessions, s.id)
	for _, r := range c.async {
		if r.session == s {
			r.cancel()
		}
	}
	c.mu.Unlock()
	c.a.mu.Lock()
	delete(c.a.sessions, s.id)
	c.a.mu.Unlock()
	for _, o := range opens {
		o.end(c.a)
	}
	for _, t := range trees {
		t.dropped(c.a)
	}
}

// dropSessions ends every session of a connection that is gone.
func (c *conn) dropSessions() {
	c.mu.Lock()
	var list []*session
	for _, s := range c.sessions {
		list = append(list, s)
	}
	c.mu.Unlock()
	for _, s := range list {
		s.drop()
	}
}

// logoff implements LOGOFF (MS-SMB2 3.3.5.6).
func (r *request) logoff() (body, error) {
	var q smb2.LogoffRequest
	if err := q.Decode(r.msg); err != nil {
		return nil, err
	}
	r.signWith = r.signerOf()
	r.session.drop()
	return &smb2.LogoffResponse{}, nil
}
