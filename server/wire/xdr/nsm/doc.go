// Package nsm is the wire form of the network status monitor, version 1 (XNFS C702 chapter 11). It is generated from nsm.x,
// our own description, by the XDR compiler of go-xdr; regenerate it with
// go generate. The maxima in the description bound every length before it is
// used, and no slice is allocated ahead of the octets that fill it, so a reader
// limited to one record bounds the memory of a decode.
//
// Codec only: any package may import it; it imports only go-xdr's run-time.
package nsm

//go:generate rm -f nsm_xdr.go
//go:generate go tool xdr_compiler -I . nsm.x nsm_xdr.go
//go:generate gofmt -w nsm_xdr.go
