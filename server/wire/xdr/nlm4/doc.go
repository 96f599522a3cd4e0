// Package nlm4 is the wire form of the network lock manager, version 4 (RFC 1813 appendix II; XNFS C702). It is generated from nlm4.x,
// our own description, by the XDR compiler of go-xdr; regenerate it with
// go generate. The maxima in the description bound every length before it is
// used, and no slice is allocated ahead of the octets that fill it, so a reader
// limited to one record bounds the memory of a decode.
//
// Codec only: any package may import it; it imports only go-xdr's run-time.
package nlm4

//go:generate rm -f nlm4_xdr.go
//go:generate go tool xdr_compiler -I . nlm4.x nlm4_xdr.go
//go:generate gofmt -w nlm4_xdr.go
