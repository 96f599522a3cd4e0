package fs

import (
	"strings"

	"crosswire/server/lock"
)

// Rename implements FileSystem.
func (m *Memory) Rename(srcDir lock.FileHandle, srcName string, dstDir lock.FileHandle, dstName string, o RenameOptions) (Renamed, error) {
	if srcDir.FSID != dstDir.FSID && (srcDir.FSID == m.fsid || dstDir.FSID == m.fsid) {
		return Renamed{}, ErrXDev
	}
	r, dead, err := m.rename(srcDir, srcName, dstDir, dstName, o)
	if dead != nil {
		m.release(dead)
	}
	return r, err
}

// rename also returns the node whose space its caller must release.
func (m *Memory) rename(srcDir lock.FileHandle, srcName string, dstDir lock.FileHandle, dstName string, o RenameOptions) (Renamed, *node, error) {
	m.ns.Lock()
	defer m.ns.Unlock()
	src, err := m.named(srcDir, srcName, o.Expect)
	if err != nil {
		return Renamed{}, nil, err
	}
	dir, err := m.parentFor(dstDir, dstName)
	if err != nil {
		if dstName == "." || dstName == ".." {
			err = ErrInval
		}
		return Renamed{}, nil, err
	}
	if src.parent == dir && srcName == dstName {
		return m.renameNoOp(src, dir), nil, nil
	}
	dst := m.renameTarget(src, dir, dstName, o.Fold)
	if dst == nil && !o.ExpectTarget.IsZero() {
		return Renamed{}, nil, ErrChanged
	}
	if dst != nil {
		switch {
		case o.NoReplace:
			return Renamed{}, nil, ErrExist
		case !o.ExpectTarget.IsZero() && dst.node.handle != o.ExpectTarget:
			return Renamed{}, nil, ErrChanged
		case dst.node == src.node:
			return m.renameNoOp(src, dir), nil, nil
		}
	}
	if src.node.typ() == TypeDirectory && m.within(dir, src.node) {
		return Renamed{}, nil, ErrInval
	}
	if dst != nil {
		switch t := dst.node; {
		case src.node.typ() == TypeDirectory && t.typ() != TypeDirectory:
			return Renamed{}, nil, ErrNotDir
		case src.node.typ() != TypeDirectory && t.typ() == TypeDirectory:
			return Renamed{}, nil, ErrIsDir
		case t.typ() == TypeDirectory && len(t.dir.byName) > 0:
			return Renamed{}, nil, ErrNotEmpty
		}
	}
	r, dead := m.move(src, dst, dir, dstName)
	return r, dead, nil
}

// renameTarget finds what the new name means now, other than the source entry
// itself. ns is held alone.
func (m *Memory) renameTarget(src *dirent, dir *node, name string, fold bool) *dirent {
	if e := dir.dir.find(name, fold); e != src {
		return e
	}
	// Without case the source was the first match; another may follow.
	return src.next
}

// within reports whether d is dir or below it. ns is held.
func (m *Memory) within(d, dir *node) bool {
	for d != dir {
		if len(d.links) == 0 {
			return false
		}
		d = d.links[0].parent
	}
	return true
}

func (m *Memory) renameNoOp(src *dirent, dir *node) Renamed {
	s, d := src.parent.snapshot(), dir.snapshot()
	return Renamed{
		Entry:  src.entry(),
		NoOp:   true,
		SrcDir: WCC{Before: s, After: s},
		DstDir: WCC{Before: d, After: d},
	}
}

// move does what rename has found to be allowed. ns is held alone.
func (m *Memory) move(src, dst *dirent, dir *node, name string) (r Renamed, dead *node) {
	now := m.now()
	r.SrcDir = m.detachEntry(src, now)
	first := r.SrcDir.Before
	if dst != nil {
		w := m.detachEntry(dst, now)
		if dir != src.parent {
			first = w.Before
		}
		a := dst.node.lose(now)
		r.Replaced = &a
		if m.reap(dst.node) {
			dead = dst.node
		}
	}
	e := &dirent{name: strings.Clone(name), linkID: src.linkID, parent: dir, node: src.node}
	r.DstDir = m.attachEntry(e, now)
	if dst != nil || dir == src.parent {
		r.DstDir.Before = first
	}
	if dir == src.parent {
		r.SrcDir.After = r.DstDir.After
	}
	src.node.update(func() {
		if src.node.typ() == TypeDirectory {
			src.node.parentID = dir.handle.ID
		}
		src.node.touch(now)
	})
	r.Entry = e.entry()
	return r, dead
}
