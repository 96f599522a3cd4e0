package oplock

import (
	"crosswire/server/adapter"
	"crosswire/server/lock"
	"crosswire/server/wire/ntstatus"
)

// Request is what a CREATE asks for.
type Request struct {
	Open       uint64 // the number of the open, not 0
	Connection uint64 // the number of its connection
	Session    uint64 // the number of its session, for DropSession
	// Notifier reaches the connection's client: all opens of a connection
	// give the same one, and all its leases the same ClientGUID.
	Notifier Notifier
	// Level is the RequestedOplockLevel (MS-SMB2 2.2.13); with LevelLease
	// the lease create context is in Lease.
	Level Level
	Lease LeaseRequest
	// Directory: the open is of a directory.
	Directory bool
	// OtherOpens is the number of other opens of the file that do more than
	// read and write attributes, the opens under the same lease not counted.
	// While there are any nobody may cache writes.
	OtherOpens int
	// Locked: a byte-range lock is held on the file by somebody else: another
	// open not under the same lease, or NLM. Then nothing is granted (MS-FSA
	// 2.1.5.18.2), for the owner of the lock does not respect caches.
	Locked bool
	// Deferred keeps back the notifications for this open until Announce, so
	// that its client hears of the open before it hears of a break.
	Deferred bool
}

// LeaseRequest is an SMB2_CREATE_REQUEST_LEASE or _LEASE_V2 context (MS-SMB2
// 2.2.13.2.8, 2.2.13.2.10) and the client whose it is.
type LeaseRequest struct {
	ClientGUID [16]byte
	Key        adapter.LeaseKey
	State      State
	V2         bool
	Epoch      uint16           // version 2
	Parent     adapter.LeaseKey // version 2
	HasParent  bool             // SMB2_LEASE_FLAG_PARENT_LEASE_KEY_SET
}

// Granted is what the CREATE response says.
type Granted struct {
	// Level is the OplockLevel. LevelLease with State none is an answer too:
	// the context goes back with nothing granted.
	Level Level
	// State is the LeaseState, or the caching that the oplock allows.
	State State
	// Breaking is SMB2_LEASE_FLAG_BREAK_IN_PROGRESS.
	Breaking bool
	// V2, Epoch, Parent and HasParent are those of the lease, which keeps the
	// version of the request that created it.
	V2        bool
	Epoch     uint16
	Parent    adapter.LeaseKey
	HasParent bool
}

// CheckLeaseKey reports whether a CREATE with this lease key may go on to h,
// the zero handle for a file that does not exist yet. A key that names a lease
// on another file is ntstatus.InvalidParameter (MS-SMB2 3.3.5.9.8, "Path Name
// Validation"). It is asked before anything is created.
func (m *Manager) CheckLeaseKey(client [16]byte, key adapter.LeaseKey, h lock.FileHandle) error {
	m.reg.Lock()
	defer m.reg.Unlock()
	if x := m.leases[leaseID{client, key}]; x != nil && x.file != h {
		return ntstatus.InvalidParameter
	}
	return nil
}

// Grant decides what the open in req may cache on h and enters it (MS-SMB2
// 3.3.5.9, 3.3.5.9.8, 3.3.5.9.11; MS-FSA 2.1.5.18.1, 2.1.5.18.2). The caller
// keeps every other operation away from the file meanwhile, and has broken
// what stands against the open. It fails with ntstatus.InvalidParameter, and
// enters nothing, if the lease key names a lease on another file or the open
// is known already.
//
// An open that is granted LevelNone is not entered, nor is one with a lease key
// of zeros, which nobody can tell from no key (adapter.Origin): it gets a lease
// of state none. Close need not be called for them, but may be.
func (m *Manager) Grant(h lock.FileHandle, req Request) (Granted, error) {
	if req.Level == LevelLease {
		if req.Directory && !(m.dirLeases && req.Lease.V2) {
			return Granted{}, nil
		}
		return m.grantLease(h, &req)
	}
	if req.Directory {
		return Granted{}, nil
	}
	return m.grantOplock(h, &req)
}

