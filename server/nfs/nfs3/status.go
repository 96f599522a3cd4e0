package nfs3

import (
	"context"
	"errors"
	"log/slog"

	"crosswire/server/nfs/export"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// statuses is the one table from errors to nfsstat3 (RFC 1813 2.6).
var statuses = []struct {
	err    error
	status nfs3.Nfsstat3
}{
	{export.ErrBadHandle, nfs3.NFS3ERR_BADHANDLE},
	{export.ErrStale, nfs3.NFS3ERR_STALE},
	{vfs.ErrStale, nfs3.NFS3ERR_STALE},
	{vfs.ErrNoShare, nfs3.NFS3ERR_STALE},

	{vfs.ErrNotExist, nfs3.NFS3ERR_NOENT},
	{vfs.ErrPathNotFound, nfs3.NFS3ERR_NOENT},
	{vfs.ErrExist, nfs3.NFS3ERR_EXIST},
	{vfs.ErrNotDir, nfs3.NFS3ERR_NOTDIR},
	{vfs.ErrNotADirectory, nfs3.NFS3ERR_NOTDIR},
	{vfs.ErrIsDir, nfs3.NFS3ERR_ISDIR},
	{vfs.ErrNotAFile, nfs3.NFS3ERR_ISDIR},
	{vfs.ErrNotEmpty, nfs3.NFS3ERR_NOTEMPTY},
	{vfs.ErrNameTooLong, nfs3.NFS3ERR_NAMETOOLONG},
	{vfs.ErrInval, nfs3.NFS3ERR_INVAL},
	{vfs.ErrXDev, nfs3.NFS3ERR_XDEV},
	{vfs.ErrMLink, nfs3.NFS3ERR_MLINK},
	{vfs.ErrFBig, nfs3.NFS3ERR_FBIG},
	{vfs.ErrNoSpace, nfs3.NFS3ERR_NOSPC},
	{vfs.ErrTooManyInodes, nfs3.NFS3ERR_NOSPC},
	{vfs.ErrNotSync, nfs3.NFS3ERR_NOT_SYNC},
	{vfs.ErrReadOnly, nfs3.NFS3ERR_ROFS},
	{vfs.ErrPerm, nfs3.NFS3ERR_PERM},
	{vfs.ErrAccess, nfs3.NFS3ERR_ACCES},
	{vfs.ErrLoop, nfs3.NFS3ERR_INVAL},

	// What another protocol's open forbids, as long as it lasts.
	{vfs.ErrShareDenied, nfs3.NFS3ERR_ACCES},
	{vfs.ErrDeletePending, nfs3.NFS3ERR_ACCES},
	{vfs.ErrCannotDelete, nfs3.NFS3ERR_ACCES},

	// What passes by itself: the client waits and asks again, as read(2) and
	// write(2) wait at a mandatory lock.
	{vfs.ErrJukebox, nfs3.NFS3ERR_JUKEBOX},
	{vfs.ErrLocked, nfs3.NFS3ERR_JUKEBOX},
	{context.Canceled, nfs3.NFS3ERR_JUKEBOX},
	{context.DeadlineExceeded, nfs3.NFS3ERR_JUKEBOX},

	{errBadCookie, nfs3.NFS3ERR_BAD_COOKIE},
	{errTooSmall, nfs3.NFS3ERR_TOOSMALL},
	{errBadType, nfs3.NFS3ERR_BADTYPE},
}

// Errors that only this protocol knows.
var (
	errBadCookie = errors.New("nfs3: cookie verifier is not ours")
	errTooSmall  = errors.New("nfs3: count has no room for an entry")
	errBadType   = errors.New("nfs3: type cannot be made by MKNOD")
)

func statusOf(err error) (status nfs3.Nfsstat3, known bool) {
	for i := range statuses {
		if errors.Is(err, statuses[i].err) {
			return statuses[i].status, true
		}
	}
	return nfs3.NFS3ERR_SERVERFAULT, false
}

// ok begins a reply that succeeded.
func (q *request) ok() { q.reply.Uint32(uint32(nfs3.NFS3_OK)) }

// fail begins a reply that did not, dropping what was written.
func (q *request) fail(err error) {
	status, known := statusOf(err)
	if !known {
		q.s.log.Error("nfs3: unexpected error", slog.String("client", q.origin.Client), slog.Any("error", err))
	}
	// The client is to try again, so the answer must not come from the
	// duplicate-request cache then.
	q.reply.Forget = status == nfs3.NFS3ERR_JUKEBOX
	q.reply.Truncate(0)
	q.reply.Uint32(uint32(status))
}

// failAttr is a failure whose arm is one post_op_attr, of n as it is now.
func (q *request) failAttr(err error, n node) error {
	q.fail(err)
	q.postOp(q.present(n))
	return nil
}

// failWCC is a failure whose arm is one wcc_data, of n as it is now.
func (q *request) failWCC(err error, n node) error {
	q.fail(err)
	q.unchanged(n)
	return nil
}
