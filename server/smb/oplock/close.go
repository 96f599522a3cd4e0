package oplock

// Close ends an open: its oplock is gone, and so is its lease with the last
// open of it. A break that was pending is over and what waited goes on. An
// open that holds nothing is ignored.
func (m *Manager) Close(id uint64) {
	m.reg.Lock()
	o := m.detach(id)
	m.reg.Unlock()
	if o != nil {
		m.leave(o)
	}
}

// leave takes a detached open from its holder.
func (m *Manager) leave(o *open) {
	x := o.h
	s := m.shard(x.file)
	s.mu.Lock()
	defer s.mu.Unlock()
	x.opens--
	if !o.deferred {
		x.announced--
	}
	if x.opens == 0 {
		m.remove(s, x)
	}
}

// DropConnection closes all opens of a connection that was lost.
func (m *Manager) DropConnection(connection uint64) {
	m.reg.Lock()
	var gone []*open
	for c := m.connections[connection]; c != nil && len(c.opens) > 0; {
		gone = append(gone, m.detach(c.opens[len(c.opens)-1].id))
	}
	m.reg.Unlock()
	for _, o := range gone {
		m.leave(o)
	}
}

// DropSession closes all opens of a session. It looks at every open there is.
func (m *Manager) DropSession(session uint64) {
	m.reg.Lock()
	var gone []*open
	for id, o := range m.opens {
		if o.session == session {
			gone = append(gone, m.detach(id))
		}
	}
	m.reg.Unlock()
	for _, o := range gone {
		m.leave(o)
	}
}
