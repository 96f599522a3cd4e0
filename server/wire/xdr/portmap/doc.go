// Package portmap is the wire form of the port mapper, version 2 (RFC 1833 section 3). It is generated from portmap.x,
// our own description, by the XDR compiler of go-xdr; regenerate it with
// go generate. The maxima in the description bound every length before it is
// used, and no slice is allocated ahead of the octets that fill it, so a reader
// limited to one record bounds the memory of a decode.
//
// Codec only: any package may import it; it imports only go-xdr's run-time.
package portmap

//go:generate rm -f portmap_xdr.go
//go:generate go tool xdr_compiler -I . portmap.x portmap_xdr.go
//go:generate gofmt -w portmap_xdr.go
