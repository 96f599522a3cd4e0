// Package rpcbind is the wire form of rpcbind, versions 3 and 4 (RFC 1833 section 2). It is generated from rpcbind.x,
// our own description, by the XDR compiler of go-xdr; regenerate it with
// go generate. The maxima in the description bound every length before it is
// used, and no slice is allocated ahead of the octets that fill it, so a reader
// limited to one record bounds the memory of a decode.
//
// Codec only: any package may import it; it imports only go-xdr's run-time.
package rpcbind

//go:generate rm -f rpcbind_xdr.go
//go:generate go tool xdr_compiler -I . rpcbind.x rpcbind_xdr.go
//go:generate gofmt -w rpcbind_xdr.go
