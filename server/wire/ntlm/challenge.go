package ntlm

// Challenge is CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2).
type Challenge struct {
	Flags           Flags
	TargetName      string
	ServerChallenge [8]byte
	TargetInfo      AVPairs
	// RawTargetInfo is TargetInfo as it stood in the message; filled by
	// ParseChallenge, ignored by Marshal.
	RawTargetInfo []byte
	Version       Version
}

// Marshal encodes the message.
func (m *Challenge) Marshal() []byte {
	p := newMessage(TypeChallenge, 56)
	p.put(12, encodeText(m.Flags, m.TargetName))
	le.PutUint32(p.b[20:], uint32(m.Flags))
	copy(p.b[24:], m.ServerChallenge[:])
	if m.Flags.Has(NegotiateTargetInfo) {
		p.put(40, m.TargetInfo.Marshal())
	}
	if m.Flags.Has(NegotiateVersion) {
		m.Version.put(p.b[48:])
	}
	return p.b
}

// ParseChallenge decodes the message.
func ParseChallenge(b []byte) (*Challenge, error) {
	if err := checkType(b, TypeChallenge, 32); err != nil {
		return nil, err
	}
	m := &Challenge{Flags: Flags(le.Uint32(b[20:])), ServerChallenge: [8]byte(b[24:32])}
	name, err := field(b, 12)
	if err != nil {
		return nil, err
	}
	m.TargetName = decodeText(m.Flags, name)
	if m.Flags.Has(NegotiateTargetInfo) && len(b) >= 48 {
		if m.RawTargetInfo, err = field(b, 40); err != nil {
			return nil, err
		}
		if m.TargetInfo, err = ParseAVPairs(m.RawTargetInfo); err != nil {
			return nil, err
		}
	}
	if m.Flags.Has(NegotiateVersion) && len(b) >= 56 {
		m.Version = parseVersion(b[48:])
	}
	return m, nil
}
