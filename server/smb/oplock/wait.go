package oplock

import (
	"context"

	"crosswire/server/adapter"
	"crosswire/server/lock"
)

// WaitForBreak implements adapter.OpenBreaker. Breaks of the origin's own lease
// or oplock are not waited for: it may need this very operation to answer. A
// break that follows another on its acknowledgment is one wait.
func (m *Manager) WaitForBreak(ctx context.Context, h lock.FileHandle) error {
	if m.live.Load() == 0 {
		return nil
	}
	origin := adapter.OriginFrom(ctx)
	s := m.shard(h)
	for {
		s.mu.Lock()
		f := s.files[h]
		if f == nil || !f.breaking(origin) {
			s.mu.Unlock()
			return nil
		}
		if f.changed == nil {
			f.changed = make(chan struct{})
		}
		changed := f.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// breaking reports whether anybody but the origin has yet to answer.
func (f *file) breaking(origin *adapter.Origin) bool {
	for _, x := range f.holders {
		if x.breaking && !x.ownedBy(origin, opRead) {
			return true
		}
	}
	return false
}
