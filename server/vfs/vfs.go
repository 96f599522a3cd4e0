package vfs

import (
	"context"
	"hash/fnv"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/fs"
	"crosswire/server/lock"
)

// Names of the protocols in Origin.Protocol.
const (
	ProtocolNFS = "nfs"
	ProtocolSMB = "smb"
)

// VFS is the road over all shares of one server.
type VFS struct {
	rt    adapter.Runtime
	clock clock.Clock
	locks *lock.Table
	gates gates
	opens opens

	mu     sync.RWMutex
	trees  map[string]*Tree  // by folded share name
	stores map[string]*store // by name
	born   map[string]uint64 // how often a store of that name was made

	watchMu  sync.RWMutex
	watchers map[int]func(Event)
	watchSeq int
	watches  watches
}

// store is one file system and the number of shares that show it.
type store struct {
	fs   fs.FileSystem
	refs int
}

// New makes the road and lets it follow the runtime's shares. It must be
// called before any adapter registers its own share-change listener, so that
// a tree exists when they hear of its share.
func New(rt adapter.Runtime, c clock.Clock) *VFS {
	v := &VFS{
		rt: rt, clock: c, locks: &lock.Table{},
		trees:    map[string]*Tree{},
		stores:   map[string]*store{},
		born:     map[string]uint64{},
		watchers: map[int]func(Event){},
		watches:  watches{byDir: map[FileHandle][]*watch{}},
	}
	v.opens.init()
	rt.OnShareChange(func([]string) { v.follow() })
	v.follow()
	return v
}

// Locks is the table of share reservations and byte-range locks. Adapters may
// read it; they lock and reserve through Tree.
func (v *VFS) Locks() *lock.Table { return v.locks }

// Clock is the server's clock.
func (v *VFS) Clock() clock.Clock { return v.clock }

// follow makes the trees equal to the runtime's shares.
func (v *VFS) follow() {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := map[string]bool{}
	for _, name := range v.rt.ListShares() {
		s, ok := v.rt.Share(name)
		if !ok {
			continue // removed since; its own event follows
		}
		key := strings.ToLower(s.Name)
		now[key] = true
		t := v.trees[key]
		if t != nil && t.storeName != storeName(s) {
			v.drop(key, t)
			t = nil
		}
		if t == nil {
			t = &Tree{vfs: v, storeName: storeName(s)}
			t.store = v.storeFor(s)
			v.trees[key] = t
		}
		t.share.Store(&s)
		if s.CapacityBytes != 0 {
			t.store.fs.SetCapacity(s.CapacityBytes)
		}
	}
	for key, t := range v.trees {
		if !now[key] {
			v.drop(key, t)
		}
	}
}

func storeName(s adapter.Share) string {
	if s.Store != "" {
		return s.Store
	}
	return strings.ToLower(s.Name)
}

// storeFor finds or makes the share's file system. A name that comes back
// after its last share was removed is a new file system with a new FSID, so
// that old handles stay stale.
func (v *VFS) storeFor(s adapter.Share) *store {
	name := storeName(s)
	st := v.stores[name]
	if st == nil {
		h := fnv.New64a()
		h.Write([]byte(name))
		fsid := (h.Sum64() + v.born[name]*0x9e3779b97f4a7c15) &^ (1 << 63)
		v.born[name]++
		capacity := s.CapacityBytes
		if capacity == 0 {
			capacity = defaultCapacity
		}
		mode := uint32(0o777) // every user of a test target may work in it
		st = &store{fs: fs.NewMemory(fs.Options{FSID: fsid, Capacity: capacity, Clock: v.clock, Root: fs.Changes{Mode: &mode}})}
		v.stores[name] = st
	}
	st.refs++
	return st
}

func (v *VFS) drop(key string, t *Tree) {
	t.gone.Store(true)
	delete(v.trees, key)
	if t.store.refs--; t.store.refs == 0 {
		delete(v.stores, t.storeName)
	}
}

// Tree returns the tree of a share, names compared without case; ErrNoShare.
func (v *VFS) Tree(share string) (*Tree, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if t := v.trees[strings.ToLower(share)]; t != nil {
		return t, nil
	}
	return nil, ErrNoShare
}

// Trees lists all trees by share name.
func (v *VFS) Trees() []*Tree {
	v.mu.RLock()
	defer v.mu.RUnlock()
	list := make([]*Tree, 0, len(v.trees))
	for _, t := range v.trees {
		list = append(list, t)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Share().Name < list[j].Share().Name })
	return list
}

// Event is one change that watchers hear of, after it took effect.
type Event struct {
	Op      Op
	Tree    *Tree
	Origin  *Origin
	File    FileHandle // the node concerned
	Dir     FileHandle // the directory that holds (held) the name; zero if not known
	Name    string
	NewDir  FileHandle // of a rename
	NewName string
	IsDir   bool
	// Replaced: the rename took the new name from another file.
	Replaced bool
	// Changed is what became different about a node that keeps its names;
	// nothing is told if it is 0.
	Changed Changed
	// Stream is the named stream concerned, "" for the file itself, and
	// StreamAction what happened to it (OpStream).
	Stream       string
	StreamAction ChangeAction
}

// Watch calls f after every change until the result is called. f must not
// block.
func (v *VFS) Watch(f func(Event)) (stop func()) {
	v.watchMu.Lock()
	defer v.watchMu.Unlock()
	v.watchSeq++
	id := v.watchSeq
	v.watchers[id] = f
	return func() {
		v.watchMu.Lock()
		defer v.watchMu.Unlock()
		delete(v.watchers, id)
	}
}

func (v *VFS) announce(t *Tree, o *Origin, e Event) {
	e.Tree, e.Origin = t, o
	v.watchMu.RLock()
	defer v.watchMu.RUnlock()
	for _, f := range v.watchers {
		f(e)
	}
	v.tell(t, &e)
}

// Tree is one share's view of its file system.
type Tree struct {
	vfs       *VFS
	store     *store
	storeName string
	share     atomic.Pointer[adapter.Share]
	gone      atomic.Bool
}

// Share is the share's settings in force now.
func (t *Tree) Share() adapter.Share { return *t.share.Load() }

// VFS is the road that the tree belongs to.
func (t *Tree) VFS() *VFS { return t.vfs }

// FSID identifies the tree's file system.
func (t *Tree) FSID() uint64 { return t.store.fs.FSID() }

// Root is the root directory's handle.
func (t *Tree) Root() FileHandle { return t.store.fs.Root() }

// Gone reports whether the share was removed.
func (t *Tree) Gone() bool { return t.gone.Load() }

func (t *Tree) alive() error {
	if t.gone.Load() {
		return ErrNoShare
	}
	return nil
}

// StatFS tells the room of the file system.
func (t *Tree) StatFS(_ context.Context, _ *Origin) (StatFS, error) {
	if err := t.alive(); err != nil {
		return StatFS{}, err
	}
	return t.store.fs.StatFS(), nil
}
