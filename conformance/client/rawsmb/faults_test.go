package rawsmb_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/client/rawsmb"
	"crosswire/server/wire/smb2"
)

// tamper is a connection whose frames pass through functions.
type tamper struct {
	net.Conn
	mu      sync.Mutex
	in, out func(frame []byte) []byte // of the payload; nil result cuts the connection
	left    []byte
}

func (c *tamper) Read(p []byte) (int, error) {
	if len(c.left) == 0 {
		var head [4]byte
		if _, err := io.ReadFull(c.Conn, head[:]); err != nil {
			return 0, err
		}
		frame := make([]byte, binary.BigEndian.Uint32(head[:]))
		if _, err := io.ReadFull(c.Conn, frame); err != nil {
			return 0, err
		}
		c.mu.Lock()
		in := c.in
		c.mu.Unlock()
		if in != nil {
			frame = in(frame)
		}
		if frame == nil {
			c.Conn.Close()
			return 0, io.EOF
		}
		c.left = append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...)
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

func (c *tamper) Write(p []byte) (int, error) {
	c.mu.Lock()
	out := c.out
	c.mu.Unlock()
	if out != nil {
		frame := out(append([]byte(nil), p[4:]...))
		if _, err := c.Conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...)); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// between dials with a tamper in between, which it hands out.
func between(in, out func([]byte) []byte) (rawsmb.Dialer, func() *tamper) {
	var last *tamper
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, addr)
		last = &tamper{Conn: nc, in: in, out: out}
		return last, err
	}, func() *tamper { return last }
}

func command(frame []byte) smb2.Command {
	if smb2.ProtocolOf(frame) != smb2.ProtocolSMB2 {
		return 0xFFFF
	}
	return smb2.Command(binary.LittleEndian.Uint16(frame[12:]))
}

// flip changes the last byte of each message of a command.
func flip(cmd smb2.Command) func([]byte) []byte {
	return func(f []byte) []byte {
		if command(f) == cmd {
			f[len(f)-1] ^= 1
		}
		return f
	}
}

// TestTamperedLogOn: what somebody in between changes is noticed.
func TestTamperedLogOn(t *testing.T) {
	s := start(t, nil)
	// Capabilities of the response, and the ClientGuid of the request.
	response := func(f []byte) []byte {
		if command(f) == smb2.CommandNegotiate {
			f[64+24] ^= 0x40
		}
		return f
	}
	request := func(f []byte) []byte {
		if command(f) == smb2.CommandNegotiate {
			f[64+12] ^= 1
		}
		return f
	}
	for _, r := range []struct {
		name, version string
		in, out       func([]byte) []byte
		err           string
	}{
		{"response in 3.0", "3.0", response, nil, "the NEGOTIATE was changed on its way"},
		{"response in 3.0.2", "3.0.2", response, nil, "the NEGOTIATE was changed on its way"},
		{"request in 3.0", "3.0", nil, request, "closed the connection"},
		{"response in 3.1.1", "3.1.1", response, nil, "its signature is wrong"},
		{"request in 3.1.1", "3.1.1", nil, request, "its signature is wrong"},
		{"tree in 3.0", "3.0", flip(smb2.CommandTreeConnect), nil, "TREE_CONNECT response 3 (STATUS_SUCCESS): its signature is wrong"},
	} {
		t.Run(r.name, func(t *testing.T) {
			dial, _ := between(r.in, r.out)
			_, err := rawsmb.Factory(dial)(bounded(t), endpoint(s), spec("A", r.version, "sign", "required"), newEvents())
			require.Error(t, err)
			assert.ErrorContains(t, err, r.err)
			assert.ErrorContains(t, err, s.Addresses().SMB)
			assert.Empty(t, client.StatusName(err))
		})
	}
}

