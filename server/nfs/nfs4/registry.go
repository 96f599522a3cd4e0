package nfs4

import (
	"context"
	"fmt"
	"sync"
	"time"

	"crosswire/server/clock"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// Limits on what clients can make the server remember.
const (
	maxClients  = 16384   // client ids
	maxSessions = 16      // of one client
	maxSlots    = 64      // of one session
	maxOwners   = 1 << 16 // of one client
	maxStates   = 1 << 18 // stateids of one client
	maxCached   = 64 << 20
)

// registry is every client with all that it holds.
type registry struct {
	clock clock.Clock
	boot  uint32 // this start, in client ids and stateids

	maxClients int

	mu        sync.Mutex // guards everything below and behind it, but where said otherwise
	stopped   bool
	next      uint32 // of client ids
	clients   map[uint64]*client
	confirmed map[string]*client // by key
	proposed  map[string]*client // by key: not confirmed yet
	sessions  map[nfs4.Sessionid4]*session
	cached    int // octets in the slots of all sessions
}

func newRegistry(c clock.Clock, boot uint32) *registry {
	return &registry{
		clock: c, boot: boot, maxClients: maxClients,
		clients: map[uint64]*client{}, confirmed: map[string]*client{}, proposed: map[string]*client{},
		sessions: map[nfs4.Sessionid4]*session{},
	}
}

// client is one instance of one client: what RFC 7530 9.1.1 and RFC 8881 2.4
// call a client ID.
type client struct {
	id        uint64
	key       string // minor version and the client's own name
	verifier  nfs4.Verifier4
	principal string
	addr      string
	minor     uint32 // 0, or 1 for 1 and 2
	confirmed bool
	gone      bool
	renewed   time.Time
	timer     clock.Timer

	confirm nfs4.Verifier4 // minor version 0: of SETCLIENTID

	created   uint32 // minor version 1: sequence of the last CREATE_SESSION
	creation  []byte // and what it was answered
	reclaimed bool   // RECLAIM_COMPLETE came
	sessions  map[nfs4.Sessionid4]*session

	nextState uint32
	owners    map[ownerKey]*owner
	states    map[uint32]*state
}

// ownerKey is an open-owner or a lock-owner of a client.
type ownerKey struct {
	lock bool
	name string
}

// owner is an open-owner or a lock-owner. busy makes its operations one after
// the other and guards what has to do with its seqid.
type owner struct {
	client *client
	key    ownerKey

	busy      sync.Mutex
	started   bool   // seqid is that of an operation
	seqid     uint32 // of the last one
	confirmed bool
	last      answer        // to it
	closed    nfs4.Stateid4 // what the last CLOSE ended

	// Guarded by registry.mu:
	removed bool
	files   map[node]*state // an open-owner's
	held    int             // states of it
}

// answer is what an operation under a seqid was answered.
type answer struct {
	op     nfs4.NfsOpnum4
	status status
	body   []byte
	cur    node
}

// state is what a stateid stands for: an open, or the locks of one lock-owner
// on one open.
type state struct {
	id     uint32
	seqid  uint32
	client *client
	owner  *owner
	node   node
	gone   bool

	// An open: each of its OPENs that had another access or deny, and their
	// union.
	opens        []heldOpen
	access, deny vfs.ShareAccess
	locks        map[*owner]*state

	// Locks: the open that they belong to.
	open *state
}

// heldOpen is an open of the road.
type heldOpen struct {
	op           *vfs.Open
	access, deny vfs.ShareAccess
}

// lockOwner is how the lock table knows a lock-owner.
func (o *owner) lockOwner() vfs.LockOwner { return lockOwner(o.client, o.key.name) }

func lockOwner(c *client, name string) vfs.LockOwner {
	return vfs.LockOwner{Protocol: vfs.ProtocolNFS, Client: vfs.LockClient(c.addr, fmt.Sprintf("%016x", c.id)), Opaque: name}
}

// add enters a new client id that is not confirmed. mu is held.
func (r *registry) add(c *client) status {
	if len(r.clients) >= r.maxClients {
		// Who never confirmed makes room, so that nobody can keep others out
		// by asking for ids alone.
		for _, old := range r.proposed {
			r.drop(old)
			break
		}
	}
	if r.stopped || len(r.clients) >= r.maxClients {
		return nfs4.NFS4ERR_DELAY
	}
	r.next++
	c.id = uint64(r.boot)<<32 | uint64(r.next)
	c.sessions, c.owners, c.states = map[nfs4.Sessionid4]*session{}, map[ownerKey]*owner{}, map[uint32]*state{}
	if old := r.proposed[c.key]; old != nil {
		r.drop(old) // it never got anything to lose
	}
	r.clients[c.id], r.proposed[c.key] = c, c
	c.renewed = r.clock.Now()
	r.watch(c, lease)
	return nfs4.NFS4_OK
}

// confirmClient makes a client id the one of its client. What the client's
// former instance held is returned, to be given back. mu is held.
func (r *registry) confirmClient(c *client) (lost *loss) {
	if old := r.confirmed[c.key]; old != nil && old != c {
		lost = r.drop(old)
	}
	if r.proposed[c.key] == c {
		delete(r.proposed, c.key)
	}
	c.confirmed = true
	c.renewed = r.clock.Now()
	r.confirmed[c.key] = c
	return lost
}

// watch looks at the lease of a client after d. mu is held.
func (r *registry) watch(c *client, d time.Duration) {
	c.timer = r.clock.AfterFunc(d, func() { r.look(c) })
}

// look ends the lease of a client that was silent for too long.
func (r *registry) look(c *client) {
	r.mu.Lock()
	if c.gone {
		r.mu.Unlock()
		return
	}
	if left := lease - r.clock.Now().Sub(c.renewed); left > 0 {
		r.watch(c, left)
		r.mu.Unlock()
		return
	}
	lost := r.drop(c)
	r.mu.Unlock()
	lost.giveBack()
}

// loss is what a client lost and the road has to get back.
type loss struct {
	client *client
	opens  []heldOpen
	locks  []lostLock
}

type lostLock struct {
	node  node
	owner vfs.LockOwner
}

// drop takes a client out of everything. mu is held.
func (r *registry) drop(c *client) *loss {
	lost := &loss{client: c}
	if c.gone {
		return lost
	}
	c.gone = true
	c.timer.Stop()
	delete(r.clients, c.id)
	if r.confirmed[c.key] == c {
		delete(r.confirmed, c.key)
	}
	if r.proposed[c.key] == c {
		delete(r.proposed, c.key)
	}
	for _, s := range c.sessions {
		r.dropSession(s)
	}
	for _, st := range c.states {
		r.dropState(st, lost)
	}
	return lost
}

// dropState takes a state out of its client, an open with its locks. mu is
// held.
func (r *registry) dropState(st *state, lost *loss) {
	if st.gone {
		return
	}
	st.gone = true
	delete(st.client.states, st.id)
	st.owner.held--
	if st.open != nil {
		delete(st.open.locks, st.owner)
		lost.locks = append(lost.locks, lostLock{st.node, st.owner.lockOwner()})
	} else {
		for _, l := range st.locks {
			r.dropState(l, lost)
		}
		delete(st.owner.files, st.node)
		lost.opens = append(lost.opens, st.opens...)
		st.opens = nil
	}
	// A seqid must be remembered; without seqids the owner is nothing but
	// what it holds.
	if st.owner.held == 0 && st.client.minor > 0 {
		st.owner.removed = true
		delete(st.client.owners, st.owner.key)
	}
}

// giveBack unlocks and closes. It may take as long as the road does.
func (l *loss) giveBack() {
	if l == nil {
		return
	}
	o := &vfs.Origin{Protocol: vfs.ProtocolNFS, Client: l.client.addr}
	for _, k := range l.locks {
		// The range is all that there is, so nothing can be in the way.
		_ = k.node.tree.UnlockPosix(k.node.h, vfs.PosixRange{Owner: k.owner, Len: vfs.LockToEnd})
	}
	for _, h := range l.opens {
		// It was open: whatever is wrong with the file, it is closed now.
		_, _ = h.op.Tree.Close(context.Background(), o, h.op)
	}
}

func (r *registry) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	for _, c := range r.clients {
		c.timer.Stop()
	}
}

