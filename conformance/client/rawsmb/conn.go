package rawsmb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"crosswire/conformance/client"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// Dialer makes the connections of actors.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

const (
	maxPayload  = 1 << 20              // of one READ, WRITE or query
	maxFrame    = maxPayload + 128<<10 // no answer to us can be longer
	creditUnit  = 64 << 10             // bytes that one credit pays for (MS-SMB2 3.1.5.2)
	creditsGoal = 512                  // what to have in hand
	maxChain    = 64                   // messages of one frame
)

// conn is one connection: frames, message ids, credits, and the reader.
type conn struct {
	addr string
	nc   net.Conn
	turn chan struct{} // full while somebody writes

	// Called by the reader, in the order of arrival; they must not block.
	onBreak   func(h *smb2.Header, msg []byte, arrived time.Time) error
	onInterim func(c *call)
	onEnd     func(err error)

	session atomic.Pointer[session] // nil before SESSION_SETUP has succeeded
	wide    atomic.Bool             // 2.1 and later with LARGE_MTU: requests of many credits

	over    chan struct{} // closed when the connection has ended
	leaving bool          // we ended it; guarded by mu
	reader  sync.WaitGroup

	mu      sync.Mutex
	err     error // why it ended
	credits int
	more    chan struct{} // closed when credits come
	nextID  uint64
	calls   map[uint64]*call
}

// call is a request that was sent.
type call struct {
	req  *request
	id   uint64
	done chan struct{}

	// Written before done is closed.
	reply *reply
	err   error

	asyncID uint64 // of an interim response; guarded by conn.mu
	dropped bool   // nobody waits any more; guarded by conn.mu
}

// reply is a response: its header and all its bytes.
type reply struct {
	h         smb2.Header
	msg       []byte
	encrypted bool
	arrived   time.Time // zero if the connection cannot tell
}

func newConn(nc net.Conn, addr string) *conn {
	return &conn{
		addr: addr, nc: nc, turn: make(chan struct{}, 1), over: make(chan struct{}),
		credits: 1, more: make(chan struct{}), calls: map[uint64]*call{},
	}
}

// start runs the reader.
func (c *conn) start() {
	c.reader.Go(func() {
		for {
			frame, err := c.readFrame()
			if err == nil {
				err = c.handle(frame)
			}
			if err != nil {
				c.fail(err)
				return
			}
		}
	})
}

// close ends the connection from our side and waits for the reader.
func (c *conn) close() {
	c.fail(net.ErrClosed)
	c.reader.Wait()
}

// hangUpGrace bounds how long hangUp waits for the server's side.
const hangUpGrace = time.Second

// hangUp ends the connection as a client does that is gone, and waits until
// the server has closed its side too: what comes next in the scenario then
// meets a server that knows. A server that keeps its side open is given up
// after a while.
func (c *conn) hangUp(ctx context.Context) {
	c.mu.Lock()
	c.leaving = true
	c.mu.Unlock()
	if half, ok := c.nc.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		timer := time.NewTimer(hangUpGrace)
		defer timer.Stop()
		select {
		case <-c.over:
		case <-ctx.Done():
		case <-timer.C:
		}
	}
}

// cause is why the connection ended, nil while it lives. It names the address.
func (c *conn) cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// fail ends the connection; the first reason stays.
func (c *conn) fail(err error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	if c.leaving || errors.Is(err, net.ErrClosed) {
		err = fmt.Errorf("%s: this client closed the connection: %w", c.addr, net.ErrClosed)
	} else {
		err = fmt.Errorf("%s: %w", c.addr, err)
	}
	c.err = err
	left := c.calls
	c.calls = map[uint64]*call{}
	c.mu.Unlock()
	c.nc.Close()
	close(c.over)
	if c.onEnd != nil {
		c.onEnd(err)
	}
	for _, l := range left {
		l.err = err
		close(l.done)
	}
}

// readFrame reads one direct-TCP frame (MS-SMB2 2.1).
func (c *conn) readFrame() ([]byte, error) {
	var head [smb2.FrameHeaderSize]byte
	if n, err := io.ReadFull(c.nc, head[:]); err != nil {
		if err == io.EOF {
			return nil, fmt.Errorf("the server closed the connection: %w", io.EOF)
		}
		if err == io.ErrUnexpectedEOF {
			return nil, fmt.Errorf("the connection ended after %d of the %d bytes of a frame header: %w", n, len(head), err)
		}
		return nil, err
	}
	n, err := smb2.FrameLength(head, maxFrame)
	if err != nil {
		return nil, err
	}
	frame := make([]byte, n)
	if got, err := io.ReadFull(c.nc, frame); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, fmt.Errorf("the connection ended after %d of the %d bytes of a frame: %w", got, n, io.ErrUnexpectedEOF)
		}
		return nil, err
	}
	return frame, nil
}

