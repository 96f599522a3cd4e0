package stamp

import (
	"encoding/binary"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// conn reads by recvmsg, whose control message SCM_TIMESTAMPNS tells when the
// last segment of what it read was received (socket(7), SO_TIMESTAMPNS).
type conn struct {
	*net.TCPConn
	raw     syscall.RawConn
	oob     []byte
	arrived time.Time
}

func wrap(c net.Conn) net.Conn {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return c
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return c
	}
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
	})
	if err != nil || refused != nil {
		return c
	}
	return &conn{TCPConn: tcp, raw: raw, oob: make([]byte, 128)}
}

// Arrived implements client.Stamped.
func (c *conn) Arrived() time.Time { return c.arrived }

// WriteTo hides the method of TCPConn, which would read past Read.
func (c *conn) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{c})
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	var n, oobn int
	var failed error
	err := c.raw.Read(func(fd uintptr) bool {
		for {
			n, oobn, _, _, failed = syscall.Recvmsg(int(fd), p, c.oob, 0)
			if failed != syscall.EINTR {
				return failed != syscall.EAGAIN
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case failed != nil:
		return 0, &net.OpError{Op: "read", Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: os.NewSyscallError("recvmsg", failed)}
	case n == 0:
		return 0, io.EOF
	}
	c.arrived = time.Time{}
	msgs, err := syscall.ParseSocketControlMessage(c.oob[:oobn])
	if err != nil {
		return n, nil
	}
	for _, m := range msgs {
		if m.Header.Level == syscall.SOL_SOCKET && m.Header.Type == syscall.SCM_TIMESTAMPNS {
			c.arrived = timespec(m.Data)
		}
	}
	return n, nil
}

// timespec reads a struct timespec of this machine: two words of its size.
func timespec(b []byte) time.Time {
	switch {
	case len(b) >= 16:
		return time.Unix(int64(binary.NativeEndian.Uint64(b)), int64(binary.NativeEndian.Uint64(b[8:])))
	case len(b) >= 8:
		return time.Unix(int64(int32(binary.NativeEndian.Uint32(b))), int64(int32(binary.NativeEndian.Uint32(b[4:]))))
	}
	return time.Time{}
}
