// Package rpcmsg is the wire form of ONC RPC messages and AUTH_SYS credentials (RFC 5531). It is generated from rpcmsg.x,
// our own description, by the XDR compiler of go-xdr; regenerate it with
// go generate. The maxima in the description bound every length before it is
// used, and no slice is allocated ahead of the octets that fill it, so a reader
// limited to one record bounds the memory of a decode.
//
// Codec only: any package may import it; it imports only go-xdr's run-time.
package rpcmsg

//go:generate rm -f rpcmsg_xdr.go
//go:generate go tool xdr_compiler -I . rpcmsg.x rpcmsg_xdr.go
//go:generate gofmt -w rpcmsg_xdr.go
