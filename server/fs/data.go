package fs

import (
	"sync"

	"crosswire/server/lock"
)

// stream is the default data of a regular file or a named stream.
type stream struct {
	named      bool   // immutable
	name, fold string // with FoldName(name); guarded by the node's meta

	mu sync.RWMutex
	// content is guarded by mu; its size and count of allocated blocks also
	// by the node's meta.
	content sparse
	dead    bool // removed; guarded by mu
}

// gone is the error of a stream that was removed under its user.
func (s *stream) gone() error {
	if s.named {
		return ErrNoStream
	}
	return ErrStale
}

// stream finds a stream of a node.
func (m *Memory) stream(h lock.FileHandle, name string) (*node, *stream, error) {
	n, err := m.node(h)
	if err != nil {
		return nil, nil, err
	}
	if name == "" {
		switch n.typ() {
		case TypeRegular:
			return n, n.data, nil
		case TypeDirectory:
			return nil, nil, ErrIsDir
		}
		return nil, nil, ErrInval
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	s, _ := n.findStream(name)
	if s == nil {
		return nil, nil, ErrNoStream
	}
	return n, s, nil
}

// ReadAt implements FileSystem.
func (m *Memory) ReadAt(h lock.FileHandle, stream string, p []byte, off uint64) (n int, eof bool, err error) {
	_, s, err := m.stream(h, stream)
	if err != nil {
		return 0, false, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.dead {
		return 0, false, s.gone()
	}
	n = s.content.read(p, off)
	return n, off >= s.content.size || off+uint64(n) >= s.content.size, nil
}

// WriteAt implements FileSystem.
func (m *Memory) WriteAt(h lock.FileHandle, stream string, p []byte, off uint64, f WriteFlags) (Written, error) {
	n, s, err := m.stream(h, stream)
	if err != nil {
		return Written{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return Written{}, s.gone()
	}
	if f&WriteAppend != 0 {
		off = s.content.size
	}
	if len(p) == 0 {
		a := n.snapshot()
		return Written{Off: off, WCC: WCC{Before: a, After: a}}, nil
	}
	if off > MaxFileSize || uint64(len(p)) > MaxFileSize-off {
		return Written{}, ErrFBig
	}
	end := off + uint64(len(p))
	if err := m.space.take(s.content.cost(off, end)); err != nil {
		return Written{}, err
	}
	s.content.store(p, off) // readers wait for mu and GETATTR does not, so not under meta
	n.meta.Lock()
	defer n.meta.Unlock()
	w := Written{Off: off, WCC: WCC{Before: n.attr()}}
	s.content.alloc.add(blocks(off, end))
	s.content.size = max(s.content.size, end)
	now := m.now()
	if f&WriteKeepMtime == 0 {
		n.mtime = now
	}
	n.touch(now)
	w.WCC.After = n.attr()
	return w, nil
}

// Truncate implements FileSystem.
func (m *Memory) Truncate(h lock.FileHandle, stream string, size uint64) (Written, error) {
	if size > MaxFileSize {
		return Written{}, ErrFBig
	}
	return m.changeData(h, stream, func(n *node, c *sparse) error {
		m.space.give(c.truncate(size))
		n.modify(m.now())
		return nil
	})
}

// Allocate implements FileSystem.
func (m *Memory) Allocate(h lock.FileHandle, stream string, off, length uint64) (Written, error) {
	if off > MaxFileSize || length > MaxFileSize-off {
		return Written{}, ErrFBig
	}
	return m.changeData(h, stream, func(n *node, c *sparse) error {
		if length == 0 {
			return nil
		}
		cost := c.cost(off, off+length)
		if err := m.space.take(cost); err != nil || cost == 0 {
			return err
		}
		c.alloc.add(blocks(off, off+length))
		n.touch(m.now())
		return nil
	})
}

// Deallocate implements FileSystem.
func (m *Memory) Deallocate(h lock.FileHandle, stream string, off, length uint64) (Written, error) {
	if off > MaxFileSize || length > MaxFileSize-off {
		return Written{}, ErrFBig
	}
	return m.changeData(h, stream, func(n *node, c *sparse) error {
		if length == 0 {
			return nil
		}
		m.space.give(c.punch(off, off+length))
		n.modify(m.now())
		return nil
	})
}

// changeData runs f, which changes a stream and the node's times, under both
// locks.
func (m *Memory) changeData(h lock.FileHandle, stream string, f func(*node, *sparse) error) (Written, error) {
	n, s, err := m.stream(h, stream)
	if err != nil {
		return Written{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return Written{}, s.gone()
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	w := Written{WCC: WCC{Before: n.attr()}}
	if err := f(n, &s.content); err != nil {
		return Written{}, err
	}
	w.WCC.After = n.attr()
	return w, nil
}

// NextData implements FileSystem.
func (m *Memory) NextData(h lock.FileHandle, stream string, off uint64) (uint64, error) {
	return m.seek(h, stream, off, func(c *sparse) (uint64, error) {
		b, ok := c.alloc.nextIn(off / BlockSize)
		if !ok || b*BlockSize >= c.size {
			return 0, ErrNoData
		}
		return max(off, b*BlockSize), nil
	})
}

// NextHole implements FileSystem.
func (m *Memory) NextHole(h lock.FileHandle, stream string, off uint64) (uint64, error) {
	return m.seek(h, stream, off, func(c *sparse) (uint64, error) {
		return max(off, min(c.alloc.nextOut(off/BlockSize)*BlockSize, c.size)), nil
	})
}

func (m *Memory) seek(h lock.FileHandle, stream string, off uint64, f func(*sparse) (uint64, error)) (uint64, error) {
	_, s, err := m.stream(h, stream)
	if err != nil {
		return 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch {
	case s.dead:
		return 0, s.gone()
	case off >= s.content.size:
		return 0, ErrNoData
	}
	return f(&s.content)
}

// Sync implements FileSystem: memory is as durable as this storage gets.
func (m *Memory) Sync(h lock.FileHandle) error {
	_, err := m.node(h)
	return err
}