// handle takes one frame apart.
func (c *conn) handle(frame []byte) error {
	encrypted := false
	switch p := smb2.ProtocolOf(frame); p {
	case smb2.ProtocolSMB2:
	case smb2.ProtocolTransform:
		s := c.session.Load()
		if s == nil || s.dec == nil {
			return errors.New("the server sent an encrypted frame to a session without keys")
		}
		h, plain, err := s.dec.Open(frame)
		if err != nil {
			return fmt.Errorf("encrypted frame: %w", err)
		}
		if h.SessionID != s.id {
			return fmt.Errorf("encrypted frame of session %#x, ours is %#x", h.SessionID, s.id)
		}
		if smb2.ProtocolOf(plain) != smb2.ProtocolSMB2 {
			return errors.New("encrypted frame that holds no SMB2 message")
		}
		frame, encrypted = plain, true
	default:
		return fmt.Errorf("the server sent %d bytes that are no SMB2 message", len(frame))
	}
	msgs, err := smb2.SplitCompound(frame, maxChain)
	if err != nil {
		return err
	}
	for _, msg := range msgs {
		if err := c.handleMessage(msg, encrypted); err != nil {
			return err
		}
	}
	return nil
}

func (c *conn) handleMessage(msg []byte, encrypted bool) error {
	r := &reply{msg: msg, encrypted: encrypted, arrived: client.ArrivedAt(c.nc)}
	if err := r.h.Decode(msg); err != nil {
		return err
	}
	if !r.h.IsResponse() {
		return fmt.Errorf("the server sent a %v request", r.h.Command)
	}
	if r.h.MessageID == smb2.MessageIDUnsolicited {
		if c.onBreak == nil {
			return fmt.Errorf("the server sent a %v before there is a session", r.h.Command)
		}
		return c.onBreak(&r.h, msg, r.arrived)
	}
	c.mu.Lock()
	l := c.calls[r.h.MessageID]
	c.mu.Unlock()
	if l == nil {
		return fmt.Errorf("the server answered %v with MessageId %d, which was not asked or is answered already", r.h.Command, r.h.MessageID)
	}
	if r.h.Command != l.req.command && !l.req.anyCommand {
		return fmt.Errorf("the server answered %v with %v (MessageId %d)", l.req.command, r.h.Command, r.h.MessageID)
	}
	if err := c.verify(l, r); err != nil {
		return fmt.Errorf("%v response %d (%v): %w", r.h.Command, r.h.MessageID, r.h.Status, err)
	}
	interim := r.h.Status == ntstatus.Pending && r.h.IsAsync()
	c.mu.Lock()
	if r.h.Credits > 0 {
		c.credits += int(r.h.Credits)
		close(c.more)
		c.more = make(chan struct{})
	}
	if interim {
		l.asyncID = r.h.AsyncID
	} else {
		delete(c.calls, l.id)
	}
	c.mu.Unlock()
	if interim {
		if c.onInterim != nil {
			c.onInterim(l)
		}
		return nil
	}
	if l.req.onReply != nil {
		l.req.onReply(r)
	}
	l.reply = r
	close(l.done)
	return nil
}

var (
	errUnsigned  = errors.New("it is not signed, and this session demands it")
	errClear     = errors.New("it is not encrypted, and the request was")
	errSignature = errors.New("its signature is wrong")
)

// verify checks how a response is protected (MS-SMB2 3.2.5.1.3). An interim
// response need not be signed; a server that knows no such session any more
// cannot sign.
func (c *conn) verify(l *call, r *reply) error {
	s := c.session.Load()
	if l.req.unverified || s == nil || r.encrypted {
		return nil
	}
	keyless := r.h.Status == ntstatus.UserSessionDeleted || r.h.Status == ntstatus.NetworkSessionExpired
	if l.req.encrypted && !keyless {
		return errClear
	}
	if s.signer == nil || keyless {
		return nil
	}
	if r.h.IsSigned() {
		if s.signer.Verify(r.msg) != nil {
			return errSignature
		}
		return nil
	}
	if s.signAll && r.h.Status != ntstatus.Pending {
		return errUnsigned
	}
	return nil
}

// write sends one frame; ctx ending in the middle of it ends the connection.
// The caller has the turn.
func (c *conn) write(ctx context.Context, frame []byte) error {
	fired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.nc.SetWriteDeadline(time.Unix(1, 0))
		close(fired)
	})
	_, err := c.nc.Write(frame)
	if !stop() {
		<-fired
		if err == nil {
			c.nc.SetWriteDeadline(time.Time{})
		}
	}
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("the server does not read: %w", ctx.Err())
	}
	c.fail(err)
	return c.cause()
}
