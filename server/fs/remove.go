package fs

import (
	"slices"
	"time"

	"crosswire/server/lock"
)

// Remove implements FileSystem.
func (m *Memory) Remove(dir lock.FileHandle, name string, expect lock.FileHandle) (Removed, error) {
	return m.remove(dir, name, expect, func(n *node) error {
		if n.typ() == TypeDirectory {
			return ErrIsDir
		}
		return nil
	})
}

// Rmdir implements FileSystem.
func (m *Memory) Rmdir(dir lock.FileHandle, name string, expect lock.FileHandle) (Removed, error) {
	return m.remove(dir, name, expect, func(n *node) error {
		switch {
		case n.typ() != TypeDirectory:
			return ErrNotDir
		case len(n.dir.byName) > 0:
			return ErrNotEmpty
		}
		return nil
	})
}

func (m *Memory) remove(dir lock.FileHandle, name string, expect lock.FileHandle, allowed func(*node) error) (Removed, error) {
	r, n, err := m.unname(dir, name, expect, allowed)
	if n != nil {
		m.release(n)
	}
	return r, err
}

// unname is remove without giving back the space of the node that it returns.
func (m *Memory) unname(dir lock.FileHandle, name string, expect lock.FileHandle, allowed func(*node) error) (Removed, *node, error) {
	m.ns.Lock()
	defer m.ns.Unlock()
	e, err := m.named(dir, name, expect)
	if err != nil {
		return Removed{}, nil, err
	}
	if err := allowed(e.node); err != nil {
		return Removed{}, nil, err
	}
	now := m.now()
	r := Removed{Link: e.link()}
	r.Dir = m.detachEntry(e, now)
	r.Node = e.node.lose(now)
	if m.reap(e.node) {
		return r, e.node, nil
	}
	return r, nil, nil
}

// named finds the existing entry of a name that is to be removed or renamed.
// ns is held alone.
func (m *Memory) named(dir lock.FileHandle, name string, expect lock.FileHandle) (*dirent, error) {
	d, err := m.lookupDir(dir)
	if err != nil {
		return nil, err
	}
	if name == "." || name == ".." {
		return nil, ErrInval
	}
	e := d.dir.byName[name]
	switch {
	case e == nil:
		return nil, notFound(name)
	case !expect.IsZero() && e.node.handle != expect:
		return nil, ErrChanged
	}
	return e, nil
}

// detachEntry takes an entry out of its directory and accounts for that in
// the directory's attributes, not in the node's. ns is held alone.
func (m *Memory) detachEntry(e *dirent, now time.Time) WCC {
	d := e.parent
	return d.update(func() {
		d.dir.delete(e)
		e.node.links = slices.DeleteFunc(e.node.links, func(l *dirent) bool { return l == e })
		if e.node.typ() == TypeDirectory {
			d.nlink--
		}
		d.modify(now)
	})
}

// lose accounts in n's attributes for the loss of a name. ns is held alone.
func (n *node) lose(now time.Time) Attr {
	return n.update(func() {
		if n.typ() == TypeDirectory {
			n.nlink = 0
			n.parentID = 0
		} else {
			n.nlink--
		}
		n.touch(now)
	}).After
}
