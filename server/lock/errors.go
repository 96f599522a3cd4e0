package lock

import (
	"errors"
	"fmt"
)

// The errors of this package; compare with errors.Is.
var (
	// ErrSharingViolation: a share reservation stands against it
	// (STATUS_SHARING_VIOLATION, NFS4ERR_SHARE_DENIED). It comes as a
	// *ShareConflict.
	ErrSharingViolation = errors.New("lock: share reservation conflicts")
	// ErrConflict: a byte-range lock stands against it
	// (STATUS_LOCK_NOT_GRANTED, STATUS_FILE_LOCK_CONFLICT, NLM4_DENIED). It
	// comes as a *RangeConflict.
	ErrConflict = errors.New("lock: byte range is locked")
	// ErrInvalidRange: the range goes past the last byte
	// (STATUS_INVALID_LOCK_RANGE, NLM4_FBIG).
	ErrInvalidRange = errors.New("lock: invalid byte range")
	// ErrNotLocked: there is no lock of exactly that range
	// (STATUS_RANGE_NOT_LOCKED).
	ErrNotLocked = errors.New("lock: range is not locked")
	// ErrTooMany: a limit of the table (STATUS_INSUFFICIENT_RESOURCES,
	// NLM4_DENIED_NOLOCKS).
	ErrTooMany = errors.New("lock: too many locks on the file")
	// ErrReleased ends a wait whose owner let go of all its locks (a close).
	ErrReleased = errors.New("lock: owner was released")
	// ErrInval: a downgrade to what is not held.
	ErrInval = errors.New("lock: invalid argument")
)

// ShareConflict says which reservation stands against a request.
type ShareConflict struct{ Holder Reservation }

// Error implements error.
func (c *ShareConflict) Error() string {
	return fmt.Sprintf("%v: %v has access %v, denies %v", ErrSharingViolation, c.Holder.Owner, c.Holder.Access, c.Holder.Deny)
}

// Is reports whether target is ErrSharingViolation.
func (c *ShareConflict) Is(target error) bool { return target == ErrSharingViolation }

// RangeConflict says which lock stands against a request.
type RangeConflict struct{ Holder Held }

// Error implements error.
func (c *RangeConflict) Error() string { return fmt.Sprintf("%v: %v", ErrConflict, c.Holder) }

// Is reports whether target is ErrConflict.
func (c *RangeConflict) Is(target error) bool { return target == ErrConflict }
