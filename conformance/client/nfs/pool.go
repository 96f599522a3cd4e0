package nfs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/vmware/go-nfs-client/nfs/rpc"

	"crosswire/conformance/client"
)

// maxConns bounds the connections of one pool.
const maxConns = 256

// pool is the connections of one client to one address. A call takes an idle
// one, or a new one if all are busy: a call that waits (a WRITE for a break)
// never holds up another.
type pool struct {
	addr string
	dial Dialer

	mu     sync.Mutex
	all    map[*relay]struct{}
	idle   []*relay
	closed bool
}

func newPool(addr string, dial Dialer) *pool {
	return &pool{addr: addr, dial: dial, all: map[*relay]struct{}{}}
}

var errDisconnected = errors.New("the client is disconnected")

// get is an idle connection, the last used first, or a new one.
func (p *pool) get(ctx context.Context) (*relay, error) {
	p.mu.Lock()
	for len(p.idle) > 0 && !p.closed {
		r := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if r.cause() == nil {
			p.mu.Unlock()
			return r, nil
		}
		delete(p.all, r)
	}
	n, closed := len(p.all), p.closed
	p.mu.Unlock()
	if closed {
		return nil, errDisconnected
	}
	if n >= maxConns {
		return nil, fmt.Errorf("%d calls are outstanding already", n)
	}
	r, err := openRelay(ctx, p.dial, p.addr)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		r.fail(errDisconnected)
		return nil, errDisconnected
	}
	p.all[r] = struct{}{}
	return r, nil
}

// put takes a connection back, to be used again if it is whole.
func (p *pool) put(r *relay, whole bool) {
	if !whole {
		r.fail(net.ErrClosed)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !whole || p.closed {
		delete(p.all, r)
		return
	}
	p.idle = append(p.idle, r)
}

// disconnect closes every connection; calls that wait fail, and so does every
// later one until reconnect.
func (p *pool) disconnect() {
	p.mu.Lock()
	p.closed = true
	all := p.all
	p.all, p.idle = map[*relay]struct{}{}, nil
	p.mu.Unlock()
	for r := range all {
		r.fail(errDisconnected)
	}
}

func (p *pool) reconnect() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = false
}

// call sends one call and returns the body of its reply. proc is its name in
// errors. The error is an *RPCError or a *TransportError.
func (p *pool) call(ctx context.Context, proc string, hdr rpc.Header, args any) ([]byte, error) {
	began := time.Now()
	broken := func(err error) error {
		return &TransportError{Addr: p.addr, Proc: proc, After: time.Since(began), Err: err}
	}
	r, err := p.get(ctx)
	if err != nil {
		return nil, broken(err)
	}
	stop := context.AfterFunc(ctx, func() { r.fail(ctx.Err()) })
	body, err := r.call(struct {
		rpc.Header
		Args any
	}{hdr, args})
	stopped := stop()
	client.NoteArrival(ctx, r.lastArrived())
	if err == nil {
		p.put(r, stopped)
		return body, nil
	}
	if refusal := r.lastRefusal(); refusal != nil {
		p.put(r, stopped)
		e := *refusal
		e.Addr, e.Proc = p.addr, proc
		return nil, &e
	}
	if cause := r.cause(); cause != nil {
		err = cause
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	p.put(r, false)
	return nil, broken(err)
}
