package nfs

import (
	"encoding/binary"
	"net"
	"sync"

	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/rpcmsg"
)

// lockListener is what servers call: one TCP port with the lock manager
// (GRANTED, GRANTED_MSG), the status monitor (SM_NOTIFY) and a port mapper that
// knows these two.
type lockListener struct {
	ln       net.Listener
	port     int
	loopback bool

	callee

	mu    sync.Mutex
	conns map[net.Conn]struct{}
	shut  bool
	wg    sync.WaitGroup
}

// callee is what is done about the calls.
type callee struct {
	// granted answers GRANTED.
	granted func(r Range, caller string) LockStatus
	// respond calls GRANTED_RES, which is how GRANTED_MSG is answered.
	respond func(cookie []byte, s LockStatus)
	// restarted is told of SM_NOTIFY.
	restarted func(name string, state int32)
}

// maxCallers bounds the connections that servers make at a time, maxCall the
// octets of a call.
const (
	maxCallers = 64
	maxCall    = 16 << 10
)

// listenLocks listens on the address that faces the server.
func listenLocks(server string, to callee) (*lockListener, error) {
	probe, err := net.Dial("udp", server) // sends nothing
	if err != nil {
		return nil, err
	}
	ip := probe.LocalAddr().(*net.UDPAddr).IP
	_ = probe.Close()
	ln, err := net.Listen("tcp", net.JoinHostPort(ip.String(), "0"))
	if err != nil {
		return nil, err
	}
	l := &lockListener{
		ln: ln, port: ln.Addr().(*net.TCPAddr).Port, loopback: ip.IsLoopback(),
		callee: to, conns: map[net.Conn]struct{}{},
	}
	l.wg.Go(l.accept)
	return l, nil
}

func (l *lockListener) accept() {
	for {
		nc, err := l.ln.Accept()
		if err != nil {
			return
		}
		l.mu.Lock()
		if l.shut || len(l.conns) >= maxCallers {
			l.mu.Unlock()
			_ = nc.Close()
			continue
		}
		l.conns[nc] = struct{}{}
		l.wg.Go(func() { l.serve(nc) })
		l.mu.Unlock()
	}
}

func (l *lockListener) close() {
	_ = l.ln.Close()
	l.mu.Lock()
	l.shut = true
	for nc := range l.conns {
		_ = nc.Close()
	}
	l.mu.Unlock()
	l.wg.Wait()
}

func (l *lockListener) serve(nc net.Conn) {
	defer func() {
		_ = nc.Close()
		l.mu.Lock()
		delete(l.conns, nc)
		l.mu.Unlock()
	}()
	records := rpc.NewRecordReader(nc, maxCall)
	for {
		record, err := records.Next(nil)
		if err != nil {
			return
		}
		call, err := rpc.ParseCall(record)
		if err != nil {
			return
		}
		if _, err := nc.Write(appendRecord(nil, l.answer(call))); err != nil {
			return
		}
	}
}

// answer is the reply to one call, without a record mark.
func (l *lockListener) answer(c rpc.Call) []byte {
	type procedure struct{ prog, vers, proc uint32 }
	ok := rpc.AppendAccepted(nil, c.XID, rpcmsg.SUCCESS)
	d := &decoder{buf: c.Args}
	switch (procedure{c.Prog, c.Vers, c.Proc}) {
	case procedure{progPortmap, 2, 0}, procedure{progNLM, 4, 0}, procedure{progNSM, 1, 0}:
		return ok
	case procedure{progPortmap, 2, 3}: // GETPORT
		prog, _, prot, _ := d.u32("prog"), d.u32("vers"), d.u32("prot"), d.u32("port")
		port := uint32(0)
		if prot == 6 && (prog == progNLM || prog == progNSM) {
			port = uint32(l.port)
		}
		ok = binary.BigEndian.AppendUint32(ok, port)
	case procedure{progNLM, 4, 5}: // GRANTED
		cookie, r, caller := grantedArgs(d)
		if d.finish() != nil {
			break
		}
		ok = appendOpaque(ok, cookie)
		ok = binary.BigEndian.AppendUint32(ok, uint32(l.granted(r, caller)))
	case procedure{progNLM, 4, 10}: // GRANTED_MSG
		cookie, r, caller := grantedArgs(d)
		if d.finish() != nil {
			break
		}
		s := l.granted(r, caller)
		l.wg.Go(func() { l.respond(cookie, s) })
	case procedure{progNSM, 1, 6}: // SM_NOTIFY
		name, state := d.opaque(maxNetobj, "mon_name"), int32(d.u32("state"))
		if d.finish() == nil {
			l.restarted(string(name), state)
		}
	default:
		return rpc.AppendAccepted(nil, c.XID, rpcmsg.PROC_UNAVAIL)
	}
	if d.finish() != nil {
		return rpc.AppendAccepted(nil, c.XID, rpcmsg.GARBAGE_ARGS)
	}
	return ok
}

// grantedArgs decodes an nlm4_testargs.
func grantedArgs(d *decoder) (cookie []byte, r Range, caller string) {
	cookie = d.opaque(maxNetobj, "cookie")
	r.Exclusive = d.boolean("exclusive")
	caller = string(d.opaque(maxNetobj, "caller_name"))
	r.FH = d.opaque(maxNetobj, "fh")
	r.Owner = string(d.opaque(maxNetobj, "oh"))
	if id := int32(d.u32("svid")); d.err == nil && id != svid {
		caller = "" // of no process of ours
	}
	r.Offset, r.Length = d.u64("l_offset"), d.u64("l_len")
	return cookie, r, caller
}

func appendOpaque(b, v []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
	b = append(b, v...)
	return append(b, make([]byte, pad(len(v)))...)
}
