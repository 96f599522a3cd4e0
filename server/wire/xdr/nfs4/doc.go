// Package nfs4 is the wire form of NFS version 4, minor versions 0, 1 and 2 (RFC
// 7531, RFC 5662, RFC 7863). It is generated from nfs4.x, our own
// description, by the XDR compiler of go-xdr; regenerate it with go generate.
// The maxima in the description bound every length before it is used, and no
// slice is allocated ahead of the octets that fill it, so a reader limited to
// one record bounds the memory of a decode.
//
// A server decodes a COMPOUND operation by operation, since what follows an
// operation that fails need not decode: see NfsArgop4. Operations without an
// arm there are those that nobody of ours sends or serves.
//
// Codec only: any package may import it; it imports only go-xdr's run-time.
package nfs4

//go:generate rm -f nfs4_xdr.go
//go:generate go tool xdr_compiler -I . nfs4.x nfs4_xdr.go
//go:generate gofmt -w nfs4_xdr.go
