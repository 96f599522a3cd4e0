package fs

import "errors"

// The errors of this package. Methods return them as they are or wrapped;
// compare with errors.Is. The comment names the POSIX errno of the same
// meaning, from which vfs's callers derive nfsstat3 and NTSTATUS.
var (
	ErrNotExist      = errors.New("fs: no such name")                           // ENOENT
	ErrExist         = errors.New("fs: name exists")                            // EEXIST
	ErrNotDir        = errors.New("fs: not a directory")                        // ENOTDIR
	ErrIsDir         = errors.New("fs: is a directory")                         // EISDIR
	ErrNotEmpty      = errors.New("fs: directory not empty")                    // ENOTEMPTY
	ErrStale         = errors.New("fs: stale handle")                           // ESTALE
	ErrNoSpace       = errors.New("fs: no space left")                          // ENOSPC
	ErrTooManyInodes = errors.New("fs: no inode left")                          // ENOSPC
	ErrNameTooLong   = errors.New("fs: name too long")                          // ENAMETOOLONG
	ErrInval         = errors.New("fs: invalid argument")                       // EINVAL
	ErrFBig          = errors.New("fs: file too large")                         // EFBIG
	ErrXDev          = errors.New("fs: two file systems")                       // EXDEV
	ErrMLink         = errors.New("fs: too many links")                         // EMLINK
	ErrNoAttr        = errors.New("fs: no such extended attribute")             // ENODATA
	ErrNoStream      = errors.New("fs: no such stream")                         // ENOENT
	ErrNoData        = errors.New("fs: no data at or after offset")             // ENXIO
	ErrRange         = errors.New("fs: value exceeds a limit")                  // ERANGE, E2BIG
	ErrNotSync       = errors.New("fs: guard does not match the change time")   // NFS3ERR_NOT_SYNC
	ErrChanged       = errors.New("fs: name no longer means the expected node") // resolve again
)
