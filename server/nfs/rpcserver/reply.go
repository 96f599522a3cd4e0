package rpcserver

import (
	"encoding/binary"

	"crosswire/server/wire/rpc"
)

// resultsAt is where the results of a successful call begin in a Reply.
const resultsAt = rpc.RecordMarkSize + rpc.AcceptedSize

// Reply collects the results of a call. It is an io.Writer, for generated
// encoders; its room is kept from call to call.
type Reply struct {
	buf []byte // room for record mark and header, then the results
	// Forget keeps the reply out of the duplicate-request cache: what a
	// client is told to try again must be tried again.
	Forget bool
}

// NewReply is an empty reply, for callers other than the server.
func NewReply() *Reply { return &Reply{buf: make([]byte, resultsAt, 512)} }

// Write appends p. It never fails.
func (r *Reply) Write(p []byte) (int, error) {
	r.buf = append(r.buf, p...)
	return len(p), nil
}

// Uint32 appends an unsigned int.
func (r *Reply) Uint32(v uint32) { r.buf = binary.BigEndian.AppendUint32(r.buf, v) }

// Uint64 appends an unsigned hyper.
func (r *Reply) Uint64(v uint64) { r.buf = binary.BigEndian.AppendUint64(r.buf, v) }

// Bool appends a bool.
func (r *Reply) Bool(v bool) {
	if v {
		r.Uint32(1)
	} else {
		r.Uint32(0)
	}
}

// Opaque appends a variable-length opaque.
func (r *Reply) Opaque(p []byte) {
	r.Uint32(uint32(len(p)))
	r.buf = append(r.buf, p...)
	r.Extend(-len(p) & 3)
}

// Len is how many octets of results there are.
func (r *Reply) Len() int { return len(r.buf) - resultsAt }

// Results is what was written. It is valid until the next write.
func (r *Reply) Results() []byte { return r.buf[resultsAt:] }

// Extend appends n octets of zero and returns them to be filled in; they are
// valid until the next write.
func (r *Reply) Extend(n int) []byte {
	room := r.Room(n)
	clear(room)
	return room
}

// Room is Extend, but the octets are what an earlier reply left there: the
// caller fills or truncates them.
func (r *Reply) Room(n int) []byte {
	at := len(r.buf)
	if cap(r.buf)-at >= n {
		r.buf = r.buf[:at+n]
	} else {
		grown := make([]byte, at+n, max(at+n+512, 2*at))
		copy(grown, r.buf)
		r.buf = grown
	}
	return r.buf[at:]
}

// Truncate drops all results after the first n octets.
func (r *Reply) Truncate(n int) { r.buf = r.buf[:resultsAt+n] }

// reset makes r an empty reply that keeps its memory.
func (r *Reply) reset() {
	if cap(r.buf) < resultsAt {
		r.buf = make([]byte, resultsAt, 512)
	}
	r.buf = r.buf[:resultsAt]
	r.Forget = false
}
