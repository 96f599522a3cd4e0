// Package ntlm implements NTLM version 2 (MS-NLMP): the three messages, the
// response and key computations, message signatures, and both ends of the
// exchange. NTLM version 1 and LM responses are recognised only to be refused.
//
// [Server] is one acceptor's exchange and [Client] one initiator's; [Initiator]
// wraps a Client in SPNEGO as SMB clients do. Who a user is, and what happens
// to guests, is decided by server/smb/auth. Any package may import this one.
//
// No input makes a decoder panic or allocate more than the input's own size.
package ntlm

import "errors"

var (
	// ErrMalformed says that a message is not what MS-NLMP 2.2 describes.
	ErrMalformed = errors.New("ntlm: malformed message")
	// ErrResponse says that the response does not prove the password.
	ErrResponse = errors.New("ntlm: wrong response")
	// ErrMIC says that the message integrity code does not cover the three
	// messages as they were seen here (MS-NLMP 3.2.5.1.2).
	ErrMIC = errors.New("ntlm: wrong message integrity code")
	// ErrVersion1 says that the peer sent an NTLMv1 or LM response only.
	ErrVersion1 = errors.New("ntlm: NTLMv1 and LM responses are refused")
	// ErrSignature says that a signed or sealed message fails verification.
	ErrSignature = errors.New("ntlm: wrong message signature")
	// ErrSequence says that a message came out of order.
	ErrSequence = errors.New("ntlm: message out of order")
	// ErrNegotiation says that the two sides share no usable set of flags.
	ErrNegotiation = errors.New("ntlm: no common set of features")
)
