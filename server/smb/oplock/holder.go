package oplock

import (
	"slices"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/lock"
)

// leaseID names a lease: the client's GUID selects the lease table, the key
// the lease (MS-SMB2 3.3.1.11, 3.3.1.12).
type leaseID struct {
	client [16]byte
	key    adapter.LeaseKey
}

// holder is one lease, shared by all opens with its key, or the oplock of one
// open. The fields from state on are guarded by the lock of the file's shard.
type holder struct {
	file   lock.FileHandle
	lease  bool
	id     leaseID  // of a lease
	client *client  // of a lease; guarded by Manager.reg
	open   uint64   // of an oplock
	notify Notifier // of an oplock

	state    State // Lease.LeaseState; the caching of Open.OplockLevel
	breaking bool  // Lease.Breaking; Open.OplockState is Breaking
	told     bool  // an oplock ended by a notification that wants no answer
	breakTo  State // Lease.BreakToLeaseState while breaking
	// required is where the operations that met this break need the holder
	// to end; if it is below breakTo, another break follows the
	// acknowledgment.
	required  State
	v2        bool
	hasParent bool
	epoch     uint16
	serial    uint32 // counts breaks, so that a late timer knows its own
	opens     int32  // opens that share it
	announced int32  // those of them whose client has been told
	parent    adapter.LeaseKey
	timer     clock.Timer
	held      []message // for a client that does not know the open yet
}

// open is one open that holds an oplock or shares a lease. It is guarded by
// Manager.reg, but for deferred, which belongs to the holder's shard.
type open struct {
	id       uint64
	session  uint64
	h        *holder
	conn     *connection
	index    int // in conn.opens
	deferred bool
}

// connection is what the manager knows of one SMB connection: the opens on it
// that hold anything. Guarded by Manager.reg.
type connection struct {
	id     uint64
	notify Notifier
	opens  []*open
	client *client
	leases int // opens of a lease among opens
}

// client is the connections with one ClientGuid that have opens with leases,
// the oldest first. Guarded by Manager.reg.
type client struct {
	guid        [16]byte
	connections []*connection
}

// target is the state to which h has to fall before op.
func (h *holder) target(op operation) State {
	if h.lease {
		return leaseTarget(h.state, op)
	}
	return oplockTarget(h.state, op)
}

// ownedBy reports whether h is the origin's own cached state, which op leaves
// alone: the lease of its key, the oplock of its open. Level II is no reason
// to spare: a write or a lock ends all of them (MS-FSA 2.1.4.12).
func (h *holder) ownedBy(o *adapter.Origin, op operation) bool {
	if o == nil {
		return false
	}
	if h.lease {
		return o.LeaseKey != (adapter.LeaseKey{}) && o.LeaseKey == h.id.key && o.ClientGUID == h.id.client
	}
	if o.Open == 0 || o.Open != h.open {
		return false
	}
	return h.state != R || op != opWrite && op != opLock
}

// setState changes the state and keeps the count behind Quiet.
func (m *Manager) setState(h *holder, s State) {
	switch {
	case h.state == None && s != None:
		m.live.Add(1)
	case h.state != None && s == None:
		m.live.Add(-1)
	}
	h.state = s
}

// endBreak leaves h in state s with no break under way and wakes who waits.
func (m *Manager) endBreak(f *file, h *holder, s State) {
	m.setState(h, s)
	h.breaking = false
	h.breakTo, h.required = s, s
	if h.timer != nil {
		h.timer.Stop()
		h.timer = nil
	}
	f.wake()
}

func (f *file) wake() {
	if f.changed != nil {
		close(f.changed)
		f.changed = nil
	}
}

// attach enters an open of h; m.reg is held.
func (m *Manager) attach(req *Request, h *holder) {
	c := m.connections[req.Connection]
	if c == nil {
		c = &connection{id: req.Connection, notify: req.Notifier}
		m.connections[req.Connection] = c
	}
	o := &open{id: req.Open, session: req.Session, h: h, conn: c, index: len(c.opens), deferred: req.Deferred}
	c.opens = append(c.opens, o)
	m.opens[req.Open] = o
	if !h.lease {
		return
	}
	k := m.clients[h.id.client]
	if k == nil {
		k = &client{guid: h.id.client}
		m.clients[h.id.client] = k
	}
	h.client = k
	c.leases++
	if c.client == nil {
		c.client = k
		k.connections = append(k.connections, c)
	}
}

// detach takes an open out of the tables and returns it, or nil; m.reg is held.
func (m *Manager) detach(id uint64) *open {
	o := m.opens[id]
	if o == nil {
		return nil
	}
	delete(m.opens, id)
	c := o.conn
	last := len(c.opens) - 1
	c.opens[o.index] = c.opens[last]
	c.opens[o.index].index = o.index
	c.opens[last] = nil
	c.opens = c.opens[:last]
	if o.h.lease {
		c.leases--
		if c.leases == 0 {
			k := c.client
			k.connections = slices.DeleteFunc(k.connections, func(x *connection) bool { return x == c })
			if len(k.connections) == 0 {
				delete(m.clients, k.guid)
			}
			c.client = nil
		}
	}
	if last == 0 {
		delete(m.connections, c.id)
	}
	return o
}

// remove ends a holder whose last open went; the shard's lock is held.
func (m *Manager) remove(s *shard, h *holder) {
	f := s.files[h.file]
	m.endBreak(f, h, None)
	h.held = nil
	f.holders = slices.DeleteFunc(f.holders, func(x *holder) bool { return x == h })
	if len(f.holders) == 0 {
		delete(s.files, h.file)
	}
	if h.lease {
		m.reg.Lock()
		if m.leases[h.id] == h {
			delete(m.leases, h.id)
		}
		m.reg.Unlock()
	}
}
