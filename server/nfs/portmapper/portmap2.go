package portmapper

import (
	"bytes"
	"context"
	"time"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/portmap"
)

// Program is the RPC program over the registry; now is the server's clock.
func Program(g *Registry, now func() time.Time) *rpcserver.Program {
	return &rpcserver.Program{
		Number: portmap.PMAP_PROG, Name: "portmap",
		Versions: map[uint32]rpcserver.Version{2: version2(g), 3: version3(g, now), 4: version4(g, now)},
	}
}

// version2 is portmap (RFC 1833 3).
func version2(g *Registry) rpcserver.Version {
	return rpcserver.Version{
		uint32(portmap.PMAPPROC_NULL):    rpcserver.Null("PMAPPROC_NULL"),
		uint32(portmap.PMAPPROC_SET):     {Name: "PMAPPROC_SET", Handle: refuseMapping},
		uint32(portmap.PMAPPROC_UNSET):   {Name: "PMAPPROC_UNSET", Handle: refuseMapping},
		uint32(portmap.PMAPPROC_GETPORT): {Name: "PMAPPROC_GETPORT", Handle: g.getPort},
		uint32(portmap.PMAPPROC_DUMP):    {Name: "PMAPPROC_DUMP", Handle: g.dumpMappings},
	}
}

// refuseMapping is SET and UNSET: the answer is FALSE.
func refuseMapping(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	if _, err := decodeMapping(c); err != nil {
		return err
	}
	reply.Bool(false)
	return nil
}

// getPort is PMAPPROC_GETPORT (RFC 1833 3.2): 0 if there is none.
func (g *Registry) getPort(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	m, err := decodeMapping(c)
	if err != nil {
		return err
	}
	port := uint16(0)
	if network := networkOf(m.Prot); network != "" {
		if r, ok := g.find(m.Prog, m.Vers, network, false); ok {
			port = r.Addr.Port()
		}
	}
	reply.Uint32(uint32(port))
	return nil
}

// dumpMappings is PMAPPROC_DUMP: what can be reached over IPv4, since a mapping
// has no room for more.
func (g *Registry) dumpMappings(_ context.Context, _ *rpcserver.Call, reply *rpcserver.Reply) error {
	for _, r := range g.List() {
		if r.netids()[0] != r.Network {
			continue
		}
		prot := uint32(portmap.PMAP_IPPROTO_TCP)
		if r.Network == "udp" {
			prot = portmap.PMAP_IPPROTO_UDP
		}
		reply.Bool(true)
		m := portmap.Mapping{Prog: r.Prog, Vers: r.Vers, Prot: prot, Port: uint32(r.Addr.Port())}
		if _, err := m.WriteTo(reply); err != nil {
			return err
		}
	}
	reply.Bool(false)
	return nil
}

func networkOf(prot uint32) string {
	switch prot {
	case portmap.PMAP_IPPROTO_TCP:
		return "tcp"
	case portmap.PMAP_IPPROTO_UDP:
		return "udp"
	}
	return ""
}

func decodeMapping(c *rpcserver.Call) (portmap.Mapping, error) {
	var m portmap.Mapping
	if _, err := m.ReadFrom(bytes.NewReader(c.Args)); err != nil {
		return m, rpcserver.Garbage(err)
	}
	return m, nil
}
