package vfs

import (
	"context"
	"strings"

	"crosswire/server/adapter"
	"crosswire/server/lock"
)

// ProtocolNLM is the Protocol of the lock owners and reservations of the
// network lock manager, whose other operations come by ProtocolNFS.
const ProtocolNLM = "nlm"

// The lock table's vocabulary, for adapters that lock for owners rather than
// for opens.
type (
	LockOwner  = lock.Owner
	LockHeld   = lock.Held
	LockWaiter = lock.Waiter
)

// LockToEnd, as PosixRange.Len, goes to the last byte that there can be.
const LockToEnd = lock.ToEnd

// LockClient is LockOwner.Client for a client at an address (without port) that
// calls itself name. Several clients behind one address stay apart, and none
// can pass for one at another address.
func LockClient(addr, name string) string { return addr + "/" + name }

// PosixRange is a byte-range lock in the terms of fcntl: it belongs to an
// owner, replaces what the owner has in the range, and can be given up in any
// part (RFC 1813 appendix II, RFC 8881 18.10).
type PosixRange struct {
	Owner     LockOwner
	Exclusive bool
	Off, Len  uint64 // Len 0 or LockToEnd: to the end
}

func (r PosixRange) request(h FileHandle) lock.Request {
	return lock.Request{Handle: h, Owner: r.Owner, Style: lock.POSIX, Exclusive: r.Exclusive, Off: r.Off, Len: r.Len}
}

// LockPosix takes a lock on a file's data, after the read caching of others
// ended. With wait, a lock that stands against it is waited for: the result is
// then the waiter, and the lock is not held. Without, that is ErrLockConflict.
// Other errors: ErrLockRange, ErrTooManyLocks, ErrJukebox while a break is
// pending under that policy, ErrAccess, ErrReadOnly (exclusive, on a read-only
// share), ErrIsDir, ErrInval (no regular file), ErrStale.
func (t *Tree) LockPosix(ctx context.Context, o *Origin, h FileHandle, r PosixRange, wait bool) (w *LockWaiter, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpLock, object: h,
			authorise: func() error { return t.mayLock(o, h, r.Exclusive) },
			apply: func() error {
				if !wait {
					return t.vfs.locks.Lock(r.request(h))
				}
				var err error
				w, err = t.vfs.locks.Enqueue(r.request(h))
				return err
			},
		}, nil
	})
	return w, err
}

// mayLock is the rule of fcntl: a shared lock needs what reading needs, an
// exclusive one what writing needs.
func (t *Tree) mayLock(o *Origin, h FileHandle, exclusive bool) error {
	a, err := t.store.fs.GetAttr(h)
	if err != nil {
		return err
	}
	switch a.Type {
	case TypeRegular:
	case TypeDirectory:
		return ErrIsDir
	default:
		return ErrInval
	}
	if !exclusive {
		return t.mayIO(o, a, RightReadData)
	}
	if t.Share().ReadOnly {
		return ErrReadOnly
	}
	return t.mayIO(o, a, RightWriteData)
}

// BreakForLock ends the read caching of others once more, for a lock that was
// waited for: an open may have been granted a cache meanwhile, under the lease
// of who held the lock.
func (t *Tree) BreakForLock(ctx context.Context, o *Origin, h FileHandle) error {
	return t.run(ctx, o, func() (step, error) {
		return step{op: OpLock, object: h, apply: func() error { return nil }}, nil
	})
}

// AwaitBreak blocks until no break is pending on the file, or ctx ends.
func (t *Tree) AwaitBreak(ctx context.Context, o *Origin, h FileHandle) error {
	b := t.vfs.breaker()
	if b == nil {
		return nil
	}
	return b.WaitForBreak(adapter.WithOrigin(ctx, o), h)
}

// TestPosix returns the lock that stands against r, or nil; errors as of
// LockPosix. It breaks nothing.
func (t *Tree) TestPosix(_ context.Context, o *Origin, h FileHandle, r PosixRange) (*LockHeld, error) {
	if err := t.alive(); err != nil {
		return nil, err
	}
	if err := t.mayLock(o, h, r.Exclusive); err != nil {
		return nil, err
	}
	return t.vfs.locks.Test(r.request(h))
}

// UnlockPosix gives up whatever r.Owner has in the range, which may be nothing.
// A file that was removed meanwhile is unlocked too. Errors: ErrLockRange, and
// ErrTooManyLocks if a lock would have to be split and there is no room.
func (t *Tree) UnlockPosix(h FileHandle, r PosixRange) error {
	return t.vfs.locks.Unlock(r.request(h))
}

// ReleaseLocks drops every lock, wait and reservation of a client of a
// protocol, and returns how many there were.
func (v *VFS) ReleaseLocks(protocol, client string) int {
	return v.locks.ReleaseClient(protocol, client)
}

// rangeVerdict applies the policy nfs_locks to what the table said of an I/O:
//
//	            mandatory-for-smb   mandatory                   advisory
//	SMB I/O     any lock            any lock                    nothing
//	NFS I/O     nothing             SMB's locks, and those of   nothing
//	                                NFS clients at other addresses
//
// NFSv3 I/O has no lock owner, so what its own client holds must not stop it.
// The default is what MS-FSA 2.1.4.10 wants of SMB and what NFSv3 clients
// expect of NLM, whose locks are advisory.
func (t *Tree) rangeVerdict(o *Origin, d *declaration, s *step, err error) error {
	smb := o.Protocol == ProtocolSMB
	switch {
	case err != nil && smb && t.vfs.rt.Policy(PolicyNFSLocks) == "advisory":
		return nil
	case err != nil:
		return ErrLocked
	case smb || s.n == 0:
		return nil
	}
	// The table has judged the locks of SMB only.
	for _, l := range t.vfs.locks.Locks(s.object, s.stream) {
		if l.Style == lock.POSIX && (l.Exclusive || d.ranges == rangeWrite) && touches(l, s.off, s.n) && !isClient(l.Owner, o.Client) {
			return ErrLocked
		}
	}
	return nil
}

// touches reports whether a POSIX lock covers any of n > 0 bytes at off.
func touches(l LockHeld, off, n uint64) bool {
	end := func(off, n uint64) uint64 {
		if last := off + n - 1; n != lock.ToEnd && last >= off {
			return last
		}
		return lock.ToEnd
	}
	return l.Off <= end(off, n) && off <= end(l.Off, l.Len)
}

// isClient reports whether a lock is of a client at that address.
func isClient(o LockOwner, addr string) bool {
	return o.Client == addr || strings.HasPrefix(o.Client, LockClient(addr, ""))
}
