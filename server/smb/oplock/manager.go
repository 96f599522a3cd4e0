package oplock

import (
	"sync"
	"sync/atomic"
	"time"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/lock"
)

// DefaultBreakTimeout is how long a holder may take to acknowledge a break
// (MS-SMB2 3.3.2.1, 3.3.2.5).
const DefaultBreakTimeout = 35 * time.Second

// Counters of the manager.
const (
	CounterSent     = "smb_breaks_sent"      // notifications queued
	CounterAcked    = "smb_breaks_acked"     // acknowledgments accepted
	CounterTimedOut = "smb_breaks_timed_out" // breaks that nobody acknowledged
)

// Options of a Manager.
type Options struct {
	// BreakTimeout replaces DefaultBreakTimeout if positive.
	BreakTimeout time.Duration
	// Counters receives the counts; nil: the Count of the runtime. It must
	// not block nor call the Manager.
	Counters func(name string, n uint64)
	// DirectoryLeases lets directories have leases of version 2, R or RH.
	DirectoryLeases bool
}

// shardCount bounds contention, not memory: an operation on one file takes the
// lock of one shard for the time of a map access.
const shardCount = 64

// Manager holds every lease and oplock of the SMB service. It is the
// OplockManager of the adapter contract and safe for concurrent use.
//
// Locks: shard.mu guards the files of the shard, their holders and all of the
// holders' changing fields. Manager.reg guards the tables of opens, leases,
// connections and clients. shard.mu is taken before reg, never after.
type Manager struct {
	clk         clock.Clock
	timeout     time.Duration
	count       func(name string, n uint64)
	dirLeases   bool
	live        atomic.Int64 // holders whose state is not none
	shards      [shardCount]shard
	reg         sync.Mutex
	opens       map[uint64]*open
	leases      map[leaseID]*holder
	connections map[uint64]*connection
	clients     map[[16]byte]*client
}

var _ adapter.OpenBreaker = (*Manager)(nil)

type shard struct {
	mu    sync.Mutex
	files map[lock.FileHandle]*file
}

// file is a file that has holders. It exists as long as it has any.
type file struct {
	holders []*holder
	// changed is closed, and forgotten, when a break on the file ends; nil
	// while nobody waits.
	changed chan struct{}
}

// New returns a manager that measures its timeouts with clk.
func New(clk clock.Clock, opt Options) *Manager {
	m := &Manager{
		clk:         clk,
		timeout:     opt.BreakTimeout,
		count:       opt.Counters,
		dirLeases:   opt.DirectoryLeases,
		opens:       make(map[uint64]*open),
		leases:      make(map[leaseID]*holder),
		connections: make(map[uint64]*connection),
		clients:     make(map[[16]byte]*client),
	}
	if m.timeout <= 0 {
		m.timeout = DefaultBreakTimeout
	}
	for i := range m.shards {
		m.shards[i].files = make(map[lock.FileHandle]*file)
	}
	return m
}

// SetRuntime publishes the manager under adapter.OplockBreakerProviderKey. It
// is called once, before anything is served.
func (m *Manager) SetRuntime(rt adapter.Runtime) {
	if m.count == nil {
		m.count = rt.Count
	}
	for _, name := range [...]string{CounterSent, CounterAcked, CounterTimedOut} {
		m.count(name, 0) // so that they are there to be read before the first break
	}
	rt.SetAdapterProvider(adapter.OplockBreakerProviderKey, m)
}

// Quiet implements adapter.OpenBreaker: one atomic load.
func (m *Manager) Quiet() bool { return m.live.Load() == 0 }

func (m *Manager) shard(h lock.FileHandle) *shard {
	x := h.ID*0x9e3779b97f4a7c15 ^ h.FSID*0xff51afd7ed558ccd
	return &m.shards[x>>58%shardCount]
}

func (m *Manager) add(name string) {
	if m.count != nil {
		m.count(name, 1)
	}
}
