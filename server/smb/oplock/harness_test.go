package oplock

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/lock"

	"github.com/stretchr/testify/require"
)

// wire is a connection whose client writes down what it is sent.
type wire struct {
	mu   sync.Mutex
	log  []string // "key=1 RWH->RH ack epoch=2" or "open=3 II"
	dead bool
}

func (w *wire) SendOplockBreak(open uint64, to Level) error {
	return w.add(fmt.Sprintf("open=%d %v", open, to))
}

func (w *wire) SendLeaseBreak(b LeaseBreak) error {
	s := fmt.Sprintf("key=%d %v->%v", b.Key[0], b.Current, b.New)
	if b.AckRequired {
		s += " ack"
	}
	if b.V2 {
		s += fmt.Sprintf(" epoch=%d", b.Epoch)
	} else if b.Epoch != 0 {
		s += " epoch on v1"
	}
	return w.add(s)
}

func (w *wire) add(s string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return errors.New("connection reset")
	}
	w.log = append(w.log, s)
	return nil
}

// take returns and forgets what was sent.
func (w *wire) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.log
	w.log = nil
	return l
}

// bed is a manager with a clock that a test moves.
type bed struct {
	t     testing.TB
	m     *Manager
	clk   *clock.Virtual
	conns map[uint64]*wire
	mu    sync.Mutex
	count map[string]uint64
	opens uint64
}

func newBed(t testing.TB, opt Options) *bed {
	b := &bed{t: t, clk: clock.NewVirtual(), conns: map[uint64]*wire{}, count: map[string]uint64{}}
	opt.Counters = func(name string, n uint64) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.count[name] += n
	}
	b.m = New(b.clk, opt)
	return b
}

func (b *bed) conn(id uint64) *wire {
	if b.conns[id] == nil {
		b.conns[id] = &wire{}
	}
	return b.conns[id]
}

var file1 = lock.FileHandle{FSID: 1, ID: 10, Gen: 1}
var file2 = lock.FileHandle{FSID: 1, ID: 11, Gen: 1}

// client is the GUID of the client that owns a connection: connections 1–9
// belong to client 1, 11–19 to client 2, and so on.
func guid(conn uint64) [16]byte { return [16]byte{0: byte(conn/10) + 1} }

func key(k byte) adapter.LeaseKey { return adapter.LeaseKey{0: k} }

// state parses "RWH", "" and "none".
func state(s string) State {
	var v State
	if s == "none" {
		return None
	}
	for _, c := range s {
		switch c {
		case 'R':
			v |= Read
		case 'W':
			v |= Write
		case 'H':
			v |= Handle
		default:
			panic(s)
		}
	}
	return v
}

// level parses "s", "x", "b" and "".
func level(s string) Level {
	switch s {
	case "s":
		return LevelII
	case "x":
		return LevelExclusive
	case "b":
		return LevelBatch
	}
	return LevelNone
}

type option func(*Request)

func others(n int) option    { return func(r *Request) { r.OtherOpens = n } }
func locked(r *Request)      { r.Locked = true }
func deferred(r *Request)    { r.Deferred = true }
func directory(r *Request)   { r.Directory = true }
func v2(epoch uint16) option { return func(r *Request) { r.Lease.V2, r.Lease.Epoch = true, epoch } }
func parent(k byte) option {
	return func(r *Request) { r.Lease.Parent, r.Lease.HasParent = key(k), true }
}
func (b *bed) request(conn uint64) Request {
	b.opens++
	return Request{Open: b.opens, Connection: conn, Session: 100 + conn, Notifier: b.conn(conn)}
}

// lease opens h with a lease and returns the number of the open.
func (b *bed) lease(conn uint64, h lock.FileHandle, k byte, want string, opts ...option) (uint64, Granted) {
	b.t.Helper()
	r := b.request(conn)
	r.Level = LevelLease
	r.Lease = LeaseRequest{ClientGUID: guid(conn), Key: key(k), State: state(want)}
	for _, o := range opts {
		o(&r)
	}
	g, err := b.m.Grant(h, r)
	require.NoError(b.t, err)
	return r.Open, g
}

