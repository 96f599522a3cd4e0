package lock

import (
	"fmt"
	"math"
	"slices"
)

// Style is one of the two kinds of byte-range locks; see the package comment.
type Style uint8

// The styles.
const (
	SMB Style = iota
	POSIX
)

// String is "smb" or "posix".
func (s Style) String() string {
	if s == POSIX {
		return "posix"
	}
	return "smb"
}

// Request asks for a byte-range lock, or names one to unlock (then Exclusive
// does not matter).
type Request struct {
	Handle    FileHandle
	Stream    string
	Owner     Owner
	Style     Style
	Exclusive bool
	// Off and Len are in bytes. SMB: Len 0 is a range of no bytes. POSIX:
	// Len 0 or ToEnd goes to the end.
	Off, Len uint64
}

// Held is a lock that is held.
type Held struct {
	Owner     Owner
	Style     Style
	Exclusive bool
	// Off and Len as requested. POSIX locks that were joined or split show
	// what is left, with Len ToEnd if it goes to the end.
	Off, Len uint64

	span span
}

// String renders the lock for logs and reports.
func (h Held) String() string {
	kind := "shared"
	if h.Exclusive {
		kind = "exclusive"
	}
	return fmt.Sprintf("%s %s lock of %v at %d+%d", kind, h.Style, h.Owner, h.Off, h.Len)
}

// held is the lock that r asks for.
func (r Request) held() (Held, error) {
	h := Held{Owner: r.Owner, Style: r.Style, Exclusive: r.Exclusive, Off: r.Off, Len: r.Len}
	var err error
	if r.Style == POSIX {
		h.span, err = posixSpan(r.Off, r.Len)
		h.setRange(h.span)
	} else {
		h.span, err = smbSpan(r.Off, r.Len)
	}
	return h, err
}

// setRange gives a POSIX lock another extent.
func (h *Held) setRange(s span) {
	h.span = s
	h.Off, h.Len = s.first, ToEnd
	if s.last != math.MaxUint64 {
		h.Len = s.last - s.first + 1
	}
}

// against reports whether h, which is held, stands against the lock want.
func (h *Held) against(want *Held) bool {
	if !h.span.overlaps(want.span) {
		return false
	}
	own := h.Owner == want.Owner
	if h.Style == POSIX {
		return !(own && want.Style == POSIX) && (h.Exclusive || want.Exclusive)
	}
	// MS-FSA 2.1.4.10 with LockIntent: whoever wants the range exclusively
	// meets every lock, even of his own open; whoever wants to share it meets
	// the exclusive ones of others and may stack on his own.
	return want.Exclusive || h.Exclusive && !(own && want.Style == SMB)
}

// againstIO is against for reading or writing a range (MS-FSA 2.1.4.10
// without LockIntent).
func (h *Held) againstIO(s span, owner Owner, style Style, write bool) bool {
	if !h.span.overlaps(s) {
		return false
	}
	own := h.Owner == owner
	if h.Style == POSIX {
		return style != POSIX && !own && (h.Exclusive || write)
	}
	if h.Exclusive {
		return !own
	}
	return write
}

// Lock takes a lock at once or fails with a *RangeConflict. Like a lock that
// fails immediately in SMB, it looks only at what is held, not at who waits.
func (t *Table) Lock(r Request) error {
	want, err := r.held()
	if err != nil {
		return err
	}
	s := t.shard(r.Handle)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.file(r.Handle)
	defer s.tidy(r.Handle, f)
	return f.stream(r.Stream).take(want)
}

// Test returns the lock that stands against r (F_GETLK; NLM_TEST; RFC 8881
// 18.11 LOCKT), or nil.
func (t *Table) Test(r Request) (*Held, error) {
	want, err := r.held()
	if err != nil {
		return nil, err
	}
	s := t.shard(r.Handle)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if st := s.files[r.Handle].find(r.Stream); st != nil {
		if h := st.standsAgainst(&want); h != nil {
			c := *h
			return &c, nil
		}
	}
	return nil, nil
}

// Unlock gives up a lock. SMB style wants the exact range of one lock, else
// ErrNotLocked; if several of the owner have it, an exclusive one goes first,
// else the newest (MS-FSA 2.1.5.9). POSIX style gives up whatever the owner
// has in the range, which may be nothing.
func (t *Table) Unlock(r Request) error {
	want, err := r.held()
	if err != nil {
		return err
	}
	s := t.shard(r.Handle)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[r.Handle]
	st := f.find(r.Stream)
	if st == nil {
		if r.Style == POSIX {
			return nil
		}
		return ErrNotLocked
	}
	defer s.tidy(r.Handle, f)
	if r.Style == POSIX {
		return st.releasePOSIX(want)
	}
	if !st.releaseSMB(r.Owner, r.Off, r.Len) {
		return ErrNotLocked
	}
	st.wake()
	return nil
}

