package nfs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"

	"crosswire/conformance/client"
)

// progNLM and progNSM are the lock manager and the status monitor.
const (
	progNLM = 100021
	progNSM = 100024
)

// LockStatus is the nlm4_stats of RFC 1813 appendix II.
type LockStatus uint32

// The values of nlm4_stats that this client tells apart.
const (
	LockGranted LockStatus = 0
	LockDenied  LockStatus = 1
	LockBlocked LockStatus = 3
)

// String is the RFC's name, e.g. "NLM4_DENIED".
func (s LockStatus) String() string {
	names := [...]string{"GRANTED", "DENIED", "DENIED_NOLOCKS", "BLOCKED", "DENIED_GRACE_PERIOD", "DEADLCK", "ROFS", "STALE_FH", "FBIG", "FAILED"}
	if int(s) < len(names) {
		return "NLM4_" + names[s]
	}
	return fmt.Sprintf("NLM4_%d", uint32(s))
}

// Range is one byte-range lock, held or wanted.
type Range struct {
	FH        FileHandle
	Owner     string // the oh
	Exclusive bool
	Offset    uint64
	Length    uint64 // 0: to the end
}

// LockHolder is who stands against a lock (nlm4_holder).
type LockHolder struct {
	Exclusive      bool
	Svid           int32
	Owner          []byte
	Offset, Length uint64
}

// svid stands for the process of an owner: this client has one.
const svid = 1

// Locker is an NLM version 4 client (RFC 1813 appendix II; The Open Group XNFS
// C702 chapter 10): it locks by the synchronous procedures, and listens for
// GRANTED with a lock manager of its own.
//
// A server finds that listener by the port mapper at the client's address. We
// leave the machine's own, if there is one, alone: the listener answers as a
// port mapper too, and the name by which this client calls itself tells its
// port ("crosswire.B:40123"). The reference server understands that of clients
// on loopback; a server that asks at port 111 does not find us, and then a
// blocked lock stays blocked until it is given up.
type Locker struct {
	c    *Client
	dial Dialer
	name string
	note func(client.Event)

	// cookies number the calls.
	mu       sync.Mutex
	cookie   uint32
	svc      *service      // nil until the first call
	listener *lockListener // likewise
	waits    map[rangeKey]chan LockStatus
	held     map[rangeKey]bool // granted by callback, not yet unlocked
	state    int32
	closed   bool
}

// rangeKey is a Range that can be compared.
type rangeKey struct {
	fh, owner      string
	exclusive      bool
	offset, length uint64
}

func (r Range) key() rangeKey {
	return rangeKey{string(r.FH), r.Owner, r.Exclusive, r.Offset, r.Length}
}

// NewLocker locks as the client c does everything else. note is told of what
// happens besides replies.
func NewLocker(c *Client, dial Dialer, name string, note func(client.Event)) *Locker {
	if dial == nil {
		dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
	}
	return &Locker{c: c, dial: dial, name: name, note: note, waits: map[rangeKey]chan LockStatus{}, held: map[rangeKey]bool{}, state: 1}
}

var errLockerClosed = errors.New("the client is closed")

// open finds the server's lock manager, by its port mapper if it has one, and
// starts to listen.
func (l *Locker) open(ctx context.Context) (svc *service, caller string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, "", errLockerClosed
	}
	if l.svc == nil {
		addr := l.c.nfs.addr
		if l.c.portmap != nil {
			port, err := l.c.Getport(ctx, progNLM, 4, 6)
			if err != nil {
				return nil, "", err
			}
			if port == 0 {
				return nil, "", &RPCError{Addr: addr, Proc: "NLM", Name: "PROG_UNAVAIL"}
			}
			host, _, err := net.SplitHostPort(addr)
			if err != nil {
				return nil, "", err
			}
			addr = net.JoinHostPort(host, strconv.Itoa(int(port)))
		}
		if l.listener == nil {
			if l.listener, err = listenLocks(addr, callee{l.granted, l.respond, l.restarted}); err != nil {
				return nil, "", err
			}
		}
		l.svc = &service{addr, newPool(addr, l.dial)}
	}
	return l.svc, l.callerName(), nil
}

// callerName is how this client calls itself. It is called under mu.
func (l *Locker) callerName() string {
	if l.listener != nil && l.listener.loopback {
		return fmt.Sprintf("%s:%d", l.name, l.listener.port)
	}
	return l.name
}

// Disconnect cuts the connections; what is locked stays locked.
func (l *Locker) Disconnect() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.svc != nil {
		l.svc.disconnect()
		l.svc = nil
	}
}

// Close ends the connections, the listener and every wait.
func (l *Locker) Close() {
	l.Disconnect()
	l.mu.Lock()
	listener := l.listener
	l.listener, l.closed = nil, true
	for k, ch := range l.waits {
		delete(l.waits, k)
		close(ch)
	}
	l.mu.Unlock()
	if listener != nil {
		listener.close()
	}
}

// The arguments as the XDR encoder of the RPC library takes them apart.
type (
	nlmLock struct {
		Caller         string
		FH, Owner      []byte
		Svid           int32
		Offset, Length uint64
	}
	nlmTestArgs struct {
		Cookie    []byte
		Exclusive bool
		Lock      nlmLock
	}
	nlmLockArgs struct {
		Cookie           []byte
		Block, Exclusive bool
		Lock             nlmLock
		Reclaim          bool
		State            int32
	}
	nlmCancelArgs struct {
		Cookie           []byte
		Block, Exclusive bool
		Lock             nlmLock
	}
	nlmUnlockArgs struct {
		Cookie []byte
		Lock   nlmLock
	}
	nlmRes struct {
		Cookie []byte
		Stat   uint32
	}
	nsmChange struct {
		Name  string
		State int32
	}
)

