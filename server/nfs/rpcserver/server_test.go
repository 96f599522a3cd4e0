package rpcserver

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmware/go-nfs-client/nfs/rpc"

	ours "crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/rpcmsg"
)

// TestAnswers: each outcome of RFC 5531 9, over both transports.
func TestAnswers(t *testing.T) {
	ts := start(t, Options{})
	with := func(c ours.Call, change func(*ours.Call)) []byte {
		change(&c)
		return ours.AppendCall(nil, c)
	}
	same := func(*ours.Call) {}
	otherVersion := with(to(procNull), same)
	otherVersion[11] = 1
	longCred := with(to(procNull), same)
	binary.BigEndian.PutUint32(longCred[28:], 404)
	longCred = append(longCred[:32], make([]byte, 404+8)...)
	rows := []struct {
		name string
		call []byte
		want ours.Reply
	}{
		{"null", with(to(procNull), same), ours.Reply{}},
		{"echo", with(to(procEcho), func(c *ours.Call) { c.Args = []byte("12345678") }), ours.Reply{Results: []byte("12345678")}},
		{"rpc version 1", otherVersion, ours.Reply{Denied: true, Reject: rpcmsg.RPC_MISMATCH, Low: 2, High: 2}},
		{"unknown program", with(to(procNull), func(c *ours.Call) { c.Prog++ }), ours.Reply{Accept: rpcmsg.PROG_UNAVAIL}},
		{"unknown version", with(to(procNull), func(c *ours.Call) { c.Vers = 3 }), ours.Reply{Accept: rpcmsg.PROG_MISMATCH, Low: 2, High: 4}},
		{"unknown procedure", with(to(99), same), ours.Reply{Accept: rpcmsg.PROC_UNAVAIL}},
		{"garbage", with(to(procGarb), same), ours.Reply{Accept: rpcmsg.GARBAGE_ARGS}},
		{"failure", with(to(procFail), same), ours.Reply{Accept: rpcmsg.SYSTEM_ERR}},
		{"results too long", with(to(procBig), same), ours.Reply{Accept: rpcmsg.SYSTEM_ERR}},
		{"denied by the procedure", with(to(procAuth), same), ours.Reply{Denied: true, Reject: rpcmsg.AUTH_ERROR, Auth: rpcmsg.AUTH_TOOWEAK}},
		{"nobody", with(to(procWho), same), ours.Reply{Results: []byte("\x00\x00\xff\xfe\x00\x00\xff\xfe\x00\x00\x00\x00\x00\x00\x00\x00")}},
		{"auth sys", with(to(procWho), func(c *ours.Call) { c.Cred = sys(16) }), ours.Reply{Results: []byte("\x00\x00\x03\xe8\x00\x00\x00\x64\x00\x00\x00\x10\x00\x00\x00\x04mach")}},
		{"17 groups", with(to(procWho), func(c *ours.Call) { c.Cred = sys(17) }), ours.Reply{Denied: true, Reject: rpcmsg.AUTH_ERROR, Auth: rpcmsg.AUTH_BADCRED}},
		{"credential of 404 octets", longCred, ours.Reply{Denied: true, Reject: rpcmsg.AUTH_ERROR, Auth: rpcmsg.AUTH_BADCRED}},
		{"shorthand", with(to(procWho), func(c *ours.Call) { c.Cred.Flavor = rpcmsg.AUTH_SHORT }), ours.Reply{Denied: true, Reject: rpcmsg.AUTH_ERROR, Auth: rpcmsg.AUTH_REJECTEDCRED}},
		{"unknown flavor", with(to(procWho), func(c *ours.Call) { c.Cred.Flavor = 99 }), ours.Reply{Denied: true, Reject: rpcmsg.AUTH_ERROR, Auth: rpcmsg.AUTH_BADCRED}},
		{"verifier", with(to(procWho), func(c *ours.Call) { c.Verf = sys(0) }), ours.Reply{Denied: true, Reject: rpcmsg.AUTH_ERROR, Auth: rpcmsg.AUTH_BADVERF}},
	}
	udp, err := net.Dial("udp", ts.udp)
	require.NoError(t, err)
	defer udp.Close()
	require.NoError(t, udp.SetDeadline(time.Now().Add(10*time.Second)))
	for _, row := range rows {
		row.want.XID = binary.BigEndian.Uint32(row.call)
		if !row.want.Denied && row.want.Accept == rpcmsg.SUCCESS && row.want.Results == nil {
			row.want.Results = []byte{}
		}
		t.Run(row.name+"/tcp", func(t *testing.T) {
			p := ts.dial(t)
			p.write(mark(row.call))
			require.Equal(t, row.want, p.recv())
			p.write(mark(row.call)) // the connection lives on
			require.Equal(t, row.want, p.recv())
		})
		t.Run(row.name+"/udp", func(t *testing.T) {
			_, err := udp.Write(row.call)
			require.NoError(t, err)
			in := make([]byte, 1<<16)
			n, err := udp.Read(in)
			require.NoError(t, err)
			got, err := ours.ParseReply(in[:n])
			require.NoError(t, err)
			require.Equal(t, row.want, got)
		})
	}
}

