package portmapper

import (
	"bytes"
	"context"
	"strings"
	"time"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/xdr/rpcbind"
)

// owner is who registered everything here.
const owner = "crosswire"

// version3 is rpcbind version 3 (RFC 1833 2.2.1).
func version3(g *Registry, now func() time.Time) rpcserver.Version {
	return rpcserver.Version{
		uint32(rpcbind.RPCBPROC_NULL):        rpcserver.Null("RPCBPROC_NULL"),
		uint32(rpcbind.RPCBPROC_SET):         {Name: "RPCBPROC_SET", Handle: refuseRpcb},
		uint32(rpcbind.RPCBPROC_UNSET):       {Name: "RPCBPROC_UNSET", Handle: refuseRpcb},
		uint32(rpcbind.RPCBPROC_GETADDR):     {Name: "RPCBPROC_GETADDR", Handle: g.getAddr(false)},
		uint32(rpcbind.RPCBPROC_DUMP):        {Name: "RPCBPROC_DUMP", Handle: g.dumpRpcb},
		uint32(rpcbind.RPCBPROC_GETTIME):     {Name: "RPCBPROC_GETTIME", Handle: getTime(now)},
		uint32(rpcbind.RPCBPROC_UADDR2TADDR): {Name: "RPCBPROC_UADDR2TADDR", Handle: uaddr2taddr},
		uint32(rpcbind.RPCBPROC_TADDR2UADDR): {Name: "RPCBPROC_TADDR2UADDR", Handle: taddr2uaddr},
	}
}

// version4 is rpcbind version 4 (RFC 1833 2.2.2), less GETSTAT.
func version4(g *Registry, now func() time.Time) rpcserver.Version {
	v := version3(g, now)
	v[uint32(rpcbind.RPCBPROC_GETVERSADDR)] = rpcserver.Procedure{Name: "RPCBPROC_GETVERSADDR", Handle: g.getAddr(true)}
	v[uint32(rpcbind.RPCBPROC_GETADDRLIST)] = rpcserver.Procedure{Name: "RPCBPROC_GETADDRLIST", Handle: g.getAddrList}
	return v
}

func decodeRpcb(c *rpcserver.Call) (rpcbind.Rpcb, error) {
	var b rpcbind.Rpcb
	if _, err := b.ReadFrom(bytes.NewReader(c.Args)); err != nil {
		return b, rpcserver.Garbage(err)
	}
	return b, nil
}

// refuseRpcb is SET and UNSET: the answer is FALSE.
func refuseRpcb(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	if _, err := decodeRpcb(c); err != nil {
		return err
	}
	reply.Bool(false)
	return nil
}

// getAddr is GETADDR and, strict about the version, GETVERSADDR. The transport
// is r_netid, or that of the call if it is empty; the answer is "" if there is
// none.
func (g *Registry) getAddr(strict bool) func(context.Context, *rpcserver.Call, *rpcserver.Reply) error {
	return func(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
		b, err := decodeRpcb(c)
		if err != nil {
			return err
		}
		netid := string(b.Netid)
		if netid == "" {
			netid = netidOf(c)
		}
		addr := ""
		if r, ok := g.find(b.Prog, b.Vers, netid, strict); ok {
			addr = universalAddr(reachable(r, c))
		}
		reply.Opaque([]byte(addr))
		return nil
	}
}

// dumpRpcb is DUMP.
func (g *Registry) dumpRpcb(_ context.Context, _ *rpcserver.Call, reply *rpcserver.Reply) error {
	for _, r := range g.List() {
		for _, netid := range r.netids() {
			reply.Bool(true)
			b := rpcbind.Rpcb{
				Prog: r.Prog, Vers: r.Vers,
				Netid: []byte(netid), Addr: []byte(boundAddr(r, netid)), Owner: []byte(owner),
			}
			if _, err := b.WriteTo(reply); err != nil {
				return err
			}
		}
	}
	reply.Bool(false)
	return nil
}

// boundAddr is the address of r in a dump, where 0.0.0.0 or :: stay.
func boundAddr(r Registration, netid string) string {
	if r.Addr.Addr().IsUnspecified() && !strings.HasSuffix(netid, "6") {
		return strings.Replace(universalAddr(r.Addr), "::", "0.0.0.0", 1)
	}
	return universalAddr(r.Addr)
}

// getAddrList is GETADDRLIST: every transport of one version.
func (g *Registry) getAddrList(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	b, err := decodeRpcb(c)
	if err != nil {
		return err
	}
	for _, r := range g.List() {
		if r.Prog != b.Prog || r.Vers != b.Vers {
			continue
		}
		for _, netid := range r.netids() {
			e := rpcbind.RpcbEntry{
				Maddr: []byte(universalAddr(reachable(r, c))), NcNetid: []byte(netid),
				NcSemantics: rpcbind.NC_TPI_COTS_ORD, NcProtofmly: []byte("inet"), NcProto: []byte(r.Network),
			}
			if r.Network == "udp" {
				e.NcSemantics = rpcbind.NC_TPI_CLTS
			}
			if strings.HasSuffix(netid, "6") {
				e.NcProtofmly = []byte("inet6")
			}
			reply.Bool(true)
			if _, err := e.WriteTo(reply); err != nil {
				return err
			}
		}
	}
	reply.Bool(false)
	return nil
}

// getTime is GETTIME: seconds since 1970.
func getTime(now func() time.Time) func(context.Context, *rpcserver.Call, *rpcserver.Reply) error {
	return func(_ context.Context, _ *rpcserver.Call, reply *rpcserver.Reply) error {
		reply.Uint32(uint32(now().Unix()))
		return nil
	}
}

// uaddr2taddr is UADDR2TADDR; an empty netbuf for what is no address.
func uaddr2taddr(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	uaddr, _, err := rpcbind.ReadRpcbString(bytes.NewReader(c.Args))
	if err != nil {
		return rpcserver.Garbage(err)
	}
	var n rpcbind.Netbuf
	if a, ok := parseUniversalAddr(string(uaddr)); ok {
		n.Buf = sockaddr(a)
		n.Maxlen = uint32(len(n.Buf))
	}
	_, err = n.WriteTo(reply)
	return err
}

// taddr2uaddr is TADDR2UADDR; "" for what is no address.
func taddr2uaddr(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var n rpcbind.Netbuf
	if _, err := n.ReadFrom(bytes.NewReader(c.Args)); err != nil {
		return rpcserver.Garbage(err)
	}
	uaddr := ""
	if a, ok := parseSockaddr(n.Buf); ok {
		uaddr = universalAddr(a)
	}
	reply.Opaque([]byte(uaddr))
	return nil
}

// netidOf is the transport over which a call came.
func netidOf(c *rpcserver.Call) string {
	if a, ok := addrPort(c.Peer); ok && a.Addr().Is6() {
		return c.Network + "6"
	}
	return c.Network
}
