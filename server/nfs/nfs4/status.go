package nfs4

import (
	"context"
	"errors"
	"log/slog"

	"crosswire/server/nfs/export"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// statuses is the one table from errors to nfsstat4 (RFC 7530 13, RFC 8881 15).
var statuses = []struct {
	err    error
	status status
}{
	{export.ErrBadHandle, nfs4.NFS4ERR_BADHANDLE},
	{export.ErrStale, nfs4.NFS4ERR_STALE},
	{vfs.ErrStale, nfs4.NFS4ERR_STALE},
	{vfs.ErrNoShare, nfs4.NFS4ERR_STALE},

	{vfs.ErrNotExist, nfs4.NFS4ERR_NOENT},
	{vfs.ErrPathNotFound, nfs4.NFS4ERR_NOENT},
	{vfs.ErrExist, nfs4.NFS4ERR_EXIST},
	{vfs.ErrNotDir, nfs4.NFS4ERR_NOTDIR},
	{vfs.ErrNotADirectory, nfs4.NFS4ERR_NOTDIR},
	{vfs.ErrIsDir, nfs4.NFS4ERR_ISDIR},
	{vfs.ErrNotAFile, nfs4.NFS4ERR_ISDIR},
	{vfs.ErrNotEmpty, nfs4.NFS4ERR_NOTEMPTY},
	{vfs.ErrNameTooLong, nfs4.NFS4ERR_NAMETOOLONG},
	{vfs.ErrInval, nfs4.NFS4ERR_INVAL},
	{vfs.ErrXDev, nfs4.NFS4ERR_XDEV},
	{vfs.ErrMLink, nfs4.NFS4ERR_MLINK},
	{vfs.ErrNoData, nfs4.NFS4ERR_NXIO},
	{vfs.ErrFBig, nfs4.NFS4ERR_FBIG},
	{vfs.ErrNoSpace, nfs4.NFS4ERR_NOSPC},
	{vfs.ErrTooManyInodes, nfs4.NFS4ERR_NOSPC},
	{vfs.ErrReadOnly, nfs4.NFS4ERR_ROFS},
	{vfs.ErrPerm, nfs4.NFS4ERR_PERM},
	{vfs.ErrAccess, nfs4.NFS4ERR_ACCESS},
	{vfs.ErrLoop, nfs4.NFS4ERR_INVAL},

	// What another open forbids, as long as it lasts.
	{vfs.ErrShareDenied, nfs4.NFS4ERR_SHARE_DENIED},
	{vfs.ErrDeletePending, nfs4.NFS4ERR_ACCESS},
	{vfs.ErrCannotDelete, nfs4.NFS4ERR_ACCESS},
	{vfs.ErrLocked, nfs4.NFS4ERR_LOCKED},
	{vfs.ErrClosed, nfs4.NFS4ERR_BAD_STATEID},

	{vfs.ErrLockConflict, nfs4.NFS4ERR_DENIED},
	{vfs.ErrLockRange, nfs4.NFS4ERR_INVAL},
	{vfs.ErrTooManyLocks, nfs4.NFS4ERR_DELAY},

	// What passes by itself.
	{vfs.ErrJukebox, nfs4.NFS4ERR_DELAY},
	{context.Canceled, nfs4.NFS4ERR_DELAY},
	{context.DeadlineExceeded, nfs4.NFS4ERR_DELAY},
}

// fail is the status of an error; nil is NFS4_OK.
func (c *compound) fail(err error) status {
	if err == nil {
		return nfs4.NFS4_OK
	}
	for i := range statuses {
		if errors.Is(err, statuses[i].err) {
			return statuses[i].status
		}
	}
	c.s.log.Error("nfs4: unexpected error", slog.String("client", c.origin.Client), slog.Any("error", err))
	return nfs4.NFS4ERR_SERVERFAULT
}

// failIO is fail for operations on data. What a share reservation forbids to
// who has no open is NFS4ERR_LOCKED (RFC 7530 9.9, 16.23.5).
func (c *compound) failIO(err error) status {
	if errors.Is(err, vfs.ErrShareDenied) {
		return nfs4.NFS4ERR_LOCKED
	}
	return c.fail(err)
}

// failNamed is fail for operations that take a name away. Who holds the file
// open against it may close it (RFC 7530 16.25.5).
func (c *compound) failNamed(err error) status {
	if errors.Is(err, vfs.ErrShareDenied) {
		return nfs4.NFS4ERR_FILE_OPEN
	}
	return c.fail(err)
}
