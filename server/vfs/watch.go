package vfs

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
)

// Errors of NextChanges.
var (
	ErrWatchOverflow = errors.New("more changes than the buffer holds") // STATUS_NOTIFY_ENUM_DIR
	ErrWatchClosed   = errors.New("the watched handle was closed")      // STATUS_NOTIFY_CLEANUP
	ErrWatchEmpty    = errors.New("no change yet")                      // only with NoWait
)

// maxWatchBytes bounds what one watch keeps between two requests, in the bytes
// of a response. It is what Windows lets a remote watcher have at most.
const maxWatchBytes = 64 << 10

// WatchRequest asks for the changes below a directory.
type WatchRequest struct {
	// Filter and Tree count in the first request of an open only: they stay
	// as they were until it is closed.
	Filter Changed
	Tree   bool
	// Max is the room of the answer in bytes, as FILE_NOTIFY_INFORMATION
	// counts. That of the first request also bounds, up to 64 KiB, what is
	// kept between requests.
	Max int
	// NoWait answers ErrWatchEmpty instead of waiting.
	NoWait bool
}

// watch is the ChangeNotifyEntry of one open of a directory (MS-FSA 2.1.1.9).
type watch struct {
	dir    FileHandle
	filter Changed
	tree   bool
	room   int

	mu       sync.Mutex
	kept     []Change
	size     int // of kept
	overflow bool
	ended    error // no more changes will come
	waiting  []*watchWaiter
}

// watchWaiter is one request that waits; a watch answers them in order.
type watchWaiter struct {
	max    int
	answer chan watchAnswer // of one
	rouse  func()           // before the answer is sent
}

type watchAnswer struct {
	changes []Change
	err     error
}

// watches are all watched directories. Nobody watching costs one load.
type watches struct {
	n     atomic.Int64
	trees atomic.Int64 // of those, the ones with Tree

	mu    sync.RWMutex
	byDir map[FileHandle][]*watch
}

// NextChanges waits for changes in the directory of an open (MS-FSA 2.1.5.10,
// MS-SMB2 3.3.5.19). The first call begins the watch, which the close of the
// open ends; changes between two calls are kept. Several calls may wait: each
// change answers the oldest. ErrWatchOverflow, ErrWatchClosed, ErrDeletePending
// (the directory is going away), ErrNotDir, ErrAccess (no FILE_LIST_DIRECTORY),
// or ctx's error.
func (t *Tree) NextChanges(ctx context.Context, o *Origin, op *Open, q WatchRequest) ([]Change, error) {
	switch {
	case !op.IsDir || op.Stream != "":
		return nil, ErrNotDir
	case op.Access&RightReadData == 0:
		return nil, ErrAccess
	case op.closed.Load():
		return nil, ErrWatchClosed
	}
	if t.vfs.opens.isPending(op.Handle, op.LinkID, op.Stream) {
		return nil, ErrDeletePending
	}
	w := t.vfs.watchOf(op, q)
	w.mu.Lock()
	if a, ok := w.take(q.Max); ok {
		w.mu.Unlock()
		return a.changes, a.err
	}
	if q.NoWait {
		w.mu.Unlock()
		return nil, ErrWatchEmpty
	}
	me := &watchWaiter{max: q.Max, answer: make(chan watchAnswer, 1), rouse: t.vfs.rt.Enter}
	w.waiting = append(w.waiting, me)
	w.mu.Unlock()
	if t.vfs.opens.isPending(op.Handle, op.LinkID, op.Stream) {
		w.refuse(ErrDeletePending) // it was marked while we were coming
	}

	if o.OnWait != nil {
		o.OnWait()
	}
	t.vfs.rt.Leave() // whoever answers enters on our behalf
	select {
	case a := <-me.answer:
		return a.changes, a.err
	case <-ctx.Done():
	}
	if w.giveUp(me) {
		t.vfs.rt.Enter()
		return nil, ctx.Err()
	}
	a := <-me.answer // it came just before
	return a.changes, a.err
}

// watchOf is the watch of an open, begun if need be.
func (v *VFS) watchOf(op *Open, q WatchRequest) *watch {
	if w := op.watch.Load(); w != nil {
		return w
	}
	w := &watch{dir: op.Handle, filter: q.Filter, tree: q.Tree, room: min(q.Max, maxWatchBytes)}
	s := &v.watches
	s.mu.Lock()
	defer s.mu.Unlock()
	if !op.watch.CompareAndSwap(nil, w) {
		return op.watch.Load()
	}
	if op.closed.Load() { // the close did not see the watch
		w.end(ErrWatchClosed)
		return w
	}
	s.byDir[w.dir] = append(s.byDir[w.dir], w)
	s.n.Add(1)
	if w.tree {
		s.trees.Add(1)
	}
	return w
}

