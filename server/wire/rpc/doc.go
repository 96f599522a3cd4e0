// Package rpc is the codec of ONC RPC version 2 (RFC 5531): record marking on
// a stream, the header of a call, the header of a reply, AUTH_SYS. It is
// written by hand over the constants of xdr/rpcmsg because a server must answer
// headers that do not decode (another RPC version, a credential that is too
// long) and must not copy the arguments of a call; a test holds it against the
// generated types.
//
// Codec only, no behaviour: any package may import it.
package rpc
