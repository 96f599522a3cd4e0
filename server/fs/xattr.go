package fs

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"crosswire/server/lock"
)

// GetXattr implements FileSystem.
func (m *Memory) GetXattr(h lock.FileHandle, name string) ([]byte, error) {
	n, err := m.node(h)
	if err != nil {
		return nil, err
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	v, ok := n.xattrs[name]
	if !ok {
		return nil, ErrNoAttr
	}
	return bytes.Clone(v), nil
}

// SetXattr implements FileSystem.
func (m *Memory) SetXattr(h lock.FileHandle, name string, value []byte, f XattrFlags) (WCC, error) {
	switch {
	case name == "" || strings.IndexByte(name, 0) >= 0:
		return WCC{}, ErrInval
	case len(name) > XattrNameMax || len(value) > XattrValueMax:
		return WCC{}, ErrRange
	}
	n, err := m.node(h)
	if err != nil {
		return WCC{}, err
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	old, ok := n.xattrs[name]
	switch {
	case ok && f&XattrCreate != 0:
		return WCC{}, ErrExist
	case !ok && f&XattrReplace != 0:
		return WCC{}, ErrNoAttr
	}
	total := len(name) + len(value)
	for k, v := range n.xattrs {
		total += len(k) + len(v)
	}
	if ok {
		total -= len(name) + len(old)
	}
	if total > XattrTotalMax {
		return WCC{}, ErrRange
	}
	w := WCC{Before: n.attr()}
	if n.xattrs == nil {
		n.xattrs = make(map[string][]byte)
	}
	n.xattrs[strings.Clone(name)] = append([]byte{}, value...)
	n.touch(m.now())
	w.After = n.attr()
	return w, nil
}

// ListXattr implements FileSystem.
func (m *Memory) ListXattr(h lock.FileHandle) ([]string, error) {
	n, err := m.node(h)
	if err != nil {
		return nil, err
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	return slices.Sorted(maps.Keys(n.xattrs)), nil
}

// RemoveXattr implements FileSystem.
func (m *Memory) RemoveXattr(h lock.FileHandle, name string) (WCC, error) {
	n, err := m.node(h)
	if err != nil {
		return WCC{}, err
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	if _, ok := n.xattrs[name]; !ok {
		return WCC{}, ErrNoAttr
	}
	w := WCC{Before: n.attr()}
	delete(n.xattrs, name)
	n.touch(m.now())
	w.After = n.attr()
	return w, nil
}
