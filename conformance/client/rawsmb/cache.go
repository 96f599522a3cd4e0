package rawsmb

import (
	"slices"
	"sync"

	"crosswire/conformance/client"
	"crosswire/server/wire/smb2"
)

// open is an open file; the Handle.Ref of one.
type open struct {
	s      *session
	tree   *tree
	id     smb2.FileID
	handle *client.Handle
	name   string // as sent

	cache *cache // nil without lease and oplock; set before anybody else sees the open

	mu   sync.Mutex
	held []heldWrite // what "write … cached" keeps back, in order

	pipe pipeState
}

// cache is one caching right: a lease, which several opens may share, or the
// oplock of one open. All members are guarded by cacheTable.mu.
type cache struct {
	lease bool
	key   smb2.LeaseKey // of a lease
	state smb2.LeaseState
	level smb2.OplockLevel // of an oplock
	epoch uint16           // of a version 2 lease; of the version only hasEpoch tells

	hasEpoch bool
	opens    []*open
	known    bool // a CREATE response has told its state
	asked    *breakAsk
	policy   *client.BreakPolicy // nil: the default of the actor
	last     chan struct{}       // closed when the answer to the break before is done
}

// breakAsk is a break that the server awaits an acknowledgment of.
type breakAsk struct {
	state smb2.LeaseState
	level smb2.OplockLevel
}

// cacheTable holds the caching rights of a session. Its lock is held for
// moments only, never during I/O.
type cacheTable struct {
	s *session
	w *watcher

	mu       sync.Mutex
	leases   map[smb2.LeaseKey]*cache
	oplocks  map[smb2.FileID]*cache
	fallback client.BreakPolicy
}

func (t *cacheTable) init(s *session, w *watcher) {
	t.s, t.w = s, w
	t.leases, t.oplocks = map[smb2.LeaseKey]*cache{}, map[smb2.FileID]*cache{}
}

// text is what a cache holds, in the words of scenarios.
func (c *cache) text() string {
	if c.lease {
		return c.state.String()
	}
	return levelText(c.level)
}

func (a *breakAsk) text(lease bool) string {
	if lease {
		return a.state.String()
	}
	return levelText(a.level)
}

// keepsWrites reports a right to keep writes back.
func (c *cache) keepsWrites() bool {
	if c.lease {
		return c.state&smb2.LeaseWriteCaching != 0
	}
	return c.level == smb2.OplockExclusive || c.level == smb2.OplockBatch
}

func levelText(l smb2.OplockLevel) string {
	if l == smb2.OplockII {
		return "level2"
	}
	return l.String()
}

// expect makes room for a lease that a CREATE is about to ask for, so that a
// break which overtakes the response is known.
func (t *cacheTable) expect(key smb2.LeaseKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.leases[key] == nil {
		t.leases[key] = &cache{lease: true, key: key}
	}
}

// granted takes up what a CREATE response granted to an open. It runs in the
// reader.
func (t *cacheTable) granted(o *open, resp *smb2.CreateResponse, lease *smb2.LeaseContext) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case resp.OplockLevel == smb2.OplockLease && lease != nil:
		c := t.leases[lease.Key]
		if c == nil {
			c = &cache{lease: true, key: lease.Key}
			t.leases[lease.Key] = c
		}
		// A version 2 response older than the last break says nothing new
		// (MS-SMB2 3.2.5.7.5).
		if lease.Version != 2 || !c.hasEpoch || int16(lease.Epoch-c.epoch) >= 0 {
			c.state = lease.State
		}
		if lease.Version == 2 && (!c.hasEpoch || int16(lease.Epoch-c.epoch) > 0) {
			c.epoch, c.hasEpoch = lease.Epoch, true
		}
		c.known = true
		c.opens = append(c.opens, o)
		o.cache = c
	case resp.OplockLevel == smb2.OplockNone || resp.OplockLevel == smb2.OplockLease:
	default:
		c := &cache{level: resp.OplockLevel, opens: []*open{o}, known: true}
		t.oplocks[o.id] = c
		o.cache = c
	}
}

// refused forgets a lease that was expected and not granted.
func (t *cacheTable) refused(key smb2.LeaseKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.leases[key]; c != nil && !c.known {
		delete(t.leases, key)
	}
}

// closed forgets an open. It runs in the reader.
func (t *cacheTable) closed(o *open) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := o.cache
	if c == nil {
		return
	}
	c.opens = slices.DeleteFunc(c.opens, func(other *open) bool { return other == o })
	if len(c.opens) > 0 {
		return
	}
	if c.lease {
		delete(t.leases, c.key)
	} else {
		delete(t.oplocks, o.id)
	}
}

// mayHold reports whether an open may keep writes back, and what it holds.
func (t *cacheTable) mayHold(o *open) (ok bool, holds string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o.cache == nil {
		return false, "none"
	}
	return o.cache.keepsWrites(), o.cache.text()
}
