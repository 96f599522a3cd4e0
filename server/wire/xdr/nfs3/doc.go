// Package nfs3 is the wire form of NFS version 3 (RFC 1813). It is generated from nfs3.x,
// our own description, by the XDR compiler of go-xdr; regenerate it with
// go generate. The maxima in the description bound every length before it is
// used, and no slice is allocated ahead of the octets that fill it, so a reader
// limited to one record bounds the memory of a decode.
//
// Codec only: any package may import it; it imports only go-xdr's run-time.
package nfs3

//go:generate rm -f nfs3_xdr.go
//go:generate go tool xdr_compiler -I . nfs3.x nfs3_xdr.go
//go:generate gofmt -w nfs3_xdr.go
