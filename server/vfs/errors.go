package vfs

import (
	"errors"

	"crosswire/server/fs"
)

// Errors of the road. Each adapter has one table from these to its status
// codes; compare with errors.Is.
var (
	ErrAccess        = errors.New("access denied")              // EACCES: mode or ACL refuses
	ErrPerm          = errors.New("not owner")                  // EPERM
	ErrReadOnly      = errors.New("read-only share")            // EROFS
	ErrJukebox       = errors.New("try again later")            // a break is pending and the policy sends the client away
	ErrShareDenied   = errors.New("share reservation denies")   // STATUS_SHARING_VIOLATION
	ErrLocked        = errors.New("byte-range lock denies")     // STATUS_FILE_LOCK_CONFLICT
	ErrDeletePending = errors.New("file is being deleted")      // STATUS_DELETE_PENDING
	ErrCannotDelete  = errors.New("file cannot be deleted")     // STATUS_CANNOT_DELETE
	ErrNotAFile      = errors.New("not a directory was wanted") // STATUS_FILE_IS_A_DIRECTORY
	ErrNotADirectory = errors.New("a directory was wanted")     // STATUS_NOT_A_DIRECTORY
	ErrPathNotFound  = errors.New("a parent is missing")        // STATUS_OBJECT_PATH_NOT_FOUND
	ErrLoop          = errors.New("too many symbolic links")    // ELOOP
	ErrNoShare       = errors.New("share is gone")              // STATUS_NETWORK_NAME_DELETED, NFS3ERR_STALE
	ErrClosed        = errors.New("open is closed")             // STATUS_FILE_CLOSED

	ErrNotExist      = fs.ErrNotExist
	ErrExist         = fs.ErrExist
	ErrNotDir        = fs.ErrNotDir
	ErrIsDir         = fs.ErrIsDir
	ErrNotEmpty      = fs.ErrNotEmpty
	ErrStale         = fs.ErrStale
	ErrNoSpace       = fs.ErrNoSpace
	ErrNameTooLong   = fs.ErrNameTooLong
	ErrInval         = fs.ErrInval
	ErrFBig          = fs.ErrFBig
	ErrXDev          = fs.ErrXDev
	ErrMLink         = fs.ErrMLink
	ErrNotSync       = fs.ErrNotSync
	ErrTooManyInodes = fs.ErrTooManyInodes
	ErrNoAttr        = fs.ErrNoAttr
	ErrRange         = fs.ErrRange
	ErrNoStream      = fs.ErrNoStream
	ErrNoData        = fs.ErrNoData
)
