package ntlm

import "math"

// Authenticate is AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3).
type Authenticate struct {
	Flags               Flags
	Domain              string
	User                string
	Workstation         string
	LMResponse          []byte
	NTResponse          []byte
	EncryptedSessionKey []byte
	Version             Version
	// HasMIC says that the message has room for a MIC: on decoding, that no
	// payload begins before octet 88. Whether the field means anything is said
	// by MsvAvFlags in the response; see [NTLMv2Response.HasMIC].
	HasMIC bool
	MIC    [16]byte
}

const (
	authenticateFixed   = 64
	authenticateVersion = authenticateFixed + 8
	authenticateMIC     = authenticateVersion + 16
)

// Marshal encodes the message in the field order that MS-NLMP 4.2.4.3 shows.
func (m *Authenticate) Marshal() []byte {
	fixed := authenticateVersion
	if m.HasMIC {
		fixed = authenticateMIC
	}
	p := newMessage(TypeAuthenticate, fixed)
	le.PutUint32(p.b[60:], uint32(m.Flags))
	if m.Flags.Has(NegotiateVersion) {
		m.Version.put(p.b[64:])
	}
	if m.HasMIC {
		copy(p.b[authenticateVersion:], m.MIC[:])
	}
	p.put(28, encodeText(m.Flags, m.Domain))
	p.put(36, encodeText(m.Flags, m.User))
	p.put(44, encodeText(m.Flags, m.Workstation))
	p.put(12, m.LMResponse)
	p.put(20, m.NTResponse)
	p.put(52, m.EncryptedSessionKey)
	return p.b
}

// ParseAuthenticate decodes the message. The slices of the result alias b.
func ParseAuthenticate(b []byte) (*Authenticate, error) {
	if err := checkType(b, TypeAuthenticate, authenticateFixed); err != nil {
		return nil, err
	}
	m := &Authenticate{Flags: Flags(le.Uint32(b[60:]))}
	first := uint32(math.MaxUint32)
	var domain, user, workstation []byte
	for _, f := range []struct {
		at int
		to *[]byte
	}{
		{12, &m.LMResponse}, {20, &m.NTResponse}, {28, &domain},
		{36, &user}, {44, &workstation}, {52, &m.EncryptedSessionKey},
	} {
		v, err := field(b, f.at)
		if err != nil {
			return nil, err
		}
		if v != nil {
			first = min(first, le.Uint32(b[f.at+4:]))
		}
		*f.to = v
	}
	m.Domain = decodeText(m.Flags, domain)
	m.User = decodeText(m.Flags, user)
	m.Workstation = decodeText(m.Flags, workstation)
	if m.Flags.Has(NegotiateVersion) && len(b) >= authenticateVersion && first >= authenticateVersion {
		m.Version = parseVersion(b[64:])
	}
	if len(b) >= authenticateMIC && first >= authenticateMIC {
		m.HasMIC = true
		m.MIC = [16]byte(b[authenticateVersion:authenticateMIC])
	}
	return m, nil
}

// Anonymous reports whether the message asks for the anonymous user: no name,
// no NT response, and no LM response but the single zero octet
// (MS-NLMP 3.2.5.1.2).
func (m *Authenticate) Anonymous() bool {
	return m.User == "" && len(m.NTResponse) == 0 &&
		(len(m.LMResponse) == 0 || len(m.LMResponse) == 1 && m.LMResponse[0] == 0)
}
