package spnego

import (
	"encoding/asn1"
	"errors"
)

// The mechanisms that appear in SMB negotiations (MS-SPNG 1.9, RFC 4178 4.2.4).
var (
	// OIDSPNEGO names the negotiation pseudo-mechanism itself.
	OIDSPNEGO = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 2}
	// OIDNTLMSSP is NTLM (MS-NLMP).
	OIDNTLMSSP = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 10}
	// OIDKerberos is Kerberos 5 as RFC 4121 registers it.
	OIDKerberos = asn1.ObjectIdentifier{1, 2, 840, 113554, 1, 2, 2}
	// OIDMSKerberos is the value that Windows 2000 sent by a 16-bit slip and
	// that every later client still offers first.
	OIDMSKerberos = asn1.ObjectIdentifier{1, 2, 840, 48018, 1, 2, 2}
	// OIDNegoEx is MS-NEGOEX, which is never selected here.
	OIDNegoEx = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 30}
)

// HintName is the fixed text of negHints.hintName in the server's unsolicited
// NegTokenInit2 (MS-SPNG 3.2.5.2).
const HintName = "not_defined_in_RFC4178@please_ignore"

// ErrMalformed says that a token is not the DER that RFC 4178 describes.
// Every decoding error of this package wraps it.
var ErrMalformed = errors.New("spnego: malformed token")

// maxMechTypes bounds the list a peer may offer; real clients offer at most 5.
const maxMechTypes = 64

// Kind is what the first octets of a security buffer announce.
type Kind int

// The kinds of token that arrive in an SMB security buffer.
const (
	KindUnknown Kind = iota
	KindInit         // NegTokenInit or NegTokenInit2, with or without the GSS-API header
	KindResp         // NegTokenResp
	KindNTLMSSP      // an NTLM message without SPNEGO around it
	KindGSS          // a GSS-API token of another mechanism, for example a bare Kerberos AP-REQ
)

var ntlmSignature = [8]byte{'N', 'T', 'L', 'M', 'S', 'S', 'P', 0}

// Classify looks at the outermost header only: a token of a known kind can
// still be malformed further in.
func Classify(token []byte) Kind {
	if len(token) >= len(ntlmSignature) && [8]byte(token[:8]) == ntlmSignature {
		return KindNTLMSSP
	}
	if len(token) == 0 {
		return KindUnknown
	}
	switch token[0] {
	case tagInit:
		return KindInit
	case tagResp:
		return KindResp
	case tagGSS:
		mech, _, err := gssHeader(token)
		switch {
		case err != nil:
			return KindUnknown
		case mech.Equal(OIDSPNEGO):
			return KindInit
		default:
			return KindGSS
		}
	}
	return KindUnknown
}

// GSSMechanism gives the mechanism that the GSS-API header (RFC 2743 3.1) of a
// token names.
func GSSMechanism(token []byte) (asn1.ObjectIdentifier, error) {
	mech, _, err := gssHeader(token)
	return mech, err
}
