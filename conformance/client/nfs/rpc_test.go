package nfs

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRefusals(t *testing.T) {
	rows := []struct {
		name      string
		reply     []uint32 // after the xid
		low, high uint32
	}{
		{"PROG_UNAVAIL", []uint32{1, 0, 0, 0, 1}, 0, 0},
		{"PROG_MISMATCH", []uint32{1, 0, 0, 0, 2, 3, 4}, 3, 4},
		{"PROC_UNAVAIL", []uint32{1, 0, 0, 0, 3}, 0, 0},
		{"GARBAGE_ARGS", []uint32{1, 0, 0, 0, 4}, 0, 0},
		{"SYSTEM_ERR", []uint32{1, 0, 0, 0, 5}, 0, 0},
		{"ACCEPT_STAT_9", []uint32{1, 0, 0, 0, 9}, 0, 0},
		{"RPC_MISMATCH", []uint32{1, 1, 0, 2, 2}, 2, 2},
		{"AUTH_BADCRED", []uint32{1, 1, 1, 1}, 0, 0},
		{"AUTH_TOOWEAK", []uint32{1, 1, 1, 5}, 0, 0},
		{"AUTH_STAT_99", []uint32{1, 1, 1, 99}, 0, 0},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			var refuse atomic.Bool
			refuse.Store(true)
			s := newFakeServer(t, func(conn net.Conn, call []byte) {
				if refuse.Load() {
					send(conn, append(words(be(call)), words(tc.reply...)...))
					return
				}
				send(conn, accepted(call, nil))
			})
			c := s.client(t)
			err := c.Null(ctx())
			var re *RPCError
			require.ErrorAs(t, err, &re)
			assert.Equal(t, RPCError{s.addr, "NULL", tc.name, tc.low, tc.high}, *re)
			assert.Contains(t, err.Error(), s.addr)

			refuse.Store(false)
			require.NoError(t, c.Null(ctx()))
			conns, calls := s.seen()
			assert.Len(t, calls, 2, "each call was sent once")
			assert.Equal(t, 1, conns, "a refusal does not cost the connection")
		})
	}
}

func TestBrokenReplies(t *testing.T) {
	rows := []struct {
		name   string
		answer func(conn net.Conn, call []byte)
		want   string
	}{
		{"closes", func(conn net.Conn, _ []byte) { conn.Close() }, "the server closed the connection"},
		{"cut in the mark", func(conn net.Conn, _ []byte) { conn.Write([]byte{0x80}); conn.Close() }, "EOF"},
		{"cut in the record", func(conn net.Conn, call []byte) {
			conn.Write(appendRecord(nil, accepted(call, nil))[:20])
			conn.Close()
		}, "truncated reply: 16 of 24 bytes"},
		{"claims 2 GiB", func(conn net.Conn, _ []byte) { conn.Write(words(0xffffffff)) }, "more than 16777216 are not taken"},
		{"empty fragments for ever", func(conn net.Conn, _ []byte) { conn.Write(make([]byte, 4*(maxFragments+1))) }, "fragments"},
		{"empty record", func(conn net.Conn, _ []byte) { send(conn, nil) }, "xid needs 4 bytes, 0 are left"},
		{"header ends before accept_stat", func(conn net.Conn, call []byte) { send(conn, words(be(call), 1, 0, 0, 0)) }, "accept_stat needs 4 bytes"},
		{"verifier longer than the reply", func(conn net.Conn, call []byte) { send(conn, words(be(call), 1, 0, 0, 40, 0)) }, "verifier needs 40 bytes"},
		{"huge verifier", func(conn net.Conn, call []byte) { send(conn, words(be(call), 1, 0, 0, 0xfffffff0, 0)) }, "a verifier of"},
		{"a call instead of a reply", func(conn net.Conn, call []byte) { send(conn, words(be(call), 0, 2, 1, 1, 1)) }, "message type 0"},
		{"another xid", func(conn net.Conn, call []byte) { send(conn, accepted(words(be(call)^1), nil)) }, "xid did not match"},
		{"reply_stat 2", func(conn net.Conn, call []byte) { send(conn, words(be(call), 1, 2)) }, "reply_stat 2"},
		{"reject_stat 7", func(conn net.Conn, call []byte) { send(conn, words(be(call), 1, 1, 7)) }, "reject_stat 7"},
		{"mismatch without versions", func(conn net.Conn, call []byte) { send(conn, words(be(call), 1, 1, 0)) }, "lowest version needs"},
	}
	for _, tc := range rows {
		t.Run(tc.name, func(t *testing.T) {
			var good atomic.Bool
			s := newFakeServer(t, func(conn net.Conn, call []byte) {
				if good.Load() {
					send(conn, accepted(call, nil))
					return
				}
				tc.answer(conn, call)
			})
			c := s.client(t)
			err := c.Null(ctx())
			var te *TransportError
			require.ErrorAs(t, err, &te)
			assert.ErrorContains(t, err, tc.want)
			assert.ErrorContains(t, err, s.addr)
			good.Store(true)
			assert.NoError(t, c.Null(ctx()), "the next call takes another connection")
			_, calls := s.seen()
			assert.Len(t, calls, 2, "nothing was retried")
		})
	}
}

