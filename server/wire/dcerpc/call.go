package dcerpc

import "fmt"

// Request is one fragment of a request (C706 12.6.4.9).
type Request struct {
	Flags     Flags // FirstFrag, LastFrag; ObjectUUID is set from Object
	CallID    uint32
	AllocHint uint32
	ContextID uint16
	Opnum     uint16
	Object    *UUID
	Stub      []byte
}

// requestFixed and responseFixed are the octets before the stub.
const (
	requestFixed  = HeaderSize + 8
	responseFixed = HeaderSize + 8
)

// Marshal encodes the fragment.
func (m *Request) Marshal() []byte {
	f := m.Flags &^ ObjectUUID
	if m.Object != nil {
		f |= ObjectUUID
	}
	b := begin(TypeRequest, f, m.CallID)
	b = le.AppendUint32(b, m.AllocHint)
	b = le.AppendUint16(b, m.ContextID)
	b = le.AppendUint16(b, m.Opnum)
	if m.Object != nil {
		b = append(b, m.Object[:]...)
	}
	return finish(append(b, m.Stub...))
}

// ParseRequest decodes a whole fragment. The stub aliases pdu.
func ParseRequest(pdu []byte) (*Request, error) {
	h, b, err := body(pdu, 8, TypeRequest)
	if err != nil {
		return nil, err
	}
	m := &Request{
		Flags: h.Flags, CallID: h.CallID, AllocHint: le.Uint32(b),
		ContextID: le.Uint16(b[4:]), Opnum: le.Uint16(b[6:]),
	}
	b = b[8:]
	if h.Flags&ObjectUUID != 0 {
		if len(b) < 16 {
			return nil, malformed("object UUID of %d octets", len(b))
		}
		object := UUID(b[:16])
		m.Object, b = &object, b[16:]
	}
	m.Stub = b
	return m, nil
}

// nextCut gives the flags and the end of the fragment of n octets that begins
// at from. All but the last hold a multiple of 8 octets, so that NDR alignment
// survives (C706 12.6.3.5).
func nextCut(from, n, room int) (to int, f Flags) {
	to = min(n, from+max(8, room&^7))
	if from == 0 {
		f |= FirstFrag
	}
	if to == n {
		f |= LastFrag
	}
	return to, f
}

// RequestFragments cuts a request into PDUs of at most maxFrag octets.
func RequestFragments(callID uint32, contextID, opnum uint16, stub []byte, maxFrag int) [][]byte {
	var out [][]byte
	for from := 0; ; {
		to, f := nextCut(from, len(stub), maxFrag-requestFixed)
		out = append(out, (&Request{
			Flags: f, CallID: callID, AllocHint: uint32(len(stub) - from),
			ContextID: contextID, Opnum: opnum, Stub: stub[from:to],
		}).Marshal())
		if from = to; from == len(stub) {
			return out
		}
	}
}

// Response is one fragment of a response (C706 12.6.4.10).
type Response struct {
	Flags     Flags
	CallID    uint32
	AllocHint uint32
	ContextID uint16
	Stub      []byte
}

// Marshal encodes the fragment.
func (m *Response) Marshal() []byte {
	b := begin(TypeResponse, m.Flags, m.CallID)
	b = le.AppendUint32(b, m.AllocHint)
	b = le.AppendUint16(b, m.ContextID)
	b = append(b, 0, 0)
	return finish(append(b, m.Stub...))
}

// ParseResponse decodes a whole fragment. The stub aliases pdu.
func ParseResponse(pdu []byte) (*Response, error) {
	h, b, err := body(pdu, 8, TypeResponse)
	if err != nil {
		return nil, err
	}
	return &Response{
		Flags: h.Flags, CallID: h.CallID, AllocHint: le.Uint32(b),
		ContextID: le.Uint16(b[4:]), Stub: b[8:],
	}, nil
}

// ResponseFragment encodes the fragment of stub that begins at from, and gives
// where the next one begins; next is len(stub) after the last.
func ResponseFragment(callID uint32, contextID uint16, stub []byte, from, maxFrag int) (pdu []byte, next int) {
	next, f := nextCut(from, len(stub), maxFrag-responseFixed)
	return (&Response{
		Flags: f, CallID: callID, AllocHint: uint32(len(stub) - from),
		ContextID: contextID, Stub: stub[from:next],
	}).Marshal(), next
}

// FaultStatus is the status of a fault (C706 appendix E, MS-RPCE 2.2.2.11,
// MS-ERREF 2.2).
type FaultStatus uint32

// The statuses that a server here gives.
const (
	FaultOpRange        FaultStatus = 0x1c010002 // nca_s_op_rng_error
	FaultUnknownIF      FaultStatus = 0x1c010003 // nca_s_unk_if
	FaultProtocol       FaultStatus = 0x1c01000b // nca_s_proto_error
	FaultRemoteNoMemory FaultStatus = 0x1c00001b // nca_s_fault_remote_no_memory
	FaultAccessDenied   FaultStatus = 0x00000005 // ERROR_ACCESS_DENIED
	FaultBadStub        FaultStatus = 0x000006f7 // RPC_X_BAD_STUB_DATA
)

// Error names the status.
func (s FaultStatus) Error() string { return fmt.Sprintf("dcerpc: fault %#08x", uint32(s)) }

// Fault is a fault (C706 12.6.4.7).
type Fault struct {
	Flags     Flags // DidNotExecute, or none; it is always one fragment
	CallID    uint32
	ContextID uint16
	Status    FaultStatus
}

// Marshal encodes the PDU.
func (m *Fault) Marshal() []byte {
	b := begin(TypeFault, m.Flags|onlyFrag, m.CallID)
	b = le.AppendUint32(b, 32)
	b = le.AppendUint16(b, m.ContextID)
	b = append(b, 0, 0)
	b = le.AppendUint32(b, uint32(m.Status))
	return finish(le.AppendUint32(b, 0))
}

// ParseFault decodes a whole fault.
func ParseFault(pdu []byte) (*Fault, error) {
	h, b, err := body(pdu, 12, TypeFault)
	if err != nil {
		return nil, err
	}
	return &Fault{Flags: h.Flags, CallID: h.CallID, ContextID: le.Uint16(b[4:]), Status: FaultStatus(le.Uint32(b[8:]))}, nil
}

// Reply collects the fragments that answer one request, on the client's side.
type Reply struct {
	CallID uint32
	Stub   []byte
	begun  bool
}

// maxReply bounds what a Reply collects.
const maxReply = 64 << 20

// Add takes the next PDU. It gives true after the last fragment, the
// FaultStatus of a fault as its error, or an error that wraps ErrMalformed.
func (r *Reply) Add(pdu []byte) (done bool, err error) {
	h, err := ParseHeader(pdu)
	if err != nil {
		return false, err
	}
	if h.CallID != r.CallID {
		return false, malformed("call %d answered as %d", r.CallID, h.CallID)
	}
	if h.Type == TypeFault {
		f, err := ParseFault(pdu)
		if err != nil {
			return false, err
		}
		return false, f.Status
	}
	m, err := ParseResponse(pdu)
	if err != nil {
		return false, err
	}
	if first := m.Flags&FirstFrag != 0; first == r.begun {
		return false, malformed("fragment flags %#02x out of order", m.Flags)
	}
	if len(r.Stub)+len(m.Stub) > maxReply {
		return false, malformed("response over %d octets", maxReply)
	}
	r.begun = true
	r.Stub = append(r.Stub, m.Stub...)
	return m.Flags&LastFrag != 0, nil
}
