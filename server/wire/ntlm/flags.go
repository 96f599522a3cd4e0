package ntlm

// Flags is the NEGOTIATE structure (MS-NLMP 2.2.2.5).
type Flags uint32

// The flags, named as MS-NLMP names them without NTLMSSP_.
const (
	NegotiateUnicode                 Flags = 1 << 0
	NegotiateOEM                     Flags = 1 << 1
	RequestTarget                    Flags = 1 << 2
	NegotiateSign                    Flags = 1 << 4
	NegotiateSeal                    Flags = 1 << 5
	NegotiateDatagram                Flags = 1 << 6
	NegotiateLMKey                   Flags = 1 << 7
	NegotiateNTLM                    Flags = 1 << 9
	NegotiateAnonymous               Flags = 1 << 11
	NegotiateOEMDomainSupplied       Flags = 1 << 12
	NegotiateOEMWorkstationSupplied  Flags = 1 << 13
	NegotiateAlwaysSign              Flags = 1 << 15
	TargetTypeDomain                 Flags = 1 << 16
	TargetTypeServer                 Flags = 1 << 17
	NegotiateExtendedSessionSecurity Flags = 1 << 19
	NegotiateIdentify                Flags = 1 << 20
	RequestNonNTSessionKey           Flags = 1 << 22
	NegotiateTargetInfo              Flags = 1 << 23
	NegotiateVersion                 Flags = 1 << 25
	Negotiate128                     Flags = 1 << 29
	NegotiateKeyExch                 Flags = 1 << 30
	Negotiate56                      Flags = 1 << 31
)

// Has reports whether every flag of want is set.
func (f Flags) Has(want Flags) bool { return f&want == want }

// keyExchange reports whether the session key travels encrypted
// (MS-NLMP 3.2.5.1.2: KEY_EXCH counts only beside SIGN or SEAL).
func (f Flags) keyExchange() bool {
	return f.Has(NegotiateKeyExch) && f&(NegotiateSign|NegotiateSeal) != 0
}
