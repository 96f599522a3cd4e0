package smb2

import (
	"bytes"
	"fmt"
)

// The dialect strings of a multi-protocol negotiate that lead to SMB2
// (MS-SMB2 3.3.5.3): the first is answered with DialectWildcard, the second
// with Dialect202.
const (
	SMB1DialectSMB2Wildcard = "SMB 2.???"
	SMB1DialectSMB202       = "SMB 2.002"
)

// SMB1NegotiateRequest is an SMB_COM_NEGOTIATE, of which only the dialect
// strings matter here (MS-CIFS 2.2.4.52.1).
type SMB1NegotiateRequest struct {
	MID      uint16
	Dialects []string
}

const (
	smb1HeaderSize   = 32
	smb1ComNegotiate = 0x72
)

// Offer gives the dialect to answer with: DialectWildcard, Dialect202, or
// ok false when the client speaks SMB1 only.
func (r *SMB1NegotiateRequest) Offer() (d Dialect, ok bool) {
	for _, s := range r.Dialects {
		if s == SMB1DialectSMB2Wildcard {
			return DialectWildcard, true
		}
		ok = ok || s == SMB1DialectSMB202
	}
	return Dialect202, ok
}

// AppendFrame appends the whole SMB1 message, header included.
func (r *SMB1NegotiateRequest) AppendFrame(dst []byte) []byte {
	dst = append(dst, 0xFF, 'S', 'M', 'B', smb1ComNegotiate)
	dst = u32(dst, 0)       // Status
	dst = append(dst, 0x18) // Flags: canonicalised, case-insensitive paths
	dst = u16(dst, 0xC853)  // Flags2: Unicode, NT status, extended security, long names
	dst = zeros(dst, 12)    // PIDHigh, SecurityFeatures, Reserved
	dst = u16(dst, 0xFFFF)  // TID
	dst = u16(dst, 0xFEFF)  // PIDLow
	dst = u16(dst, 0)       // UID
	dst = u16(dst, r.MID)
	dst = append(dst, 0) // WordCount
	n := 0
	for _, d := range r.Dialects {
		n += 2 + len(d)
	}
	dst = u16(dst, uint16(n))
	for _, d := range r.Dialects {
		dst = append(dst, 0x02)
		dst = append(dst, d...)
		dst = append(dst, 0)
	}
	return dst
}

// DecodeFrame reads a whole SMB1 message. Any command other than
// SMB_COM_NEGOTIATE is an error.
func (r *SMB1NegotiateRequest) DecodeFrame(frame []byte) error {
	const name = "SMB_COM_NEGOTIATE Request"
	if len(frame) < smb1HeaderSize+3 {
		return truncated(name, len(frame), smb1HeaderSize+3)
	}
	if ProtocolOf(frame) != ProtocolSMB1 {
		return &DecodeError{name, "Protocol", ErrProtocolID, fmt.Sprintf("% X", frame[:4])}
	}
	if frame[4] != smb1ComNegotiate {
		return badValue(name, "Command", "0x%02X", frame[4])
	}
	if frame[smb1HeaderSize] != 0 {
		return badValue(name, "WordCount", "%d", frame[smb1HeaderSize])
	}
	n := int(le.Uint16(frame[smb1HeaderSize+1:]))
	b := frame[smb1HeaderSize+3:]
	if n > len(b) {
		return truncated(name, len(b), n)
	}
	*r = SMB1NegotiateRequest{MID: le.Uint16(frame[30:])}
	for b = b[:n]; len(b) > 0; {
		end := bytes.IndexByte(b, 0)
		if b[0] != 0x02 || end < 0 {
			return badValue(name, "Dialects", "entry %d has no format byte or no end", len(r.Dialects))
		}
		r.Dialects = append(r.Dialects, string(b[1:end]))
		b = b[end+1:]
	}
	return nil
}
