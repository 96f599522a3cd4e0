package fs

import "crosswire/server/lock"

// Lookup implements FileSystem.
func (m *Memory) Lookup(dir lock.FileHandle, name string) (Entry, error) {
	m.ns.RLock()
	defer m.ns.RUnlock()
	d, err := m.lookupDir(dir)
	if err != nil {
		return Entry{}, err
	}
	if e, done, err := m.lookupDot(d, name); done {
		return e, err
	}
	e := d.dir.byName[name]
	if e == nil {
		return Entry{}, notFound(name)
	}
	return e.entry(), nil
}

// LookupFold implements FileSystem.
func (m *Memory) LookupFold(dir lock.FileHandle, name string) (Entry, error) {
	m.ns.RLock()
	d, err := m.lookupDir(dir)
	if err != nil {
		m.ns.RUnlock()
		return Entry{}, err
	}
	if e, done, err := m.lookupDot(d, name); done {
		m.ns.RUnlock()
		return e, err
	}
	if d.dir.byName[name] == nil && !d.dir.foldable() {
		m.ns.RUnlock()
		m.ns.Lock()
		d.dir.makeFoldable()
		m.ns.Unlock()
		m.ns.RLock()
	}
	defer m.ns.RUnlock()
	e := d.dir.findFold(name) // byFold may be nil still, if the exact name was there just now
	if e == nil {
		return Entry{}, notFound(name)
	}
	return e.entry(), nil
}

// lookupDot answers "." and "..". ns is held.
func (m *Memory) lookupDot(d *node, name string) (e Entry, done bool, err error) {
	switch name {
	case ".":
		return Entry{Name: name, Attr: d.snapshot()}, true, nil
	case "..":
		p := m.nodes[d.parentID]
		if p == nil {
			return Entry{}, true, ErrNotExist
		}
		return Entry{Name: name, Attr: p.snapshot()}, true, nil
	}
	return Entry{}, false, nil
}

// notFound is the error of a lookup of a name that is not there.
func notFound(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	return ErrNotExist
}

// Links implements FileSystem.
func (m *Memory) Links(h lock.FileHandle) ([]Link, error) {
	m.ns.RLock()
	defer m.ns.RUnlock()
	n, err := m.lookupNode(h)
	if err != nil {
		return nil, err
	}
	links := make([]Link, len(n.links))
	for i, e := range n.links {
		links[i] = e.link()
	}
	return links, nil
}

func (e *dirent) link() Link {
	return Link{Dir: e.parent.handle, Name: e.name, LinkID: e.linkID}
}

// ReadDir implements FileSystem.
func (m *Memory) ReadDir(dir lock.FileHandle, after uint64, limit int) (entries []Entry, eof bool, err error) {
	m.ns.RLock()
	defer m.ns.RUnlock()
	d, err := m.lookupDir(dir)
	switch {
	case err != nil:
		return nil, false, err
	case limit <= 0:
		return nil, false, ErrInval
	case after >= maxDirCookie:
		return nil, true, nil
	}
	entries = make([]Entry, 0, min(limit, d.dir.byCookie.Len()))
	eof = true
	d.dir.byCookie.Ascend(after+1, func(_ uint64, e *dirent) bool {
		if len(entries) == limit {
			eof = false
			return false
		}
		entries = append(entries, e.entry())
		return true
	})
	return entries, eof, nil
}

// Readlink implements FileSystem.
func (m *Memory) Readlink(h lock.FileHandle) (string, error) {
	n, err := m.node(h)
	if err != nil {
		return "", err
	}
	what := n.what.Load()
	if what.typ != TypeSymlink {
		return "", ErrInval
	}
	return what.target, nil
}
