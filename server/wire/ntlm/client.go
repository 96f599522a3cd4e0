package ntlm

import (
	"crypto/rand"
	"io"
	"time"
)

// Client is the initiator's side of one exchange (MS-NLMP 3.1.5.1): Negotiate,
// then Authenticate. It is not safe for concurrent use.
type Client struct {
	User     string
	Domain   string
	Password string
	// Hash, if not nil, is used instead of Password.
	Hash        *NTHash
	Workstation string
	// TargetName is the service principal name that the client believes it
	// talks to, for example "cifs/host"; "" leaves it out.
	TargetName string
	// Anonymous sends no name and no response.
	Anonymous bool
	// OmitMIC leaves the MIC out even if the server sent a timestamp, as old
	// clients do.
	OmitMIC bool
	// Flags are the features asked for; 0 is DefaultClientFlags.
	Flags Flags
	// Now is used if the challenge has no timestamp; nil is time.Now.
	Now func() time.Time
	// Rand gives the client challenge, then the session key; nil is crypto/rand.
	Rand io.Reader

	negotiate []byte
}

// DefaultClientFlags is what current clients ask for.
const DefaultClientFlags = NegotiateUnicode | RequestTarget | NegotiateSign | NegotiateSeal |
	NegotiateNTLM | NegotiateAlwaysSign | NegotiateExtendedSessionSecurity |
	NegotiateTargetInfo | NegotiateVersion | Negotiate128 | NegotiateKeyExch | Negotiate56

// Negotiate gives the NEGOTIATE_MESSAGE.
func (c *Client) Negotiate() []byte {
	f := c.Flags
	if f == 0 {
		f = DefaultClientFlags
	}
	if c.Anonymous {
		f |= NegotiateAnonymous
	}
	c.negotiate = (&Negotiate{Flags: f, Version: DefaultVersion}).Marshal()
	return c.negotiate
}

// Authenticate answers a CHALLENGE_MESSAGE (MS-NLMP 3.1.5.1.2).
func (c *Client) Authenticate(challenge []byte) ([]byte, *Context, error) {
	if c.negotiate == nil {
		return nil, nil, ErrSequence
	}
	ch, err := ParseChallenge(challenge)
	if err != nil {
		return nil, nil, err
	}
	source := c.Rand
	if source == nil {
		source = rand.Reader
	}
	asked := Flags(le.Uint32(c.negotiate[12:]))
	f := asked & (ch.Flags | NegotiateAnonymous | RequestTarget)
	if f&(NegotiateUnicode|NegotiateOEM) == 0 {
		return nil, nil, ErrNegotiation
	}
	msg := &Authenticate{Flags: f, Version: DefaultVersion, Workstation: c.Workstation}
	var base [16]byte
	if c.Anonymous {
		msg.LMResponse = []byte{0}
	} else {
		msg.User, msg.Domain = c.User, c.Domain
		if base, err = c.respond(ch, msg, source); err != nil {
			return nil, nil, err
		}
	}
	key := base
	if f.keyExchange() {
		if _, err := io.ReadFull(source, key[:]); err != nil {
			return nil, nil, err
		}
		msg.EncryptedSessionKey = rc4Once(base[:], key[:])
	}
	b := msg.Marshal()
	if msg.HasMIC {
		mic := computeMIC(key, c.negotiate, challenge, b)
		copy(b[authenticateVersion:], mic[:])
	}
	return b, newContext(f, key, true), nil
}

// respond fills the responses of msg and gives SessionBaseKey.
func (c *Client) respond(ch *Challenge, msg *Authenticate, source io.Reader) (base [16]byte, err error) {
	var nonce [8]byte
	if _, err := io.ReadFull(source, nonce[:]); err != nil {
		return base, err
	}
	hash := HashPassword(c.Password)
	if c.Hash != nil {
		hash = *c.Hash
	}
	key := NTOWFv2(hash, c.User, c.Domain)
	pairs := ch.TargetInfo
	var stamp uint64
	if v, ok := pairs.Get(AVTimestamp); ok && len(v) == 8 {
		stamp = le.Uint64(v)
		// MS-NLMP 3.1.5.1.2: with a timestamp the LM response is zero.
		msg.LMResponse = make([]byte, 24)
		if !c.OmitMIC {
			msg.HasMIC = true
			flags := le.AppendUint32(nil, pairs.Flags()|AVFlagMIC)
			pairs = pairs.with(AVFlags, flags)
			pairs = pairs.with(AVChannelBindings, make([]byte, 16))
		}
	} else {
		now := time.Now
		if c.Now != nil {
			now = c.Now
		}
		stamp = fileTime(now())
		msg.LMResponse = computeLMv2(key, ch.ServerChallenge, nonce)
	}
	if c.TargetName != "" {
		pairs = pairs.with(AVTargetName, encodeUTF16(c.TargetName))
	}
	msg.NTResponse, base = computeNTLMv2(key, ch.ServerChallenge, nonce, stamp, pairs)
	return base, nil
}
