package pipe

import (
	"errors"

	"crosswire/server/wire/dcerpc"
)

// Limits of one association.
const (
	maxContexts = 64
	// minFragment is the least that a client may claim to receive: a header and
	// one multiple of 8. C706 12.6.2 has 1432, but smaller ones do no harm.
	minFragment = 64
	maxFragment = dcerpc.DefaultFragment
)

// association is the server's side of an RPC connection (C706 9.3.3). It is
// guarded by the Pipe's lock.
type association struct {
	server *Server
	name   string
	served *rpcInterface

	bound    bool
	broken   bool // protocol error: nothing more is understood
	group    uint32
	maxXmit  int
	maxRecv  int
	contexts map[uint16]*rpcInterface
	call     inCall
}

// inCall is the request whose fragments are coming in.
type inCall struct {
	active    bool
	discard   bool // already answered by a fault
	callID    uint32
	contextID uint16
	opnum     uint16
	noAnswer  bool
	iface     *rpcInterface
	stub      []byte
}

// next consumes the PDU at the beginning of b, which has a header at least, and
// gives its length. If that is more than len(b) nothing was consumed.
func (a *association) next(b []byte, p *Pipe) int {
	h, err := dcerpc.ParseHeader(b)
	limit := maxFragment
	if a.bound {
		limit = a.maxRecv
	}
	if err != nil || h.FragLength > limit || !h.LittleEndian() {
		// Where the next PDU would begin cannot be told, or it cannot be read.
		a.breakDown(h, p)
		return len(b)
	}
	if h.FragLength > len(b) {
		return h.FragLength
	}
	pdu := b[:h.FragLength]
	switch h.Type {
	case dcerpc.TypeBind, dcerpc.TypeAlterContext:
		a.bind(h, pdu, p)
	case dcerpc.TypeRequest:
		a.request(h, pdu, p)
	case dcerpc.TypeOrphaned:
		if a.call.active && a.call.callID == h.CallID {
			a.call = inCall{}
		}
	case dcerpc.TypeCoCancel, dcerpc.TypeAuth3:
		// Calls are over before a cancel can arrive, and no security context is
		// ever under negotiation: neither has an answer.
	default:
		a.breakDown(h, p)
	}
	return h.FragLength
}

// breakDown answers a protocol error and ends the association. A client that is
// not bound gets bind_nak, except for a call, which only a fault can answer.
func (a *association) breakDown(h dcerpc.Header, p *Pipe) {
	if a.bound || h.Type == dcerpc.TypeRequest {
		p.answer((&dcerpc.Fault{CallID: h.CallID, Flags: dcerpc.DidNotExecute, Status: dcerpc.FaultProtocol}).Marshal())
	} else {
		p.answer((&dcerpc.BindNak{CallID: h.CallID, Reason: dcerpc.NakProtocolVersionUnsupported}).Marshal())
	}
	a.broken = true
	a.call = inCall{}
}

