package rpc

import (
	"encoding/binary"
	"fmt"

	"crosswire/server/wire/xdr/rpcmsg"
)

// Every verifier we send is AUTH_NONE, as RFC 5531 appendix A wants for
// AUTH_SYS.

// AcceptedSize is the size of what AppendAccepted appends.
const AcceptedSize = 24

// AppendAccepted appends the header of an accepted reply with a status other
// than PROG_MISMATCH; after SUCCESS follow the results.
func AppendAccepted(b []byte, xid uint32, stat rpcmsg.AcceptStat) []byte {
	for _, v := range []uint32{xid, uint32(rpcmsg.REPLY), uint32(rpcmsg.MSG_ACCEPTED), uint32(rpcmsg.AUTH_NONE), 0, uint32(stat)} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// AppendProgMismatch appends an accepted reply that names the lowest and
// highest version of the program.
func AppendProgMismatch(b []byte, xid, low, high uint32) []byte {
	b = AppendAccepted(b, xid, rpcmsg.PROG_MISMATCH)
	b = binary.BigEndian.AppendUint32(b, low)
	return binary.BigEndian.AppendUint32(b, high)
}

// AppendRPCMismatch appends the denial of another RPC version than 2.
func AppendRPCMismatch(b []byte, xid uint32) []byte {
	for _, v := range []uint32{xid, uint32(rpcmsg.REPLY), uint32(rpcmsg.MSG_DENIED), uint32(rpcmsg.RPC_MISMATCH), rpcmsg.RPC_VERS, rpcmsg.RPC_VERS} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// AppendAuthError appends the denial of a credential or verifier.
func AppendAuthError(b []byte, xid uint32, stat rpcmsg.AuthStat) []byte {
	for _, v := range []uint32{xid, uint32(rpcmsg.REPLY), uint32(rpcmsg.MSG_DENIED), uint32(rpcmsg.AUTH_ERROR), uint32(stat)} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// Reply is a decoded reply header, for clients and tests.
type Reply struct {
	XID       uint32
	Denied    bool
	Accept    rpcmsg.AcceptStat // if not Denied
	Reject    rpcmsg.RejectStat // if Denied
	Auth      rpcmsg.AuthStat   // with AUTH_ERROR
	Low, High uint32            // with PROG_MISMATCH and RPC_MISMATCH
	Results   []byte            // with SUCCESS; shares the record's memory
}

// ParseReply decodes the header of a reply.
func ParseReply(record []byte) (Reply, error) {
	var r Reply
	d := decoder{rest: record}
	r.XID = d.uint32()
	if mtype := d.uint32(); !d.short && rpcmsg.MsgType(mtype) != rpcmsg.REPLY {
		return r, fmt.Errorf("rpc: message type %d is not a reply", mtype)
	}
	switch stat := rpcmsg.ReplyStat(d.uint32()); {
	case d.short:
	case stat == rpcmsg.MSG_ACCEPTED:
		d.uint32() // the verifier's flavor
		if n := d.uint32(); n > rpcmsg.MAX_AUTH_BYTES {
			return r, &AuthLengthError{Length: n, Stat: rpcmsg.AUTH_INVALIDRESP}
		} else {
			d.opaque(int(n))
		}
		r.Accept = rpcmsg.AcceptStat(d.uint32())
		switch r.Accept {
		case rpcmsg.SUCCESS:
			r.Results = d.rest
		case rpcmsg.PROG_MISMATCH:
			r.Low, r.High = d.uint32(), d.uint32()
		}
	case stat == rpcmsg.MSG_DENIED:
		r.Denied = true
		r.Reject = rpcmsg.RejectStat(d.uint32())
		switch r.Reject {
		case rpcmsg.RPC_MISMATCH:
			r.Low, r.High = d.uint32(), d.uint32()
		case rpcmsg.AUTH_ERROR:
			r.Auth = rpcmsg.AuthStat(d.uint32())
		}
	default:
		return r, fmt.Errorf("rpc: reply status %d", stat)
	}
	if d.short {
		return r, ErrShortHeader
	}
	return r, nil
}