// owner finds or makes an owner of a client, and takes its busy lock.
func (r *registry) owner(c *client, key ownerKey) (*owner, status) {
	for {
		r.mu.Lock()
		o := c.owners[key]
		if o == nil {
			if len(c.owners) >= maxOwners {
				r.tidyOwners(c)
			}
			if len(c.owners) >= maxOwners {
				r.mu.Unlock()
				return nil, c.noRoom()
			}
			o = &owner{client: c, key: key, files: map[node]*state{}}
			c.owners[key] = o
		}
		r.mu.Unlock()
		o.busy.Lock()
		r.mu.Lock()
		removed := o.removed
		r.mu.Unlock()
		if !removed {
			return o, nfs4.NFS4_OK
		}
		o.busy.Unlock()
	}
}

// tidyOwners forgets owners that hold nothing. mu is held.
func (r *registry) tidyOwners(c *client) {
	for key, o := range c.owners {
		if o.held == 0 && o.busy.TryLock() {
			o.removed = true
			delete(c.owners, key)
			o.busy.Unlock()
		}
	}
}

// noRoom is the status of a limit: minor version 1 has no NFS4ERR_RESOURCE.
func (c *client) noRoom() status {
	if c.minor == 0 {
		return nfs4.NFS4ERR_RESOURCE
	}
	return nfs4.NFS4ERR_NOSPC
}

// newState enters a state of an owner. mu is held.
func (r *registry) newState(o *owner, n node) (*state, status) {
	c := o.client
	if c.gone || o.removed {
		return nil, nfs4.NFS4ERR_EXPIRED
	}
	if len(c.states) >= maxStates {
		return nil, c.noRoom()
	}
	c.nextState++
	st := &state{id: c.nextState, client: c, owner: o, node: n}
	c.states[st.id] = st
	o.held++
	return st, nfs4.NFS4_OK
}