// bind answers bind and alter_context (C706 9.3.3.3, MS-RPCE 3.3.1.5.3).
func (a *association) bind(h dcerpc.Header, pdu []byte, p *Pipe) {
	m, err := dcerpc.ParseBind(pdu)
	if err != nil {
		a.breakDown(h, p)
		return
	}
	if m.Alter {
		if !a.bound || h.AuthLength > 0 {
			a.breakDown(h, p)
			return
		}
	} else if reason, refused := a.refuse(h, m); refused {
		p.answer((&dcerpc.BindNak{CallID: m.CallID, Reason: reason}).Marshal())
		return
	}
	if !a.bound {
		a.bound = true
		a.contexts = make(map[uint16]*rpcInterface)
		a.maxXmit = min(int(m.MaxRecvFrag), maxFragment)
		a.maxRecv = min(int(m.MaxXmitFrag), maxFragment)
		if a.group = m.AssocGroup; a.group == 0 {
			a.group = a.server.groups.Add(1)
		}
	}
	ack := &dcerpc.BindAck{
		CallID: m.CallID, Alter: m.Alter,
		MaxXmitFrag: uint16(a.maxXmit), MaxRecvFrag: uint16(a.maxRecv), AssocGroup: a.group,
	}
	if !m.Alter {
		ack.SecondaryAddress = `\PIPE\` + a.name
	}
	for _, c := range m.Contexts {
		ack.Results = append(ack.Results, a.negotiate(c))
	}
	p.answer(ack.Marshal())
}

// refuse says why a bind as a whole is answered by bind_nak.
func (a *association) refuse(h dcerpc.Header, m *dcerpc.Bind) (reason uint16, refused bool) {
	switch {
	case h.AuthLength > 0:
		return dcerpc.NakAuthTypeNotRecognized, true
	case m.MaxRecvFrag < minFragment || m.MaxXmitFrag < minFragment:
		return dcerpc.NakLocalLimitExceeded, true
	case a.bound || len(m.Contexts) == 0:
		return dcerpc.NakReasonNotSpecified, true
	}
	return 0, false
}

// negotiate judges one presentation context.
func (a *association) negotiate(c dcerpc.Context) dcerpc.ContextResult {
	reject := func(reason uint16) dcerpc.ContextResult {
		return dcerpc.ContextResult{Result: dcerpc.ProviderRejection, Reason: reason}
	}
	for _, s := range c.Transfer {
		if bits, ok := s.Features(); ok {
			// MS-RPCE 3.3.1.5.3: the context stands for no interface. Orphaned
			// calls never close this connection, so that bit is granted;
			// there is no security to multiplex.
			return dcerpc.ContextResult{
				Result: dcerpc.NegotiateAck,
				Reason: uint16(bits & dcerpc.FeatureKeepConnectionOnOrphan),
			}
		}
	}
	if !a.served.serves(c.Abstract) {
		return reject(dcerpc.AbstractSyntaxUnsupported)
	}
	for _, s := range c.Transfer {
		if s != dcerpc.NDR20 {
			continue
		}
		if _, known := a.contexts[c.ID]; !known && len(a.contexts) >= maxContexts {
			return reject(dcerpc.LocalLimitExceeded)
		}
		a.contexts[c.ID] = a.served
		return dcerpc.ContextResult{Result: dcerpc.Acceptance, Transfer: s}
	}
	return reject(dcerpc.TransferSyntaxUnsupported)
}

// request takes a fragment and, after the last, answers the call.
func (a *association) request(h dcerpc.Header, pdu []byte, p *Pipe) {
	m, err := dcerpc.ParseRequest(pdu)
	first := h.Flags&dcerpc.FirstFrag != 0
	switch {
	case err != nil || !a.bound || h.AuthLength > 0 || first == a.call.active:
		a.breakDown(h, p)
		return
	case first:
		a.begin(m, p)
	case m.CallID != a.call.callID || m.ContextID != a.call.contextID || m.Opnum != a.call.opnum:
		a.breakDown(h, p)
		return
	}
	if !a.call.discard {
		if len(a.call.stub)+len(m.Stub) > maxCall {
			a.fault(p, dcerpc.FaultRemoteNoMemory, dcerpc.DidNotExecute)
		} else {
			a.call.stub = append(a.call.stub, m.Stub...)
		}
	}
	if m.Flags&dcerpc.LastFrag == 0 {
		return
	}
	if !a.call.discard {
		a.execute(p)
	}
	a.call = inCall{}
}

func (a *association) begin(m *dcerpc.Request, p *Pipe) {
	a.call = inCall{
		active: true, callID: m.CallID, contextID: m.ContextID, opnum: m.Opnum,
		noAnswer: m.Flags&dcerpc.Maybe != 0, iface: a.contexts[m.ContextID],
	}
	if a.call.iface == nil {
		a.fault(p, dcerpc.FaultUnknownIF, dcerpc.DidNotExecute)
	} else if _, ok := a.call.iface.operations[m.Opnum]; !ok {
		a.fault(p, dcerpc.FaultOpRange, dcerpc.DidNotExecute)
	}
}

func (a *association) execute(p *Pipe) {
	stub, err := a.call.iface.operations[a.call.opnum](a.call.stub)
	var status dcerpc.FaultStatus
	switch {
	case errors.As(err, &status):
		a.fault(p, status, 0)
	case err != nil:
		a.fault(p, dcerpc.FaultBadStub, 0)
	case a.call.noAnswer:
	default:
		a.respond(p, stub)
	}
}

// respond queues the answer unless the pipes hold too much already.
func (a *association) respond(p *Pipe, stub []byte) {
	if !a.server.reserve(len(stub)) {
		a.fault(p, dcerpc.FaultRemoteNoMemory, 0)
		return
	}
	a.server.release(len(stub)) // Pipe.account reserves it for good
	p.respond(a.call.callID, a.call.contextID, stub, a.maxXmit)
}

// fault answers the call; fragments that still come are thrown away.
func (a *association) fault(p *Pipe, status dcerpc.FaultStatus, flags dcerpc.Flags) {
	a.call.discard = true
	a.call.stub = nil
	if a.call.noAnswer {
		return
	}
	p.answer((&dcerpc.Fault{Flags: flags, CallID: a.call.callID, ContextID: a.call.contextID, Status: status}).Marshal())
}
