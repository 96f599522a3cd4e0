package rpcserver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"crosswire/server/wire/rpc"
)

// ServeTCP accepts connections until ln is closed or the server stops; it
// closes ln. The error is nil after Stop.
func (s *Server) ServeTCP(ln net.Listener) error {
	if !s.start(func() { s.closers[ln] = struct{}{} }) {
		_ = ln.Close()
		return nil
	}
	defer s.done(func() { delete(s.closers, ln) })
	defer ln.Close()
	for {
		nc, err := ln.Accept()
		if err != nil {
			if s.isStopping() {
				return nil
			}
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			// Out of descriptors, or a peer that gave up: neither is a
			// reason to end, but the first must not spin.
			s.opt.Logger.Warn("rpc accept failed", slog.String("listener", ln.Addr().String()), slog.Any("error", err))
			select {
			case <-s.ctx.Done():
			case <-time.After(acceptPause):
			}
			continue
		}
		s.startConn(nc)
	}
}

const acceptPause = 50 * time.Millisecond

func (s *Server) startConn(nc net.Conn) {
	c := &conn{s: s, nc: nc, slots: make(chan struct{}, s.opt.MaxInFlight)}
	full := false
	ok := s.start(func() {
		full = len(s.conns) >= s.opt.MaxConns
		s.conns[c] = struct{}{}
	})
	if !ok {
		_ = nc.Close()
		return
	}
	if full {
		s.opt.Logger.Warn("rpc connection refused: too many", logPeer(nc.RemoteAddr()), slog.Int("max", s.opt.MaxConns))
		_ = nc.Close()
		s.done(func() { delete(s.conns, c) })
		return
	}
	go c.serve()
}

// conn is one TCP connection.
type conn struct {
	s     *Server
	nc    net.Conn
	slots chan struct{} // one for each call that runs
	calls sync.WaitGroup

	writing sync.Mutex // one reply at a time

	deadlines sync.Mutex // guards stopped and the read deadline
	stopped   bool
}

// stopReading makes the reader return; replies can still go out.
func (c *conn) stopReading() {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	c.stopped = true
	_ = c.nc.SetReadDeadline(time.Unix(1, 0))
}

// readBy bounds the next read, unless the connection is being stopped.
func (c *conn) readBy(t time.Time) {
	c.deadlines.Lock()
	defer c.deadlines.Unlock()
	if !c.stopped {
		_ = c.nc.SetReadDeadline(t)
	}
}

// serve reads calls until the peer ends the stream, breaks the protocol or the
// server stops, then waits for the calls that run.
func (c *conn) serve() {
	ctx, cancel := context.WithCancel(c.s.ctx)
	err := c.readCalls(ctx)
	var broken *net.OpError
	switch {
	case err == io.EOF, errors.Is(err, net.ErrClosed), c.s.isStopping():
		// A peer may close its half and still wait for its replies.
	case errors.As(err, &broken) && !errors.As(err, new(*rpc.TruncatedError)):
		// Reset between two records: the peer is gone, and owes nothing.
		c.s.opt.Logger.Debug("rpc connection lost", logPeer(c.nc.RemoteAddr()), slog.Any("error", err))
		cancel()
	default:
		c.s.opt.Logger.Warn("rpc connection closed", logPeer(c.nc.RemoteAddr()), slog.Any("error", err))
		cancel()
	}
	c.calls.Wait()
	cancel()
	_ = c.nc.Close()
	c.s.done(func() { delete(c.s.conns, c) })
}

func (c *conn) readCalls(ctx context.Context) error {
	timed := false
	rr := rpc.NewRecordReader(c.nc, c.s.opt.MaxRecord)
	rr.Begun = func() {
		timed = true
		c.readBy(time.Now().Add(c.s.opt.RecordTimeout))
	}
	for {
		bufs := c.s.bufs.Get().(*buffers)
		record, err := rr.Next(bufs.record)
		if err != nil {
			return err
		}
		bufs.record = record
		if timed {
			timed = false
			c.readBy(time.Time{})
		}
		header, err := rpc.ParseCall(record)
		if errors.Is(err, rpc.ErrShortHeader) || errors.Is(err, rpc.ErrNotCall) {
			return err
		}
		select {
		case c.slots <- struct{}{}:
		case <-c.s.ctx.Done():
			return c.s.ctx.Err()
		}
		call := &Call{
			Call: header, Network: "tcp", Peer: c.nc.RemoteAddr(), Local: c.nc.LocalAddr(),
			MaxReply: c.s.opt.MaxRecord,
		}
		c.s.opt.Enter()
		c.calls.Add(1)
		go func() {
			defer c.calls.Done()
			defer func() { <-c.slots }()
			defer c.s.opt.Leave()
			reply, keep := c.s.answer(ctx, call, err, bufs)
			if !keep {
				_ = c.nc.Close()
				return
			}
			if reply != nil {
				c.send(reply)
			}
			c.s.recycle(bufs)
		}()
	}
}

// send writes one message whose first octets are room for the record mark.
func (c *conn) send(message []byte) {
	rpc.PutRecordMark(message, len(message)-rpc.RecordMarkSize)
	c.writing.Lock()
	defer c.writing.Unlock()
	_ = c.nc.SetWriteDeadline(time.Now().Add(c.s.opt.RecordTimeout))
	if _, err := c.nc.Write(message); err != nil {
		// The stream is broken in the middle of a record.
		_ = c.nc.Close()
	}
}
