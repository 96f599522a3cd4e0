package ntlm

import (
	"encoding/asn1"
	"errors"
	"fmt"

	"crosswire/server/wire/spnego"
)

// ErrRejected says that the acceptor ended the negotiation.
var ErrRejected = errors.New("ntlm: the server rejected the negotiation")

// Initiator carries a Client's messages in the security buffers of
// SESSION_SETUP: InitToken, Next for each reply with
// STATUS_MORE_PROCESSING_REQUIRED until it gives a context, Finish for the
// buffer of the successful reply. It is not safe for concurrent use.
type Initiator struct {
	Client *Client
	// Raw sends NTLM messages without SPNEGO around them.
	Raw bool
	// Mechanisms is the list offered, NTLMSSP alone if nil. If it does not begin
	// with NTLMSSP, the first token carries no optimistic message.
	Mechanisms []asn1.ObjectIdentifier
	// OmitMechListMIC leaves mechListMIC out, and Finish then demands none.
	OmitMechListMIC bool

	mechList []byte
	sentInit bool // the NEGOTIATE_MESSAGE is on its way
	ctx      *Context
}

// InitToken gives the security buffer of the first SESSION_SETUP.
func (i *Initiator) InitToken() []byte {
	if i.Raw {
		i.sentInit = true
		return i.Client.Negotiate()
	}
	mechs := i.Mechanisms
	if mechs == nil {
		mechs = []asn1.ObjectIdentifier{spnego.OIDNTLMSSP}
	}
	i.mechList = spnego.MarshalMechTypes(mechs)
	tok := &spnego.NegTokenInit{MechTypes: mechs}
	if len(mechs) > 0 && mechs[0].Equal(spnego.OIDNTLMSSP) {
		tok.MechToken = i.Client.Negotiate()
		i.sentInit = true
	}
	return tok.Marshal()
}

// Next answers a reply. The context is nil until the AUTHENTICATE_MESSAGE is
// part of the answer; from then on its SessionKey is the one to derive from.
func (i *Initiator) Next(token []byte) (reply []byte, ctx *Context, err error) {
	if i.Raw {
		reply, i.ctx, err = i.Client.Authenticate(token)
		return reply, i.ctx, err
	}
	resp, err := spnego.ParseNegTokenResp(token)
	if err != nil {
		return nil, nil, err
	}
	if resp.State == spnego.Reject {
		return nil, nil, ErrRejected
	}
	if resp.SupportedMech != nil && !resp.SupportedMech.Equal(spnego.OIDNTLMSSP) {
		return nil, nil, fmt.Errorf("%w: it selected %v", ErrRejected, resp.SupportedMech)
	}
	answer := &spnego.NegTokenResp{State: spnego.AcceptIncomplete}
	if !i.sentInit {
		i.sentInit = true
		answer.ResponseToken = i.Client.Negotiate()
		return answer.Marshal(), nil, nil
	}
	if answer.ResponseToken, i.ctx, err = i.Client.Authenticate(resp.ResponseToken); err != nil {
		return nil, nil, err
	}
	if i.ctx.CanSign() && !i.OmitMechListMIC {
		mic := i.ctx.Sign(i.mechList)
		answer.MechListMIC = mic[:]
	}
	return answer.Marshal(), i.ctx, nil
}

// Finish checks the buffer of the successful reply: that the acceptor completed
// the negotiation and, if it sent a mechListMIC, that it is right. It gives
// ErrSignature if the MIC is wrong. Absence of the MIC is not an error: the
// acceptor owes none to guests and anonymous users.
func (i *Initiator) Finish(token []byte) error {
	if i.Raw || len(token) == 0 {
		return nil
	}
	resp, err := spnego.ParseNegTokenResp(token)
	if err != nil {
		return err
	}
	if resp.State != spnego.AcceptCompleted && resp.State != spnego.StateAbsent {
		return fmt.Errorf("%w: negState %d", ErrRejected, resp.State)
	}
	if resp.MechListMIC == nil || i.ctx == nil || !i.ctx.CanSign() {
		return nil
	}
	return i.ctx.Verify(i.mechList, resp.MechListMIC)
}
