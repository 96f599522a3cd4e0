package ntlm

import (
	"crypto/rand"
	"io"
	"time"
)

// ServerConfig describes an acceptor in its challenges. The zero value works
// but names nothing.
type ServerConfig struct {
	NetBIOSComputer string
	NetBIOSDomain   string // of a stand-alone server: the computer's name
	DNSComputer     string
	DNSDomain       string
	Version         Version
	// Now stamps challenges; nil is time.Now.
	Now func() time.Time
	// Rand gives server challenges; nil is crypto/rand.
	Rand io.Reader
}

// Server is the acceptor's side of one exchange (MS-NLMP 3.2.5.1): Challenge,
// then Authenticate, then one of the methods of the Attempt. It is not safe
// for concurrent use.
type Server struct {
	cfg       ServerConfig
	negotiate []byte
	challenge []byte
	nonce     [8]byte
	offered   Flags
	done      bool
}

// NewServer begins an exchange.
func NewServer(cfg ServerConfig) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	return &Server{cfg: cfg}
}

// serverFlags are those that a server echoes if the client asks for them.
const serverFlags = NegotiateUnicode | NegotiateOEM | NegotiateSign | NegotiateSeal |
	NegotiateAlwaysSign | NegotiateExtendedSessionSecurity | NegotiateVersion |
	Negotiate128 | NegotiateKeyExch | Negotiate56 | RequestTarget

// Challenge answers a NEGOTIATE_MESSAGE (MS-NLMP 3.2.5.1.1).
func (s *Server) Challenge(negotiate []byte) ([]byte, error) {
	if s.challenge != nil {
		return nil, ErrSequence
	}
	m, err := ParseNegotiate(negotiate)
	if err != nil {
		return nil, err
	}
	f := m.Flags & serverFlags
	switch {
	case f.Has(NegotiateUnicode):
		f &^= NegotiateOEM
	case !f.Has(NegotiateOEM):
		return nil, ErrNegotiation
	}
	f |= NegotiateNTLM | NegotiateTargetInfo
	reply := &Challenge{Version: s.cfg.Version}
	if f.Has(RequestTarget) {
		f |= TargetTypeServer
		reply.TargetName = s.cfg.NetBIOSComputer
	}
	if _, err := io.ReadFull(s.cfg.Rand, reply.ServerChallenge[:]); err != nil {
		return nil, err
	}
	for _, name := range []struct {
		id   AVID
		text string
	}{
		{AVNbDomainName, s.cfg.NetBIOSDomain},
		{AVNbComputerName, s.cfg.NetBIOSComputer},
		{AVDNSDomainName, s.cfg.DNSDomain},
		{AVDNSComputerName, s.cfg.DNSComputer},
	} {
		if name.text != "" {
			reply.TargetInfo = append(reply.TargetInfo, AVPair{name.id, encodeUTF16(name.text)})
		}
	}
	// The timestamp makes the client send a MIC (MS-NLMP 3.1.5.1.2).
	stamp := le.AppendUint64(nil, fileTime(s.cfg.Now()))
	reply.TargetInfo = append(reply.TargetInfo, AVPair{AVTimestamp, stamp})
	reply.Flags = f
	s.offered, s.nonce = f, reply.ServerChallenge
	s.negotiate = append([]byte(nil), negotiate...)
	s.challenge = reply.Marshal()
	return s.challenge, nil
}

// Attempt is a decoded AUTHENTICATE_MESSAGE that nothing has been proved about.
type Attempt struct {
	User, Domain, Workstation string
	Anonymous                 bool

	server   *Server
	message  []byte
	decoded  *Authenticate
	response *NTLMv2Response
}

// Authenticate decodes the answer to the challenge. It gives ErrVersion1 for a
// client that knows no NTLMv2, ErrMalformed, or ErrSequence.
func (s *Server) Authenticate(message []byte) (*Attempt, error) {
	if s.challenge == nil || s.done {
		return nil, ErrSequence
	}
	s.done = true
	m, err := ParseAuthenticate(message)
	if err != nil {
		return nil, err
	}
	a := &Attempt{
		User: m.User, Domain: m.Domain, Workstation: m.Workstation,
		Anonymous: m.Anonymous(),
		server:    s, message: message, decoded: m,
	}
	if a.Anonymous {
		return a, nil
	}
	if a.response, err = ParseNTLMv2Response(m.NTResponse); err != nil {
		return nil, err
	}
	return a, nil
}

// Verify checks the response against the user's hash, and the MIC if the
// response says that there is one. It gives ErrResponse, ErrMIC or ErrMalformed.
// It takes the same time whichever of the checks fails on the response.
func (a *Attempt) Verify(hash NTHash) (*Context, error) {
	if a.Anonymous {
		return nil, ErrResponse
	}
	base, ok := a.response.Verify(NTOWFv2(hash, a.User, a.Domain), a.server.nonce)
	// MS-NLMP 3.2.5.1.2: some clients leave the domain out of the computation.
	noDomain, okNoDomain := a.response.Verify(NTOWFv2(hash, a.User, ""), a.server.nonce)
	switch {
	case ok:
	case okNoDomain:
		base = noDomain
	default:
		return nil, ErrResponse
	}
	ctx, err := a.establish(base)
	if err != nil {
		return nil, err
	}
	if a.response.HasMIC() {
		if !a.decoded.HasMIC {
			return nil, ErrMIC
		}
		want := computeMIC(ctx.SessionKey, a.server.negotiate, a.server.challenge, a.message)
		if !equal(want, a.decoded.MIC) {
			return nil, ErrMIC
		}
	}
	return ctx, nil
}

// AcceptAnonymous gives the keys of an anonymous session, which come from a
// zero SessionBaseKey and protect nothing.
func (a *Attempt) AcceptAnonymous() (*Context, error) {
	if !a.Anonymous {
		return nil, ErrSequence
	}
	return a.establish([16]byte{})
}

// establish does the key exchange. KXKEY of NTLMv2 is SessionBaseKey itself
// (MS-NLMP 3.4.5.1).
func (a *Attempt) establish(base [16]byte) (*Context, error) {
	f := a.decoded.Flags & a.server.offered
	key := base
	if f.keyExchange() {
		if len(a.decoded.EncryptedSessionKey) != 16 {
			return nil, malformed("session key of %d octets", len(a.decoded.EncryptedSessionKey))
		}
		key = [16]byte(rc4Once(base[:], a.decoded.EncryptedSessionKey))
	}
	return newContext(f, key, false), nil
}
