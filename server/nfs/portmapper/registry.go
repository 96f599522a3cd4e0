package portmapper

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Registration is one version of a program on one address.
type Registration struct {
	Prog, Vers uint32
	Network    string         // "tcp" or "udp"
	Addr       netip.AddrPort // an unspecified address stands for all of ours
}

// netids are the transports of RFC 5665 on which r can be reached. A wildcard
// IPv6 socket takes IPv4 too.
func (r Registration) netids() []string {
	switch ip := r.Addr.Addr(); {
	case ip.Is4():
		return []string{r.Network}
	case ip.IsUnspecified():
		return []string{r.Network, r.Network + "6"}
	default:
		return []string{r.Network + "6"}
	}
}

// Registry is what the port mapper tells. It is safe for concurrent use.
type Registry struct {
	mu   sync.RWMutex
	list []Registration // sorted
}

// NewRegistry is an empty registry.
func NewRegistry() *Registry { return &Registry{} }

// Set registers versions of a program at a listener's or socket's address.
func (g *Registry) Set(prog uint32, versions []uint32, addr net.Addr) {
	ap, ok := addrPort(addr)
	if !ok {
		return
	}
	network := "tcp"
	if _, ok := addr.(*net.UDPAddr); ok {
		network = "udp"
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, vers := range versions {
		r := Registration{Prog: prog, Vers: vers, Network: network, Addr: ap}
		if !slices.Contains(g.list, r) {
			g.list = append(g.list, r)
		}
	}
	slices.SortFunc(g.list, func(a, b Registration) int {
		return cmp.Or(cmp.Compare(a.Prog, b.Prog), cmp.Compare(a.Vers, b.Vers), cmp.Compare(a.Network, b.Network), a.Addr.Compare(b.Addr))
	})
}

// Unset withdraws all versions of a program.
func (g *Registry) Unset(prog uint32) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = slices.DeleteFunc(g.list, func(r Registration) bool { return r.Prog == prog })
}

// List is every registration, by program, version and network.
func (g *Registry) List() []Registration {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return slices.Clone(g.list)
}

// find is the registration of prog and vers for a netid. Unless strict, another
// version of the program will do: its server then answers PROG_MISMATCH with
// the versions that there are, as RFC 1833 2.2.1 has it for GETADDR.
func (g *Registry) find(prog, vers uint32, netid string, strict bool) (Registration, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	var other *Registration
	for i, r := range g.list {
		if r.Prog != prog || !slices.Contains(r.netids(), netid) {
			continue
		}
		if r.Vers == vers {
			return r, true
		}
		other = &g.list[i]
	}
	if other == nil || strict {
		return Registration{}, false
	}
	return *other, true
}

func addrPort(addr net.Addr) (netip.AddrPort, bool) {
	var ap netip.AddrPort
	switch a := addr.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	default:
		return ap, false
	}
	return netip.AddrPortFrom(ap.Addr().Unmap().WithZone(""), ap.Port()), true
}
