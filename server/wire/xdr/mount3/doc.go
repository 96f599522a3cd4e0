// Package mount3 is the wire form of the mount protocol, version 3 (RFC 1813 appendix I). It is generated from mount3.x,
// our own description, by the XDR compiler of go-xdr; regenerate it with
// go generate. The maxima in the description bound every length before it is
// used, and no slice is allocated ahead of the octets that fill it, so a reader
// limited to one record bounds the memory of a decode.
//
// Codec only: any package may import it; it imports only go-xdr's run-time.
package mount3

//go:generate rm -f mount3_xdr.go
//go:generate go tool xdr_compiler -I . mount3.x mount3_xdr.go
//go:generate gofmt -w mount3_xdr.go
