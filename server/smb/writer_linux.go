package smb

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// rawOf is the connection's descriptor for writes that do not wait; nil if it
// has none.
func rawOf(nc net.Conn) syscall.RawConn {
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// writeNow writes as much of parts as the socket takes at this moment and
// returns the number of bytes. Errors are left to the writer's goroutine,
// which meets them again.
func writeNow(raw syscall.RawConn, parts [][]byte) (n int) {
	err := raw.Write(func(fd uintptr) bool {
		n, _ = unix.Writev(int(fd), parts)
		return true // never wait until it is writable
	})
	if err != nil || n < 0 {
		return 0
	}
	return n
}
