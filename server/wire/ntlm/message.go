package ntlm

import "fmt"

// The message types (MS-NLMP 2.2.1).
const (
	TypeNegotiate    uint32 = 1
	TypeChallenge    uint32 = 2
	TypeAuthenticate uint32 = 3
)

const signature = "NTLMSSP\x00"

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// MessageType gives the type of an NTLM message; it reads 12 octets only.
func MessageType(b []byte) (uint32, error) {
	if len(b) < 12 || string(b[:8]) != signature {
		return 0, malformed("no NTLMSSP signature")
	}
	return le.Uint32(b[8:]), nil
}

func checkType(b []byte, want uint32, fixed int) error {
	typ, err := MessageType(b)
	if err != nil {
		return err
	}
	if typ != want {
		return malformed("message type %d, want %d", typ, want)
	}
	if len(b) < fixed {
		return malformed("message type %d of %d octets", typ, len(b))
	}
	return nil
}

// field reads the payload that the 8-octet descriptor at b[at:] points to.
// An empty field may have any offset (MS-NLMP 2.2.1.1: it is ignored).
func field(b []byte, at int) ([]byte, error) {
	n, off := uint64(le.Uint16(b[at:])), uint64(le.Uint32(b[at+4:]))
	if n == 0 {
		return nil, nil
	}
	if off+n > uint64(len(b)) {
		return nil, malformed("field at %d: %d octets at %d of %d", at, n, off, len(b))
	}
	return b[off : off+n], nil
}

// payload appends fields behind a fixed part and fills their descriptors.
type payload struct{ b []byte }

func (p *payload) put(at int, value []byte) {
	le.PutUint16(p.b[at:], uint16(len(value)))
	le.PutUint16(p.b[at+2:], uint16(len(value)))
	le.PutUint32(p.b[at+4:], uint32(len(p.b)))
	p.b = append(p.b, value...)
}

func newMessage(typ uint32, fixed int) payload {
	b := make([]byte, fixed, fixed+512)
	copy(b, signature)
	le.PutUint32(b[8:], typ)
	return payload{b}
}

// Version is the VERSION structure (MS-NLMP 2.2.2.10). It is for diagnosis only.
type Version struct {
	Major, Minor uint8
	Build        uint16
	Revision     uint8
}

// DefaultVersion is what both ends send unless told otherwise.
var DefaultVersion = Version{Major: 10, Minor: 0, Build: 20348, Revision: 15}

func (v Version) put(b []byte) {
	b[0], b[1] = v.Major, v.Minor
	le.PutUint16(b[2:], v.Build)
	b[7] = v.Revision
}

func parseVersion(b []byte) Version {
	return Version{Major: b[0], Minor: b[1], Build: le.Uint16(b[2:]), Revision: b[7]}
}
