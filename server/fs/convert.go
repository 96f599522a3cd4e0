package fs

import (
	"strings"

	"crosswire/server/lock"
)

// Convert implements FileSystem.
func (m *Memory) Convert(h lock.FileHandle, t FileType, target string, rdev Rdev) (WCC, error) {
	what := &kind{typ: t}
	switch t {
	case TypeSymlink:
		switch {
		case target == "" || strings.IndexByte(target, 0) >= 0:
			return WCC{}, ErrInval
		case len(target) > SymlinkMax:
			return WCC{}, ErrNameTooLong
		}
		what.target = strings.Clone(target)
	case TypeBlock, TypeChar:
		what.rdev = rdev
	case TypeFIFO, TypeSocket, TypeRegular:
	default:
		return WCC{}, ErrInval
	}
	m.ns.Lock()
	defer m.ns.Unlock()
	n, err := m.lookupNode(h)
	switch {
	case err != nil:
		return WCC{}, err
	case n.dir != nil:
		return WCC{}, ErrIsDir
	}
	n.data.mu.Lock()
	defer n.data.mu.Unlock()
	n.meta.Lock()
	defer n.meta.Unlock()
	if n.typ() == TypeRegular && t != TypeRegular && (n.data.content.size > 0 || len(n.streams) > 0) {
		return WCC{}, ErrNotEmpty
	}
	w := WCC{Before: n.attr()}
	n.what.Store(what)
	n.modify(m.now())
	w.After = n.attr()
	return w, nil
}
