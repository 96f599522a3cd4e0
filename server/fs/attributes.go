package fs

import "crosswire/server/lock"

// GetAttr implements FileSystem.
func (m *Memory) GetAttr(h lock.FileHandle) (Attr, error) {
	n, err := m.node(h)
	if err != nil {
		return Attr{}, err
	}
	return n.snapshot(), nil
}

// SetAttr implements FileSystem.
func (m *Memory) SetAttr(h lock.FileHandle, c Changes) (WCC, error) {
	n, err := m.node(h)
	if err != nil {
		return WCC{}, err
	}
	if c.Size != nil {
		switch {
		case n.typ() == TypeDirectory:
			return WCC{}, ErrIsDir
		case n.typ() != TypeRegular:
			return WCC{}, ErrInval
		case *c.Size > MaxFileSize:
			return WCC{}, ErrFBig
		}
		n.data.mu.Lock()
		defer n.data.mu.Unlock()
		if n.data.dead {
			return WCC{}, ErrStale
		}
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	w := WCC{Before: n.attr()}
	if c.Guard != nil && !c.Guard.Equal(n.ctime) {
		return WCC{}, ErrNotSync
	}
	if c.asksNothing() {
		w.After = w.Before
		return w, nil
	}
	now := m.now()
	n.touch(now)
	if c.Size != nil {
		m.space.give(n.data.content.truncate(*c.Size))
		if !c.KeepMtime {
			n.mtime = now
		}
	}
	n.apply(c, now)
	w.After = n.attr()
	return w, nil
}

// TouchAtime implements FileSystem.
func (m *Memory) TouchAtime(h lock.FileHandle) error {
	n, err := m.node(h)
	if err != nil {
		return err
	}
	now := m.now()
	n.meta.Lock()
	defer n.meta.Unlock()
	n.atime = now
	return nil
}
