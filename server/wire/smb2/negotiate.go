package smb2

import "crosswire/server/wire/fscc"

// SecurityMode is the signing policy of NEGOTIATE and SESSION_SETUP.
type SecurityMode uint16

// The security modes (MS-SMB2 2.2.3).
const (
	SigningEnabled  SecurityMode = 0x0001
	SigningRequired SecurityMode = 0x0002
)

// Capabilities is the global capabilities of NEGOTIATE (MS-SMB2 2.2.3, 2.2.4).
type Capabilities uint32

// The global capabilities.
const (
	CapDFS               Capabilities = 0x00000001
	CapLeasing           Capabilities = 0x00000002
	CapLargeMTU          Capabilities = 0x00000004
	CapMultiChannel      Capabilities = 0x00000008
	CapPersistentHandles Capabilities = 0x00000010
	CapDirectoryLeasing  Capabilities = 0x00000020
	CapEncryption        Capabilities = 0x00000040
	CapNotifications     Capabilities = 0x00000080
)

// NegotiateRequest is the SMB2 NEGOTIATE Request (MS-SMB2 2.2.3).
type NegotiateRequest struct {
	SecurityMode    SecurityMode
	Capabilities    Capabilities
	ClientGUID      GUID
	ClientStartTime uint64 // without 3.1.1; reserved
	Dialects        []Dialect
	Contexts        NegotiateContexts // with 3.1.1 only
}

// Offers reports whether d is among the dialects.
func (r *NegotiateRequest) Offers(d Dialect) bool {
	for _, o := range r.Dialects {
		if o == d {
			return true
		}
	}
	return false
}

// Append appends the body. Contexts are written if 3.1.1 is offered.
func (r *NegotiateRequest) Append(dst []byte) []byte {
	start := len(dst)
	dst = u16(dst, 36)
	dst = u16(dst, uint16(len(r.Dialects)))
	dst = u16(dst, uint16(r.SecurityMode))
	dst = u16(dst, 0)
	dst = u32(dst, uint32(r.Capabilities))
	dst = append(dst, r.ClientGUID[:]...)
	dst = u64(dst, r.ClientStartTime)
	for _, d := range r.Dialects {
		dst = u16(dst, uint16(d))
	}
	if r.Offers(Dialect311) {
		dst = align8(dst, start)
		le.PutUint32(dst[start+28:], uint32(at(dst, start)))
		le.PutUint16(dst[start+32:], uint16(len(r.Contexts)))
		le.PutUint16(dst[start+34:], 0)
		dst = r.Contexts.Append(dst)
	}
	return dst
}

// Decode reads the request.
func (r *NegotiateRequest) Decode(msg []byte) error {
	const name = "SMB2 NEGOTIATE Request"
	b, err := body(name, msg, 36, 36)
	if err != nil {
		return err
	}
	*r = NegotiateRequest{
		SecurityMode: SecurityMode(le.Uint16(b[4:])),
		Capabilities: Capabilities(le.Uint32(b[8:])),
		ClientGUID:   GUID(b[12:28]),
	}
	count := int(le.Uint16(b[2:]))
	if len(b) < 36+2*count {
		return truncated(name, len(b), 36+2*count)
	}
	r.Dialects = make([]Dialect, count)
	for i := range r.Dialects {
		r.Dialects[i] = Dialect(le.Uint16(b[36+2*i:]))
	}
	if !r.Offers(Dialect311) {
		r.ClientStartTime = le.Uint64(b[28:])
		return nil
	}
	r.Contexts, err = decodeNegotiateContexts(name, msg, le.Uint32(b[28:]), le.Uint16(b[32:]), HeaderSize+36+2*count)
	return err
}

// NegotiateResponse is the SMB2 NEGOTIATE Response (MS-SMB2 2.2.4).
type NegotiateResponse struct {
	SecurityMode    SecurityMode
	Dialect         Dialect
	ServerGUID      GUID
	Capabilities    Capabilities
	MaxTransactSize uint32
	MaxReadSize     uint32
	MaxWriteSize    uint32
	SystemTime      fscc.Filetime
	ServerStartTime fscc.Filetime
	SecurityBuffer  []byte
	Contexts        NegotiateContexts // with 3.1.1 only
}

// Append appends the body. Contexts are written if the dialect is 3.1.1.
func (r *NegotiateResponse) Append(dst []byte) []byte {
	start := len(dst)
	dst = u16(dst, 65)
	dst = u16(dst, uint16(r.SecurityMode))
	dst = u16(dst, uint16(r.Dialect))
	dst = u16(dst, 0)
	dst = append(dst, r.ServerGUID[:]...)
	dst = u32(dst, uint32(r.Capabilities))
	dst = u32(dst, r.MaxTransactSize)
	dst = u32(dst, r.MaxReadSize)
	dst = u32(dst, r.MaxWriteSize)
	dst = u64(dst, uint64(r.SystemTime))
	dst = u64(dst, uint64(r.ServerStartTime))
	dst = u16(dst, HeaderSize+64)
	dst = u16(dst, uint16(len(r.SecurityBuffer)))
	dst = u32(dst, 0)
	dst = append(dst, r.SecurityBuffer...)
	if r.Dialect == Dialect311 {
		dst = align8(dst, start)
		le.PutUint16(dst[start+6:], uint16(len(r.Contexts)))
		le.PutUint32(dst[start+60:], uint32(at(dst, start)))
		dst = r.Contexts.Append(dst)
	}
	return dst
}

// Decode reads the response.
func (r *NegotiateResponse) Decode(msg []byte) error {
	const name = "SMB2 NEGOTIATE Response"
	b, err := body(name, msg, 65, 64)
	if err != nil {
		return err
	}
	*r = NegotiateResponse{
		SecurityMode:    SecurityMode(le.Uint16(b[2:])),
		Dialect:         Dialect(le.Uint16(b[4:])),
		ServerGUID:      GUID(b[8:24]),
		Capabilities:    Capabilities(le.Uint32(b[24:])),
		MaxTransactSize: le.Uint32(b[28:]),
		MaxReadSize:     le.Uint32(b[32:]),
		MaxWriteSize:    le.Uint32(b[36:]),
		SystemTime:      fscc.Filetime(le.Uint64(b[40:])),
		ServerStartTime: fscc.Filetime(le.Uint64(b[48:])),
	}
	r.SecurityBuffer, err = field(name, "SecurityBuffer", msg, uint32(le.Uint16(b[56:])), uint32(le.Uint16(b[58:])), HeaderSize+64)
	if err != nil || r.Dialect != Dialect311 {
		return err
	}
	r.Contexts, err = decodeNegotiateContexts(name, msg, le.Uint32(b[60:]), le.Uint16(b[6:]), HeaderSize+64)
	return err
}
