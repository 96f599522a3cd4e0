package rpcserver

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/rpcmsg"
)

const (
	testProg = 0x20000001
	procNull = 0
	procEcho = 1
	procFail = 2
	procGarb = 3
	procBoom = 4
	procHold = 5 // waits for hold to be closed or its context to end
	procOnce = 6 // non-idempotent: answers how often it ran
	procWho  = 7
	procAuth = 8
	procBig  = 9
	procHeld = 10 // non-idempotent hold
	procNope = 11 // non-idempotent, says Forget
)

// testServer is a server on loopback with a log that can be read.
type testServer struct {
	*Server
	tcp, udp string
	log      *lockedBuffer
	ran      atomic.Uint32
	hold     chan struct{}
	holding  chan struct{} // one receive for each call that waits
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func start(t *testing.T, opt Options) *testServer {
	t.Helper()
	ts := &testServer{log: &lockedBuffer{}, hold: make(chan struct{}), holding: make(chan struct{}, 100)}
	opt.Logger = slog.New(slog.NewTextHandler(ts.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	holdOn := func(ctx context.Context, _ *Call, r *Reply) error {
		ts.ran.Add(1)
		ts.holding <- struct{}{}
		select {
		case <-ts.hold:
		case <-ctx.Done():
			return ctx.Err()
		}
		r.Uint32(7)
		return nil
	}
	once := func(_ context.Context, _ *Call, r *Reply) error {
		r.Uint32(ts.ran.Add(1))
		return nil
	}
	version := Version{
		procNull: Null("NULL"),
		procEcho: {Name: "ECHO", Handle: func(_ context.Context, c *Call, r *Reply) error {
			_, err := r.Write(c.Args)
			return err
		}},
		procFail: {Name: "FAIL", Handle: func(context.Context, *Call, *Reply) error { return errors.New("disk on fire") }},
		procGarb: {Name: "GARBAGE", Handle: func(_ context.Context, _ *Call, r *Reply) error {
			r.Uint32(1) // what was written before must not be sent
			return Garbage(io.ErrUnexpectedEOF)
		}},
		procBoom: {Name: "BOOM", Handle: func(context.Context, *Call, *Reply) error { panic("kaboom") }},
		procHold: {Name: "HOLD", Handle: holdOn},
		procOnce: {Name: "ONCE", NonIdempotent: true, Handle: once},
		procWho: {Name: "WHO", Handle: func(_ context.Context, c *Call, r *Reply) error {
			r.Uint32(c.Cred.UID)
			r.Uint32(c.Cred.GID)
			r.Uint32(uint32(len(c.Cred.Groups)))
			r.Opaque([]byte(c.Cred.Machine))
			return nil
		}},
		procAuth: {Name: "AUTH", Handle: func(context.Context, *Call, *Reply) error { return &AuthError{Stat: rpcmsg.AUTH_TOOWEAK} }},
		procBig: {Name: "BIG", Handle: func(_ context.Context, c *Call, r *Reply) error {
			r.Extend(c.MaxReply + 1)
			return nil
		}},
		procHeld: {Name: "HELD", NonIdempotent: true, Handle: holdOn},
		procNope: {Name: "NOPE", NonIdempotent: true, Handle: func(ctx context.Context, c *Call, r *Reply) error {
			r.Forget = true
			return once(ctx, c, r)
		}},
	}
	ts.Server = New(opt, &Program{Number: testProg, Name: "test", Versions: map[uint32]Version{2: version, 4: version}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	ts.tcp, ts.udp = ln.Addr().String(), pc.LocalAddr().String()
	var served sync.WaitGroup
	served.Go(func() { require.NoError(t, ts.ServeTCP(ln)) })
	served.Go(func() { require.NoError(t, ts.ServeUDP(pc)) })
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		require.NoError(t, ts.Stop(ctx))
		served.Wait()
	})
	return ts
}

// peer is a raw client.
type peer struct {
	t  *testing.T
	nc net.Conn
	rr *rpc.RecordReader
}

func (ts *testServer) dial(t *testing.T) *peer {
	t.Helper()
	nc, err := net.Dial("tcp", ts.tcp)
	require.NoError(t, err)
	t.Cleanup(func() { _ = nc.Close() })
	require.NoError(t, nc.SetDeadline(time.Now().Add(10*time.Second)))
	return &peer{t: t, nc: nc, rr: rpc.NewRecordReader(nc, 1<<24)}
}

func mark(message []byte) []byte {
	b := append(make([]byte, rpc.RecordMarkSize), message...)
	rpc.PutRecordMark(b, len(message))
	return b
}

func (p *peer) write(b []byte) {
	p.t.Helper()
	_, err := p.nc.Write(b)
	require.NoError(p.t, err)
}

func (p *peer) send(c rpc.Call) {
	p.t.Helper()
	p.write(mark(rpc.AppendCall(nil, c)))
}

func (p *peer) recv() rpc.Reply {
	p.t.Helper()
	record, err := p.rr.Next(nil)
	require.NoError(p.t, err)
	r, err := rpc.ParseReply(record)
	require.NoError(p.t, err)
	return r
}

func (p *peer) call(c rpc.Call) rpc.Reply {
	p.t.Helper()
	p.send(c)
	r := p.recv()
	require.Equal(p.t, c.XID, r.XID)
	return r
}

// closed waits for the server to close the connection.
func (p *peer) closed() {
	p.t.Helper()
	_, err := p.rr.Next(nil)
	require.Error(p.t, err)
	var timeout net.Error
	require.False(p.t, errors.As(err, &timeout) && timeout.Timeout(), "the connection stayed open")
}

func to(proc uint32) rpc.Call {
	return rpc.Call{XID: 100 + proc, Prog: testProg, Vers: 2, Proc: proc}
}

func sys(gids int) rpc.OpaqueAuth {
	return rpc.AuthSys(rpcmsg.AuthsysParms{Machinename: []byte("mach"), Uid: 1000, Gid: 100, Gids: make([]uint32, gids)})
}

func number(t *testing.T, r rpc.Reply) uint32 {
	t.Helper()
	require.False(t, r.Denied)
	require.Equal(t, rpcmsg.SUCCESS, r.Accept)
	require.Len(t, r.Results, 4)
	return binary.BigEndian.Uint32(r.Results)
}
