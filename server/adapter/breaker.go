package adapter

import (
	"context"
	"errors"

	"crosswire/server/lock"
)

// OplockBreakerProviderKey is the runtime key under which the OplockBreaker
// is published. No provider: nothing caches, nothing is asked, nothing costs.
const OplockBreakerProviderKey = "oplock_breaker"

// ErrLeaseBreakPending reports that a holder of cached state was asked to give
// it up and has not answered yet. What the caller does then (go on, wait,
// send its client away) is the road's decision, by policy.
var ErrLeaseBreakPending = errors.New("a lease or oplock break is pending")

// OplockBreaker coordinates caching across protocols. Each call finds the
// leases and oplocks on the file that the operation would make wrong, except
// those of the operation's own origin (see OriginFrom), lowers them and
// notifies their holders before it returns. The result is nil if nothing
// stands in the way, ErrLeaseBreakPending if a holder still has to
// acknowledge.
//
// The levels follow MS-SMB2 3.3.1.4 and MS-FSA 2.1.4.12:
//
//	for      II    exclusive batch  R     RH    RW    RWH
//	write    none  none      none   none  none  none  none
//	read     -     II        II     -     -     R     RH
//	delete   -     II        II     -     R     R     R
//
// Delete is the sum of what the same act does over SMB: an open with DELETE
// access takes write caching (MS-FSA 2.1.5.1.2), then the disposition or the
// rename takes handle caching.
type OplockBreaker interface {
	// CheckAndBreakForWrite: the data or the size is about to change.
	CheckAndBreakForWrite(ctx context.Context, h lock.FileHandle) error
	// CheckAndBreakForRead: the data is about to be read.
	CheckAndBreakForRead(ctx context.Context, h lock.FileHandle) error
	// CheckAndBreakForDelete: a name of the file is about to go away or to
	// mean another file.
	CheckAndBreakForDelete(ctx context.Context, h lock.FileHandle) error
}

// OpenIntent is what an open means for those who cache the file already.
type OpenIntent struct {
	// AttributesOnly: the desired access has nothing but FILE_READ_ATTRIBUTES,
	// FILE_WRITE_ATTRIBUTES, READ_CONTROL and SYNCHRONIZE, so it breaks no
	// cache unless Overwrite is set (MS-FSA 2.1.4.12).
	AttributesOnly bool
	// ReadControl: AttributesOnly holds, and READ_CONTROL is among the
	// rights. That ends an oplock, but no lease (MS-FSA 2.1.4.12).
	ReadControl bool
	// Overwrite: the disposition replaces the content (SUPERSEDE, OVERWRITE,
	// OVERWRITE_IF): break to none.
	Overwrite bool
	// ShareConflict: a share reservation stands against the open. Handle
	// caching (H, batch) is broken first, because a holder may only be
	// keeping a closed file open (MS-SMB2 3.3.5.9, MS-FSA 2.1.5.1.2).
	ShareConflict bool
}

// OpenBreaker is what the road needs of a breaker beyond OplockBreaker: the
// rules of an open, and to wait. The breaker published in the runtime
// implements it too.
type OpenBreaker interface {
	OplockBreaker
	// CheckAndBreakForOpen: the file is about to be opened.
	CheckAndBreakForOpen(ctx context.Context, h lock.FileHandle, intent OpenIntent) error
	// CheckAndBreakForLock: a byte-range lock is about to be taken; read
	// caching of others ends (MS-SMB2 3.3.1.4).
	CheckAndBreakForLock(ctx context.Context, h lock.FileHandle) error
	// CheckAndBreakForHandle: an open file is about to be renamed, deleted or
	// superseded through a handle; only handle caching ends (RWH->RW, RH->R,
	// batch->none).
	CheckAndBreakForHandle(ctx context.Context, h lock.FileHandle) error
	// Quiet reports whether no lease or oplock is held by anyone on any
	// file: then no other call is needed.
	Quiet() bool
	// WaitForBreak blocks until no break is pending on h, each break ending
	// with its acknowledgment, its holder's close or its timeout (35 s,
	// MS-SMB2 3.3.2.1), or until ctx ends, whose error it then returns.
	WaitForBreak(ctx context.Context, h lock.FileHandle) error
}
