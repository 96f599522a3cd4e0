package nfs3

import (
	"encoding/binary"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/nfs3"
)

// Transfer sizes. A datagram carries less, and small ones are lost less often.
const (
	MaxTransfer    = 1 << 20 // octets of one READ or WRITE over TCP
	maxTransferUDP = 32 << 10
	maxListing     = 1 << 20 // octets of one READDIR or READDIRPLUS reply
)

// maxTransfer is the most data of one call.
func maxTransfer(c *rpcserver.Call) int {
	if c.Network == "udp" {
		return maxTransferUDP
	}
	return MaxTransfer
}

// dataArgs takes the arguments of READ and WRITE apart in place: the generated
// decoders would copy the handle and the data of each call.
type dataArgs struct {
	rest  []byte
	short bool // an item was cut off or too long
}

func (d *dataArgs) uint32() uint32 {
	if len(d.rest) < 4 {
		d.short, d.rest = true, nil
		return 0
	}
	v := binary.BigEndian.Uint32(d.rest)
	d.rest = d.rest[4:]
	return v
}

func (d *dataArgs) uint64() uint64 {
	high := d.uint32()
	return uint64(high)<<32 | uint64(d.uint32())
}

// opaque takes a variable-length opaque of at most max octets. The padding of
// the last item of a call may be missing.
func (d *dataArgs) opaque(max uint32) []byte {
	n := d.uint32()
	if n > max || uint64(n) > uint64(len(d.rest)) {
		d.short, d.rest = true, nil
		return nil
	}
	v := d.rest[:n:n]
	d.rest = d.rest[min(len(d.rest), int(n+3)&^3):]
	return v
}

func (d *dataArgs) handle() []byte { return d.opaque(nfs3.NFS3_FHSIZE) }
