package vfs

import (
	"context"
	"sync"
	"sync/atomic"

	"crosswire/server/lock"
)

// Open is one SMB open of a file or directory (MS-SMB2 3.3.1.10, MS-FSA
// 2.1.1.6). It pins the node, holds a share reservation and remembers by
// which name it was made.
type Open struct {
	ID     uint64
	Tree   *Tree
	Handle FileHandle
	Stream string // "" for the data
	LinkID uint64 // of the name; 0 for the root
	Access uint32 // granted rights
	Deny   lock.Access
	IsDir  bool

	owner         lock.Owner
	deleteOnClose atomic.Bool // asked for by the open itself
	closed        atomic.Bool
	watch         atomic.Pointer[watch] // of a directory, once asked for

	waitMu sync.Mutex
	waits  map[*byte]context.CancelFunc // what waits through this open
}

// whileOpen is ctx that ends with the open too; done must be called. A wait
// that begins after the close ends at once.
func (op *Open) whileOpen(ctx context.Context) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	key := new(byte)
	op.waitMu.Lock()
	defer op.waitMu.Unlock()
	if op.closed.Load() {
		cancel()
		return ctx, cancel
	}
	if op.waits == nil {
		op.waits = map[*byte]context.CancelFunc{}
	}
	op.waits[key] = cancel
	return ctx, func() {
		cancel()
		op.waitMu.Lock()
		defer op.waitMu.Unlock()
		delete(op.waits, key)
	}
}

// endWaits ends what waits through a closed open.
func (op *Open) endWaits() {
	op.waitMu.Lock()
	defer op.waitMu.Unlock()
	for _, cancel := range op.waits {
		cancel()
	}
}

// DeleteOnClose reports whether closing this open deletes the file.
func (op *Open) DeleteOnClose() bool { return op.deleteOnClose.Load() }

// attributesOnly reports whether the rights are such that the open breaks no
// cache and takes no part in sharing (MS-FSA 2.1.4.12, 2.1.5.1.2.1).
func attributesOnly(access uint32) bool {
	return access&^(RightReadAttributes|RightWriteAttributes|RightReadControl|RightSynchronize) == 0
}

// node is what is known of a file while it is open.
type node struct {
	opens   map[uint64]*Open
	pending map[doomed]bool // what goes with its last open
}

// doomed is what an open can mark for deletion: the name by which it was made,
// or the named stream that it is of.
type doomed struct {
	link   uint64
	stream string // as the lock table knows it
}

// doom is what a deletion through the open deletes.
func (op *Open) doom() doomed {
	if op.Stream != "" {
		return doomed{stream: op.StreamKey()}
	}
	return doomed{link: op.LinkID}
}

// opens are all opens of all files.
type opens struct {
	mu    sync.Mutex
	next  uint64
	nodes map[FileHandle]*node
}

func (s *opens) init() { s.nodes = map[FileHandle]*node{} }

// add registers an open and gives it its ID.
func (s *opens) add(op *Open) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.nodes[op.Handle]
	if n == nil {
		n = &node{opens: map[uint64]*Open{}, pending: map[doomed]bool{}}
		s.nodes[op.Handle] = n
	}
	n.opens[op.ID] = op
}

func (s *opens) nextID() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	return s.next
}

// remove forgets an open. stream and name say whether its named stream, and
// the name that it was made by, are to be deleted now that their last open
// went.
func (s *opens) remove(op *Open) (stream, name bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.nodes[op.Handle]
	if n == nil {
		return false, false
	}
	delete(n.opens, op.ID)
	lastOfStream, lastOfName := op.Stream != "", true
	for _, other := range n.opens {
		lastOfStream = lastOfStream && other.StreamKey() != op.StreamKey()
		lastOfName = lastOfName && other.LinkID != op.LinkID
	}
	take := func(last bool, d doomed) bool {
		pending := last && n.pending[d]
		if last {
			delete(n.pending, d)
		}
		return pending
	}
	stream = take(lastOfStream, doomed{stream: op.StreamKey()})
	name = take(lastOfName, doomed{link: op.LinkID})
	if len(n.opens) == 0 {
		delete(s.nodes, op.Handle)
	}
	return stream, name
}

// others lists the opens of a stream but one.
func (s *opens) others(h FileHandle, stream string, except uint64) []*Open {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.nodes[h]
	if n == nil {
		return nil
	}
	var list []*Open
	for id, op := range n.opens {
		if id != except && op.StreamKey() == stream {
			list = append(list, op)
		}
	}
	return list
}

// isOpen reports whether anybody has the file open, by whatever name.
func (s *opens) isOpen(h FileHandle) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nodes[h] != nil
}

// all lists every open of a file system.
func (s *opens) all(fsid uint64) []*Open {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*Open
	for h, n := range s.nodes {
		if h.FSID != fsid {
			continue
		}
		for _, op := range n.opens {
			list = append(list, op)
		}
	}
	return list
}

// isPending reports whether a name of the file, or the named stream, is being
// deleted.
func (s *opens) isPending(h FileHandle, link uint64, stream string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.nodes[h]
	return n != nil && (n.pending[doomed{link: link}] || stream != "" && n.pending[doomed{stream: lockStream(stream)}])
}

func (s *opens) setPending(op *Open, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.nodes[op.Handle]; n != nil {
		if on {
			n.pending[op.doom()] = true
		} else {
			delete(n.pending, op.doom())
		}
	}
}

// AttributesOnly reports whether the open's rights are such that it keeps
// nobody from caching.
func (op *Open) AttributesOnly() bool { return attributesOnly(op.Access) }
