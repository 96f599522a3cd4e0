package nlm

import (
	"context"
	"errors"
	"log/slog"

	"crosswire/server/nfs/export"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nlm4"
)

// statuses is the one table from errors to nlm4_stats (RFC 1813 appendix II).
var statuses = []struct {
	err    error
	status nlm4.Nlm4Stats
}{
	{export.ErrBadHandle, nlm4.NLM4_STALE_FH},
	{export.ErrStale, nlm4.NLM4_STALE_FH},
	{vfs.ErrStale, nlm4.NLM4_STALE_FH},
	{vfs.ErrNoShare, nlm4.NLM4_STALE_FH},

	// What stands in the way now; the client may try again.
	{vfs.ErrLockConflict, nlm4.NLM4_DENIED},
	{vfs.ErrShareDenied, nlm4.NLM4_DENIED},
	{vfs.ErrJukebox, nlm4.NLM4_DENIED},
	{vfs.ErrLockReleased, nlm4.NLM4_DENIED},
	{context.Canceled, nlm4.NLM4_DENIED},
	{context.DeadlineExceeded, nlm4.NLM4_DENIED},

	{errGrace, nlm4.NLM4_DENIED_GRACE_PERIOD},
	{errNoGrace, nlm4.NLM4_DENIED},
	{errNoBlock, nlm4.NLM4_DENIED},
	{errBlocked, nlm4.NLM4_BLOCKED},
	{errDeadlock, nlm4.NLM4_DEADLCK},
	{errTooMany, nlm4.NLM4_DENIED_NOLOCKS},

	{vfs.ErrLockRange, nlm4.NLM4_FBIG},
	{vfs.ErrTooManyLocks, nlm4.NLM4_DENIED_NOLOCKS},
	{vfs.ErrReadOnly, nlm4.NLM4_ROFS},

	// What will not pass.
	{vfs.ErrAccess, nlm4.NLM4_FAILED},
	{vfs.ErrIsDir, nlm4.NLM4_FAILED},
	{vfs.ErrInval, nlm4.NLM4_FAILED},
}

// Outcomes that only this protocol knows.
var (
	errGrace    = errors.New("nlm: only reclaims during the grace period")
	errNoGrace  = errors.New("nlm: a reclaim outside of the grace period")
	errNoBlock  = errors.New("nlm: no such request waits")
	errBlocked  = errors.New("nlm: the request waits")
	errDeadlock = errors.New("nlm: the owners would wait for each other")
	errTooMany  = errors.New("nlm: too many requests wait")
)

func (s *Service) statusOf(err error) nlm4.Nlm4Stats {
	if err == nil {
		return nlm4.NLM4_GRANTED
	}
	for i := range statuses {
		if errors.Is(err, statuses[i].err) {
			return statuses[i].status
		}
	}
	s.log.Error("nlm: unexpected error", slog.Any("error", err))
	return nlm4.NLM4_FAILED
}
