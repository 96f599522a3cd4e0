package rpc

import (
	"encoding/binary"
	"errors"
	"fmt"

	"crosswire/server/wire/xdr/rpcmsg"
)

// OpaqueAuth is a credential or verifier (RFC 5531 8.2).
type OpaqueAuth struct {
	Flavor rpcmsg.AuthFlavor
	Body   []byte
}

// Call is the header of a call, and its undecoded arguments.
type Call struct {
	XID              uint32
	Prog, Vers, Proc uint32
	Cred, Verf       OpaqueAuth
	Args             []byte // shares the memory of the record
}

// Errors of ParseCall that leave nothing to answer.
var (
	// ErrNotCall: the message is a reply.
	ErrNotCall = errors.New("rpc: message is not a call")
	// ErrShortHeader: the message ends within the header, or is none.
	ErrShortHeader = errors.New("rpc: message too short for its header")
)

// VersionError reports another RPC version than 2; the answer is RPC_MISMATCH.
type VersionError struct{ Version uint32 }

func (e *VersionError) Error() string { return fmt.Sprintf("rpc: version %d, not 2", e.Version) }

// AuthLengthError reports a credential or verifier longer than 400 octets; the
// answer is an AUTH_ERROR with Stat.
type AuthLengthError struct {
	Length uint32
	Stat   rpcmsg.AuthStat // AUTH_BADCRED or AUTH_BADVERF
}

func (e *AuthLengthError) Error() string {
	return fmt.Sprintf("rpc: %s: %d octets exceed the maximum of %d", rpcmsg.AuthStat_name[e.Stat], e.Length, rpcmsg.MAX_AUTH_BYTES)
}

// ParseCall decodes the header of a call (RFC 5531 9, call_body). With a
// *VersionError or *AuthLengthError the call's XID is set, so that the error
// can be answered.
func ParseCall(record []byte) (Call, error) {
	var c Call
	d := decoder{rest: record}
	c.XID = d.uint32()
	mtype := d.uint32()
	if d.short {
		return c, ErrShortHeader
	}
	if rpcmsg.MsgType(mtype) != rpcmsg.CALL {
		return c, ErrNotCall
	}
	version := d.uint32()
	if d.short {
		return c, ErrShortHeader
	}
	if version != rpcmsg.RPC_VERS {
		return c, &VersionError{Version: version}
	}
	c.Prog, c.Vers, c.Proc = d.uint32(), d.uint32(), d.uint32()
	for _, part := range []struct {
		auth *OpaqueAuth
		stat rpcmsg.AuthStat
	}{{&c.Cred, rpcmsg.AUTH_BADCRED}, {&c.Verf, rpcmsg.AUTH_BADVERF}} {
		part.auth.Flavor = rpcmsg.AuthFlavor(d.uint32())
		length := d.uint32()
		if d.short {
			return c, ErrShortHeader
		}
		if length > rpcmsg.MAX_AUTH_BYTES {
			return c, &AuthLengthError{Length: length, Stat: part.stat}
		}
		part.auth.Body = d.opaque(int(length))
	}
	if d.short {
		return c, ErrShortHeader
	}
	c.Args = d.rest
	return c, nil
}

// decoder takes XDR items off the front of a message.
type decoder struct {
	rest  []byte
	short bool // an item was cut off; it and all after it read as zero
}

func (d *decoder) uint32() uint32 {
	if len(d.rest) < 4 {
		d.short, d.rest = true, nil
		return 0
	}
	v := binary.BigEndian.Uint32(d.rest)
	d.rest = d.rest[4:]
	return v
}

// opaque takes n octets and their padding. n is at most MAX_AUTH_BYTES.
func (d *decoder) opaque(n int) []byte {
	padded := (n + 3) &^ 3
	if len(d.rest) < padded {
		d.short, d.rest = true, nil
		return nil
	}
	v := d.rest[:n:n]
	d.rest = d.rest[padded:]
	return v
}

// AppendCall appends the header of a call with c's credential, verifier and
// arguments to b. The bodies are at most 400 octets.
func AppendCall(b []byte, c Call) []byte {
	for _, v := range []uint32{c.XID, uint32(rpcmsg.CALL), rpcmsg.RPC_VERS, c.Prog, c.Vers, c.Proc} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	for _, auth := range []OpaqueAuth{c.Cred, c.Verf} {
		b = binary.BigEndian.AppendUint32(b, uint32(auth.Flavor))
		b = appendOpaque(b, auth.Body)
	}
	return append(b, c.Args...)
}

func appendOpaque(b, v []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
	b = append(b, v...)
	return append(b, make([]byte, -len(v)&3)...)
}
