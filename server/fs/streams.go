package fs

import (
	"slices"
	"strings"

	"crosswire/server/lock"
)

// Streams implements FileSystem.
func (m *Memory) Streams(h lock.FileHandle) ([]StreamInfo, error) {
	n, err := m.node(h)
	if err != nil {
		return nil, err
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	infos := make([]StreamInfo, len(n.streams))
	for i, s := range n.streams {
		infos[i] = s.info()
	}
	return infos, nil
}

// LookupStream implements FileSystem.
func (m *Memory) LookupStream(h lock.FileHandle, name string) (StreamInfo, error) {
	n, err := m.node(h)
	if err != nil {
		return StreamInfo{}, err
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	s, _ := n.findStream(name)
	if s == nil {
		return StreamInfo{}, ErrNoStream
	}
	return s.info(), nil
}

// CreateStream implements FileSystem.
func (m *Memory) CreateStream(h lock.FileHandle, name string, exclusive bool) (info StreamInfo, created bool, err error) {
	n, err := m.nodeWithStreams(h, name)
	if err != nil {
		return StreamInfo{}, false, err
	}
	n.meta.Lock()
	defer n.meta.Unlock()
	s, _ := n.findStream(name)
	switch {
	case n.dead:
		return StreamInfo{}, false, ErrStale
	case s != nil && exclusive:
		return StreamInfo{}, false, ErrExist
	case s != nil:
		return s.info(), false, nil
	case len(n.streams) >= MaxStreams:
		return StreamInfo{}, false, ErrRange
	}
	s = newStream(name)
	n.streams = append(n.streams, s)
	n.touch(m.now())
	return s.info(), true, nil
}

// RemoveStream implements FileSystem.
func (m *Memory) RemoveStream(h lock.FileHandle, name string) (WCC, error) {
	n, err := m.nodeWithStreams(h, name)
	if err != nil {
		return WCC{}, err
	}
	n.meta.Lock()
	s, i := n.findStream(name)
	if s == nil {
		n.meta.Unlock()
		return WCC{}, ErrNoStream
	}
	w := WCC{Before: n.attr()}
	n.streams = slices.Delete(slices.Clone(n.streams), i, i+1)
	n.touch(m.now())
	w.After = n.attr()
	n.meta.Unlock()
	m.releaseStream(n, s)
	return w, nil
}

// RenameStream implements FileSystem.
func (m *Memory) RenameStream(h lock.FileHandle, from, to string, replace bool) (WCC, error) {
	n, err := m.nodeWithStreams(h, to)
	if err != nil {
		return WCC{}, err
	}
	w, replaced, err := m.renameStream(n, from, to, replace)
	if replaced != nil {
		m.releaseStream(n, replaced)
	}
	return w, err
}

// renameStream also returns the stream whose space its caller must release.
func (m *Memory) renameStream(n *node, from, to string, replace bool) (WCC, *stream, error) {
	n.meta.Lock()
	defer n.meta.Unlock()
	s, _ := n.findStream(from)
	if s == nil {
		return WCC{}, nil, ErrNoStream
	}
	t, i := n.findStream(to)
	if t == s {
		t = nil
	}
	if t != nil && !replace {
		return WCC{}, nil, ErrExist
	}
	w := WCC{Before: n.attr()}
	if t != nil {
		n.streams = slices.Delete(slices.Clone(n.streams), i, i+1)
	}
	s.name, s.fold = strings.Clone(to), FoldName(to)
	n.touch(m.now())
	w.After = n.attr()
	return w, t, nil
}

// nodeWithStreams finds a node that may have the named stream.
func (m *Memory) nodeWithStreams(h lock.FileHandle, name string) (*node, error) {
	n, err := m.node(h)
	if err != nil {
		return nil, err
	}
	switch {
	case n.typ() != TypeRegular && n.typ() != TypeDirectory:
		return nil, ErrInval
	case len(name) > StreamNameMax:
		return nil, ErrNameTooLong
	case name == "" || strings.ContainsAny(name, "/\\:\x00"):
		return nil, ErrInval
	}
	return n, nil
}

func newStream(name string) *stream {
	return &stream{named: true, name: strings.Clone(name), fold: FoldName(name)}
}

// findStream finds a named stream and its place. meta is held.
func (n *node) findStream(name string) (*stream, int) {
	if len(n.streams) == 0 {
		return nil, -1
	}
	fold := FoldName(name)
	for i, s := range n.streams {
		if s.fold == fold {
			return s, i
		}
	}
	return nil, -1
}

// info describes a stream. The node's meta is held.
func (s *stream) info() StreamInfo {
	return StreamInfo{Name: s.name, Size: s.content.size, Used: s.content.used()}
}
