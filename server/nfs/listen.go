package nfs

import (
	"net"
	"strconv"
)

// portAttempts is how often a port is picked that may be free for TCP but
// taken for UDP.
const portAttempts = 32

// datagramBuffer is how many octets of datagrams may wait at a socket.
const datagramBuffer = 4 << 20

// listen opens one port for TCP and UDP.
func listen(addr string) (net.Listener, net.PacketConn, error) {
	var last error
	for range portAttempts {
		tcp, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, nil, err
		}
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			_ = tcp.Close()
			return nil, nil, err
		}
		port := strconv.Itoa(tcp.Addr().(*net.TCPAddr).Port)
		udp, err := net.ListenPacket("udp", net.JoinHostPort(host, port))
		if err == nil {
			// Large WRITEs come in bursts. The system may give less, and then
			// drops what clients have to send again.
			_ = udp.(*net.UDPConn).SetReadBuffer(datagramBuffer)
			return tcp, udp, nil
		}
		_ = tcp.Close()
		if fixedPort(addr) {
			return nil, nil, err
		}
		last = err
	}
	return nil, nil, last
}

// fixedPort reports whether addr names a port other than 0.
func fixedPort(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	return err == nil && port != "" && port != "0"
}
