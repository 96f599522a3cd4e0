package fs

import (
	"strings"
	"time"

	"crosswire/server/lock"
)

// Create implements FileSystem.
func (m *Memory) Create(dir lock.FileHandle, name string, o CreateOptions) (NewNode, error) {
	if o.Init.Size != nil && *o.Init.Size > MaxFileSize {
		return NewNode{}, ErrFBig
	}
	m.ns.Lock()
	defer m.ns.Unlock()
	d, err := m.parentFor(dir, name)
	if err != nil {
		return NewNode{}, err
	}
	if e := d.dir.find(name, o.Fold); e != nil {
		n := e.node
		switch {
		case o.Verifier != nil:
			if n.verf == nil || *n.verf != *o.Verifier {
				return NewNode{}, ErrExist
			}
		case o.Exclusive:
			return NewNode{}, ErrExist
		case n.typ() == TypeDirectory:
			return NewNode{}, ErrIsDir
		case n.typ() != TypeRegular:
			return NewNode{}, ErrExist
		}
		a := d.snapshot()
		return NewNode{Entry: e.entry(), Dir: WCC{Before: a, After: a}}, nil
	}
	return m.add(d, name, TypeRegular, o.Init, func(n *node) {
		if o.Verifier != nil {
			v := *o.Verifier
			n.verf = &v
		}
	})
}

// Mkdir implements FileSystem.
func (m *Memory) Mkdir(dir lock.FileHandle, name string, init Changes, fold bool) (NewNode, error) {
	return m.make(dir, name, TypeDirectory, init, fold, func(*node) {})
}

// Symlink implements FileSystem.
func (m *Memory) Symlink(dir lock.FileHandle, name, target string, init Changes, fold bool) (NewNode, error) {
	switch {
	case len(target) > SymlinkMax:
		return NewNode{}, ErrNameTooLong
	case target == "" || strings.IndexByte(target, 0) >= 0:
		return NewNode{}, ErrInval
	}
	return m.make(dir, name, TypeSymlink, init, fold, func(n *node) { n.what.Store(&kind{typ: TypeSymlink, target: strings.Clone(target)}) })
}

// Mknod implements FileSystem.
func (m *Memory) Mknod(dir lock.FileHandle, name string, t FileType, rdev Rdev, init Changes, fold bool) (NewNode, error) {
	switch t {
	case TypeBlock, TypeChar:
	case TypeFIFO, TypeSocket:
		rdev = Rdev{}
	default:
		return NewNode{}, ErrInval
	}
	return m.make(dir, name, t, init, fold, func(n *node) { n.what.Store(&kind{typ: t, rdev: rdev}) })
}

// Link implements FileSystem.
func (m *Memory) Link(h, dir lock.FileHandle, name string, fold bool) (NewNode, error) {
	if h.FSID != dir.FSID && (h.FSID == m.fsid || dir.FSID == m.fsid) {
		return NewNode{}, ErrXDev
	}
	m.ns.Lock()
	defer m.ns.Unlock()
	n, err := m.lookupNode(h)
	if err != nil {
		return NewNode{}, err
	}
	d, err := m.parentFor(dir, name)
	switch {
	case err != nil:
		return NewNode{}, err
	case n.typ() == TypeDirectory:
		return NewNode{}, ErrIsDir
	case d.dir.find(name, fold) != nil:
		return NewNode{}, ErrExist
	case n.nlink == 0:
		return NewNode{}, ErrNotExist
	case n.nlink >= MaxLinks:
		return NewNode{}, ErrMLink
	}
	now := m.now()
	n.update(func() {
		n.nlink++
		n.touch(now)
	})
	e, wcc := m.attach(d, name, n, now)
	return NewNode{Entry: e.entry(), Created: true, Dir: wcc}, nil
}

// make adds a new node under a name that must not exist; setup completes the
// node before anybody sees it.
func (m *Memory) make(dir lock.FileHandle, name string, t FileType, init Changes, fold bool, setup func(*node)) (NewNode, error) {
	m.ns.Lock()
	defer m.ns.Unlock()
	d, err := m.parentFor(dir, name)
	switch {
	case err != nil:
		return NewNode{}, err
	case d.dir.find(name, fold) != nil:
		return NewNode{}, ErrExist
	}
	init.Size = nil
	return m.add(d, name, t, init, setup)
}

// parentFor finds the directory in which name, which is checked, may be made.
// ns is held alone.
func (m *Memory) parentFor(dir lock.FileHandle, name string) (*node, error) {
	d, err := m.lookupDir(dir)
	if err != nil {
		return nil, err
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	switch {
	case name == "." || name == "..":
		return nil, ErrExist
	case d.nlink == 0:
		return nil, ErrNotExist
	}
	return d, nil
}

// add makes a node and its first name. ns is held alone.
func (m *Memory) add(d *node, name string, t FileType, init Changes, setup func(*node)) (NewNode, error) {
	if uint64(len(m.nodes)) >= m.maxInodes {
		return NewNode{}, ErrTooManyInodes
	}
	now := m.now()
	n := m.newNode(t, init, now)
	setup(n)
	n.nlink = 1
	if t == TypeDirectory {
		n.nlink = 2
		n.parentID = d.handle.ID
	}
	e, wcc := m.attach(d, name, n, now)
	return NewNode{Entry: e.entry(), Created: true, Dir: wcc}, nil
}

// attach gives n the name in d and accounts for it in d's attributes, not in
// n's. ns is held alone.
func (m *Memory) attach(d *node, name string, n *node, now time.Time) (*dirent, WCC) {
	e := &dirent{name: strings.Clone(name), linkID: m.nextLink, parent: d, node: n}
	m.nextLink++
	return e, m.attachEntry(e, now)
}

func (m *Memory) attachEntry(e *dirent, now time.Time) WCC {
	d := e.parent
	return d.update(func() {
		d.dir.insert(e)
		e.node.links = append(e.node.links, e)
		if e.node.typ() == TypeDirectory {
			d.nlink++
		}
		d.modify(now)
	})
}
