package nfs

import (
	"bufio"
	"context"
	"encoding/binary"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmware/go-nfs-client/nfs/rpc"
)

// fakeServer takes calls on a listener of its own and hands each record to
// answer, with the connection to write to.
type fakeServer struct {
	addr string
	ln   net.Listener

	mu    sync.Mutex
	conns int
	calls [][]byte
}

func newFakeServer(t *testing.T, answer func(conn net.Conn, call []byte)) *fakeServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &fakeServer{addr: ln.Addr().String(), ln: ln}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
			wg.Go(func() {
				r := bufio.NewReader(c)
				for {
					call, err := readRecord(r)
					if err != nil {
						return
					}
					s.mu.Lock()
					s.calls = append(s.calls, call)
					s.mu.Unlock()
					answer(c, call)
				}
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return s
}

func (s *fakeServer) seen() (conns int, calls [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns, append([][]byte(nil), s.calls...)
}

func (s *fakeServer) client(t *testing.T) *Client {
	t.Helper()
	c, err := New(Config{NFS: s.addr, Portmap: s.addr, Cred: Cred{UID: 1000, GID: 100}})
	require.NoError(t, err)
	t.Cleanup(c.Disconnect)
	return c
}

// accepted is a reply to call with a body.
func accepted(call, body []byte) []byte {
	return append(words(be(call), 1, 0, 0, 0, 0), body...)
}

func be(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

// words are numbers as XDR writes them.
func words(v ...uint32) []byte {
	var b []byte
	for _, w := range v {
		b = binary.BigEndian.AppendUint32(b, w)
	}
	return b
}

// cat joins pieces: uint32 and int as a word, uint64 as two, string as opaque
// data with length, []byte as it is.
func cat(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b = binary.BigEndian.AppendUint32(b, uint32(p))
		case uint32:
			b = binary.BigEndian.AppendUint32(b, p)
		case uint64:
			b = binary.BigEndian.AppendUint64(b, p)
		case string:
			b = binary.BigEndian.AppendUint32(b, uint32(len(p)))
			b = append(b, p...)
			b = append(b, make([]byte, pad(len(p)))...)
		case []byte:
			b = append(b, p...)
		default:
			panic("cat: what is this?")
		}
	}
	return b
}

// send writes rec to conn as one fragment.
func send(conn net.Conn, rec []byte) { conn.Write(appendRecord(nil, rec)) }

// canned answers every call with one body, without a network.
type canned struct {
	body []byte
	hdr  rpc.Header
	args any
}

func (c *canned) call(_ context.Context, _ string, hdr rpc.Header, args any) ([]byte, error) {
	c.hdr, c.args = hdr, args
	return c.body, nil
}
func (c *canned) disconnect() {}
func (c *canned) reconnect()  {}

func cannedClient(c *canned) *Client {
	s := &service{"fake:1", c}
	return &Client{nfs: s, mount: s, portmap: s}
}