// TestBrokenAnswers: what no server may send ends the connection with an error
// that says what and from where.
func TestBrokenAnswers(t *testing.T) {
	s := start(t, nil)
	le := binary.LittleEndian
	echo := func(change func(f []byte) []byte) func([]byte) []byte {
		return func(f []byte) []byte {
			if command(f) == smb2.CommandEcho {
				return change(f)
			}
			return f
		}
	}
	for _, r := range []struct {
		name    string
		options []string
		in      func([]byte) []byte
		err     string
	}{
		{"signature", []string{"sign", "required"}, flip(smb2.CommandEcho), "its signature is wrong"},
		{"no signature", []string{"sign", "required"}, echo(func(f []byte) []byte { f[16] &^= 8; return f }), "it is not signed"},
		{"cipher text", []string{"encrypt", "yes"}, func(f []byte) []byte {
			if smb2.ProtocolOf(f) == smb2.ProtocolTransform {
				f[len(f)-1] ^= 1
			}
			return f
		}, "message authentication failed"},
		{"MessageId", nil, echo(func(f []byte) []byte { le.PutUint64(f[24:], 9999); return f }), "MessageId 9999, which was not asked"},
		{"command", nil, echo(func(f []byte) []byte { le.PutUint16(f[12:], 3); return f }), "answered ECHO with TREE_CONNECT"},
		{"a request", nil, echo(func(f []byte) []byte { f[16] &^= 1; return f }), "sent a ECHO request"},
		{"unasked", nil, echo(func(f []byte) []byte { le.PutUint64(f[24:], 1<<64-1); return f }), "ECHO that was not asked for"},
		{"garbage", nil, echo(func(f []byte) []byte { return []byte("HTTP/1.1 400") }), "no SMB2 message"},
		{"short header", nil, echo(func(f []byte) []byte { return f[:40] }), "shorter"},
		{"body", nil, echo(func(f []byte) []byte { f[64] = 7; return f }), "StructureSize"},
		{"length", nil, echo(func(f []byte) []byte { return append(f, make([]byte, 2<<20)...) }), "frame"},
		{"encrypted without keys", nil, echo(func(f []byte) []byte { f[0] = 0xFD; return f }), "encrypted frame"},
		{"end", nil, echo(func(f []byte) []byte { return nil }), "the server closed the connection"},
	} {
		t.Run(r.name, func(t *testing.T) {
			log := newEvents()
			dial, wire := between(nil, nil)
			version := "3.0"
			a, err := rawsmb.Factory(dial)(bounded(t), endpoint(s), spec("A", version, r.options...), log)
			require.NoError(t, err)
			defer a.Close()
			wire().mu.Lock()
			wire().in = r.in
			wire().mu.Unlock()
			err = a.Fence(bounded(t))
			require.Error(t, err)
			assert.ErrorContains(t, err, r.err)
			assert.ErrorContains(t, err, s.Addresses().SMB)
			assert.ErrorContains(t, err, "ECHO")
		})
	}
}

// TestSilentTarget: who accepts and never answers is left when ctx ends.
func TestSilentTarget(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = rawsmb.Factory(nil)(ctx, client.Endpoint{SMB: ln.Addr().String(), Share: "data"}, spec("A", ""), newEvents())
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorContains(t, err, ln.Addr().String())
	assert.ErrorContains(t, err, "NEGOTIATE")

	addr := ln.Addr().String()
	ln.Close()
	_, err = rawsmb.Factory(nil)(bounded(t), client.Endpoint{SMB: addr, Share: "data"}, spec("A", ""), newEvents())
	assert.ErrorContains(t, err, "connect to "+addr)
}

// deaf is a connection that takes nothing more once it is told so.
type deaf struct {
	net.Conn
	mu       sync.Mutex
	deadline time.Time
	wake     chan struct{}
	on       bool
}

func (d *deaf) Write(p []byte) (int, error) {
	d.mu.Lock()
	on := d.on
	d.mu.Unlock()
	if !on {
		return d.Conn.Write(p)
	}
	<-d.wake
	return 0, errors.New("i/o timeout")
}

func (d *deaf) SetWriteDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.on && !t.IsZero() && d.deadline.IsZero() {
		d.deadline = t
		close(d.wake)
	}
	return nil
}

// TestTargetThatDoesNotRead: a request that cannot be sent ends with its step,
// and those that wait behind it with theirs.
func TestTargetThatDoesNotRead(t *testing.T) {
	s := start(t, nil)
	d := &deaf{wake: make(chan struct{})}
	dial := func(ctx context.Context, network, addr string) (_ net.Conn, err error) {
		d.Conn, err = new(net.Dialer).DialContext(ctx, network, addr)
		return d, err
	}
	log := newEvents()
	a := &actor{t: t, name: "A", log: log}
	made, err := rawsmb.Factory(dial)(bounded(t), endpoint(s), spec("A", ""), log)
	require.NoError(t, err)
	defer made.Close()
	a.Holder = made.(client.Holder)
	d.mu.Lock()
	d.on = true
	d.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	first := a.async(ctx, call("echo", ""))
	short, stop := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer stop()
	_, err = a.Do(short, call("echo", ""))
	assert.Error(t, err)
	cancel()
	err = (<-first).err
	assert.Error(t, err)
	assert.ErrorContains(t, err, s.Addresses().SMB)
}

// TestLostConnection: whatever is under way ends, and the event says so once.
func TestLostConnection(t *testing.T) {
	s := start(t, nil)
	log := newEvents()
	dial, wire := between(nil, nil)
	made, err := rawsmb.Factory(dial)(bounded(t), endpoint(s), spec("A", ""), log)
	require.NoError(t, err)
	defer made.Close()
	a := &actor{made.(client.Holder), t, "A", log}
	b := connect(t, endpoint(s), log, spec("B", ""))
	b.file("f.dat", "x")
	b.open("f.dat", "access", "rw", "lease", "RWH")
	opening := a.async(bounded(t), call("open", "f.dat"))
	log.await(t, "A", client.EventPending, 1)
	wire().Conn.Close()
	err = (<-opening).err
	require.Error(t, err)
	assert.ErrorContains(t, err, "CREATE f.dat")
	e := log.await(t, "A", client.EventDisconnect, 1)
	assert.True(t, strings.HasPrefix(e.Detail, s.Addresses().SMB), e.Detail)
	require.Error(t, a.Fence(bounded(t)))
	assert.Len(t, log.of("A", client.EventDisconnect), 1)
	require.NoError(t, a.Close())
	require.NoError(t, a.Close())
}
