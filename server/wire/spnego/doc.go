// Package spnego encodes and decodes the tokens of the simple and protected
// GSS-API negotiation (RFC 4178, with the NegTokenInit2 of MS-SPNG), which SMB
// carries in the security buffers of NEGOTIATE and SESSION_SETUP.
//
// It is a codec: which mechanism is chosen, and what is done with mechListMIC,
// is decided by server/smb/auth (acceptor) and server/wire/ntlm (initiator).
// Any package may import it. Nothing is allocated from a length that has not
// been checked against the octets at hand, and no input makes it panic.
package spnego
