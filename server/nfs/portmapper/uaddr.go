package portmapper

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"crosswire/server/nfs/rpcserver"
)

// universalAddr is the form of an address that RFC 5665 5.2.3.3 and 5.2.3.4
// give: the address, then the two octets of the port in decimal.
func universalAddr(a netip.AddrPort) string {
	return fmt.Sprintf("%s.%d.%d", a.Addr(), a.Port()>>8, a.Port()&0xff)
}

// parseUniversalAddr is the inverse.
func parseUniversalAddr(s string) (netip.AddrPort, bool) {
	var a netip.AddrPort
	low := strings.LastIndexByte(s, '.')
	high := strings.LastIndexByte(s[:max(low, 0)], '.')
	if high < 0 {
		return a, false
	}
	ip, err := netip.ParseAddr(s[:high])
	if err != nil || ip.Zone() != "" {
		return a, false
	}
	p1, err1 := strconv.ParseUint(s[high+1:low], 10, 8)
	p2, err2 := strconv.ParseUint(s[low+1:], 10, 8)
	if err1 != nil || err2 != nil {
		return a, false
	}
	return netip.AddrPortFrom(ip, uint16(p1<<8|p2)), true
}

// Address families in a netbuf, those of Linux.
const (
	familyIPv4 = 2
	familyIPv6 = 10
)

// sockaddr is the transport address in a netbuf, laid out as the struct
// sockaddr_in or sockaddr_in6 of a little-endian Linux: that is what rpcbind's
// clients on this platform mean by it (RFC 1833 2.1 leaves it to the system).
func sockaddr(a netip.AddrPort) []byte {
	if a.Addr().Is4() {
		b := binary.LittleEndian.AppendUint16(make([]byte, 0, 16), familyIPv4)
		b = binary.BigEndian.AppendUint16(b, a.Port())
		b = append(b, a.Addr().AsSlice()...)
		return append(b, make([]byte, 8)...)
	}
	b := binary.LittleEndian.AppendUint16(make([]byte, 0, 28), familyIPv6)
	b = binary.BigEndian.AppendUint16(b, a.Port())
	b = append(b, 0, 0, 0, 0)
	b = append(b, a.Addr().AsSlice()...)
	return append(b, 0, 0, 0, 0)
}

// parseSockaddr is the inverse.
func parseSockaddr(b []byte) (netip.AddrPort, bool) {
	if len(b) < 2 {
		return netip.AddrPort{}, false
	}
	switch family := binary.LittleEndian.Uint16(b); {
	case family == familyIPv4 && len(b) >= 8:
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), binary.BigEndian.Uint16(b[2:])), true
	case family == familyIPv6 && len(b) >= 24:
		return netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), binary.BigEndian.Uint16(b[2:])), true
	}
	return netip.AddrPort{}, false
}

// reachable is the address of r as the caller can use it: where r listens on
// all addresses, the one to which the caller spoke.
func reachable(r Registration, c *rpcserver.Call) netip.AddrPort {
	ip := r.Addr.Addr()
	if !ip.IsUnspecified() {
		return r.Addr
	}
	if local, ok := addrPort(c.Local); ok && !local.Addr().IsUnspecified() {
		ip = local.Addr()
	} else if peer, ok := addrPort(c.Peer); ok {
		// A datagram does not say to which address it came; ask the
		// routing table which one faces the peer. Nothing is sent.
		if probe, err := net.Dial("udp", peer.String()); err == nil {
			if local, ok := addrPort(probe.LocalAddr()); ok {
				ip = local.Addr()
			}
			_ = probe.Close()
		}
	}
	return netip.AddrPortFrom(ip, r.Addr.Port())
}
