package nfs

import (
	"context"
	"errors"
	"net"

	"github.com/vmware/go-nfs-client/nfs/rpc"
)

// Programs and versions.
const (
	progPortmap = 100000
	progNFS     = 100003
	progMount   = 100005
)

// Config says where the services are and who calls.
type Config struct {
	NFS     string // host:port of NFS
	Mount   string // host:port of MOUNT; "" is the same as NFS
	Portmap string // host:port of the portmapper; "" if there is none
	Cred    Cred
	Dial    Dialer // nil dials with net.Dialer
}

// Client calls one server as one user. It is safe for concurrent use; calls
// do not wait for each other. Each method makes exactly one call.
//
// Errors: *StatusError if the server refused the operation (the result then
// holds the attributes that came along), *RPCError if it refused the call,
// *TransportError if no usable answer came.
type Client struct {
	nfs, mount, portmap *service // portmap is nil if there is none
	auth                rpc.Auth
}

// service is where one program's calls go.
type service struct {
	addr string
	transport
}

// transport carries calls: a pool, or in a test something that answers by
// itself.
type transport interface {
	call(ctx context.Context, proc string, hdr rpc.Header, args any) ([]byte, error)
	disconnect()
	reconnect()
}

// New is a client for c. It makes no connection yet.
func New(c Config) (*Client, error) {
	auth, err := c.Cred.auth()
	if err != nil {
		return nil, err
	}
	dial := c.Dial
	if dial == nil {
		dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
	}
	cl := &Client{nfs: &service{c.NFS, newPool(c.NFS, dial)}, auth: auth}
	cl.mount = cl.nfs
	if c.Mount != "" && c.Mount != c.NFS {
		cl.mount = &service{c.Mount, newPool(c.Mount, dial)}
	}
	if c.Portmap != "" {
		cl.portmap = &service{c.Portmap, newPool(c.Portmap, dial)}
	}
	return cl, nil
}

// Disconnect closes every connection. Calls in flight fail, and so do later
// ones until Reconnect.
func (c *Client) Disconnect() {
	for _, p := range []*service{c.nfs, c.mount, c.portmap} {
		if p != nil {
			p.disconnect()
		}
	}
}

// Reconnect lets the client make connections again after Disconnect.
func (c *Client) Reconnect() {
	for _, p := range []*service{c.nfs, c.mount, c.portmap} {
		if p != nil {
			p.reconnect()
		}
	}
}

// void is the argument of a procedure that takes none.
type void struct{}

// call3 makes an NFSv3 call. decode reads what follows the status.
func (c *Client) call3(ctx context.Context, num uint32, proc string, args any, decode func(d *decoder, ok bool)) error {
	body, err := c.nfs.call(ctx, proc, c.header(progNFS, 3, num), args)
	if err != nil {
		return err
	}
	d := &decoder{buf: body}
	st := Status(d.u32("status"))
	if d.err == nil {
		decode(d, st == OK)
	}
	if err := d.finish(); err != nil {
		return &TransportError{Addr: c.nfs.addr, Proc: proc, Err: err}
	}
	if st != OK {
		return &StatusError{Addr: c.nfs.addr, Proc: proc, Name: st.String(), Code: uint32(st)}
	}
	return nil
}

func (c *Client) header(prog, vers, proc uint32) rpc.Header {
	return rpc.Header{Rpcvers: 2, Prog: prog, Vers: vers, Proc: proc, Cred: c.auth, Verf: rpc.AuthNull}
}

// Ping calls procedure 0 of any program and version at the NFS address: what
// rpcinfo does, and what shows PROG_UNAVAIL and PROG_MISMATCH.
func (c *Client) Ping(ctx context.Context, prog, vers uint32) error {
	return c.null(ctx, c.nfs, "NULL", prog, vers)
}

func (c *Client) null(ctx context.Context, p *service, proc string, prog, vers uint32) error {
	body, err := p.call(ctx, proc, c.header(prog, vers, 0), void{})
	if err != nil {
		return err
	}
	if err := (&decoder{buf: body}).finish(); err != nil {
		return &TransportError{Addr: p.addr, Proc: proc, Err: err}
	}
	return nil
}

var errNoPortmap = errors.New("the target has no portmapper")
