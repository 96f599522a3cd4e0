package fs

import (
	"sync"
	"time"

	"crosswire/server/clock"
	"crosswire/server/lock"
)

// Options set up a file system in memory.
type Options struct {
	FSID uint64
	// Capacity is the number of bytes that file data may occupy; 0 means
	// DefaultCapacity. Names, attributes and extended attributes do not
	// count against it; MaxInodes and the limits of fs.go bound them.
	Capacity uint64
	// MaxInodes is the number of nodes that may exist; 0 means
	// DefaultMaxInodes.
	MaxInodes uint64
	// Clock is where times come from; nil means the system's.
	Clock clock.Clock
	// Generation is the Gen of every handle. 0 takes it from the clock, so
	// that handles of a file system that is gone are stale in the next one of
	// the same FSID.
	Generation uint64
	// Root are the root directory's attributes; without a Mode it is 0755.
	Root Changes
}

// Defaults of Options.
const (
	DefaultCapacity  = 1 << 40
	DefaultMaxInodes = 1 << 24
)

// Memory is a FileSystem that lives in memory.
//
// Locking. There are three kinds of lock, taken only in this order:
//
//   - Memory.ns guards the namespace: the node table, directories' entries,
//     the links of nodes. Reading methods share it, the methods that change a
//     name hold it alone, for no longer than O(log n) (ReadDir: O(limit)). No
//     data is copied under it.
//   - stream.mu, one a stream, guards its content: readers of one stream run
//     side by side, different streams are independent.
//   - node.meta, one a node, guards its attributes, and is never held while
//     data is copied, so GETATTR does not wait for a WRITE. No method holds
//     two nodes' at once.
//
// What two locks guard (a size: stream.mu and meta; a link count: ns and
// meta) is written under both and may be read under either.
type Memory struct {
	fsid      uint64
	gen       uint64
	clock     clock.Clock
	maxInodes uint64
	space     budget

	ns       sync.RWMutex
	nodes    map[uint64]*node
	root     *node
	nextID   uint64
	nextLink uint64
}

var _ FileSystem = (*Memory)(nil)

// NewMemory returns an empty file system with only a root directory.
func NewMemory(o Options) *Memory {
	if o.Capacity == 0 {
		o.Capacity = DefaultCapacity
	}
	if o.MaxInodes == 0 {
		o.MaxInodes = DefaultMaxInodes
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Generation == 0 {
		o.Generation = uint64(o.Clock.Now().UnixNano())
	}
	m := &Memory{
		fsid:      o.FSID,
		gen:       o.Generation,
		clock:     o.Clock,
		maxInodes: o.MaxInodes,
		nodes:     make(map[uint64]*node),
		nextID:    RootID,
		nextLink:  1,
	}
	m.space.total.Store(o.Capacity)
	if o.Root.Mode == nil {
		mode := uint32(0o755)
		o.Root.Mode = &mode
	}
	m.root = m.newNode(TypeDirectory, o.Root, m.now())
	m.root.nlink = 2
	m.root.parentID = m.root.handle.ID
	return m
}

// FSID implements FileSystem.
func (m *Memory) FSID() uint64 { return m.fsid }

// Root implements FileSystem.
func (m *Memory) Root() lock.FileHandle { return m.root.handle }

// StatFS implements FileSystem.
func (m *Memory) StatFS() StatFS {
	m.ns.RLock()
	files := uint64(len(m.nodes))
	m.ns.RUnlock()
	total, free := m.space.room()
	return StatFS{
		Total:       total,
		Free:        free,
		Avail:       free,
		Files:       m.maxInodes,
		FilesFree:   m.maxInodes - min(files, m.maxInodes),
		NameMax:     NameMax,
		BlockSize:   BlockSize,
		MaxFileSize: MaxFileSize,
		LinkMax:     MaxLinks,
		SymlinkMax:  SymlinkMax,
	}
}

// SetCapacity implements FileSystem.
func (m *Memory) SetCapacity(bytes uint64) { m.space.total.Store(bytes) }

// Pin implements FileSystem.
func (m *Memory) Pin(h lock.FileHandle) error {
	m.ns.RLock()
	defer m.ns.RUnlock()
	n, err := m.lookupNode(h)
	if err != nil {
		return err
	}
	n.pins.Add(1)
	return nil
}

// Unpin implements FileSystem.
func (m *Memory) Unpin(h lock.FileHandle) {
	n, err := m.node(h)
	if err != nil {
		return
	}
	for {
		p := n.pins.Load()
		if p == 0 {
			return
		}
		if n.pins.CompareAndSwap(p, p-1) {
			if p > 1 {
				return
			}
			break
		}
	}
	m.ns.Lock()
	dead := m.reap(n)
	m.ns.Unlock()
	if dead {
		m.release(n)
	}
}

// lookupNode finds a node by its handle. ns is held.
func (m *Memory) lookupNode(h lock.FileHandle) (*node, error) {
	n := m.nodes[h.ID]
	if n == nil || n.handle != h {
		return nil, ErrStale
	}
	return n, nil
}

// lookupDir finds a directory by its handle. ns is held.
func (m *Memory) lookupDir(h lock.FileHandle) (*node, error) {
	n, err := m.lookupNode(h)
	if err != nil {
		return nil, err
	}
	if n.dir == nil {
		return nil, ErrNotDir
	}
	return n, nil
}

// node finds a node by its handle for a method that needs no more of the
// namespace. The node may be removed before the caller uses it; whoever adds
// something that takes space checks stream.dead or node.dead.
func (m *Memory) node(h lock.FileHandle) (*node, error) {
	m.ns.RLock()
	defer m.ns.RUnlock()
	return m.lookupNode(h)
}

// newNode makes a node without a name. ns is held (or m is not yet shared).
func (m *Memory) newNode(t FileType, init Changes, now time.Time) *node {
	n := &node{handle: lock.FileHandle{FSID: m.fsid, ID: m.nextID, Gen: m.gen}}
	n.what.Store(&kind{typ: t})
	m.nextID++
	n.atime, n.mtime, n.ctime, n.btime = now, now, now, now
	switch t {
	case TypeRegular:
		n.data = &stream{}
		if init.Size != nil {
			n.data.content.size = *init.Size
		}
	case TypeDirectory:
		n.dir = newDirectory()
	default:
		n.data = &stream{} // for when it becomes a regular file
	}
	n.apply(init, now)
	n.change = 1
	m.nodes[n.handle.ID] = n
	return n
}

// reap takes a node that has neither name nor pin out of the table. The caller
// calls release once it has let go of ns, which is held alone.
func (m *Memory) reap(n *node) bool {
	if n.nlink > 0 || n.pins.Load() > 0 || m.nodes[n.handle.ID] != n {
		return false
	}
	delete(m.nodes, n.handle.ID)
	return true
}

// release gives back the space of a node that was reaped. It waits for I/O
// under way.
func (m *Memory) release(n *node) {
	n.meta.Lock()
	n.dead = true
	streams := n.streams
	n.meta.Unlock()
	if n.data != nil {
		m.releaseStream(n, n.data)
	}
	for _, s := range streams {
		m.releaseStream(n, s)
	}
}

func (m *Memory) releaseStream(n *node, s *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return
	}
	s.dead = true
	n.meta.Lock()
	used := s.content.used()
	s.content = sparse{}
	n.meta.Unlock()
	m.space.give(used)
}

// now is the clock's time without its monotonic part, which must not leak into
// comparisons of attributes.
func (m *Memory) now() time.Time { return m.clock.Now().UTC().Round(0) }
