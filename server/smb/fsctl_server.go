package smb

import (
	"net"

	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// linkSpeed is what an interface is said to carry, in bits a second.
const linkSpeed = 10_000_000_000

// networkInterfaces implements FSCTL_QUERY_NETWORK_INTERFACE_INFO (MS-SMB2
// 3.3.5.15.11): the address by which the client reached us is the one that is
// known to work for it.
func (r *request) networkInterfaces(*openFile, *smb2.IoctlRequest) ([]byte, error) {
	if r.c.dialect < smb2.Dialect300 {
		return nil, ntstatus.InvalidDeviceRequest
	}
	a, ok := r.c.nc.LocalAddr().(*net.TCPAddr)
	if !ok {
		return nil, ntstatus.NotFound
	}
	n := smb2.NetworkInterface{IfIndex: interfaceOf(a.IP), LinkSpeed: linkSpeed, Address: a.IP.To16()}
	if v4 := a.IP.To4(); v4 != nil {
		n.Address = v4
	}
	return smb2.AppendNetworkInterfaces(nil, []smb2.NetworkInterface{n}), nil
}

// interfaceOf is the index of the interface that has the address, 1 if it is
// not known.
func interfaceOf(ip net.IP) uint32 {
	list, err := net.Interfaces()
	if err != nil {
		return 1
	}
	for _, i := range list {
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.Contains(ip) {
				return uint32(i.Index)
			}
		}
	}
	return 1
}
