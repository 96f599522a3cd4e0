package smb

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"

	"crosswire/server/wire/smb2"
	"crosswire/server/wire/smbcrypt"
)

// conn is one TCP connection (MS-SMB2 3.3.1.7 Per Transport Connection).
type conn struct {
	number uint64
	a      *Adapter
	nc     net.Conn
	log    *slog.Logger
	out    *writer
	ctx    context.Context // ends with the connection
	cancel context.CancelFunc
	work   sync.WaitGroup // chains under way

	credits credits

	// Set by NEGOTIATE, read-only afterwards.
	dialect      smb2.Dialect // 0 before
	clientGUID   smb2.GUID
	clientCaps   smb2.Capabilities
	clientMode   smb2.SecurityMode
	serverCaps   smb2.Capabilities
	offered      []smb2.Dialect
	cipher       smb2.Cipher
	signing      smb2.SigningAlgorithm
	hasSigning   bool // negotiated by context
	preauth      smbcrypt.PreauthHash
	maxTransact  uint32
	supportsWide bool // multi-credit requests

	padReads atomic.Bool // READ responses end on a multiple of 8 bytes

	mu       sync.Mutex
	sessions map[uint64]*session // by id
	async    map[uint64]*request // by AsyncID
	pending  map[uint64]*request // async requests by MessageID
	nextID   uint64
}

func newConn(a *Adapter, nc net.Conn) *conn {
	c := &conn{
		number: a.connSeq.Add(1), a: a, nc: nc, log: a.log.With("client", nc.RemoteAddr().String()),
		sessions: map[uint64]*session{}, async: map[uint64]*request{}, pending: map[uint64]*request{},
		maxTransact: maxTransact202,
	}
	c.ctx, c.cancel = context.WithCancel(a.ctx)
	c.out = newWriter(nc, a.rt)
	c.credits.init()
	return c
}

// close makes serve end; safe from any goroutine.
func (c *conn) close() {
	c.cancel()
	c.nc.Close()
}

// serve reads frames until the connection ends, then takes everything down
// that belonged to it (MS-SMB2 3.3.7.1).
func (c *conn) serve() {
	c.log.Debug("connected")
	err := c.readFrames()
	c.cancel()
	c.work.Wait()
	c.dropSessions() // before the socket closes: a peer that sees that knows the rest
	c.close()
	c.out.close()
	c.a.forget(c)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET), c.a.ctx.Err() != nil:
		c.log.Debug("disconnected")
	default:
		c.log.Warn("connection ended", "error", err)
	}
}

// readFrames works off one frame after the other.
func (c *conn) readFrames() error {
	r := bufio.NewReaderSize(c.nc, readAhead)
	for {
		frame, err := c.readFrame(r)
		if err != nil {
			return err
		}
		if err := c.handleFrame(frame); err != nil {
			return err
		}
	}
}

// readFrame reads one direct-TCP frame (MS-SMB2 2.1). Its length is bounded
// by what was proved so far.
func (c *conn) readFrame(r io.Reader) ([]byte, error) {
	var head [smb2.FrameHeaderSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = fmt.Errorf("truncated frame header: %w", err)
		}
		return nil, err
	}
	limit := maxFrameUnproved
	if c.proved() {
		limit = int(c.maxTransact) + frameOverhead
	}
	n, err := smb2.FrameLength(head, limit)
	if err != nil {
		return nil, err
	}
	// One tag of room, so that an encrypted frame opens in place.
	frame := make([]byte, n, n+smbcrypt.TagSize)
	if _, err := io.ReadFull(r, frame); err != nil {
		return nil, fmt.Errorf("truncated frame: want %d bytes: %w", n, err)
	}
	return frame, nil
}

// proved reports whether somebody authenticated on this connection.
func (c *conn) proved() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range c.sessions {
		if s.valid() {
			return true
		}
	}
	return false
}

