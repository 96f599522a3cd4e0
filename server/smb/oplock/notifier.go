package oplock

import "crosswire/server/adapter"

// Notifier is the writing side of one SMB connection. Its methods only put a
// message into the connection's queue: they run under the lock of the file
// concerned, so they must not block and must not call the Manager, and no lock
// that they take may be held by anybody who calls the Manager. An error means
// that the connection is gone.
type Notifier interface {
	// SendOplockBreak queues an oplock break notification (MS-SMB2 3.3.4.6,
	// 2.2.23.1) for the open of that number.
	SendOplockBreak(open uint64, to Level) error
	// SendLeaseBreak queues a lease break notification (MS-SMB2 3.3.4.7,
	// 2.2.23.2).
	SendLeaseBreak(b LeaseBreak) error
}

// LeaseBreak is the content of a lease break notification (MS-SMB2 2.2.23.2).
type LeaseBreak struct {
	Key     adapter.LeaseKey
	Epoch   uint16 // NewEpoch; 0 for a lease of version 1
	Current State  // CurrentLeaseState
	New     State  // NewLeaseState
	// AckRequired is SMB2_NOTIFY_BREAK_LEASE_FLAG_ACK_REQUIRED: all breaks
	// but that of a mere R, which is in force at once.
	AckRequired bool
	V2          bool
}