// endWatch ends the watch of an open that is being closed.
func (v *VFS) endWatch(op *Open) {
	w := op.watch.Load()
	if w == nil {
		return
	}
	s := &v.watches
	s.mu.Lock()
	list := s.byDir[w.dir]
	if i := slices.Index(list, w); i >= 0 {
		if list = slices.Delete(slices.Clone(list), i, i+1); len(list) == 0 {
			delete(s.byDir, w.dir)
		} else {
			s.byDir[w.dir] = list
		}
		s.n.Add(-1)
		if w.tree {
			s.trees.Add(-1)
		}
	}
	s.mu.Unlock()
	w.end(ErrWatchClosed)
}

// doomed answers who waits for changes of a directory that was marked for
// deletion (MS-FSA 2.1.5.15.3: pending notifications complete with
// STATUS_DELETE_PENDING).
func (v *VFS) doomed(dir FileHandle) {
	if v.watches.n.Load() == 0 {
		return
	}
	for _, w := range v.watches.of(dir) {
		w.refuse(ErrDeletePending)
	}
}

func (s *watches) of(dir FileHandle) []*watch {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byDir[dir]
}

// tell shows an event to the watches of the directory and, if they watch the
// tree, to those of its ancestors.
func (v *VFS) tell(t *Tree, e *Event) {
	if v.watches.n.Load() == 0 {
		return
	}
	list := t.records(e)
	seen := map[*watch][]Change{}
	var order []*watch
	for _, r := range list {
		t.eachWatch(r.dir, func(w *watch, prefix string) {
			if w.filter&r.what == 0 || w.filter&r.unless != 0 {
				return
			}
			if seen[w] == nil {
				order = append(order, w)
			}
			seen[w] = append(seen[w], Change{Action: r.action, Name: prefix + r.name})
		})
	}
	for _, w := range order { // the pair of a rename stays together
		w.add(seen[w])
	}
	if e.IsDir && road[e.Op].tells == tellRemoved {
		for _, w := range v.watches.of(e.File) {
			w.end(ErrDeletePending)
		}
	}
}

// maxDepthTold bounds the way up from a change to the watches of a tree.
const maxDepthTold = 4096

// eachWatch calls f for the watches that see the names in dir, with the path
// from the watched directory to dir.
func (t *Tree) eachWatch(dir FileHandle, f func(w *watch, prefix string)) {
	s := &t.vfs.watches
	for _, w := range s.of(dir) {
		f(w, "")
	}
	if s.trees.Load() == 0 {
		return
	}
	prefix := ""
	for range maxDepthTold {
		links, err := t.store.fs.Links(dir)
		if err != nil || len(links) == 0 {
			return
		}
		prefix = links[0].Name + "/" + prefix
		dir = links[0].Dir
		for _, w := range s.of(dir) {
			if w.tree {
				f(w, prefix)
			}
		}
	}
}

// add keeps the changes of one event, or answers who waits.
func (w *watch) add(list []Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended != nil {
		return
	}
	for _, c := range list {
		if w.overflow {
			break
		}
		if n := len(w.kept); n > 0 && c.Action == NodeModified && w.kept[n-1] == c {
			continue // says nothing new
		}
		w.kept = append(w.kept, c)
		if w.size += c.size(); w.size > w.room {
			w.kept, w.size, w.overflow = nil, 0, true
		}
	}
	w.serve()
}

// end answers all who wait with err, and whoever asks later.
func (w *watch) end(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended == nil {
		w.ended = err
		w.kept, w.size = nil, 0
	}
	w.serve()
}

// refuse answers all who wait now with err; the watch goes on.
func (w *watch) refuse(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, q := range w.waiting {
		q.rouse()
		q.answer <- watchAnswer{err: err}
	}
	w.waiting = nil
}

// serve answers those who wait, as far as there is something to tell. mu is
// held.
func (w *watch) serve() {
	for len(w.waiting) > 0 {
		a, ok := w.take(w.waiting[0].max)
		if !ok {
			return
		}
		first := w.waiting[0]
		w.waiting = slices.Delete(w.waiting, 0, 1)
		first.rouse()
		first.answer <- a
	}
}

// take empties the watch for an answer of at most max bytes; false if there is
// nothing to tell. mu is held.
func (w *watch) take(max int) (a watchAnswer, ok bool) {
	switch {
	case w.ended != nil:
		return watchAnswer{err: w.ended}, true
	case w.overflow:
		w.overflow = false
		return watchAnswer{err: ErrWatchOverflow}, true
	case len(w.kept) == 0:
		return a, false
	}
	a.changes = w.kept
	if w.size > max {
		a = watchAnswer{err: ErrWatchOverflow}
	}
	w.kept, w.size = nil, 0
	return a, true
}

// giveUp takes a request back; false if it was answered meanwhile.
func (w *watch) giveUp(me *watchWaiter) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.Index(w.waiting, me)
	if i < 0 {
		return false
	}
	w.waiting = slices.Delete(w.waiting, i, i+1)
	return true
}
