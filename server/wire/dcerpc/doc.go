// Package dcerpc encodes and decodes the connection-oriented PDUs of DCE/RPC
// version 5 (C706 chapter 12, MS-RPCE 2.2.2) as they travel through SMB named
// pipes: bind, bind_ack, bind_nak, alter_context, alter_context_resp, request,
// response and fault, and the fragments of the last three.
//
// It is a codec: the association is kept by server/smb/pipe on one side and by
// whoever calls on the other. Any package may import it. Integers are
// little-endian; a PDU in another data representation is refused. Security
// trailers are measured but not understood.
//
// No input makes a decoder panic, and nothing is allocated from a count that
// the octets at hand cannot hold.
package dcerpc
