package nfs4

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// Limits on a compound. Its octets are bounded by the record.
const (
	maxOps    = 128 // operations
	opReserve = 512 // octets of reply without which no operation is begun
	maxMinor  = 2
)

type status = nfs4.Nfsstat4

// compound is one COMPOUND that runs.
type compound struct {
	s      *Service
	ctx    context.Context
	call   *rpcserver.Call
	origin *vfs.Origin
	reply  *rpcserver.Reply
	minor  uint32
	limit  int // octets of reply that there may be

	cur, saved           node
	curState, savedState *nfs4.Stateid4 // minor version 1: RFC 8881 16.2.3.1.2

	index   int // of the operation that runs
	count   int // of operations
	session *session
	slot    *slot
	tooBig  status // what a reply beyond limit is answered
	keep    bool   // the results of a failed operation have a body
	replay  []byte // the whole reply, from the slot's cache
	changed bool   // something ran that must not run twice
}

// operation is how one is served: run writes the results after the status, and
// returns the status. once: not idempotent.
type operation struct {
	min, max uint32 // minor versions
	once     bool
	run      func(c *compound, arg nfs4.NfsArgop4) status
}

var errShortHeader = errors.New("nfs4: compound is cut off")

// compound is NFSPROC4_COMPOUND (RFC 7530 15.2, RFC 8881 16.2).
func (s *Service) compound(ctx context.Context, call *rpcserver.Call, reply *rpcserver.Reply) error {
	if err := streamOnly(call); err != nil {
		return err
	}
	rest := call.Args
	n := uint32(0)
	if len(rest) >= 4 {
		n = binary.BigEndian.Uint32(rest)
	}
	padded := (uint64(n) + 3) &^ 3
	if len(rest) < 4 || n > nfs4.NFS4_WIRE_NAMEMAX || uint64(len(rest)-4) < padded+8 {
		return rpcserver.Garbage(errShortHeader)
	}
	tag := rest[4 : 4+n]
	rest = rest[4+padded:]
	c := &compound{
		s: s, ctx: ctx, call: call, origin: export.Origin(call), reply: reply,
		minor: binary.BigEndian.Uint32(rest), count: int(binary.BigEndian.Uint32(rest[4:])),
		limit: call.MaxReply,
	}
	reply.Forget = true
	c.tooBig = nfs4.NFS4ERR_RESOURCE
	if c.minor > 0 {
		c.tooBig = nfs4.NFS4ERR_REP_TOO_BIG
	}
	reply.Uint32(0)
	reply.Opaque(tag)
	countAt := reply.Len()
	reply.Uint32(0)
	if c.minor > maxMinor {
		binary.BigEndian.PutUint32(reply.Results(), uint32(nfs4.NFS4ERR_MINOR_VERS_MISMATCH))
		return nil
	}
	last, done := c.run(rest[8:])
	if c.replay != nil {
		reply.Truncate(0)
		_, _ = reply.Write(c.replay)
		return nil
	}
	binary.BigEndian.PutUint32(reply.Results(), uint32(last))
	binary.BigEndian.PutUint32(reply.Results()[countAt:], uint32(done))
	if c.slot != nil {
		c.s.reg.finishSlot(c.session, c.slot, reply.Results(), c.count == 1)
	} else if c.minor == 0 && c.changed {
		reply.Forget = last == nfs4.NFS4ERR_DELAY
	}
	return nil
}

