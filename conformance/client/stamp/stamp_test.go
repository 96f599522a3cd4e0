package stamp

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
)

func pair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	near, err = Dial(context.Background(), "tcp", l.Addr().String())
	require.NoError(t, err)
	far, err = l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// TestArrivalIsNotWhenItWasRead: the bytes of a come before those of b, are
// read after them, and are still known to have come first.
func TestArrivalIsNotWhenItWasRead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no kernel stamps here: the order is judged by when a goroutine saw the bytes")
	}
	a, farA := pair(t)
	b, farB := pair(t)
	// The first socket of a machine that asks for stamps makes the kernel begin
	// to take them, which it does a little later.
	var before time.Time
	var at, bt time.Time
	require.Eventually(t, func() bool {
		before = time.Now()
		_, err := farA.Write([]byte("first"))
		require.NoError(t, err)
		_, err = farB.Write([]byte("second"))
		require.NoError(t, err)
		buf := make([]byte, 6)
		_, err = io.ReadFull(b, buf)
		require.NoError(t, err)
		_, err = io.ReadFull(a, buf[:5])
		require.NoError(t, err)
		at, bt = client.ArrivedAt(a), client.ArrivedAt(b)
		return !at.IsZero() && !bt.IsZero()
	}, 10*time.Second, time.Millisecond)
	assert.True(t, at.Before(bt), "%v %v", at, bt)
	assert.False(t, at.Before(before.Round(0)))
}

func TestReadsLikeAConnection(t *testing.T) {
	near, far := pair(t)
	sent := bytes.Repeat([]byte("0123456789"), 100_000)
	written := make(chan struct{})
	go func(far net.Conn) {
		defer close(written)
		_, _ = far.Write(sent)
		far.Close()
	}(far)
	got, err := io.ReadAll(near)
	<-written
	require.NoError(t, err)
	assert.Equal(t, sent, got)

	near, _ = pair(t)
	require.NoError(t, near.SetReadDeadline(time.Unix(1, 0)))
	_, err = near.Read(make([]byte, 1))
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, near.SetReadDeadline(time.Time{}))
	require.NoError(t, near.Close())
	_, err = near.Read(make([]byte, 1))
	assert.ErrorIs(t, err, net.ErrClosed)

	near, far = pair(t)
	require.NoError(t, far.(*net.TCPConn).SetLinger(0))
	far.Close()
	_, err = near.Read(make([]byte, 1))
	assert.ErrorContains(t, err, "connection reset")
	n, err := near.Read(nil)
	assert.Zero(t, n)
	assert.NoError(t, err)
}

func TestPlainConnectionCannotTell(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	assert.True(t, client.ArrivedAt(a).IsZero())
}