// oplock opens h with an oplock.
func (b *bed) oplock(conn uint64, h lock.FileHandle, want string, opts ...option) (uint64, Granted) {
	b.t.Helper()
	r := b.request(conn)
	r.Level = level(want)
	for _, o := range opts {
		o(&r)
	}
	g, err := b.m.Grant(h, r)
	require.NoError(b.t, err)
	return r.Open, g
}

// ack acknowledges a lease break over conn.
func (b *bed) ack(conn uint64, k byte, to string) error {
	return b.m.AcknowledgeLease(guid(conn), key(k), state(to), nil)
}

// as is the origin of an operation by the holder of a lease.
func as(conn uint64, k byte) context.Context {
	return adapter.WithOrigin(context.Background(), &adapter.Origin{Protocol: "smb", LeaseKey: key(k), ClientGUID: guid(conn)})
}

// asOpen is the origin of an operation through an open without a lease.
func asOpen(open uint64) context.Context {
	return adapter.WithOrigin(context.Background(), &adapter.Origin{Protocol: "smb", Open: open})
}

// nfs is the origin of an operation over NFS.
func nfs() context.Context {
	return adapter.WithOrigin(context.Background(), &adapter.Origin{Protocol: "nfs"})
}

// verdict names the result of a check.
func verdict(t testing.TB, err error) string {
	t.Helper()
	switch {
	case err == nil:
		return "free"
	case !errors.Is(err, adapter.ErrLeaseBreakPending):
		t.Fatalf("not a pending break: %v", err)
	case MustWait(err):
		return "wait"
	}
	return "told"
}

// states lists "10:key1=RWH" in the order of the snapshot.
func (b *bed) states() string {
	var s []string
	for _, h := range b.m.Snapshot() {
		d := fmt.Sprintf("%v=%v", h.Level, h.State)
		if h.Breaking {
			d += fmt.Sprintf("->%v", h.BreakTo)
			if h.Required != h.BreakTo {
				d += fmt.Sprintf("(%v)", h.Required)
			}
		}
		s = append(s, d)
	}
	return strings.Join(s, " ")
}

// check runs one of the breaker's questions by name.
func (b *bed) check(ctx context.Context, h lock.FileHandle, op string) string {
	b.t.Helper()
	return verdict(b.t, ask(ctx, b.m, h, op))
}

func ask(ctx context.Context, m *Manager, h lock.FileHandle, op string) error {
	switch op {
	case "write":
		return m.CheckAndBreakForWrite(ctx, h)
	case "read":
		return m.CheckAndBreakForRead(ctx, h)
	case "delete":
		return m.CheckAndBreakForDelete(ctx, h)
	case "lock":
		return m.CheckAndBreakForLock(ctx, h)
	case "handle":
		return m.CheckAndBreakForHandle(ctx, h)
	case "open":
		return m.CheckAndBreakForOpen(ctx, h, adapter.OpenIntent{})
	case "overwrite":
		return m.CheckAndBreakForOpen(ctx, h, adapter.OpenIntent{Overwrite: true})
	case "attributes":
		return m.CheckAndBreakForOpen(ctx, h, adapter.OpenIntent{AttributesOnly: true})
	case "attributes and security":
		return m.CheckAndBreakForOpen(ctx, h, adapter.OpenIntent{AttributesOnly: true, ReadControl: true})
	case "attributes overwrite":
		return m.CheckAndBreakForOpen(ctx, h, adapter.OpenIntent{AttributesOnly: true, Overwrite: true})
	case "share":
		return m.CheckAndBreakForOpen(ctx, h, adapter.OpenIntent{ShareConflict: true})
	case "share overwrite":
		return m.CheckAndBreakForOpen(ctx, h, adapter.OpenIntent{ShareConflict: true, Overwrite: true})
	}
	panic(op)
}

// waiting starts a WaitForBreak and returns the channel of its result.
func (b *bed) waiting(ctx context.Context, h lock.FileHandle) <-chan error {
	done := make(chan error, 1)
	go func() { done <- b.m.WaitForBreak(ctx, h) }()
	return done
}

func arrives(t testing.TB, c <-chan error) error {
	t.Helper()
	select {
	case err := <-c:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("the waiter was not woken")
		return nil
	}
}