// run executes operations until one fails.
func (c *compound) run(args []byte) (last status, done int) {
	defer func() {
		// A panic ends the connection; it must not end the slot.
		if p := recover(); p != nil {
			if c.slot != nil {
				c.s.reg.finishSlot(c.session, c.slot, nil, false)
			}
			panic(p)
		}
	}()
	for c.index = 0; c.index < c.count; c.index++ {
		if len(args) < 4 {
			return nfs4.NFS4ERR_BADXDR, done
		}
		op := nfs4.NfsOpnum4(binary.BigEndian.Uint32(args))
		at := c.reply.Len()
		c.keep = false
		c.reply.Uint32(uint32(op))
		c.reply.Uint32(0)
		body := c.reply.Len()
		var st status
		if body+opReserve > c.limit {
			st = c.tooBig
		} else {
			op, st, args = c.one(op, args)
			if c.replay != nil {
				return 0, 0
			}
			if c.reply.Len() > c.limit {
				st, c.keep = c.tooBig, false
			}
		}
		if st != nfs4.NFS4_OK && !c.keep {
			c.reply.Truncate(body)
			if op == nfs4.OP_SETATTR {
				c.reply.Uint32(0) // attrsset is there whatever the status
			}
		}
		binary.BigEndian.PutUint32(c.reply.Results()[at:], uint32(op))
		binary.BigEndian.PutUint32(c.reply.Results()[at+4:], uint32(st))
		done++
		if st != nfs4.NFS4_OK {
			return st, done
		}
	}
	return nfs4.NFS4_OK, done
}

// one decodes and runs the operation at the front of args; op is OP_ILLEGAL if
// there is no such operation.
func (c *compound) one(op nfs4.NfsOpnum4, args []byte) (nfs4.NfsOpnum4, status, []byte) {
	top := nfs4.OP_RELEASE_LOCKOWNER
	switch c.minor {
	case 1:
		top = nfs4.OP_RECLAIM_COMPLETE
	case 2:
		top = nfs4.OP_REMOVEXATTR // RFC 8276
	}
	if op < nfs4.OP_ACCESS || op > top {
		return nfs4.OP_ILLEGAL, nfs4.NFS4ERR_OP_ILLEGAL, args
	}
	if c.index >= maxOps {
		// A session was told of the limit, and has checked it.
		return op, nfs4.NFS4ERR_RESOURCE, args
	}
	if c.minor > 0 {
		if st := c.inSession(op); st != nfs4.NFS4_OK {
			return op, st, args
		}
	}
	o := &operations[op]
	if o.run == nil || c.minor < o.min || c.minor > o.max {
		return op, nfs4.NFS4ERR_NOTSUPP, args
	}
	if op == nfs4.OP_WRITE { // whose data is not copied
		w, rest, ok := parseWrite(args[4:])
		if !ok {
			return op, nfs4.NFS4ERR_BADXDR, args
		}
		c.changed = true
		return op, c.write(w), rest
	}
	arg, n, err := nfs4.ReadNfsArgop4(bytes.NewReader(args))
	if err != nil {
		return op, nfs4.NFS4ERR_BADXDR, args
	}
	c.changed = c.changed || o.once
	return op, o.run(c, arg), args[n:]
}

// inSession holds an operation of minor version 1 or 2 against its place in the
// compound (RFC 8881 2.10.2, 18.46.3): a SEQUENCE comes first and nowhere else;
// without one there is a single operation, of those that make sessions.
func (c *compound) inSession(op nfs4.NfsOpnum4) status {
	switch {
	case op == nfs4.OP_SEQUENCE:
		if c.index != 0 {
			return nfs4.NFS4ERR_SEQUENCE_POS
		}
	case c.session != nil:
		if op == nfs4.OP_BIND_CONN_TO_SESSION {
			return nfs4.NFS4ERR_NOT_ONLY_OP
		}
	default:
		switch op {
		case nfs4.OP_EXCHANGE_ID, nfs4.OP_CREATE_SESSION, nfs4.OP_DESTROY_SESSION,
			nfs4.OP_BIND_CONN_TO_SESSION, nfs4.OP_DESTROY_CLIENTID:
			if c.count != 1 {
				return nfs4.NFS4ERR_NOT_ONLY_OP
			}
		default:
			return nfs4.NFS4ERR_OP_NOT_IN_SESSION
		}
	}
	return nfs4.NFS4_OK
}

// body appends results. The reply never fails.
func (c *compound) body(w io.WriterTo) status {
	if _, err := w.WriteTo(c.reply); err != nil {
		return c.fail(err)
	}
	return nfs4.NFS4_OK
}

// room is how many octets of reply are left.
func (c *compound) room() int { return c.limit - c.reply.Len() }