// handleFrame decrypts and works off one frame. An error ends the connection.
func (c *conn) handleFrame(frame []byte) error {
	switch smb2.ProtocolOf(frame) {
	case smb2.ProtocolSMB1:
		return c.multiProtocolNegotiate(frame)
	case smb2.ProtocolSMB2:
		c.run(&chain{c: c, pdu: frame})
		return nil
	case smb2.ProtocolTransform:
		s, plain, err := c.decrypt(frame)
		if err != nil {
			return err
		}
		c.run(&chain{c: c, pdu: plain, sealedBy: s})
		return nil
	case smb2.ProtocolCompression:
		return errors.New("compressed frame, though compression was not negotiated")
	}
	return fmt.Errorf("neither SMB nor SMB2: % X", frame[:min(4, len(frame))])
}

// run works a chain off in a goroutine and returns when it is finished or has
// gone async.
func (c *conn) run(ch *chain) {
	ch.released = make(chan struct{})
	c.a.rt.Enter()
	c.work.Add(1)
	go func() {
		defer c.work.Done()
		defer c.a.rt.Leave()
		defer ch.release()
		defer func() {
			if p := recover(); p != nil {
				c.log.Error("panic in a request; the connection ends", "request", ch.current(), "panic", p, "stack", string(debug.Stack()))
				c.close()
			}
		}()
		if err := ch.process(); err != nil {
			c.log.Warn("protocol violation; the connection ends", "error", err)
			c.close()
		}
	}()
	<-ch.released
}

// decrypt opens an encrypted frame (MS-SMB2 3.3.5.2.1.1).
func (c *conn) decrypt(frame []byte) (*session, []byte, error) {
	var h smb2.TransformHeader
	if err := h.Decode(frame); err != nil {
		return nil, nil, err
	}
	s := c.session(h.SessionID)
	if s == nil {
		return nil, nil, fmt.Errorf("encrypted frame of unknown session %#x", h.SessionID)
	}
	dec := s.decrypter()
	if dec == nil {
		return nil, nil, fmt.Errorf("encrypted frame on session %#x, which has no keys", h.SessionID)
	}
	_, plain, err := dec.Open(frame)
	if err != nil {
		return nil, nil, fmt.Errorf("session %#x: %w", h.SessionID, err)
	}
	return s, plain, nil
}

func (c *conn) session(id uint64) *session {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sessions[id]
}

// sendMessages signs or encrypts whole messages and queues them as one frame.
func (c *conn) sendMessages(msgs [][]byte, sign []smbcrypt.Signer, seal *session) {
	if n := len(msgs); n > 1 {
		// Windows pads the last response of a compound too, so that a client
		// can tell no difference between it and those before; a response of
		// its own is not padded.
		last := msgs[n-1]
		msgs[n-1] = append(last, make([]byte, -len(last)&7)...)
	}
	smb2.PadCompound(msgs)
	size := 0
	for i, m := range msgs {
		if seal == nil && sign[i] != nil {
			sign[i].Sign(m)
		}
		size += len(m)
	}
	if seal != nil {
		if enc := seal.encrypter(); enc != nil {
			frame := make([]byte, smb2.FrameHeaderSize+smb2.TransformHeaderSize, smb2.FrameHeaderSize+smb2.TransformHeaderSize+size+smbcrypt.TagSize)
			for _, m := range msgs {
				frame = append(frame, m...)
			}
			frame = frame[:len(frame)+smbcrypt.TagSize]
			enc.SealInPlace(frame[smb2.FrameHeaderSize:], seal.id)
			frame = frame[:len(frame)-smbcrypt.TagSize]
			smb2.PutFrameHeader(frame)
			c.out.queue(frame)
			return
		}
	}
	head := smb2.AppendFrameHeader(make([]byte, 0, smb2.FrameHeaderSize), size)
	c.out.queue(append([][]byte{head}, msgs...)...)
}
