package lock

import "sync"

// Limits, which keep one client from making everybody's checks slow.
const (
	MaxLocks   = 1 << 16 // byte-range locks on one stream
	MaxWaiters = 1 << 12 // blocked requests on one stream
)

const shards = 64

// Table holds the reservations and locks of all files. The zero value is an
// empty table. It is safe for concurrent use.
//
// Locking. A file's whole state is guarded by the mutex of its shard (chosen
// by the file's ID), and each method takes it once, so that every method is
// atomic for its file. No callback runs and nothing blocks under it.
// ReleaseClient goes from shard to shard.
type Table struct {
	shards [shards]shard
}

type shard struct {
	mu    sync.RWMutex
	files map[FileHandle]*file
}

// file is what is held on one file. It exists for as long as it holds
// something.
type file struct {
	reservations []Reservation
	streams      []*stream
}

// stream is the byte-range locks of one stream of a file.
type stream struct {
	name    string
	locks   []Held    // in the order in which they were granted
	waiters []*Waiter // in the order in which they came
}

func (t *Table) shard(h FileHandle) *shard {
	return &t.shards[(h.ID^h.FSID*31)%shards]
}

// file finds a file's state, or makes it.
func (s *shard) file(h FileHandle) *file {
	f := s.files[h]
	if f == nil {
		f = &file{}
		if s.files == nil {
			s.files = make(map[FileHandle]*file)
		}
		s.files[h] = f
	}
	return f
}

// tidy forgets the file if it holds nothing any more.
func (s *shard) tidy(h FileHandle, f *file) {
	kept := f.streams[:0]
	for _, st := range f.streams {
		if len(st.locks)+len(st.waiters) > 0 {
			kept = append(kept, st)
		}
	}
	clear(f.streams[len(kept):])
	f.streams = kept
	if len(f.reservations)+len(f.streams) == 0 {
		delete(s.files, h)
	}
}

// find is nil if nothing is locked on the stream. f may be nil.
func (f *file) find(name string) *stream {
	if f == nil {
		return nil
	}
	for _, st := range f.streams {
		if st.name == name {
			return st
		}
	}
	return nil
}

func (f *file) stream(name string) *stream {
	if st := f.find(name); st != nil {
		return st
	}
	st := &stream{name: name}
	f.streams = append(f.streams, st)
	return st
}

// ReleaseClient drops every reservation, lock and wait of one client (its
// connection is gone, or it has restarted: RFC 1813 appendix II, SM_NOTIFY)
// and returns how many there were.
func (t *Table) ReleaseClient(protocol, client string) int {
	n := 0
	mine := func(o Owner) bool { return o.Protocol == protocol && o.Client == client }
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		for h, f := range s.files {
			n += f.dropReservations(AnyStream, mine)
			for _, st := range f.streams {
				n += st.drop(mine)
			}
			s.tidy(h, f)
		}
		s.mu.Unlock()
	}
	return n
}

// Files is the number of files on which something is held or awaited.
func (t *Table) Files() int {
	n := 0
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.RLock()
		n += len(s.files)
		s.mu.RUnlock()
	}
	return n
}