// maxNetobj bounds cookies, owners and handles (MAXNETOBJ_SZ).
const maxNetobj = 1024

// call makes one NLM call whose answer begins with the cookie and a status.
func (l *Locker) call(ctx context.Context, num uint32, proc string, r Range, args func(cookie []byte, lock nlmLock) any, decode func(d *decoder, s LockStatus)) (LockStatus, error) {
	svc, caller, err := l.open(ctx)
	if err != nil {
		return 0, err
	}
	l.mu.Lock()
	l.cookie++
	cookie := fmt.Appendf(nil, "%08x", l.cookie)
	l.mu.Unlock()
	lock := nlmLock{caller, r.FH, []byte(r.Owner), svid, r.Offset, r.Length}
	body, err := svc.call(ctx, proc, l.c.header(progNLM, 4, num), args(cookie, lock))
	if err != nil {
		return 0, err
	}
	d := &decoder{buf: body}
	if got := d.opaque(maxNetobj, "cookie"); d.err == nil && string(got) != string(cookie) {
		d.fail("the cookie %q of another call than %q", got, cookie)
	}
	s := LockStatus(d.u32("status"))
	if d.err == nil && decode != nil {
		decode(d, s)
	}
	if err := d.finish(); err != nil {
		return 0, &TransportError{Addr: svc.addr, Proc: proc, Err: err}
	}
	return s, nil
}

func (l *Locker) refused(proc string, s LockStatus) error {
	return &StatusError{Addr: l.c.nfs.addr, Proc: proc, Name: s.String(), Code: uint32(s)}
}

// Test asks who stands against a lock; nil if nobody does.
func (l *Locker) Test(ctx context.Context, r Range) (*LockHolder, error) {
	var h *LockHolder
	s, err := l.call(ctx, 1, "NLM_TEST", r, func(cookie []byte, lock nlmLock) any {
		return nlmTestArgs{cookie, r.Exclusive, lock}
	}, func(d *decoder, s LockStatus) {
		if s == LockDenied {
			h = &LockHolder{Exclusive: d.boolean("exclusive"), Svid: int32(d.u32("svid")), Owner: d.opaque(maxNetobj, "oh"), Offset: d.u64("l_offset"), Length: d.u64("l_len")}
		}
	})
	if err == nil && s != LockGranted && s != LockDenied {
		err = l.refused("NLM_TEST", s)
	}
	return h, err
}

// Lock takes a lock at once, or is refused.
func (l *Locker) Lock(ctx context.Context, r Range) error {
	s, err := l.lock(ctx, r, false)
	if err == nil && s != LockGranted {
		err = l.refused("NLM_LOCK", s)
	}
	return err
}

func (l *Locker) lock(ctx context.Context, r Range, block bool) (LockStatus, error) {
	l.mu.Lock()
	state := l.state
	l.mu.Unlock()
	return l.call(ctx, 2, "NLM_LOCK", r, func(cookie []byte, lock nlmLock) any {
		return nlmLockArgs{cookie, block, r.Exclusive, lock, false, state}
	}, nil)
}

// Unlock gives up what the owner has in a range.
func (l *Locker) Unlock(ctx context.Context, r Range) error {
	l.mu.Lock()
	for k := range l.held {
		if k.fh == string(r.FH) && k.owner == r.Owner {
			delete(l.held, k)
		}
	}
	l.mu.Unlock()
	s, err := l.call(ctx, 4, "NLM_UNLOCK", r, func(cookie []byte, lock nlmLock) any {
		return nlmUnlockArgs{cookie, lock}
	}, nil)
	if err == nil && s != LockGranted {
		err = l.refused("NLM_UNLOCK", s)
	}
	return err
}

// Cancel takes a blocked request back; LockDenied means that none waited.
func (l *Locker) Cancel(ctx context.Context, r Range) (LockStatus, error) {
	return l.call(ctx, 3, "NLM_CANCEL", r, func(cookie []byte, lock nlmLock) any {
		return nlmCancelArgs{cookie, true, r.Exclusive, lock}
	}, nil)
}

// Restart tells the server by SM_NOTIFY that this client has begun another
// life, in which it holds nothing.
func (l *Locker) Restart(ctx context.Context) error {
	svc, caller, err := l.open(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.state += 2
	state := l.state
	clear(l.held)
	l.mu.Unlock()
	addr := svc.addr
	if l.c.portmap != nil {
		port, err := l.c.Getport(ctx, progNSM, 1, 6)
		if err != nil {
			return err
		}
		if port == 0 {
			return &RPCError{Addr: addr, Proc: "SM_NOTIFY", Name: "PROG_UNAVAIL"}
		}
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return err
		}
		addr = net.JoinHostPort(host, strconv.Itoa(int(port)))
	}
	p := newPool(addr, l.dial)
	defer p.disconnect()
	body, err := p.call(ctx, "SM_NOTIFY", l.c.header(progNSM, 1, 6), nsmChange{caller, state})
	if err != nil {
		return err
	}
	if err := (&decoder{buf: body}).finish(); err != nil {
		return &TransportError{Addr: addr, Proc: "SM_NOTIFY", Err: err}
	}
	return nil
}