// TestStockClient calls with the RPC layer of go-nfs-client.
func TestStockClient(t *testing.T) {
	ts := start(t, Options{})
	c, err := rpc.DialTCP("tcp", nil, ts.tcp)
	require.NoError(t, err)
	defer c.Close()
	res, err := c.Call(struct {
		rpc.Header
		Text string
	}{rpc.Header{Rpcvers: 2, Prog: testProg, Vers: 2, Proc: procEcho, Cred: rpc.AuthNull, Verf: rpc.AuthNull}, "hello"})
	require.NoError(t, err)
	var b bytes.Buffer
	_, err = b.ReadFrom(res)
	require.NoError(t, err)
	require.Equal(t, "\x00\x00\x00\x05hello\x00\x00\x00", b.String())
}

func TestFragments(t *testing.T) {
	ts := start(t, Options{})
	p := ts.dial(t)
	c := to(procEcho)
	c.Args = []byte("12345678")
	message := ours.AppendCall(nil, c)
	for i, b := range message {
		m := make([]byte, 4)
		binary.BigEndian.PutUint32(m, 1)
		if i == len(message)-1 {
			m[0] = 0x80
		}
		p.write(append(m, b))
	}
	require.Equal(t, "12345678", string(p.recv().Results))
}

// TestBrokenStreams: what is no call ends the connection, and the log says
// whose.
func TestBrokenStreams(t *testing.T) {
	call := mark(ours.AppendCall(nil, to(procEcho)))
	rows := []struct {
		name string
		in   []byte
		log  string
	}{
		{"record cut off", call[:20], "record truncated after 16 octets"},
		{"mark cut off", call[:2], "record truncated after 0 octets"},
		{"too long a record", []byte{0x80, 0x02, 0, 0}, "exceeds the maximum of 65536"},
		{"2 GiB record", []byte{0xff, 0xff, 0xff, 0xff}, "exceeds the maximum of 65536"},
		{"no header", mark([]byte{1, 2, 3}), "message too short for its header"},
		{"empty record", mark(nil), "message too short for its header"},
		{"a reply", mark(ours.AppendAccepted(nil, 1, rpcmsg.SUCCESS)), "message is not a call"},
		{"header cut off", mark(call[4:30]), "message too short for its header"},
		{"http", []byte("GET / HTTP/1.1\r\n\r\n"), "exceeds the maximum of 65536"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			ts := start(t, Options{MaxRecord: 65536})
			p := ts.dial(t)
			p.write(row.in)
			require.NoError(t, p.nc.(*net.TCPConn).CloseWrite())
			p.closed()
			require.Contains(t, ts.log.String(), row.log)
			require.Contains(t, ts.log.String(), "peer="+p.nc.LocalAddr().String())
		})
	}
}

func TestRecordThatStalls(t *testing.T) {
	ts := start(t, Options{RecordTimeout: 50 * time.Millisecond})
	p := ts.dial(t)
	p.write([]byte{0x80, 0, 0, 40, 1, 2})
	p.closed()
	require.Contains(t, ts.log.String(), "record truncated after 2 octets")
	idle := ts.dial(t)
	require.Equal(t, rpcmsg.SUCCESS, idle.call(to(procNull)).Accept)
}

