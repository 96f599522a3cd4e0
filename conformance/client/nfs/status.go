package nfs

import "fmt"

// Status is the nfsstat3 of RFC 1813 2.6.
type Status uint32

// The values of nfsstat3.
const (
	OK             Status = 0
	ErrPerm        Status = 1
	ErrNoEnt       Status = 2
	ErrIO          Status = 5
	ErrNXIO        Status = 6
	ErrAcces       Status = 13
	ErrExist       Status = 17
	ErrXDev        Status = 18
	ErrNoDev       Status = 19
	ErrNotDir      Status = 20
	ErrIsDir       Status = 21
	ErrInval       Status = 22
	ErrFBig        Status = 27
	ErrNoSpc       Status = 28
	ErrROFS        Status = 30
	ErrMLink       Status = 31
	ErrNameTooLong Status = 63
	ErrNotEmpty    Status = 66
	ErrDQuot       Status = 69
	ErrStale       Status = 70
	ErrRemote      Status = 71
	ErrBadHandle   Status = 10001
	ErrNotSync     Status = 10002
	ErrBadCookie   Status = 10003
	ErrNotSupp     Status = 10004
	ErrTooSmall    Status = 10005
	ErrServerFault Status = 10006
	ErrBadType     Status = 10007
	ErrJukebox     Status = 10008
)

// String is the RFC's name, e.g. "NFS3ERR_JUKEBOX"; a number that the RFC does
// not define is "NFS3ERR_<number>".
func (s Status) String() string {
	switch s {
	case OK:
		return "NFS3_OK"
	case ErrPerm:
		return "NFS3ERR_PERM"
	case ErrNoEnt:
		return "NFS3ERR_NOENT"
	case ErrIO:
		return "NFS3ERR_IO"
	case ErrNXIO:
		return "NFS3ERR_NXIO"
	case ErrAcces:
		return "NFS3ERR_ACCES"
	case ErrExist:
		return "NFS3ERR_EXIST"
	case ErrXDev:
		return "NFS3ERR_XDEV"
	case ErrNoDev:
		return "NFS3ERR_NODEV"
	case ErrNotDir:
		return "NFS3ERR_NOTDIR"
	case ErrIsDir:
		return "NFS3ERR_ISDIR"
	case ErrInval:
		return "NFS3ERR_INVAL"
	case ErrFBig:
		return "NFS3ERR_FBIG"
	case ErrNoSpc:
		return "NFS3ERR_NOSPC"
	case ErrROFS:
		return "NFS3ERR_ROFS"
	case ErrMLink:
		return "NFS3ERR_MLINK"
	case ErrNameTooLong:
		return "NFS3ERR_NAMETOOLONG"
	case ErrNotEmpty:
		return "NFS3ERR_NOTEMPTY"
	case ErrDQuot:
		return "NFS3ERR_DQUOT"
	case ErrStale:
		return "NFS3ERR_STALE"
	case ErrRemote:
		return "NFS3ERR_REMOTE"
	case ErrBadHandle:
		return "NFS3ERR_BADHANDLE"
	case ErrNotSync:
		return "NFS3ERR_NOT_SYNC"
	case ErrBadCookie:
		return "NFS3ERR_BAD_COOKIE"
	case ErrNotSupp:
		return "NFS3ERR_NOTSUPP"
	case ErrTooSmall:
		return "NFS3ERR_TOOSMALL"
	case ErrServerFault:
		return "NFS3ERR_SERVERFAULT"
	case ErrBadType:
		return "NFS3ERR_BADTYPE"
	case ErrJukebox:
		return "NFS3ERR_JUKEBOX"
	}
	return fmt.Sprintf("NFS3ERR_%d", uint32(s))
}

// MountStatus is the mountstat3 of RFC 1813 5.1.5.
type MountStatus uint32

// The values of mountstat3.
const (
	MountOK             MountStatus = 0
	MountErrPerm        MountStatus = 1
	MountErrNoEnt       MountStatus = 2
	MountErrIO          MountStatus = 5
	MountErrAcces       MountStatus = 13
	MountErrNotDir      MountStatus = 20
	MountErrInval       MountStatus = 22
	MountErrNameTooLong MountStatus = 63
	MountErrNotSupp     MountStatus = 10004
	MountErrServerFault MountStatus = 10006
)

// String is the RFC's name, e.g. "MNT3ERR_NOENT".
func (s MountStatus) String() string {
	switch s {
	case MountOK:
		return "MNT3_OK"
	case MountErrPerm:
		return "MNT3ERR_PERM"
	case MountErrNoEnt:
		return "MNT3ERR_NOENT"
	case MountErrIO:
		return "MNT3ERR_IO"
	case MountErrAcces:
		return "MNT3ERR_ACCES"
	case MountErrNotDir:
		return "MNT3ERR_NOTDIR"
	case MountErrInval:
		return "MNT3ERR_INVAL"
	case MountErrNameTooLong:
		return "MNT3ERR_NAMETOOLONG"
	case MountErrNotSupp:
		return "MNT3ERR_NOTSUPP"
	case MountErrServerFault:
		return "MNT3ERR_SERVERFAULT"
	}
	return fmt.Sprintf("MNT3ERR_%d", uint32(s))
}

// StatusError is a procedure that the server answered with a status other than
// success. Name is the status by the RFC's name.
type StatusError struct {
	Addr string // the server
	Proc string // the procedure, e.g. "WRITE" or "MNT"
	Name string // e.g. "NFS3ERR_ACCES", "MNT3ERR_NOENT"
	Code uint32
}

func (e *StatusError) Error() string { return fmt.Sprintf("%s: %s", e.Proc, e.Name) }

// Status is the status by its name, as scenarios write it.
func (e *StatusError) Status() string { return e.Name }
