package rpcserver

import (
	"errors"
	"log/slog"
	"net"
	"time"

	"crosswire/server/wire/rpc"
)

const (
	// maxDatagram is the most that UDP over IPv4 carries.
	maxDatagram = 65507
	// udpSlots times MaxInFlight calls of one socket run at a time: a socket
	// has many peers.
	udpSlots = 8
)

// ServeUDP answers datagrams until pc is closed or the server stops; it closes
// pc. The error is nil after Stop. A call that finds no room to run is dropped,
// as a network drops it: the client sends it again.
func (s *Server) ServeUDP(pc net.PacketConn) error {
	if !s.start(func() { s.closers[pc] = struct{}{} }) {
		_ = pc.Close()
		return nil
	}
	defer s.done(func() { delete(s.closers, pc) })
	defer pc.Close()
	slots := make(chan struct{}, s.opt.MaxInFlight*udpSlots)
	datagram := make([]byte, maxDatagram+1)
	for {
		n, peer, err := pc.ReadFrom(datagram)
		if err != nil {
			if s.isStopping() {
				return nil
			}
			if errors.Is(err, net.ErrClosed) {
				return err
			}
			// An ICMP error of some earlier reply; the socket lives on.
			s.opt.Logger.Debug("rpc datagram not read", slog.Any("error", err))
			select {
			case <-s.ctx.Done():
			case <-time.After(time.Millisecond):
			}
			continue
		}
		header, err := rpc.ParseCall(datagram[:n])
		if errors.Is(err, rpc.ErrShortHeader) || errors.Is(err, rpc.ErrNotCall) {
			s.opt.Logger.Warn("rpc datagram dropped", logPeer(peer), slog.Any("error", err))
			continue
		}
		select {
		case slots <- struct{}{}:
		default:
			s.opt.Logger.Debug("rpc datagram dropped: too many calls", logPeer(peer))
			continue
		}
		bufs := s.bufs.Get().(*buffers)
		bufs.record = append(bufs.record[:0], datagram[:n]...)
		if err == nil {
			// Once more, over memory that the next datagram leaves alone.
			header, err = rpc.ParseCall(bufs.record)
		}
		call := &Call{
			Call: header, Network: "udp", Peer: peer, Local: pc.LocalAddr(),
			MaxReply: maxDatagram - rpc.AcceptedSize,
		}
		if !s.start(func() {}) {
			return nil
		}
		s.opt.Enter()
		go func() {
			defer s.done(func() {})
			defer func() { <-slots }()
			defer s.opt.Leave()
			reply, keep := s.answer(s.ctx, call, err, bufs)
			if !keep {
				return
			}
			if reply != nil {
				_, _ = pc.WriteTo(reply[rpc.RecordMarkSize:], peer)
			}
			s.recycle(bufs)
		}()
	}
}
