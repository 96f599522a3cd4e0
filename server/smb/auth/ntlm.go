package auth

import (
	"crypto/rand"
	"encoding/asn1"
	"errors"

	"crosswire/server/wire/ntlm"
	"crosswire/server/wire/spnego"
)

// ntlmMechanism is NTLM version 2 against Config.Lookup.
type ntlmMechanism struct {
	cfg Config
	// decoy is nobody's hash: an unknown user costs the same computation as a
	// wrong password.
	decoy ntlm.NTHash
}

func newNTLM(cfg Config) *ntlmMechanism {
	m := &ntlmMechanism{cfg: cfg}
	// crypto/rand.Read never fails (Go 1.24).
	rand.Read(m.decoy[:])
	return m
}

func (m *ntlmMechanism) Name() string { return "ntlm" }

func (m *ntlmMechanism) OIDs() []asn1.ObjectIdentifier {
	return []asn1.ObjectIdentifier{spnego.OIDNTLMSSP}
}

func (m *ntlmMechanism) Begin() Exchange {
	domain := m.cfg.NetBIOSDomain
	if domain == "" {
		domain = m.cfg.NetBIOSName
	}
	return &ntlmExchange{mech: m, server: ntlm.NewServer(ntlm.ServerConfig{
		NetBIOSComputer: m.cfg.NetBIOSName,
		NetBIOSDomain:   domain,
		DNSComputer:     m.cfg.DNSName,
		DNSDomain:       m.cfg.DNSDomain,
		Version:         ntlm.DefaultVersion,
		Now:             m.cfg.Now,
		Rand:            m.cfg.Rand,
	})}
}

type ntlmExchange struct {
	mech       *ntlmMechanism
	server     *ntlm.Server
	challenged bool
	ctx        *ntlm.Context
}

// Step is MS-NLMP 3.2.5.1: a challenge for the first message, a judgement on
// the second.
func (x *ntlmExchange) Step(token []byte) ([]byte, *Identity, error) {
	if !x.challenged {
		reply, err := x.server.Challenge(token)
		if err != nil {
			return nil, nil, err
		}
		x.challenged = true
		return reply, nil, nil
	}
	attempt, err := x.server.Authenticate(token)
	if err != nil {
		return nil, nil, err
	}
	id, err := x.judge(attempt)
	if err != nil {
		return nil, nil, err
	}
	return nil, id, nil
}

func (x *ntlmExchange) judge(a *ntlm.Attempt) (*Identity, error) {
	var policy Policy
	if x.mech.cfg.Policy != nil {
		policy = x.mech.cfg.Policy()
	}
	if a.Anonymous {
		if !policy.AllowAnonymous {
			return nil, errAnonymous
		}
		ctx, err := a.AcceptAnonymous()
		if err != nil {
			return nil, err
		}
		return &Identity{Anonymous: true, SessionKey: ctx.SessionKey[:], Mechanism: "ntlm"}, nil
	}
	var account Account
	known := false
	if x.mech.cfg.Lookup != nil {
		account, known = x.mech.cfg.Lookup(a.User, a.Domain)
	}
	hash := account.NTHash
	if !known {
		hash = x.mech.decoy
	}
	ctx, err := a.Verify(hash)
	if !known {
		err = errUnknownUser
	}
	switch {
	case err == nil:
		x.ctx = ctx
		return &Identity{User: account.User, Domain: account.Domain, SessionKey: ctx.SessionKey[:], Mechanism: "ntlm"}, nil
	case policy.Guest == GuestAnyFailure && (!known || errors.Is(err, ntlm.ErrResponse)),
		policy.Guest == GuestUnknownUser && !known:
		return &Identity{User: a.User, Domain: a.Domain, Guest: true, Mechanism: "ntlm"}, nil
	}
	return nil, err
}

// Protection exists for proved users only: with a guest the server shares no
// key, with an anonymous user it shares one with everybody.
func (x *ntlmExchange) Protection() Protection {
	if x.ctx == nil || !x.ctx.CanSign() {
		return nil
	}
	return ntlmProtection{x.ctx}
}

type ntlmProtection struct{ ctx *ntlm.Context }

func (p ntlmProtection) Sign(message []byte) []byte {
	sig := p.ctx.Sign(message)
	return sig[:]
}

func (p ntlmProtection) Verify(message, mic []byte) error { return p.ctx.Verify(message, mic) }

func (p ntlmProtection) Required() bool { return p.ctx.Flags.Has(ntlm.NegotiateSign) }
