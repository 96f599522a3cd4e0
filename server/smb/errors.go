package smb

import (
	"context"
	"errors"

	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// statuses maps the road's errors, in one place (MS-ERREF 2.3).
var statuses = []struct {
	err    error
	status ntstatus.Status
}{
	{vfs.ErrNotExist, ntstatus.ObjectNameNotFound},
	{vfs.ErrNoStream, ntstatus.ObjectNameNotFound},
	{vfs.ErrPathNotFound, ntstatus.ObjectPathNotFound},
	{vfs.ErrExist, ntstatus.ObjectNameCollision},
	{vfs.ErrAccess, ntstatus.AccessDenied},
	{vfs.ErrPerm, ntstatus.AccessDenied},
	{vfs.ErrReadOnly, ntstatus.MediaWriteProtected},
	{vfs.ErrShareDenied, ntstatus.SharingViolation},
	{vfs.ErrLocked, ntstatus.FileLockConflict},
	{vfs.ErrDeletePending, ntstatus.DeletePending},
	{vfs.ErrCannotDelete, ntstatus.CannotDelete},
	{vfs.ErrNotAFile, ntstatus.FileIsADirectory},
	{vfs.ErrIsDir, ntstatus.FileIsADirectory},
	{vfs.ErrNotADirectory, ntstatus.NotADirectory},
	{vfs.ErrNotDir, ntstatus.NotADirectory},
	{vfs.ErrNotEmpty, ntstatus.DirectoryNotEmpty},
	{vfs.ErrLoop, ntstatus.StoppedOnSymlink},
	{vfs.ErrNoShare, ntstatus.NetworkNameDeleted},
	{vfs.ErrClosed, ntstatus.FileClosed},
	{vfs.ErrStale, ntstatus.FileClosed},
	{vfs.ErrNoSpace, ntstatus.DiskFull},
	{vfs.ErrTooManyInodes, ntstatus.DiskFull},
	{vfs.ErrNameTooLong, ntstatus.ObjectNameInvalid},
	{vfs.ErrInval, ntstatus.InvalidParameter},
	{vfs.ErrFBig, ntstatus.InvalidParameter},
	{vfs.ErrXDev, ntstatus.NotSameDevice},
	{vfs.ErrMLink, ntstatus.TooManyLinks},
	{vfs.ErrRange, ntstatus.InsufficientResources},
	{vfs.ErrJukebox, ntstatus.FileNotAvailable},
	{vfs.ErrLockConflict, ntstatus.LockNotGranted},
	{vfs.ErrLockRange, ntstatus.InvalidLockRange},
	{vfs.ErrNotLocked, ntstatus.RangeNotLocked},
	{vfs.ErrTooManyLocks, ntstatus.InsufficientResources},
	{vfs.ErrBadOwner, ntstatus.InvalidOwner},
	{vfs.ErrBadGroup, ntstatus.InvalidPrimaryGroup},
	{vfs.ErrBadACL, ntstatus.InvalidACL},
	{vfs.ErrWatchClosed, ntstatus.NotifyCleanup},
	{vfs.ErrWatchOverflow, ntstatus.NotifyEnumDir},
	{vfs.ErrLockReleased, ntstatus.RangeNotLocked},
	{context.Canceled, ntstatus.Cancelled},
	{context.DeadlineExceeded, ntstatus.IOTimeout},
}

// statusOf is the status that answers err; STATUS_INTERNAL_ERROR for what has
// no row, which is a bug.
func statusOf(err error) ntstatus.Status {
	if err == nil {
		return ntstatus.Success
	}
	var s ntstatus.Status
	if errors.As(err, &s) {
		return s
	}
	var d *smb2.DecodeError
	if errors.As(err, &d) {
		return ntstatus.InvalidParameter // MS-SMB2 3.3.5.2
	}
	for _, row := range statuses {
		if errors.Is(err, row.err) {
			return row.status
		}
	}
	return ntstatus.InternalError
}