// UnlockAll gives up every lock of an owner on a stream (or AnyStream), ends
// its waits there with ErrReleased, and returns how many there were of both
// (a close; NLM_FREE_ALL).
func (t *Table) UnlockAll(h FileHandle, stream string, owner Owner) int {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[h]
	if f == nil {
		return 0
	}
	n := 0
	for _, st := range f.streams {
		if stream == AnyStream || st.name == stream {
			n += st.drop(func(o Owner) bool { return o == owner })
		}
	}
	s.tidy(h, f)
	return n
}

// Locks lists the locks on a stream in the order in which they were granted.
func (t *Table) Locks(h FileHandle, stream string) []Held {
	s := t.shard(h)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if st := s.files[h].find(stream); st != nil {
		return slices.Clone(st.locks)
	}
	return nil
}

// CheckRead reports, by a *RangeConflict, whether a lock forbids reading. POSIX
// as the style of the reader means that other POSIX locks do not bind it.
func (t *Table) CheckRead(h FileHandle, stream string, owner Owner, style Style, off, length uint64) error {
	return t.checkIO(h, stream, owner, style, off, length, false)
}

// CheckWrite is CheckRead for writing.
func (t *Table) CheckWrite(h FileHandle, stream string, owner Owner, style Style, off, length uint64) error {
	return t.checkIO(h, stream, owner, style, off, length, true)
}

func (t *Table) checkIO(h FileHandle, stream string, owner Owner, style Style, off, length uint64, write bool) error {
	s := t.shard(h)
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := s.files[h].find(stream)
	if st == nil || length == 0 { // no byte is touched
		return nil
	}
	sp := span{first: off, last: off + length - 1}
	if sp.last < off {
		sp.last = math.MaxUint64
	}
	for i := range st.locks {
		if st.locks[i].againstIO(sp, owner, style, write) {
			return &RangeConflict{Holder: st.locks[i]}
		}
	}
	return nil
}

func (st *stream) standsAgainst(want *Held) *Held {
	for i := range st.locks {
		if st.locks[i].against(want) {
			return &st.locks[i]
		}
	}
	return nil
}

// take grants the lock or returns why not.
func (st *stream) take(want Held) error {
	if h := st.standsAgainst(&want); h != nil {
		return &RangeConflict{Holder: *h}
	}
	if len(st.locks) >= MaxLocks {
		return ErrTooMany
	}
	st.grant(want)
	if want.Style == POSIX {
		st.wake() // the owner may have given up exclusiveness
	}
	return nil
}

// grant adds a lock that nothing stands against.
func (st *stream) grant(want Held) {
	if want.Style == POSIX {
		want.setRange(st.carve(want, true))
	}
	st.locks = append(st.locks, want)
}

// carve takes want's range out of its owner's POSIX locks, splitting what
// sticks out. With join, the owner's locks of the same kind that touch the
// range go altogether, and the span that they form with it is returned.
func (st *stream) carve(want Held, join bool) span {
	whole := want.span
	var rest []Held
	kept := st.locks[:0:0]
	for _, h := range st.locks {
		if h.Style != POSIX || h.Owner != want.Owner || !h.span.touches(want.span) {
			kept = append(kept, h)
			continue
		}
		if join && h.Exclusive == want.Exclusive {
			whole.first = min(whole.first, h.span.first)
			whole.last = max(whole.last, h.span.last)
			continue
		}
		if !h.span.overlaps(want.span) {
			kept = append(kept, h)
			continue
		}
		if h.span.first < want.span.first {
			left := h
			left.setRange(span{first: h.span.first, last: want.span.first - 1})
			rest = append(rest, left)
		}
		if h.span.last > want.span.last {
			right := h
			right.setRange(span{first: want.span.last + 1, last: h.span.last})
			rest = append(rest, right)
		}
	}
	st.locks = append(kept, rest...)
	return whole
}

func (st *stream) releasePOSIX(want Held) error {
	// Taking the middle out of a lock makes two.
	if len(st.locks) >= MaxLocks && st.splits(want) {
		return ErrTooMany
	}
	st.carve(want, false)
	st.wake()
	return nil
}

func (st *stream) splits(want Held) bool {
	return slices.ContainsFunc(st.locks, func(h Held) bool {
		return h.Style == POSIX && h.Owner == want.Owner && h.span.first < want.span.first && h.span.last > want.span.last
	})
}

func (st *stream) releaseSMB(owner Owner, off, length uint64) bool {
	found := -1
	for i, h := range st.locks {
		if h.Style == SMB && h.Owner == owner && h.Off == off && h.Len == length {
			found = i
			if h.Exclusive {
				break
			}
		}
	}
	if found < 0 {
		return false
	}
	st.locks = slices.Delete(st.locks, found, found+1)
	return true
}
