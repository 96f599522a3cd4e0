package export

import (
	"net"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
)

// Origin is where a call's operations come from. Clients are told apart by
// their address without the port: one client has many connections.
func Origin(c *rpcserver.Call) *vfs.Origin {
	return &vfs.Origin{
		Protocol: vfs.ProtocolNFS,
		Client:   Host(c.Peer),
		Cred:     vfs.Cred{UID: c.Cred.UID, GID: c.Cred.GID, Groups: c.Cred.Groups},
	}
}

// Host is the address without the port.
func Host(a net.Addr) string {
	switch a := a.(type) {
	case *net.TCPAddr:
		return a.IP.String()
	case *net.UDPAddr:
		return a.IP.String()
	}
	return a.String()
}
