package ntlm

// Negotiate is NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1). Domain and Workstation are
// in the OEM character set, that is, ASCII in practice.
type Negotiate struct {
	Flags       Flags
	Domain      string
	Workstation string
	Version     Version
}

// Marshal encodes the message with its VERSION field.
func (m *Negotiate) Marshal() []byte {
	p := newMessage(TypeNegotiate, 40)
	f := m.Flags &^ (NegotiateOEMDomainSupplied | NegotiateOEMWorkstationSupplied)
	if m.Domain != "" {
		f |= NegotiateOEMDomainSupplied
	}
	if m.Workstation != "" {
		f |= NegotiateOEMWorkstationSupplied
	}
	le.PutUint32(p.b[12:], uint32(f))
	p.put(16, []byte(m.Domain))
	p.put(24, []byte(m.Workstation))
	if f.Has(NegotiateVersion) {
		m.Version.put(p.b[32:])
	}
	return p.b
}

// ParseNegotiate decodes the message. A message that ends after its flags is
// taken: old clients leave the rest out.
func ParseNegotiate(b []byte) (*Negotiate, error) {
	if err := checkType(b, TypeNegotiate, 16); err != nil {
		return nil, err
	}
	m := &Negotiate{Flags: Flags(le.Uint32(b[12:]))}
	if m.Flags.Has(NegotiateOEMDomainSupplied) && len(b) >= 24 {
		v, err := field(b, 16)
		if err != nil {
			return nil, err
		}
		m.Domain = decodeText(0, v)
	}
	if m.Flags.Has(NegotiateOEMWorkstationSupplied) && len(b) >= 32 {
		v, err := field(b, 24)
		if err != nil {
			return nil, err
		}
		m.Workstation = decodeText(0, v)
	}
	if m.Flags.Has(NegotiateVersion) && len(b) >= 40 {
		m.Version = parseVersion(b[32:])
	}
	return m, nil
}
