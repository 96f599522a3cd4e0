// Package callback calls programs on the hosts of our clients: the lock manager
// tells a client that its lock was granted, the status monitor that we
// restarted.
//
// Where a host's program listens its port mapper knows, at port 111 or what
// Config says. A host on loopback that shares its address with others names
// its own port mapper by the end of the name by which it calls itself: that of
// "name:40123" is at port 40123. From elsewhere such a name means nothing, so
// that a name never chooses the port of a host.
//
// Only server/nfs and the packages below it import it.
package callback

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/portmap"
	"crosswire/server/wire/xdr/rpcmsg"
)

// Config of a Caller. A zero field means the default.
type Config struct {
	// PortmapPort is where the port mapper of a host is asked; default 111.
	PortmapPort uint16
	// Timeout bounds one call, with what it asks the port mapper; default 5 s.
	Timeout time.Duration
	// MaxCalls bounds the calls under way at a time; default 256.
	MaxCalls int
}

// Caller makes calls. It is safe for concurrent use and holds no connection.
type Caller struct {
	cfg   Config
	slots chan struct{}
}

// Host is whom to call.
type Host struct {
	Addr string // an IP address
	Name string // as it calls itself
	// Network is the transport to try first, "tcp" or "udp".
	Network string
}

// Errors of Call.
var (
	ErrNotRegistered = errors.New("callback: the host's port mapper does not know the program")
	ErrBusy          = errors.New("callback: too many calls are under way")
)

// New makes a Caller.
func New(cfg Config) *Caller {
	if cfg.PortmapPort == 0 {
		cfg.PortmapPort = 111
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.MaxCalls == 0 {
		cfg.MaxCalls = 256
	}
	return &Caller{cfg: cfg, slots: make(chan struct{}, cfg.MaxCalls)}
}

// Call makes one call on a host and returns its results. An error means that
// no usable answer came; whether the call was executed is not known then.
func (c *Caller) Call(ctx context.Context, h Host, prog, vers, proc uint32, args []byte) ([]byte, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	default:
		return nil, ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	addr, err := netip.ParseAddr(h.Addr)
	if err != nil {
		return nil, fmt.Errorf("callback: %w", err)
	}
	networks := []string{"tcp", "udp"}
	if h.Network == "udp" {
		networks = []string{"udp", "tcp"}
	}
	mapper := c.mapper(addr, h.Name)
	for _, network := range networks {
		port, askErr := getPort(ctx, mapper, network, prog, vers)
		if askErr != nil {
			err = errors.Join(err, askErr)
			continue
		}
		if port == 0 {
			continue
		}
		return exchange(ctx, network, netip.AddrPortFrom(addr, port), prog, vers, proc, args)
	}
	if err == nil {
		err = ErrNotRegistered
	}
	return nil, err
}

// mapper is where the host's port mapper is.
func (c *Caller) mapper(addr netip.Addr, name string) netip.AddrPort {
	port := c.cfg.PortmapPort
	if i := strings.LastIndexByte(name, ':'); i >= 0 && addr.Unmap().IsLoopback() {
		if p, err := strconv.ParseUint(name[i+1:], 10, 16); err == nil && p != 0 {
			port = uint16(p)
		}
	}
	return netip.AddrPortFrom(addr, port)
}

// getPort asks a port mapper, by TCP or else by UDP, for the port of a program;
// 0 means that there is none.
func getPort(ctx context.Context, mapper netip.AddrPort, network string, prog, vers uint32) (uint16, error) {
	prot := uint32(portmap.PMAP_IPPROTO_TCP)
	if network == "udp" {
		prot = portmap.PMAP_IPPROTO_UDP
	}
	var args []byte
	for _, v := range []uint32{prog, vers, prot, 0} {
		args = binary.BigEndian.AppendUint32(args, v)
	}
	out, err := exchange(ctx, "tcp", mapper, portmap.PMAP_PROG, 2, uint32(portmap.PMAPPROC_GETPORT), args)
	if err != nil && ctx.Err() == nil {
		out, err = exchange(ctx, "udp", mapper, portmap.PMAP_PROG, 2, uint32(portmap.PMAPPROC_GETPORT), args)
	}
	if err != nil {
		return 0, fmt.Errorf("ask the port mapper: %w", err)
	}
	if len(out) != 4 || binary.BigEndian.Uint32(out) > 65535 {
		return 0, errors.New("ask the port mapper: not a port")
	}
	return uint16(binary.BigEndian.Uint32(out)), nil
}

// maxReply bounds the record of an answer: none that we await is longer.
const maxReply = 8192

// resend is when a datagram that was not answered is sent again.
const resend = time.Second

// exchange makes one call at one port.
func exchange(ctx context.Context, network string, at netip.AddrPort, prog, vers, proc uint32, args []byte) ([]byte, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, network, at.String())
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { _ = nc.Close() })()
	xid := rand.Uint32()
	message := rpc.AppendCall(make([]byte, rpc.RecordMarkSize), rpc.Call{
		XID: xid, Prog: prog, Vers: vers, Proc: proc, Args: args,
		// Clients that tell users apart refuse AUTH_NONE.
		Cred: rpc.AuthSys(rpcmsg.AuthsysParms{Machinename: []byte("crosswire")}),
	})
	var record []byte
	if network == "tcp" {
		rpc.PutRecordMark(message, len(message)-rpc.RecordMarkSize)
		if _, err = nc.Write(message); err == nil {
			record, err = rpc.NewRecordReader(nc, maxReply).Next(nil)
		}
	} else {
		record, err = askUDP(ctx, nc, message[rpc.RecordMarkSize:], xid)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	r, err := rpc.ParseReply(record)
	switch {
	case err != nil:
		return nil, err
	case r.XID != xid:
		return nil, errors.New("the answer is to another call")
	case r.Denied:
		return nil, fmt.Errorf("denied: %s %s", rpcmsg.RejectStat_name[r.Reject], rpcmsg.AuthStat_name[r.Auth])
	case r.Accept != rpcmsg.SUCCESS:
		return nil, fmt.Errorf("not executed: %s", rpcmsg.AcceptStat_name[r.Accept])
	}
	return r.Results, nil
}

// askUDP sends a datagram until one with its xid comes back.
func askUDP(ctx context.Context, nc net.Conn, message []byte, xid uint32) ([]byte, error) {
	buf := make([]byte, maxReply)
	for ctx.Err() == nil {
		if _, err := nc.Write(message); err != nil {
			return nil, err
		}
		_ = nc.SetReadDeadline(time.Now().Add(resend))
		for {
			n, err := nc.Read(buf)
			if err != nil {
				var timeout net.Error
				if errors.As(err, &timeout) && timeout.Timeout() {
					break
				}
				return nil, err
			}
			if n >= 4 && binary.BigEndian.Uint32(buf) == xid {
				return buf[:n], nil
			}
		}
	}
	return nil, ctx.Err()
}
