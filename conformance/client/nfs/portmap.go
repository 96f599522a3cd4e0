package nfs

import "context"

// Mapping is one registration at the portmapper (RFC 1833 3.1).
type Mapping struct {
	Prog uint32
	Vers uint32
	Prot uint32 // 6 TCP, 17 UDP
	Port uint32
}

func (c *Client) portmapCall(ctx context.Context, num uint32, proc string, args any, decode func(d *decoder)) error {
	if c.portmap == nil {
		return errNoPortmap
	}
	body, err := c.portmap.call(ctx, proc, c.header(progPortmap, 2, num), args)
	if err != nil {
		return err
	}
	d := &decoder{buf: body}
	decode(d)
	if err := d.finish(); err != nil {
		return &TransportError{Addr: c.portmap.addr, Proc: proc, Err: err}
	}
	return nil
}

// PortmapNull makes a round trip to the portmapper.
func (c *Client) PortmapNull(ctx context.Context) error {
	return c.portmapCall(ctx, 0, "PMAPPROC_NULL", void{}, func(*decoder) {})
}

// Getport asks for the port of a program (RFC 1833 3.2, PMAPPROC_GETPORT); 0
// means that it is not registered.
func (c *Client) Getport(ctx context.Context, prog, vers, prot uint32) (uint32, error) {
	var port uint32
	err := c.portmapCall(ctx, 3, "PMAPPROC_GETPORT", Mapping{Prog: prog, Vers: vers, Prot: prot},
		func(d *decoder) {
			port = d.u32("port")
			if port > 65535 {
				d.fail("port %d", port)
			}
		})
	return port, err
}

// PortmapDump lists every registration (RFC 1833 3.2, PMAPPROC_DUMP).
func (c *Client) PortmapDump(ctx context.Context) ([]Mapping, error) {
	var list []Mapping
	err := c.portmapCall(ctx, 4, "PMAPPROC_DUMP", void{}, func(d *decoder) {
		for d.boolean("mapping follows") && d.err == nil {
			list = append(list, Mapping{Prog: d.u32("prog"), Vers: d.u32("vers"), Prot: d.u32("prot"), Port: d.u32("port")})
		}
	})
	return list, err
}