// TestRepliesInAnyOrder: a call that waits does not hold up another.
func TestRepliesInAnyOrder(t *testing.T) {
	ts := start(t, Options{})
	p := ts.dial(t)
	p.send(to(procHold))
	<-ts.holding
	require.Equal(t, rpcmsg.SUCCESS, p.call(to(procNull)).Accept)
	close(ts.hold)
	require.Equal(t, uint32(100+procHold), p.recv().XID)
}

// TestHalfClose: a peer that ends its half still gets its replies.
func TestHalfClose(t *testing.T) {
	ts := start(t, Options{})
	p := ts.dial(t)
	p.send(to(procHold))
	<-ts.holding
	require.NoError(t, p.nc.(*net.TCPConn).CloseWrite())
	close(ts.hold)
	require.Equal(t, uint32(7), number(t, p.recv()))
	p.closed()
}

// TestInFlightBound: beyond the bound the reader stops, and resumes.
func TestInFlightBound(t *testing.T) {
	ts := start(t, Options{MaxInFlight: 2})
	p := ts.dial(t)
	for range 5 {
		p.send(to(procHold))
	}
	<-ts.holding
	<-ts.holding
	require.Equal(t, rpcmsg.SUCCESS, ts.dial(t).call(to(procNull)).Accept) // others are served
	require.Equal(t, uint32(2), ts.ran.Load())
	close(ts.hold)
	for range 5 {
		require.Equal(t, uint32(7), number(t, p.recv()))
	}
}

func TestTooManyConnections(t *testing.T) {
	ts := start(t, Options{MaxConns: 1})
	first := ts.dial(t)
	first.call(to(procNull))
	second := ts.dial(t)
	second.closed()
	require.Contains(t, ts.log.String(), "too many")
	require.Equal(t, rpcmsg.SUCCESS, first.call(to(procNull)).Accept)
}

// TestPanic ends one connection, and is logged with the request.
func TestPanic(t *testing.T) {
	ts := start(t, Options{})
	bystander := ts.dial(t)
	p := ts.dial(t)
	c := to(procBoom)
	c.Args = []byte{0xca, 0xfe, 0xba, 0xbe}
	p.send(c)
	p.closed()
	for _, part := range []string{"kaboom", "procedure=BOOM", "cafebabe", "peer=" + p.nc.LocalAddr().String(), "xid=104", "harness_test.go"} {
		require.Contains(t, ts.log.String(), part)
	}
	require.Equal(t, rpcmsg.SUCCESS, bystander.call(to(procNull)).Accept)
}

func TestDuplicates(t *testing.T) {
	t.Run("answered again, not run again", func(t *testing.T) {
		ts := start(t, Options{})
		p := ts.dial(t)
		c := to(procOnce)
		c.Args, c.Cred = []byte("args"), sys(1)
		require.Equal(t, uint32(1), number(t, p.call(c)))
		require.Equal(t, uint32(1), number(t, p.call(c)))
		rows := []struct {
			name   string
			change func(*ours.Call)
		}{
			{"other xid", func(c *ours.Call) { c.XID++ }},
			{"other arguments", func(c *ours.Call) { c.Args = []byte("argz") }},
			{"other principal", func(c *ours.Call) { c.Cred = sys(2) }},
			{"other version", func(c *ours.Call) { c.Vers = 4 }},
		}
		for i, row := range rows {
			other := c
			row.change(&other)
			require.Equal(t, uint32(i+2), number(t, p.call(other)), row.name)
		}
		require.Equal(t, uint32(6), number(t, ts.dial(t).call(c)), "another client")
		require.Equal(t, uint32(1), number(t, p.call(c)), "still the first")
	})
	t.Run("long arguments", func(t *testing.T) {
		ts := start(t, Options{})
		p := ts.dial(t)
		c := to(procOnce)
		c.Args = bytes.Repeat([]byte("data"), 2000)
		require.Equal(t, uint32(1), number(t, p.call(c)))
		require.Equal(t, uint32(1), number(t, p.call(c)))
		c.Args = c.Args[:len(c.Args)-4]
		require.Equal(t, uint32(2), number(t, p.call(c)))
	})
	t.Run("dropped while it runs", func(t *testing.T) {
		ts := start(t, Options{})
		p := ts.dial(t)
		p.send(to(procHeld))
		<-ts.holding
		p.send(to(procHeld))
		p.call(to(procNull)) // a fence: the duplicate was read before
		close(ts.hold)
		require.Equal(t, uint32(7), number(t, p.recv()))
		require.Equal(t, uint32(1), ts.ran.Load())
		require.Equal(t, uint32(7), number(t, p.call(to(procHeld))))
		require.Equal(t, uint32(1), ts.ran.Load())
	})
	t.Run("forgotten", func(t *testing.T) {
		ts := start(t, Options{})
		p := ts.dial(t)
		require.Equal(t, uint32(1), number(t, p.call(to(procNope))))
		require.Equal(t, uint32(2), number(t, p.call(to(procNope))))
	})
	t.Run("bounded", func(t *testing.T) {
		ts := start(t, Options{CacheEntries: 4})
		p := ts.dial(t)
		for i := range uint32(100) {
			c := to(procOnce)
			c.XID = i
			require.Equal(t, i+1, number(t, p.call(c)))
		}
		require.Len(t, ts.cache.entries, 4)
		c := to(procOnce)
		c.XID = 99
		require.Equal(t, uint32(100), number(t, p.call(c)))
		c.XID = 1
		require.Equal(t, uint32(101), number(t, p.call(c)))
	})
	t.Run("idempotent calls run each time", func(t *testing.T) {
		ts := start(t, Options{})
		p := ts.dial(t)
		close(ts.hold)
		p.call(to(procHold))
		p.call(to(procHold))
		require.Equal(t, uint32(2), ts.ran.Load())
	})
}

