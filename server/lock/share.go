package lock

import (
	"slices"
	"strings"
)

// Access is a set of the three kinds of access that share reservations know.
type Access uint8

// The kinds. Read stands for FILE_READ_DATA and FILE_EXECUTE, Write for
// FILE_WRITE_DATA and FILE_APPEND_DATA, Delete for DELETE.
const (
	Read Access = 1 << iota
	Write
	Delete
)

// String is a subset of "rwd", or "-".
func (a Access) String() string {
	var b strings.Builder
	for i, c := range "rwd" {
		if a&(1<<i) != 0 {
			b.WriteRune(c)
		}
	}
	if b.Len() == 0 {
		return "-"
	}
	return b.String()
}

// AnyStream, as a stream name, means all streams of the file.
const AnyStream = "*"

// Reservation is what one open of one stream has and denies to others.
type Reservation struct {
	Stream       string
	Owner        Owner
	Access, Deny Access
}

// conflict is the rule of MS-FSA 2.1.5.1.2.2: of two opens that both have some
// access, neither may have what the other denies. An open without access (to
// attributes only) neither denies nor is denied anything.
func (r Reservation) conflict(access, deny Access) bool {
	return r.Access != 0 && access != 0 && (r.Deny&access != 0 || deny&r.Access != 0)
}

// CheckShare reports, by a *ShareConflict, whether Reserve would fail now.
func (t *Table) CheckShare(h FileHandle, stream string, owner Owner, access, deny Access) error {
	s := t.shard(h)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.files[h].checkShare(stream, owner, access, deny)
}

// CheckAccess reports, by a *ShareConflict, whether somebody other than except
// denies the access. It is the check for operations that have no open of
// their own: NFSv3 I/O, or the removal of a file (Delete on AnyStream).
func (t *Table) CheckAccess(h FileHandle, stream string, want Access, except Owner) error {
	return t.CheckShare(h, stream, except, want, 0)
}

// Reserve records an open of a stream. If the owner has one already, the two
// are joined (RFC 8881 18.16.3, an OPEN by the same open-owner). A
// *ShareConflict changes nothing.
func (t *Table) Reserve(h FileHandle, stream string, owner Owner, access, deny Access) error {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.files[h].checkShare(stream, owner, access, deny); err != nil {
		return err
	}
	f := s.file(h)
	if r := f.reservation(stream, owner); r != nil {
		r.Access |= access
		r.Deny |= deny
		return nil
	}
	f.reservations = append(f.reservations, Reservation{Stream: stream, Owner: owner, Access: access, Deny: deny})
	return nil
}

// Downgrade replaces a reservation by one that has and denies no more
// (RFC 8881 18.18 OPEN_DOWNGRADE), else ErrInval.
func (t *Table) Downgrade(h FileHandle, stream string, owner Owner, access, deny Access) error {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.files[h].reservation(stream, owner)
	if r == nil || access&^r.Access != 0 || deny&^r.Deny != 0 {
		return ErrInval
	}
	r.Access, r.Deny = access, deny
	return nil
}

// Release forgets a reservation and reports whether there was one.
func (t *Table) Release(h FileHandle, stream string, owner Owner) bool {
	s := t.shard(h)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[h]
	if f == nil {
		return false
	}
	n := f.dropReservations(stream, func(o Owner) bool { return o == owner })
	s.tidy(h, f)
	return n > 0
}

// Reservations lists what is reserved on a file, oldest first.
func (t *Table) Reservations(h FileHandle) []Reservation {
	s := t.shard(h)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f := s.files[h]; f != nil {
		return slices.Clone(f.reservations)
	}
	return nil
}

func (f *file) checkShare(stream string, owner Owner, access, deny Access) error {
	if f == nil {
		return nil
	}
	for _, r := range f.reservations {
		if (stream == AnyStream || r.Stream == stream) && r.conflict(access, deny) && r.Owner != owner {
			return &ShareConflict{Holder: r}
		}
	}
	return nil
}

func (f *file) reservation(stream string, owner Owner) *Reservation {
	if f == nil {
		return nil
	}
	for i := range f.reservations {
		if r := &f.reservations[i]; r.Stream == stream && r.Owner == owner {
			return r
		}
	}
	return nil
}

func (f *file) dropReservations(stream string, whose func(Owner) bool) int {
	before := len(f.reservations)
	f.reservations = slices.DeleteFunc(f.reservations, func(r Reservation) bool {
		return (stream == AnyStream || r.Stream == stream) && whose(r.Owner)
	})
	return before - len(f.reservations)
}
