package dcerpc

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

var le = binary.LittleEndian

// UUID is in the order of the wire: the first three fields little-endian.
type UUID [16]byte

// ParseUUID reads the textual form, "4b324fc8-1670-01d3-1278-5a47bf6ee188".
func ParseUUID(s string) (UUID, error) {
	var u UUID
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != 16 || len(s) != 36 {
		return u, fmt.Errorf("dcerpc: %q is not a UUID", s)
	}
	le.PutUint32(u[0:], binary.BigEndian.Uint32(b[0:]))
	le.PutUint16(u[4:], binary.BigEndian.Uint16(b[4:]))
	le.PutUint16(u[6:], binary.BigEndian.Uint16(b[6:]))
	copy(u[8:], b[8:])
	return u, nil
}

// MustUUID is ParseUUID for constants.
func MustUUID(s string) UUID {
	u, err := ParseUUID(s)
	if err != nil {
		panic(err)
	}
	return u
}

// String gives the textual form.
func (u UUID) String() string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", le.Uint32(u[0:]), le.Uint16(u[4:]), le.Uint16(u[6:]), u[8:10], u[10:])
}

// SyntaxID is p_syntax_id_t: an interface, or a transfer syntax, with its
// version.
type SyntaxID struct {
	UUID         UUID
	Major, Minor uint16
}

// syntaxSize is the encoded length of a SyntaxID.
const syntaxSize = 20

// The transfer syntaxes that clients propose.
var (
	// NDR20 is the only one that is accepted (C706 14).
	NDR20 = SyntaxID{UUID: MustUUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), Major: 2}
	// NDR64 is MS-RPCE 2.2.5.
	NDR64 = SyntaxID{UUID: MustUUID("71710533-beba-4937-8319-b5dbef9ccc36"), Major: 1}
)

// featurePrefix begins every bind time feature negotiation syntax; the last
// eight octets are the client's feature bits (MS-RPCE 2.2.2.14).
var featurePrefix = MustUUID("6cb71c2c-9812-4540-0000-000000000000")

// The feature bits.
const (
	FeatureSecurityContextMultiplexing uint64 = 1
	FeatureKeepConnectionOnOrphan      uint64 = 2
)

// FeatureSyntax gives the transfer syntax that proposes features.
func FeatureSyntax(features uint64) SyntaxID {
	id := SyntaxID{UUID: featurePrefix, Major: 1}
	le.PutUint64(id.UUID[8:], features)
	return id
}

// Features reports whether the syntax is a bind time feature negotiation, and
// gives the client's bits.
func (s SyntaxID) Features() (bits uint64, ok bool) {
	if [8]byte(s.UUID[:8]) != [8]byte(featurePrefix[:8]) || s.Major != 1 {
		return 0, false
	}
	return le.Uint64(s.UUID[8:]), true
}

func (s SyntaxID) appendTo(b []byte) []byte {
	b = append(b, s.UUID[:]...)
	b = le.AppendUint16(b, s.Major)
	return le.AppendUint16(b, s.Minor)
}

// parseSyntax reads the first syntaxSize octets of b.
func parseSyntax(b []byte) SyntaxID {
	return SyntaxID{UUID: UUID(b[:16]), Major: le.Uint16(b[16:]), Minor: le.Uint16(b[18:])}
}
