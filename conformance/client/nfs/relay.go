package nfs

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/vmware/go-nfs-client/nfs/rpc"

	"crosswire/conformance/client"
)

// Dialer makes the connections of a client.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// relay is one connection of the library's RPC client to a server: the library
// dials a listener of ours, and two goroutines carry records between that
// connection (near) and the server's (far). See the package comment for why.
//
// The library serves one call at a time on a connection, so a relay does too;
// its pool keeps to that.
type relay struct {
	client *rpc.Client
	near   net.Conn
	far    net.Conn

	mu      sync.Mutex
	refusal *RPCError // of the last reply, nil if it was accepted
	arrived time.Time // of the last reply, zero if far cannot tell
	garbage []byte    // the reply GARBAGE_ARGS, kept for the library's repeat
	dead    error     // why the relay ended
}

// openRelay connects to addr. An error names the address.
func openRelay(ctx context.Context, dial Dialer, addr string) (*relay, error) {
	far, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", addr, err)
	}
	r, err := newRelay(far)
	if err != nil {
		far.Close()
		return nil, fmt.Errorf("connect to %s: %w", addr, err)
	}
	go r.calls()
	go r.replies()
	return r, nil
}

func newRelay(far net.Conn) (*relay, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	client, err := rpc.DialTCP("tcp", nil, ln.Addr().String())
	if err != nil {
		return nil, err
	}
	// The library hides its local address, so it proves with a token that
	// the accepted connection is its own and not a stranger's.
	token := make([]byte, 16)
	if _, err = rand.Read(token); err == nil {
		_, err = client.Write(token)
	}
	if err != nil {
		client.Close()
		return nil, err
	}
	near, err := ln.Accept()
	if err != nil {
		client.Close()
		return nil, err
	}
	got, err := readRecord(near)
	if err == nil && !bytes.Equal(got, token) {
		err = errors.New("a foreign process took the relay's connection")
	}
	if err != nil {
		client.Close()
		near.Close()
		return nil, err
	}
	return &relay{client: client, near: near, far: far}, nil
}

// fail ends the relay; the first reason is kept.
func (r *relay) fail(err error) {
	r.mu.Lock()
	if r.dead == nil {
		r.dead = err
	}
	r.mu.Unlock()
	r.far.Close()
	r.near.Close()
	r.client.Close()
}

// cause is why the relay ended, nil while it lives.
func (r *relay) cause() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dead
}

// lastRefusal is the refusal of the last reply, if it was one.
func (r *relay) lastRefusal() *RPCError {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refusal
}

// lastArrived is when the last reply arrived.
func (r *relay) lastArrived() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.arrived
}

// calls carries calls to the server, except the library's repeat of a call
// that met GARBAGE_ARGS: that one gets the same reply again.
func (r *relay) calls() {
	for {
		rec, err := readRecord(r.near)
		if err != nil {
			r.fail(net.ErrClosed)
			return
		}
		to, rec := r.route(rec)
		if _, err := to.Write(appendRecord(nil, rec)); err != nil {
			r.fail(err)
			return
		}
	}
}

// route tells where a record of the library goes, and what is sent there.
func (r *relay) route(call []byte) (net.Conn, []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if g := r.garbage; len(g) >= 4 && len(call) >= 4 && bytes.Equal(call[:4], g[:4]) {
		return r.near, g
	}
	r.garbage, r.refusal = nil, nil
	return r.far, call
}

// replies carries replies to the library, whose header it has checked: the
// library would take a truncated header for success.
func (r *relay) replies() {
	far := bufio.NewReader(r.far)
	for {
		rec, err := readRecord(far)
		if errors.Is(err, io.EOF) {
			err = errors.New("the server closed the connection")
		}
		if err != nil {
			r.fail(err)
			return
		}
		refusal, err := parseReply(rec)
		if err != nil {
			r.fail(err)
			return
		}
		r.mu.Lock()
		r.refusal, r.arrived = refusal, client.ArrivedAt(r.far)
		if refusal != nil && refusal.Name == "GARBAGE_ARGS" {
			r.garbage = rec
		}
		r.mu.Unlock()
		if _, err := r.near.Write(appendRecord(nil, rec)); err != nil {
			r.fail(net.ErrClosed)
			return
		}
	}
}

// parseReply checks the header of a reply (RFC 5531 9) and returns the refusal
// it holds, nil if the call was accepted and done.
func parseReply(rec []byte) (*RPCError, error) {
	d := &decoder{buf: rec}
	d.u32("xid")
	if mtype := d.u32("message type"); d.err == nil && mtype != 1 {
		d.fail("message type %d instead of REPLY", mtype)
	}
	stat := d.u32("reply_stat")
	if d.err != nil {
		return nil, d.err
	}
	switch stat {
	case 0: // MSG_ACCEPTED
		d.u32("verifier flavor")
		n := d.u32("verifier length")
		if d.err == nil && (n > 400 || n%4 != 0) {
			// 400 is the bound of opaque_auth. The library does not skip
			// padding, and no flavor has an odd verifier.
			d.fail("a verifier of %d bytes", n)
		}
		d.take(int(n), "verifier")
		accept := d.u32("accept_stat")
		if d.err != nil || accept == 0 {
			return nil, d.err
		}
		e := &RPCError{Name: acceptName(accept)}
		if accept == 2 {
			e.Low, e.High = d.u32("lowest version"), d.u32("highest version")
		}
		return e, d.err
	case 1: // MSG_DENIED
		switch reject := d.u32("reject_stat"); {
		case d.err != nil:
		case reject == 0:
			return &RPCError{Name: "RPC_MISMATCH", Low: d.u32("lowest version"), High: d.u32("highest version")}, d.err
		case reject == 1:
			return &RPCError{Name: authName(d.u32("auth_stat"))}, d.err
		default:
			d.fail("reject_stat %d", reject)
		}
		return nil, d.err
	}
	d.fail("reply_stat %d", stat)
	return nil, d.err
}

// call makes one call. The error is the library's; the caller asks cause and
// lastRefusal for what it does not say.
func (r *relay) call(msg any) (body []byte, err error) {
	defer func() {
		// The library panics on RPC_MISMATCH.
		if p := recover(); p != nil {
			err = fmt.Errorf("go-nfs-client: %v", p)
		}
	}()
	res, err := r.client.Call(msg)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(res)
}
