package smb2

// SessionSetupFlags of the request (MS-SMB2 2.2.5).
type SessionSetupFlags uint8

// SessionSetupBinding binds a new connection to an existing session.
const SessionSetupBinding SessionSetupFlags = 0x01

// SessionFlags of the response (MS-SMB2 2.2.6).
type SessionFlags uint16

// The session flags.
const (
	SessionIsGuest     SessionFlags = 0x0001
	SessionIsNull      SessionFlags = 0x0002
	SessionEncryptData SessionFlags = 0x0004
)

// SessionSetupRequest is the SMB2 SESSION_SETUP Request (MS-SMB2 2.2.5).
type SessionSetupRequest struct {
	Flags             SessionSetupFlags
	SecurityMode      SecurityMode // one byte on the wire
	Capabilities      Capabilities
	Channel           uint32
	PreviousSessionID uint64
	SecurityBuffer    []byte
}

// Append appends the body.
func (r *SessionSetupRequest) Append(dst []byte) []byte {
	dst = u16(dst, 25)
	dst = append(dst, byte(r.Flags), byte(r.SecurityMode))
	dst = u32(dst, uint32(r.Capabilities))
	dst = u32(dst, r.Channel)
	dst = u16(dst, HeaderSize+24)
	dst = u16(dst, uint16(len(r.SecurityBuffer)))
	dst = u64(dst, r.PreviousSessionID)
	return append(dst, r.SecurityBuffer...)
}

// Decode reads the request.
func (r *SessionSetupRequest) Decode(msg []byte) error {
	const name = "SMB2 SESSION_SETUP Request"
	b, err := body(name, msg, 25, 24)
	if err != nil {
		return err
	}
	*r = SessionSetupRequest{
		Flags:             SessionSetupFlags(b[2]),
		SecurityMode:      SecurityMode(b[3]),
		Capabilities:      Capabilities(le.Uint32(b[4:])),
		Channel:           le.Uint32(b[8:]),
		PreviousSessionID: le.Uint64(b[16:]),
	}
	r.SecurityBuffer, err = field(name, "SecurityBuffer", msg, uint32(le.Uint16(b[12:])), uint32(le.Uint16(b[14:])), HeaderSize+24)
	return err
}

// SessionSetupResponse is the SMB2 SESSION_SETUP Response (MS-SMB2 2.2.6).
type SessionSetupResponse struct {
	Flags          SessionFlags
	SecurityBuffer []byte
}

// Append appends the body.
func (r *SessionSetupResponse) Append(dst []byte) []byte {
	dst = u16(dst, 9)
	dst = u16(dst, uint16(r.Flags))
	dst = u16(dst, HeaderSize+8)
	dst = u16(dst, uint16(len(r.SecurityBuffer)))
	return append(dst, r.SecurityBuffer...)
}

// Decode reads the response.
func (r *SessionSetupResponse) Decode(msg []byte) error {
	const name = "SMB2 SESSION_SETUP Response"
	b, err := body(name, msg, 9, 8)
	if err != nil {
		return err
	}
	*r = SessionSetupResponse{Flags: SessionFlags(le.Uint16(b[2:]))}
	r.SecurityBuffer, err = field(name, "SecurityBuffer", msg, uint32(le.Uint16(b[4:])), uint32(le.Uint16(b[6:])), HeaderSize+8)
	return err
}