// TestStop ends calls that wait on their context, and every connection.
func TestStop(t *testing.T) {
	ts := start(t, Options{})
	idle, busy := ts.dial(t), ts.dial(t)
	idle.call(to(procNull))
	busy.send(to(procHold))
	<-ts.holding
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	require.NoError(t, ts.Stop(ctx))
	require.Equal(t, rpcmsg.SYSTEM_ERR, busy.recv().Accept)
	busy.closed()
	idle.closed()
	_, err := net.Dial("tcp", ts.tcp)
	require.Error(t, err)
	require.Zero(t, ts.InFlight())
	require.False(t, strings.Contains(ts.log.String(), "connection closed"), "an orderly stop is no complaint")
}

// TestStopDeadline: a procedure that ignores its context does not keep Stop.
func TestStopDeadline(t *testing.T) {
	stuck := make(chan struct{})
	entered := make(chan struct{})
	s := New(Options{}, &Program{Number: testProg, Versions: map[uint32]Version{2: {1: {Name: "STUCK", Handle: func(context.Context, *Call, *Reply) error {
		close(entered)
		<-stuck
		return nil
	}}}}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = s.ServeTCP(ln) }()
	nc, err := net.Dial("tcp", ln.Addr().String())
	require.NoError(t, err)
	defer nc.Close()
	_, err = nc.Write(mark(ours.AppendCall(nil, to(1))))
	require.NoError(t, err)
	<-entered
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, s.Stop(ctx), context.Canceled)
	close(stuck)
	require.NoError(t, s.Stop(context.Background()))
}

// FuzzServer feeds whole streams to a server; it must survive them all.
func FuzzServer(f *testing.F) {
	c := to(procEcho)
	c.Cred, c.Args = sys(3), []byte("abcd")
	f.Add(mark(ours.AppendCall(nil, c)))
	f.Add([]byte{0x80, 0, 0, 0})
	f.Add([]byte("GET / HTTP/1.0\r\n\r\n"))
	s := New(Options{MaxRecord: 1 << 16}, &Program{Number: testProg, Versions: map[uint32]Version{2: {1: {Handle: func(_ context.Context, c *Call, r *Reply) error {
		_, err := r.Write(c.Args)
		return err
	}}}}})
	f.Fuzz(func(t *testing.T, in []byte) {
		header, err := ours.ParseCall(in)
		if err == ours.ErrShortHeader || err == ours.ErrNotCall {
			return
		}
		call := &Call{Call: header, Network: "tcp", Peer: &net.TCPAddr{}, Local: &net.TCPAddr{}, MaxReply: 1 << 16}
		message, keep := s.answer(context.Background(), call, err, new(buffers))
		if !keep {
			t.Fatal("panicked")
		}
		r, err := ours.ParseReply(message[ours.RecordMarkSize:])
		if err != nil || r.XID != header.XID {
			t.Fatalf("reply %+v, %v", r, err)
		}
	})
}
