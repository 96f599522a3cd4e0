package oplock

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/lock"
)

// invariants checks what has to hold at every moment.
func invariants(m *Manager) error {
	for i := range m.shards {
		if err := m.shards[i].invariants(); err != nil {
			return err
		}
	}
	return nil
}

func (s *shard) invariants() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h, f := range s.files {
		writers, holders, oplocks, handles := 0, 0, 0, 0
		for _, x := range f.holders {
			switch {
			case x.file != h:
				return fmt.Errorf("%v: a holder of %v", h, x.file)
			case !x.state.Legal():
				return fmt.Errorf("%v: state %v", h, x.state)
			case x.opens <= 0:
				return fmt.Errorf("%v: a holder with %d opens", h, x.opens)
			case x.breaking && (x.state == None || x.state == R):
				return fmt.Errorf("%v: %v is breaking", h, x.state)
			case x.breaking && (!x.breakTo.Legal() || x.breakTo == x.state || x.breakTo&^x.state != 0):
				return fmt.Errorf("%v: %v breaks to %v", h, x.state, x.breakTo)
			case x.breaking && x.required&^x.breakTo != 0:
				return fmt.Errorf("%v: breaks to %v, needs %v", h, x.breakTo, x.required)
			case x.state == None:
				continue
			}
			holders++
			if x.state&Write != 0 {
				writers++
			}
			if !x.lease {
				oplocks++
			} else if x.state&Handle != 0 {
				handles++
			}
		}
		switch {
		case len(f.holders) == 0:
			return fmt.Errorf("%v: a file without holders", h)
		case writers > 0 && holders > 1:
			return fmt.Errorf("%v: %d cache, %d of them writes", h, holders, writers)
		case handles > 0 && oplocks > 0:
			return fmt.Errorf("%v: an oplock beside handle caching", h)
		}
	}
	return nil
}

// answering is a client that acknowledges in its own time, sometimes wrongly,
// sometimes never.
type answering struct {
	m    *Manager
	guid [16]byte
	jobs chan func()
}

func (a *answering) SendOplockBreak(open uint64, to Level) error {
	return a.post(func() { _ = a.m.AcknowledgeOplock(open, to, func(Level) {}) })
}

func (a *answering) SendLeaseBreak(b LeaseBreak) error {
	if b.New&^b.Current != 0 || b.New == b.Current {
		return errors.New("a break that does not lower")
	}
	if !b.AckRequired {
		return nil
	}
	return a.post(func() { _ = a.m.AcknowledgeLease(a.guid, b.Key, b.New&State(rand.N(8)).reduce(), func(State) {}) })
}

// post drops the job when the client is busy: that break times out.
func (a *answering) post(f func()) error {
	select {
	case a.jobs <- f:
	default:
	}
	return nil
}

// Many clients, few files, every call at once: the invariants hold at every
// moment, and nothing is left at the end.
func TestStress(t *testing.T) {
	m := New(clock.System{}, Options{BreakTimeout: 2 * time.Millisecond})
	files := make([]lock.FileHandle, 6)
	gates := make([]sync.RWMutex, len(files))
	for i := range files {
		files[i] = lock.FileHandle{FSID: 1, ID: uint64(i)}
	}
	rounds := 2000
	if testing.Short() {
		rounds = 300
	}
	var clients, answers sync.WaitGroup
	var all []*answering
	for c := range 8 {
		a := &answering{m: m, guid: [16]byte{byte(c/2) + 1}, jobs: make(chan func(), 4)}
		all = append(all, a)
		answers.Go(func() {
			for f := range a.jobs {
				f()
			}
		})
		clients.Go(func() {
			r := rand.New(rand.NewPCG(uint64(c), 7))
			var mine []uint64
			next := uint64(c) << 32
			for range rounds {
				i := r.IntN(len(files))
				f := files[i]
				k := key(byte(r.IntN(3)) + 1)
				o := &adapter.Origin{Protocol: "smb", ClientGUID: a.guid, LeaseKey: k}
				if r.IntN(2) == 0 {
					o = &adapter.Origin{Protocol: "nfs"}
				}
				ctx := adapter.WithOrigin(context.Background(), o)
				switch r.IntN(8) {
				case 0, 1, 2:
					gates[i].Lock()
					next++
					req := Request{
						Open: next, Connection: uint64(c), Session: uint64(c), Notifier: a,
						Level:    []Level{LevelII, LevelExclusive, LevelBatch, LevelLease, LevelLease, LevelLease}[r.IntN(6)],
						Deferred: r.IntN(3) == 0,
						Lease:    LeaseRequest{ClientGUID: a.guid, Key: k, State: State(r.IntN(8)), V2: r.IntN(2) == 0},
					}
					if _, err := m.Grant(f, req); err == nil {
						mine = append(mine, next)
					}
					gates[i].Unlock()
					if req.Deferred {
						m.Announce(req.Open, func() {})
					}
				case 3:
					if len(mine) > 0 {
						j := r.IntN(len(mine))
						m.Close(mine[j])
						mine[j] = mine[len(mine)-1]
						mine = mine[:len(mine)-1]
					}
				case 4:
					if r.IntN(50) == 0 {
						m.DropConnection(uint64(c))
						mine = nil
					}
					_ = m.Snapshot()
				default:
					gates[i].RLock()
					op := breakTable[r.IntN(len(breakTable))].op
					err := ask(ctx, m, f, op)
					gates[i].RUnlock()
					if MustWait(err) {
						_ = m.WaitForBreak(ctx, f)
					}
				}
				if r.IntN(16) == 0 {
					if err := invariants(m); err != nil {
						t.Error(err)
						return
					}
				}
			}
			for _, id := range mine {
				m.Close(id)
			}
		})
	}
	clients.Wait()
	for _, a := range all {
		close(a.jobs)
	}
	answers.Wait()
	empty(t, m)
}
