package export

import (
	"crypto/rand"
	"hash/fnv"
	"strings"
	"sync"
	"sync/atomic"

	"crosswire/server/vfs"
)

// Table is the exports of a server. It is safe for concurrent use.
type Table struct {
	road *vfs.VFS
	key  [16]byte

	mu      sync.Mutex        // serialises Refresh
	born    map[string]uint64 // how many trees a share name had
	current atomic.Pointer[snapshot]
}

// snapshot is the exports at one time; it never changes.
type snapshot struct {
	byID   map[uint64]*vfs.Tree
	ids    map[*vfs.Tree]uint64
	byName map[string]*vfs.Tree
	list   []*vfs.Tree // by share name
}

// NewTable is the table of the road's trees. The key signs handles; a zero one
// is replaced by a random key, so that handles do not outlive the server.
func NewTable(road *vfs.VFS, key [16]byte) *Table {
	if key == ([16]byte{}) {
		_, _ = rand.Read(key[:]) // never fails (crypto/rand)
	}
	t := &Table{road: road, key: key, born: map[string]uint64{}}
	t.current.Store(&snapshot{})
	t.Refresh()
	return t
}

// Refresh makes the table follow the road; the handles of a tree that is gone
// are stale when it returns.
func (t *Table) Refresh() {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.current.Load()
	trees := t.road.Trees()
	s := &snapshot{byID: map[uint64]*vfs.Tree{}, ids: map[*vfs.Tree]uint64{}, byName: map[string]*vfs.Tree{}, list: trees}
	for _, tree := range trees {
		name := tree.Share().Name
		id, ok := old.ids[tree]
		if !ok {
			h := fnv.New64a()
			_, _ = h.Write([]byte(name))
			id = h.Sum64() + t.born[name]
			t.born[name]++
		}
		s.byID[id], s.ids[tree], s.byName[name] = tree, id, tree
	}
	t.current.Store(s)
}

// Trees lists the exported trees by share name.
func (t *Table) Trees() []*vfs.Tree { return t.current.Load().list }

// Find splits a mount path into its share and the names below it: "/NAME/a/b".
// Empty names and "." count for nothing. ok is false if there is no such share.
func (t *Table) Find(path string) (tree *vfs.Tree, below []string, ok bool) {
	rest, found := strings.CutPrefix(path, "/")
	if !found {
		return nil, nil, false
	}
	for _, name := range strings.Split(rest, "/") {
		if name == "" || name == "." {
			continue
		}
		if tree == nil {
			if tree = t.current.Load().byName[name]; tree == nil {
				return nil, nil, false
			}
			continue
		}
		below = append(below, name)
	}
	return tree, below, tree != nil
}
