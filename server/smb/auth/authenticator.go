package auth

import (
	"crosswire/server/wire/spnego"
)

// maxSteps bounds one exchange: NTLM behind a refused preferred mechanism takes
// three messages, no mechanism takes more than a handful.
const maxSteps = 8

// Authenticator is one exchange of SESSION_SETUP messages.
type Authenticator struct {
	authority *Authority
	exchange  Exchange
	steps     int
	over      bool

	bare      bool   // no SPNEGO around the mechanism's tokens
	mechList  []byte // DER of the client's MechTypeList
	preferred bool   // the selected mechanism was the client's first
}

// Step consumes the security buffer of one SESSION_SETUP request.
//
//	err != nil            the exchange failed; err is a *Failure
//	!done                 send reply with STATUS_MORE_PROCESSING_REQUIRED
//	done                  send reply, which may be empty, with success; id is set
//
// The first step never finishes an NTLM exchange: its reply carries
// supportedMech and the challenge.
func (a *Authenticator) Step(token []byte) (reply []byte, done bool, id *Identity, err error) {
	reply, id, err = a.step(token)
	if err != nil {
		a.over = true
		return nil, false, nil, failure(err)
	}
	if id != nil {
		a.over = true
	}
	return reply, id != nil, id, nil
}

func (a *Authenticator) step(token []byte) ([]byte, *Identity, error) {
	a.steps++
	switch {
	case a.over:
		return nil, nil, errFinished
	case a.steps > maxSteps:
		return nil, nil, errTooLong
	case a.exchange == nil:
		return a.first(token)
	case a.bare:
		return a.exchange.Step(token)
	default:
		return a.next(token)
	}
}

// first selects a mechanism (RFC 4178 4.2.1, MS-SPNG 3.2.5).
func (a *Authenticator) first(token []byte) ([]byte, *Identity, error) {
	switch spnego.Classify(token) {
	case spnego.KindNTLMSSP:
		return a.firstBare(a.authority.find(spnego.OIDNTLMSSP), token)
	case spnego.KindGSS:
		oid, err := spnego.GSSMechanism(token)
		if err != nil {
			return nil, nil, err
		}
		return a.firstBare(a.authority.find(oid), token)
	case spnego.KindInit:
	default:
		return nil, nil, errNotAToken
	}
	m, err := spnego.ParseNegTokenInit(token)
	if err != nil {
		return nil, nil, err
	}
	for i, oid := range m.MechTypes {
		mech := a.authority.find(oid)
		if mech == nil {
			continue
		}
		a.exchange = mech.Begin()
		a.mechList = append([]byte(nil), m.MechTypeList...)
		a.preferred = i == 0
		resp := &spnego.NegTokenResp{State: spnego.AcceptIncomplete, SupportedMech: oid}
		if !a.preferred {
			// The optimistic token is another mechanism's. RFC 4178 5 has both
			// sides exchange mechListMIC in this case.
			resp.State = spnego.RequestMIC
			return resp.Marshal(), nil, nil
		}
		if len(m.MechToken) == 0 {
			return resp.Marshal(), nil, nil
		}
		return a.advance(m.MechToken, m.MechListMIC, resp)
	}
	return nil, nil, errNoMechanism
}

func (a *Authenticator) firstBare(mech Mechanism, token []byte) ([]byte, *Identity, error) {
	if mech == nil {
		return nil, nil, errNoMechanism
	}
	a.bare = true
	a.exchange = mech.Begin()
	return a.exchange.Step(token)
}

func (a *Authenticator) next(token []byte) ([]byte, *Identity, error) {
	m, err := spnego.ParseNegTokenResp(token)
	if err != nil {
		return nil, nil, err
	}
	return a.advance(m.ResponseToken, m.MechListMIC, &spnego.NegTokenResp{State: spnego.AcceptIncomplete})
}

// advance hands a token to the mechanism and puts its answer into resp.
func (a *Authenticator) advance(token, mic []byte, resp *spnego.NegTokenResp) ([]byte, *Identity, error) {
	reply, id, err := a.exchange.Step(token)
	if err != nil {
		return nil, nil, err
	}
	if reply != nil {
		resp.ResponseToken = reply
	}
	if id != nil {
		resp.State = spnego.AcceptCompleted
		if resp.MechListMIC, err = a.checkMechList(mic); err != nil {
			return nil, nil, err
		}
	}
	return resp.Marshal(), id, nil
}

// checkMechList verifies the client's mechListMIC and gives the server's, nil
// if none is due (RFC 4178 5).
func (a *Authenticator) checkMechList(mic []byte) ([]byte, error) {
	p := a.exchange.Protection()
	if p == nil {
		return nil, nil
	}
	if len(mic) == 0 {
		if !a.preferred && p.Required() {
			return nil, errMICMissing
		}
		return nil, nil
	}
	if err := p.Verify(a.mechList, mic); err != nil {
		return nil, err
	}
	return p.Sign(a.mechList), nil
}
