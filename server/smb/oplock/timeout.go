package oplock

// expire ends the break of that serial number if it is still unanswered: the
// holder has nothing any more, and what waited goes on (MS-SMB2 3.3.6.1 for an
// oplock, 3.3.6.5 for a lease). A later acknowledgment finds no break.
func (m *Manager) expire(x *holder, serial uint32) {
	s := m.shard(x.file)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !x.breaking || x.serial != serial {
		return
	}
	m.endBreak(s.files[x.file], x, None)
	m.add(CounterTimedOut)
}