func TestReplyInFragments(t *testing.T) {
	s := newFakeServer(t, func(conn net.Conn, call []byte) {
		rec := accepted(call, cat(0, 0, 5, 1, "hello"))
		var out []byte
		for i, b := range rec {
			mark := uint32(1)
			if i == len(rec)-1 {
				mark |= lastFragment
			}
			out = append(append(out, words(mark)...), b)
		}
		conn.Write(out)
	})
	res, err := s.client(t).Read(ctx(), FileHandle("h"), 0, 5)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(res.Data))
}

// A WRITE that waits for a break holds up nothing else.
func TestBlockedCallHoldsUpNoOther(t *testing.T) {
	release := make(chan struct{})
	s := newFakeServer(t, func(conn net.Conn, call []byte) {
		if be(call[20:]) == 7 {
			<-release
			send(conn, accepted(call, cat(0, noWcc, 1, 2, rawVerf)))
			return
		}
		send(conn, accepted(call, nil))
	})
	c := s.client(t)
	done := make(chan error, 1)
	go func() {
		_, err := c.Write(ctx(), FileHandle("h"), 0, FileSync, []byte("x"))
		done <- err
	}()
	for range 5 {
		require.NoError(t, c.Null(ctx()))
	}
	close(release)
	require.NoError(t, <-done)
	conns, _ := s.seen()
	assert.LessOrEqual(t, conns, 2)
}

func TestContext(t *testing.T) {
	silent := func(t *testing.T) *fakeServer { return newFakeServer(t, func(net.Conn, []byte) {}) }
	t.Run("a deadline ends a call that is never answered", func(t *testing.T) {
		s := silent(t)
		c, cancel := context.WithTimeout(ctx(), 50*time.Millisecond)
		defer cancel()
		err := s.client(t).Null(c)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorContains(t, err, s.addr)
		assert.ErrorContains(t, err, "NULL")
	})
	t.Run("cancelled", func(t *testing.T) {
		s := silent(t)
		c, cancel := context.WithCancel(ctx())
		done := make(chan error, 1)
		cl := s.client(t)
		go func() { done <- cl.Null(c) }()
		for _, calls := s.seen(); len(calls) == 0; _, calls = s.seen() {
			runtime.Gosched()
		}
		cancel()
		assert.ErrorIs(t, <-done, context.Canceled)
	})
	t.Run("nobody listens", func(t *testing.T) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addr := ln.Addr().String()
		ln.Close()
		c, err := New(Config{NFS: addr})
		require.NoError(t, err)
		err = c.Null(ctx())
		assert.ErrorContains(t, err, "connect to "+addr)
	})
}

func TestDisconnect(t *testing.T) {
	s := newFakeServer(t, func(conn net.Conn, call []byte) {
		if be(call[20:]) == 0 {
			send(conn, accepted(call, nil))
		}
	})
	c := s.client(t)
	require.NoError(t, c.Null(ctx()))
	done := make(chan error, 1)
	go func() {
		_, err := c.Getattr(ctx(), FileHandle("h"))
		done <- err
	}()
	for _, calls := s.seen(); len(calls) < 2; _, calls = s.seen() {
		runtime.Gosched()
	}
	c.Disconnect()
	assert.ErrorContains(t, <-done, "disconnected")
	assert.ErrorContains(t, c.Null(ctx()), "disconnected")
	c.Reconnect()
	assert.NoError(t, c.Null(ctx()))
}

func TestCred(t *testing.T) {
	sixteen := []uint32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	a, err := Cred{Machine: "m", UID: 1000, GID: 100, GIDs: sixteen}.auth()
	require.NoError(t, err)
	assert.Equal(t, uint32(1), a.Flavor)
	assert.Equal(t, cat(0, "m", 1000, 100, 16, words(sixteen...)), a.Body)

	a, err = Cred{None: true}.auth()
	require.NoError(t, err)
	assert.Equal(t, uint32(0), a.Flavor)
	assert.Empty(t, a.Body)

	_, err = New(Config{Cred: Cred{GIDs: append(sixteen, 17)}})
	assert.ErrorContains(t, err, "at most 16")
	_, err = New(Config{Cred: Cred{Machine: strings.Repeat("m", 256)}})
	assert.ErrorContains(t, err, "at most 255")
}

// The dialer is the caller's: what it returns is the connection the server sees.
func TestDialer(t *testing.T) {
	s := newFakeServer(t, func(conn net.Conn, call []byte) { send(conn, accepted(call, nil)) })
	var dialled []string
	c, err := New(Config{NFS: "name-of-a-server:2049", Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		dialled = append(dialled, network+" "+addr)
		return new(net.Dialer).DialContext(ctx, network, s.addr)
	}})
	require.NoError(t, err)
	defer c.Disconnect()
	require.NoError(t, c.Null(ctx()))
	assert.Equal(t, []string{"tcp name-of-a-server:2049"}, dialled)

	boom := errors.New("boom")
	c, err = New(Config{NFS: "x:1", Dial: func(context.Context, string, string) (net.Conn, error) { return nil, boom }})
	require.NoError(t, err)
	assert.ErrorIs(t, c.Null(ctx()), boom)
	_, err = c.Getport(ctx(), 1, 2, 3)
	assert.ErrorIs(t, err, errNoPortmap)
}
