package oplock

import (
	"crosswire/server/adapter"
	"crosswire/server/wire/ntstatus"
)

// AcknowledgeOplock processes an oplock break acknowledgment for an open that
// the caller found (MS-SMB2 3.3.5.22.1). If it is accepted, reply (which may
// be nil) is called with the level that the open has now. It runs under the lock
// of the file, so that the response is queued before another break, and nobody
// who has seen it meets the old level; it must not block nor call the Manager.
//
// Errors: ntstatus.InvalidDeviceState if no break is pending, but
// ntstatus.InvalidOplockProtocol if the notification of a Level II oplock is
// answered, which MS-SMB2 3.2.5.19.1 forbids: Windows passes such an answer to
// the object store, which knows no oplock (MS-FSA 2.1.5.19). With a break
// pending, an acknowledgment of LevelLease is ntstatus.InvalidParameter and any
// other level that the notification did not offer is
// ntstatus.InvalidOplockProtocol; both leave the open without an oplock.
func (m *Manager) AcknowledgeOplock(id uint64, to Level, reply func(Level)) error {
	m.reg.Lock()
	o := m.opens[id]
	m.reg.Unlock()
	if o == nil || o.h.lease {
		return ntstatus.InvalidDeviceState
	}
	x := o.h
	s := m.shard(x.file)
	s.mu.Lock()
	if !x.breaking {
		told := x.told
		s.mu.Unlock()
		if told {
			return ntstatus.InvalidOplockProtocol
		}
		return ntstatus.InvalidDeviceState
	}
	state := to.state()
	var err error
	switch {
	case to == LevelLease:
		err = ntstatus.InvalidParameter
	case to != LevelNone && to != LevelII, state&^x.breakTo != 0:
		err = ntstatus.InvalidOplockProtocol
	}
	if err != nil {
		m.endBreak(s.files[x.file], x, None)
		s.mu.Unlock()
		return err
	}
	m.accept(s, x, state, func() {
		if reply != nil {
			reply(to)
		}
	})
	return nil
}

// AcknowledgeLease processes a lease break acknowledgment (MS-SMB2
// 3.3.5.22.2) from any connection of the client. If it is accepted, reply
// (which may be nil) is called with the state that the lease has now, as for
// AcknowledgeOplock.
//
// Errors, none of which changes the lease: ntstatus.ObjectNameNotFound if the
// client has no such lease, ntstatus.Unsuccessful if it is not breaking,
// ntstatus.RequestNotAccepted if to is not a subset of what the notification
// offered, ntstatus.InvalidParameter if it is one but no lease state.
func (m *Manager) AcknowledgeLease(client [16]byte, key adapter.LeaseKey, to State, reply func(State)) error {
	m.reg.Lock()
	x := m.leases[leaseID{client, key}]
	m.reg.Unlock()
	if x == nil {
		return ntstatus.ObjectNameNotFound
	}
	s := m.shard(x.file)
	s.mu.Lock()
	var err error
	switch {
	case x.opens == 0:
		err = ntstatus.ObjectNameNotFound
	case !x.breaking:
		err = ntstatus.Unsuccessful
	case to&^x.breakTo != 0:
		err = ntstatus.RequestNotAccepted
	case !to.Legal():
		err = ntstatus.InvalidParameter
	}
	if err != nil {
		s.mu.Unlock()
		return err
	}
	m.accept(s, x, to, func() {
		if reply != nil {
			reply(to)
		}
	})
	return nil
}

// accept ends the break of x with an acknowledgment; it is called with the
// lock of the shard and releases it. The response goes first, because with the
// change whoever waited begins to act, and may cause the next break.
func (m *Manager) accept(s *shard, x *holder, to State, reply func()) {
	defer s.mu.Unlock()
	if x.timer != nil {
		x.timer.Stop()
		x.timer = nil
	}
	m.add(CounterAcked)
	reply()
	f := s.files[x.file]
	required := x.required
	if to&^required == 0 {
		m.endBreak(f, x, to)
		return
	}
	m.setState(x, to)
	x.breaking = false
	m.next(f, x, required)
}
