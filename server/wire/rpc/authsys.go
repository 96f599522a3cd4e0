package rpc

import (
	"encoding/binary"
	"errors"

	"crosswire/server/wire/xdr/rpcmsg"
)

// ErrBadAuthSys reports a credential that is no authsys_parms: cut off, with
// octets left over, a machine name over 255 octets, or more than 16 groups.
var ErrBadAuthSys = errors.New("rpc: malformed AUTH_SYS credential")

// ParseAuthSys decodes the body of an AUTH_SYS credential (RFC 5531 appendix A).
func ParseAuthSys(body []byte) (rpcmsg.AuthsysParms, error) {
	var p rpcmsg.AuthsysParms
	d := decoder{rest: body}
	p.Stamp = d.uint32()
	n := d.uint32()
	if n > rpcmsg.MAX_MACHINE_NAME {
		return p, ErrBadAuthSys
	}
	p.Machinename = append([]byte(nil), d.opaque(int(n))...)
	p.Uid, p.Gid = d.uint32(), d.uint32()
	n = d.uint32()
	if n > rpcmsg.NGRPS {
		return p, ErrBadAuthSys
	}
	for range n {
		p.Gids = append(p.Gids, d.uint32())
	}
	if d.short || len(d.rest) != 0 {
		return p, ErrBadAuthSys
	}
	return p, nil
}

// AuthSys encodes an AUTH_SYS credential.
func AuthSys(p rpcmsg.AuthsysParms) OpaqueAuth {
	b := binary.BigEndian.AppendUint32(nil, p.Stamp)
	b = appendOpaque(b, p.Machinename)
	b = binary.BigEndian.AppendUint32(b, p.Uid)
	b = binary.BigEndian.AppendUint32(b, p.Gid)
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.Gids)))
	for _, gid := range p.Gids {
		b = binary.BigEndian.AppendUint32(b, gid)
	}
	return OpaqueAuth{Flavor: rpcmsg.AUTH_SYS, Body: b}
}