func (m *Manager) grantOplock(h lock.FileHandle, req *Request) (Granted, error) {
	want := req.Level.state()
	if want == None {
		return Granted{}, nil
	}
	s := m.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[h]
	state := f.allow(nil, want, req)
	if state == None {
		return Granted{}, nil
	}
	m.reg.Lock()
	defer m.reg.Unlock()
	if m.opens[req.Open] != nil {
		return Granted{}, ntstatus.InvalidParameter
	}
	x := &holder{file: h, open: req.Open, notify: req.Notifier}
	m.enter(s, x, req)
	m.setState(x, state)
	return Granted{Level: state.level(), State: state}, nil
}

func (m *Manager) grantLease(h lock.FileHandle, req *Request) (Granted, error) {
	id := leaseID{req.Lease.ClientGUID, req.Lease.Key}
	if id.key == (adapter.LeaseKey{}) {
		return Granted{Level: LevelLease, V2: req.Lease.V2, Epoch: req.Lease.Epoch}, nil
	}
	want := req.Lease.State.reduce()
	if req.Directory {
		want &^= Write // MS-SMB2 3.3.5.9.11: no write caching on a directory
	}
	s := m.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	m.reg.Lock()
	defer m.reg.Unlock()
	x := m.leases[id]
	if x != nil && x.file != h || m.opens[req.Open] != nil {
		return Granted{}, ntstatus.InvalidParameter
	}
	state := s.files[h].allow(x, want, req)
	if x == nil {
		x = &holder{file: h, lease: true, id: id, v2: req.Lease.V2}
		if x.v2 {
			x.epoch = req.Lease.Epoch
			x.parent, x.hasParent = req.Lease.Parent, req.Lease.HasParent
		}
		m.leases[id] = x
		m.enter(s, x, req)
		if state != None {
			m.setState(x, state)
			x.epoch++
		}
	} else {
		if x.v2 && req.Lease.HasParent {
			x.parent, x.hasParent = req.Lease.Parent, true
		}
		m.enter(s, x, req)
		// A further open never lowers a lease, and it raises one only to
		// exactly what was asked for (MS-SMB2 3.3.5.9.8).
		if !x.breaking && state == want && x.state&^want == 0 && state != x.state {
			m.setState(x, state)
			x.epoch++
		}
	}
	g := Granted{Level: LevelLease, State: x.state, Breaking: x.breaking, V2: x.v2}
	if x.v2 {
		g.Epoch, g.Parent, g.HasParent = x.epoch, x.parent, x.hasParent
	}
	return g, nil
}

// enter adds an open to x, and x to its file if it is new; both locks are held.
func (m *Manager) enter(s *shard, x *holder, req *Request) {
	if x.opens == 0 {
		f := s.files[x.file]
		if f == nil {
			f = &file{}
			s.files[x.file] = f
		}
		f.holders = append(f.holders, x)
	}
	x.opens++
	if !req.Deferred {
		x.announced++
	}
	m.attach(req, x)
}

// allow is how much of want the other holders of the file let self have (nil:
// a new holder). f may be nil.
//
// Level II and R live beside each other; whoever caches writes, or still has
// to give that up, is alone; Level II and handle caching exclude each other
// (MS-FSA 2.1.5.18.2).
func (f *file) allow(self *holder, want State, req *Request) State {
	if req.Locked {
		return None
	}
	lease := req.Level == LevelLease
	if f != nil {
		for _, x := range f.holders {
			switch {
			case x == self || x.state == None:
				continue
			case x.state&Write != 0:
				return None
			case lease && !x.lease:
				want &^= Handle
			case !lease && x.state&Handle != 0:
				return None
			}
			want &^= Write
		}
	}
	if req.OtherOpens > 0 {
		want &^= Write
	}
	if !lease && want&Write == 0 {
		// Of an oplock only Level II is left when it cannot be alone.
		want &= Read
	}
	return want
}
