package smb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"crosswire/server/wire/smb2"
)

// tap is the connection between the library and the server. It passes every
// byte on unchanged, a whole frame at a time, and keeps what the frames say.
//
// The library has one goroutine that reads and one that writes.
type tap struct {
	net.Conn
	addr string
	in   *bufio.Reader
	// ctx ends, with its cause, when the connection does. Calls of the
	// library wait on it, for it would wait for credits for ever otherwise.
	ctx    context.Context
	cancel context.CancelCauseFunc

	ready []byte // of a frame that the library has not read yet
	out   []byte // of a frame that the library has not written yet

	mu  sync.Mutex
	log log
}

func newTap(conn net.Conn, addr string, pending func(*exchange)) *tap {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &tap{
		Conn: conn, addr: addr, in: bufio.NewReader(conn), ctx: ctx, cancel: cancel,
		log: log{open: map[uint64]*exchange{}, names: map[smb2.FileID]string{}, pending: pending},
	}
}

// fail ends the connection; the first reason is kept.
func (t *tap) fail(err error) {
	t.cancel(err)
	t.Conn.Close()
}

// cause is why the connection ended, nil while it lives.
func (t *tap) cause() error {
	if t.ctx.Err() == nil {
		return nil
	}
	return context.Cause(t.ctx)
}

// Close implements net.Conn, for the library.
func (t *tap) Close() error {
	t.fail(net.ErrClosed)
	return nil
}

// Read implements net.Conn.
func (t *tap) Read(p []byte) (int, error) {
	if len(t.ready) == 0 {
		frame, err := t.frame()
		if err != nil {
			t.fail(err)
			return 0, err
		}
		t.ready = frame
	}
	n := copy(p, t.ready)
	t.ready = t.ready[n:]
	return n, nil
}

// frame reads a whole frame and looks at it. Memory grows with the bytes that
// arrive, not with the length that is announced.
func (t *tap) frame() ([]byte, error) {
	var head [smb2.FrameHeaderSize]byte
	if n, err := io.ReadFull(t.in, head[:]); err != nil {
		switch {
		case n > 0 && (err == io.EOF || err == io.ErrUnexpectedEOF):
			return nil, fmt.Errorf("truncated frame: %d of %d bytes of its header: %w", n, len(head), io.ErrUnexpectedEOF)
		case err == io.EOF:
			return nil, errors.New("the server closed the connection")
		}
		return nil, err
	}
	n, err := smb2.FrameLength(head, smb2.MaxFrameLength)
	if err != nil {
		return nil, fmt.Errorf("malformed frame: %w", err)
	}
	var frame bytes.Buffer
	frame.Write(head[:])
	if got, err := io.CopyN(&frame, t.in, int64(n)); err != nil {
		if err == io.EOF {
			err = fmt.Errorf("truncated frame: %d of %d bytes: %w", got, n, io.ErrUnexpectedEOF)
		}
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.log.response(frame.Bytes()[len(head):]); err != nil {
		return nil, fmt.Errorf("malformed frame: %w", err)
	}
	return frame.Bytes(), nil
}

// Write implements net.Conn: the library writes the header and the payload of
// a frame apart, they leave together.
func (t *tap) Write(p []byte) (int, error) {
	t.out = append(t.out, p...)
	for len(t.out) >= smb2.FrameHeaderSize {
		n, err := smb2.FrameLength([smb2.FrameHeaderSize]byte(t.out), smb2.MaxFrameLength)
		if err != nil {
			return 0, err
		}
		n += smb2.FrameHeaderSize
		if len(t.out) < n {
			break
		}
		t.mu.Lock()
		t.log.request(t.out[smb2.FrameHeaderSize:n])
		t.mu.Unlock()
		if _, err := t.Conn.Write(t.out[:n]); err != nil {
			t.fail(err)
			return 0, err
		}
		t.out = append(t.out[:0], t.out[n:]...)
	}
	return len(p), nil
}
