package dcerpc

// Bind is the body of bind and of alter_context (C706 12.6.4.1, 12.6.4.3).
type Bind struct {
	CallID      uint32
	Alter       bool // alter_context
	MaxXmitFrag uint16
	MaxRecvFrag uint16
	AssocGroup  uint32
	Contexts    []Context
}

// Context is p_cont_elem_t: one interface with the transfer syntaxes that the
// client can speak for it.
type Context struct {
	ID       uint16
	Abstract SyntaxID
	Transfer []SyntaxID
}

// Marshal encodes the PDU as one fragment.
func (m *Bind) Marshal() []byte {
	t := TypeBind
	if m.Alter {
		t = TypeAlterContext
	}
	b := begin(t, onlyFrag, m.CallID)
	b = le.AppendUint16(b, m.MaxXmitFrag)
	b = le.AppendUint16(b, m.MaxRecvFrag)
	b = le.AppendUint32(b, m.AssocGroup)
	b = append(b, byte(len(m.Contexts)), 0, 0, 0)
	for _, c := range m.Contexts {
		b = le.AppendUint16(b, c.ID)
		b = append(b, byte(len(c.Transfer)), 0)
		b = c.Abstract.appendTo(b)
		for _, s := range c.Transfer {
			b = s.appendTo(b)
		}
	}
	return finish(b)
}

// ParseBind decodes a whole bind or alter_context PDU.
func ParseBind(pdu []byte) (*Bind, error) {
	h, b, err := body(pdu, 12, TypeBind, TypeAlterContext)
	if err != nil {
		return nil, err
	}
	m := &Bind{
		CallID:      h.CallID,
		Alter:       h.Type == TypeAlterContext,
		MaxXmitFrag: le.Uint16(b),
		MaxRecvFrag: le.Uint16(b[2:]),
		AssocGroup:  le.Uint32(b[4:]),
	}
	n := int(b[8])
	b = b[12:]
	for range n {
		if len(b) < 4+syntaxSize {
			return nil, malformed("context element of %d octets", len(b))
		}
		c := Context{ID: le.Uint16(b), Abstract: parseSyntax(b[4:])}
		transfers := int(b[2])
		b = b[4+syntaxSize:]
		if len(b) < transfers*syntaxSize {
			return nil, malformed("%d transfer syntaxes in %d octets", transfers, len(b))
		}
		for range transfers {
			c.Transfer = append(c.Transfer, parseSyntax(b))
			b = b[syntaxSize:]
		}
		m.Contexts = append(m.Contexts, c)
	}
	return m, nil
}

// Result is p_cont_def_result_t.
type Result uint16

// The results.
const (
	Acceptance        Result = 0
	UserRejection     Result = 1
	ProviderRejection Result = 2
	NegotiateAck      Result = 3 // MS-RPCE 2.2.2.4: bind time feature negotiation
)

// Reasons of a provider rejection (C706 12.6.3.1, p_provider_reason_t).
const (
	ReasonNotSpecified        uint16 = 0
	AbstractSyntaxUnsupported uint16 = 1
	TransferSyntaxUnsupported uint16 = 2
	LocalLimitExceeded        uint16 = 3
)

// ContextResult is p_result_t. With NegotiateAck, Reason holds feature bits.
type ContextResult struct {
	Result   Result
	Reason   uint16
	Transfer SyntaxID
}

// BindAck is the body of bind_ack and of alter_context_resp (C706 12.6.4.4,
// 12.6.4.2).
type BindAck struct {
	CallID           uint32
	Alter            bool // alter_context_resp
	MaxXmitFrag      uint16
	MaxRecvFrag      uint16
	AssocGroup       uint32
	SecondaryAddress string // "\PIPE\name"; empty in alter_context_resp
	Results          []ContextResult
}

// Marshal encodes the PDU as one fragment.
func (m *BindAck) Marshal() []byte {
	t := TypeBindAck
	if m.Alter {
		t = TypeAlterContextResp
	}
	b := begin(t, onlyFrag, m.CallID)
	b = le.AppendUint16(b, m.MaxXmitFrag)
	b = le.AppendUint16(b, m.MaxRecvFrag)
	b = le.AppendUint32(b, m.AssocGroup)
	if m.SecondaryAddress == "" {
		b = le.AppendUint16(b, 0)
	} else {
		b = le.AppendUint16(b, uint16(len(m.SecondaryAddress)+1))
		b = append(append(b, m.SecondaryAddress...), 0)
	}
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	b = append(b, byte(len(m.Results)), 0, 0, 0)
	for _, r := range m.Results {
		b = le.AppendUint16(b, uint16(r.Result))
		b = le.AppendUint16(b, r.Reason)
		b = r.Transfer.appendTo(b)
	}
	return finish(b)
}

// ParseBindAck decodes a whole bind_ack or alter_context_resp PDU.
func ParseBindAck(pdu []byte) (*BindAck, error) {
	h, b, err := body(pdu, 10, TypeBindAck, TypeAlterContextResp)
	if err != nil {
		return nil, err
	}
	m := &BindAck{
		CallID:      h.CallID,
		Alter:       h.Type == TypeAlterContextResp,
		MaxXmitFrag: le.Uint16(b),
		MaxRecvFrag: le.Uint16(b[2:]),
		AssocGroup:  le.Uint32(b[4:]),
	}
	n := int(le.Uint16(b[8:]))
	if n > len(b)-10 {
		return nil, malformed("secondary address of %d octets in %d", n, len(b)-10)
	}
	if n > 0 {
		m.SecondaryAddress = string(b[10 : 10+n-1])
	}
	// The body begins at a multiple of 4, so its own offsets align.
	at := (10 + n + 3) &^ 3
	if at+4 > len(b) {
		return nil, malformed("no results after the secondary address")
	}
	results := int(b[at])
	b = b[at+4:]
	if len(b) < results*(4+syntaxSize) {
		return nil, malformed("%d results in %d octets", results, len(b))
	}
	for range results {
		m.Results = append(m.Results, ContextResult{
			Result: Result(le.Uint16(b)), Reason: le.Uint16(b[2:]), Transfer: parseSyntax(b[4:]),
		})
		b = b[4+syntaxSize:]
	}
	return m, nil
}

// Reasons of bind_nak (C706 12.6.3.1, p_reject_reason_t; MS-RPCE 2.2.2.5).
const (
	NakReasonNotSpecified         uint16 = 0
	NakTemporaryCongestion        uint16 = 1
	NakLocalLimitExceeded         uint16 = 2
	NakProtocolVersionUnsupported uint16 = 4
	NakAuthTypeNotRecognized      uint16 = 8
	NakInvalidChecksum            uint16 = 9
)

// BindNak is bind_nak (C706 12.6.4.5).
type BindNak struct {
	CallID uint32
	Reason uint16
}

// Marshal encodes the PDU with the versions that are spoken, 5.0 and 5.1.
func (m *BindNak) Marshal() []byte {
	b := begin(TypeBindNak, onlyFrag, m.CallID)
	b = le.AppendUint16(b, m.Reason)
	return finish(append(b, 2, 5, 0, 5, 1))
}

// ParseBindNak decodes a whole bind_nak PDU; the versions are not read.
func ParseBindNak(pdu []byte) (*BindNak, error) {
	h, b, err := body(pdu, 2, TypeBindNak)
	if err != nil {
		return nil, err
	}
	return &BindNak{CallID: h.CallID, Reason: le.Uint16(b)}, nil
}
