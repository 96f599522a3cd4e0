package oplock

// message is one notification.
type message struct {
	serial   uint32
	epoch    uint16
	from, to State
	ack      bool
}

// post hands a notification to the holder's client. If the client has not
// been told of any open of the holder yet, the notification waits for
// Announce. The lock of the shard is held.
func (m *Manager) post(f *file, x *holder, msg message) {
	if x.announced == 0 {
		x.held = append(x.held, msg)
		return
	}
	if !m.send(x, msg) {
		// Nobody can answer any more: the break ends as if acknowledged
		// with none (MS-SMB2 3.3.4.6, 3.3.4.7).
		m.endBreak(f, x, None)
		return
	}
	m.add(CounterSent)
}

// send queues a notification and reports whether any connection took it. That
// of a lease goes to the oldest connection of the client that still works,
// whichever of them the lease was opened on.
func (m *Manager) send(x *holder, msg message) bool {
	if !x.lease {
		return x.notify.SendOplockBreak(x.open, msg.to.level()) == nil
	}
	b := LeaseBreak{
		Key:         x.id.key,
		Current:     msg.from,
		New:         msg.to,
		AckRequired: msg.ack,
		V2:          x.v2,
	}
	if x.v2 {
		b.Epoch = msg.epoch
	}
	var buf [4]Notifier
	for _, n := range m.routes(x, buf[:0]) {
		if n.SendLeaseBreak(b) == nil {
			return true
		}
	}
	return false
}

// routes appends the notifiers of x's client.
func (m *Manager) routes(x *holder, to []Notifier) []Notifier {
	m.reg.Lock()
	defer m.reg.Unlock()
	for _, c := range x.client.connections {
		to = append(to, c.notify)
	}
	return to
}

// Announce runs queue, which puts the response to the CREATE of a Deferred open
// into its connection's queue, and lets the notifications that were kept back
// follow it. queue runs under the lock of the file, so that whoever breaks the
// cache comes wholly before it, and is kept back, or wholly after it, and is
// sent at once; it must not block and must not call the Manager. For an open
// that is not Deferred, or is closed by now, Announce only runs queue.
func (m *Manager) Announce(id uint64, queue func()) {
	m.reg.Lock()
	o := m.opens[id]
	m.reg.Unlock()
	if o == nil {
		queue()
		return
	}
	x := o.h
	s := m.shard(x.file)
	s.mu.Lock()
	defer s.mu.Unlock()
	queue()
	f := s.files[x.file]
	if !o.deferred || f == nil {
		return
	}
	o.deferred = false
	x.announced++
	held := x.held
	x.held = nil
	for _, msg := range held {
		if msg.ack && !(x.breaking && x.serial == msg.serial) {
			msg.to = None // timed out in the meantime: all is lost
		}
		m.post(f, x, msg)
	}
}
