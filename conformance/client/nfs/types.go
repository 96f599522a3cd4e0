package nfs

import (
	"fmt"
	"time"
)

// Bounds of RFC 1813 2.4, and of this client for what the RFC leaves open.
const (
	maxHandle = 64      // NFS3_FHSIZE
	maxPath   = 1 << 16 // nfspath3 and filename3 are unbounded in NFSv3
	maxMnt    = 1024    // MNTPATHLEN
	maxName   = 255     // MNTNAMLEN
)

// FileHandle is an nfs_fh3: up to 64 bytes that mean something only to the
// server.
type FileHandle []byte

// String is the handle in hexadecimal.
func (h FileHandle) String() string { return fmt.Sprintf("%x", []byte(h)) }

// FileType is an ftype3.
type FileType uint32

// The values of ftype3.
const (
	TypeReg  FileType = 1
	TypeDir  FileType = 2
	TypeBlk  FileType = 3
	TypeChr  FileType = 4
	TypeLnk  FileType = 5
	TypeSock FileType = 6
	TypeFifo FileType = 7
)

// String is the word that scenarios use: file, dir, block, char, symlink,
// socket, fifo.
func (t FileType) String() string {
	names := [...]string{"", "file", "dir", "block", "char", "symlink", "socket", "fifo"}
	if t >= TypeReg && t <= TypeFifo {
		return names[t]
	}
	return fmt.Sprintf("ftype3(%d)", uint32(t))
}

// Nfstime3 is a time: unsigned seconds and nanoseconds since 1970 (RFC 1813
// 2.5).
type Nfstime3 struct {
	Seconds  uint32
	Nseconds uint32
}

// Time is t in UTC.
func (t Nfstime3) Time() time.Time { return time.Unix(int64(t.Seconds), int64(t.Nseconds)).UTC() }

// Time3 is t as NFSv3 carries it; a time outside 1970…2106 is clamped.
func Time3(t time.Time) Nfstime3 {
	switch s := t.Unix(); {
	case s < 0:
		return Nfstime3{}
	case s > 1<<32-1:
		return Nfstime3{Seconds: 1<<32 - 1, Nseconds: 999999999}
	default:
		return Nfstime3{Seconds: uint32(s), Nseconds: uint32(t.Nanosecond())}
	}
}

func (d *decoder) nfstime3(what string) Nfstime3 {
	t := Nfstime3{Seconds: d.u32(what), Nseconds: d.u32(what)}
	if t.Nseconds > 999999999 {
		d.fail("%s has %d nanoseconds", what, t.Nseconds)
	}
	return t
}

// Specdata3 is a device number.
type Specdata3 struct {
	Major uint32
	Minor uint32
}

// Fattr3 is a file's attributes.
type Fattr3 struct {
	Type   FileType
	Mode   uint32
	Nlink  uint32
	UID    uint32
	GID    uint32
	Size   uint64
	Used   uint64
	Rdev   Specdata3
	FSID   uint64
	FileID uint64
	Atime  Nfstime3
	Mtime  Nfstime3
	Ctime  Nfstime3
}

func (d *decoder) fattr3(what string) Fattr3 {
	var a Fattr3
	a.Type = FileType(d.u32(what + " type"))
	if d.err == nil && (a.Type < TypeReg || a.Type > TypeFifo) {
		d.fail("%s has file type %d", what, uint32(a.Type))
	}
	a.Mode = d.u32(what + " mode")
	a.Nlink = d.u32(what + " nlink")
	a.UID = d.u32(what + " uid")
	a.GID = d.u32(what + " gid")
	a.Size = d.u64(what + " size")
	a.Used = d.u64(what + " used")
	a.Rdev.Major = d.u32(what + " rdev")
	a.Rdev.Minor = d.u32(what + " rdev")
	a.FSID = d.u64(what + " fsid")
	a.FileID = d.u64(what + " fileid")
	a.Atime = d.nfstime3(what + " atime")
	a.Mtime = d.nfstime3(what + " mtime")
	a.Ctime = d.nfstime3(what + " ctime")
	return a
}

// postOpAttr reads a post_op_attr: nil if the server sent none.
func (d *decoder) postOpAttr(what string) *Fattr3 {
	if !d.boolean(what+" attributes_follow") || d.err != nil {
		return nil
	}
	a := d.fattr3(what)
	return &a
}

// postOpFH reads a post_op_fh3: nil if the server sent none.
func (d *decoder) postOpFH(what string) FileHandle {
	if !d.boolean(what+" handle_follows") || d.err != nil {
		return nil
	}
	return d.fh(what)
}

func (d *decoder) fh(what string) FileHandle { return d.opaque(maxHandle, what) }

// WccAttr is the part of a file's attributes that tells a client whether its
// cache was up to date before an operation.
type WccAttr struct {
	Size  uint64
	Mtime Nfstime3
	Ctime Nfstime3
}

// WccData is the weak cache consistency data of a changing operation: either
// side is nil if the server did not send it.
type WccData struct {
	Before *WccAttr
	After  *Fattr3
}

func (d *decoder) wcc(what string) WccData {
	var w WccData
	if d.boolean(what + " before") {
		w.Before = &WccAttr{
			Size:  d.u64(what + " before size"),
			Mtime: d.nfstime3(what + " before mtime"),
			Ctime: d.nfstime3(what + " before ctime"),
		}
	}
	w.After = d.postOpAttr(what + " after")
	return w
}

// SetTime is a set_atime or set_mtime.
type SetTime struct {
	How  uint32   `xdr:"union"`
	Time Nfstime3 `xdr:"unioncase=2"`
}

// The values of time_how.
const (
	DontChange      = 0
	SetToServerTime = 1
	SetToClientTime = 2
)

// ClientTime sets a time to t.
func ClientTime(t time.Time) SetTime { return SetTime{How: SetToClientTime, Time: Time3(t)} }

// ServerTime sets a time to the server's present.
func ServerTime() SetTime { return SetTime{How: SetToServerTime} }

// Sattr3 is the attributes to set; nil leaves one as it is.
type Sattr3 struct {
	Mode  *uint32 `xdr:"optional"`
	UID   *uint32 `xdr:"optional"`
	GID   *uint32 `xdr:"optional"`
	Size  *uint64 `xdr:"optional"`
	Atime SetTime
	Mtime SetTime
}

// diropargs3 is a directory and a name in it.
type diropargs3 struct {
	Dir  []byte
	Name []byte
}
