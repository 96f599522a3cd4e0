package pipe

import (
	"context"
	"sync"

	"crosswire/server/wire/dcerpc"
	"crosswire/server/wire/ntstatus"
)

// Limits of one pipe.
const (
	// maxMessages is how many unread answers may wait. A client that writes on
	// without reading is disconnected.
	maxMessages = 256
	// maxCall bounds the stub data of one request over all its fragments.
	maxCall = 128 << 10
)

// Pipe is one open of a named pipe.
type Pipe struct {
	server *Server
	name   string

	mu     sync.Mutex
	rpc    association
	in     []byte    // the beginning of a PDU that is not complete
	out    []message // answers not yet read, oldest first
	held   int       // octets reserved for in, out and rpc.call
	closed bool
	wake   chan struct{} // made by a waiter, closed when something can be read
}

// message is an answer: PDUs that are cut from a stub when they are read.
type message struct {
	rest      []byte // what is left of the fragment being read
	callID    uint32
	contextID uint16
	stub      []byte
	next      int // where in stub the fragment after rest begins
	maxFrag   int
	held      int
}

// Name gives the name without backslash, in lower case.
func (p *Pipe) Name() string { return p.name }

// Write takes octets of RPC PDUs: part of one, one, or many. All of them are
// consumed, and requests that they complete are answered before it returns.
//
// It gives STATUS_PIPE_DISCONNECTED after the association broke down (what was
// answered before can still be read), STATUS_FILE_CLOSED after Close, and
// STATUS_INSUFFICIENT_RESOURCES when the pipes hold too much.
func (p *Pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.write(b)
}

func (p *Pipe) write(b []byte) (int, error) {
	switch {
	case p.closed:
		return 0, ntstatus.FileClosed
	case p.rpc.broken:
		return 0, ntstatus.PipeDisconnected
	}
	n := len(b)
	if len(p.in) > 0 {
		b = append(p.in, b...)
		p.in = nil
	}
	for len(b) >= dcerpc.HeaderSize && !p.rpc.broken {
		size := p.rpc.next(b, p)
		if size > len(b) {
			break
		}
		b = b[size:]
	}
	if p.rpc.broken {
		b = nil
	}
	// What remains is less than one fragment: next refuses larger ones. It is
	// copied so that the caller's buffer can go.
	p.in = append([]byte(nil), b...)
	if !p.account() {
		p.rpc.broken = true
		p.drop()
		p.signal()
		return 0, ntstatus.InsufficientResources
	}
	if len(p.out) > 0 || p.rpc.broken {
		p.signal()
	}
	return n, nil
}

// account brings the reservation in line with what the pipe holds.
func (p *Pipe) account() bool {
	now := len(p.in) + cap(p.rpc.call.stub)
	for i := range p.out {
		now += p.out[i].held
	}
	if now > p.held && !p.server.reserve(now-p.held) {
		return false
	}
	if now < p.held {
		p.server.release(p.held - now)
	}
	p.held = now
	return true
}

// answer queues a PDU that is complete.
func (p *Pipe) answer(pdu []byte) {
	p.queue(message{rest: pdu, held: len(pdu)})
}

// respond queues a response, which may need many fragments.
func (p *Pipe) respond(callID uint32, contextID uint16, stub []byte, maxFrag int) {
	m := message{callID: callID, contextID: contextID, stub: stub, maxFrag: maxFrag, held: len(stub) + maxFrag}
	m.advance()
	p.queue(m)
}

func (p *Pipe) queue(m message) {
	if len(p.out) >= maxMessages {
		p.rpc.broken = true
		return
	}
	p.out = append(p.out, m)
}

// advance cuts the next fragment; the first one even of an empty stub.
func (m *message) advance() {
	m.rest, m.next = dcerpc.ResponseFragment(m.callID, m.contextID, m.stub, m.next, m.maxFrag)
}

// Read gives at most limit octets of the oldest unread message; more says that the
// message goes on, which SMB reports as STATUS_BUFFER_OVERFLOW.
//
// With nothing to read it gives STATUS_PIPE_EMPTY, and then Wait tells when
// there is; after the association broke down STATUS_PIPE_DISCONNECTED; after
// Close STATUS_FILE_CLOSED.
func (p *Pipe) Read(limit int) (data []byte, more bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.read(limit)
}

func (p *Pipe) read(limit int) (data []byte, more bool, err error) {
	switch {
	case p.closed:
		return nil, false, ntstatus.FileClosed
	case len(p.out) > 0:
	case p.rpc.broken:
		return nil, false, ntstatus.PipeDisconnected
	default:
		return nil, false, ntstatus.PipeEmpty
	}
	m := &p.out[0]
	n := max(0, min(limit, len(m.rest)))
	data, m.rest = m.rest[:n:n], m.rest[n:]
	if len(m.rest) > 0 {
		return data, true, nil
	}
	if m.next < len(m.stub) {
		m.advance()
		return data, false, nil
	}
	p.out[0] = message{}
	p.out = p.out[1:]
	p.account()
	return data, false, nil
}

// Transact is FSCTL_PIPE_TRANSCEIVE (MS-FSCC 2.3.50): Write, then Read of at
// most limit octets; overflow says that Read gives the rest of the message.
//
// It gives the errors of both, STATUS_PIPE_BUSY if unread data are left from
// before, and STATUS_PIPE_EMPTY if the octets complete no request.
func (p *Pipe) Transact(in []byte, limit int) (out []byte, overflow bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.out) > 0 && !p.closed {
		return nil, false, ntstatus.PipeBusy
	}
	if _, err := p.write(in); err != nil {
		return nil, false, err
	}
	return p.read(limit)
}

// Available tells FSCTL_PIPE_PEEK and FilePipeLocalInformation what can be read
// (MS-FSCC 2.3.46): the octets left of the oldest message, and the messages.
func (p *Pipe) Available() (octets, messages int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.out {
		m := &p.out[i]
		messages++
		if left := len(m.stub) - m.next; left > 0 {
			room := max(8, (m.maxFrag-dcerpc.HeaderSize-8)&^7)
			messages += (left + room - 1) / room
		}
	}
	if len(p.out) > 0 {
		octets = len(p.out[0].rest)
	}
	return octets, messages
}

// Peek gives at most limit octets of the oldest unread fragment and leaves them
// unread.
func (p *Pipe) Peek(limit int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.out) == 0 || limit <= 0 {
		return nil
	}
	m := &p.out[0]
	return append([]byte(nil), m.rest[:min(limit, len(m.rest))]...)
}

// Wait returns when Read would not give STATUS_PIPE_EMPTY: nil, or the error of
// the context.
func (p *Pipe) Wait(ctx context.Context) error {
	for {
		p.mu.Lock()
		if len(p.out) > 0 || p.closed || p.rpc.broken {
			p.mu.Unlock()
			return nil
		}
		if p.wake == nil {
			p.wake = make(chan struct{})
		}
		wake := p.wake
		p.mu.Unlock()
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *Pipe) signal() {
	if p.wake != nil {
		close(p.wake)
		p.wake = nil
	}
}

// Close ends the pipe and lets go of what it holds. It may be called again.
func (p *Pipe) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.drop()
	p.signal()
}

// drop lets go of everything that the pipe holds.
func (p *Pipe) drop() {
	p.in, p.out, p.rpc.call = nil, nil, inCall{}
	p.account()
}
