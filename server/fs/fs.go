package fs

import (
	"time"

	"crosswire/server/lock"
)

// Limits that hold for every implementation.
const (
	NameMax        = 255       // bytes of a file name
	StreamNameMax  = 255       // bytes of a stream name
	SymlinkMax     = 4096      // bytes of a symlink target
	MaxFileSize    = 1<<63 - 1 // bytes of a stream
	BlockSize      = 4096      // unit of allocation and of holes
	XattrNameMax   = 255       // bytes of an extended attribute's name
	XattrValueMax  = 64 << 10  // bytes of an extended attribute's value
	XattrTotalMax  = 256 << 10 // bytes of all names and values of one file
	MaxStreams     = 1024      // named streams of one file
	MaxLinks       = 65000     // hard links to one file
	FirstDirCookie = uint64(3) // no directory entry has a smaller cookie
	RootID         = uint64(2) // FileHandle.ID of the root directory
	maxDirCookie   = 1<<63 - 1 // cookies stay positive for clients with a signed off_t
)

// FileType is the type of a node. The values are those of ftype3 (RFC 1813
// 2.5).
type FileType uint8

// The types of nodes.
const (
	TypeRegular FileType = iota + 1
	TypeDirectory
	TypeBlock
	TypeChar
	TypeSymlink
	TypeSocket
	TypeFIFO
)

// String is the type's name as find(1) words it.
func (t FileType) String() string {
	switch t {
	case TypeRegular:
		return "file"
	case TypeDirectory:
		return "directory"
	case TypeBlock:
		return "block device"
	case TypeChar:
		return "character device"
	case TypeSymlink:
		return "symlink"
	case TypeSocket:
		return "socket"
	case TypeFIFO:
		return "fifo"
	}
	return "unknown"
}

// Rdev is the device number of a block or character node (specdata3).
type Rdev struct{ Major, Minor uint32 }

// Attr is a snapshot of a node's attributes.
type Attr struct {
	Handle lock.FileHandle
	Type   FileType
	Mode   uint32 // permission bits, 07777
	Nlink  uint32 // 0: unlinked, alive only because it is pinned; a directory has 2 + its subdirectories
	UID    uint32
	GID    uint32
	Size   uint64 // bytes of the default stream; of a symlink, of its target
	Used   uint64 // bytes allocated to the default stream, a multiple of BlockSize
	Rdev   Rdev
	Atime  time.Time // last access, UTC, ns
	Mtime  time.Time // last data change
	Ctime  time.Time // last change of anything
	Btime  time.Time // creation
	// Change is a counter that grows strictly with every change of the
	// node's data, attributes or (a directory) entries.
	Change uint64
	// DOS is a set of FILE_ATTRIBUTE_* bits (MS-FSCC 2.6). fs keeps what it
	// is given and derives nothing from it.
	DOS uint32
	// ParentID is, of a directory, the ID of the directory that holds it;
	// the root's is its own; 0 once removed, and for every other type.
	ParentID uint64
	// Security is what SetAttr put there, nil for a node that has nothing but
	// its mode.
	Security Security
}

// Security is access control beyond a mode. It belongs to whoever puts it
// there: fs keeps it with the node and decides nothing by it. A value never
// changes.
type Security interface {
	// Bytes is a form that outlives the process.
	Bytes() []byte
}

// WCC is one node's attributes right before and right after an operation.
type WCC struct{ Before, After Attr }

// SetTime says what to do with one time. The zero value leaves it.
type SetTime struct {
	How  TimeHow
	Time time.Time // with TimeSet
}

// TimeHow is one of TimeKeep, TimeNow, TimeSet.
type TimeHow uint8

// What SetTime can ask for.
const (
	TimeKeep TimeHow = iota
	TimeNow          // the storage's clock
	TimeSet          // the given time
)

// Now asks for the storage's own time.
func Now() SetTime { return SetTime{How: TimeNow} }

// At asks for the time t.
func At(t time.Time) SetTime { return SetTime{How: TimeSet, Time: t} }

// Changes is the argument of SetAttr and the initial attributes of a new
// node. Fields that are nil (or TimeKeep) stay as they are; in a new node they
// are 0, and its times are now.
type Changes struct {
	Mode *uint32 // bits above 07777 are ignored
	UID  *uint32
	GID  *uint32
	Size *uint64 // regular files only: truncate or extend by a hole
	DOS  *uint32
	// Security replaces the node's, by nil too, if SetSecurity is set.
	SetSecurity bool
	Security    Security
	// Times. A change that does not set Ctime itself sets it to now. A change
	// of Size sets Mtime to now unless Mtime is given or KeepMtime is set.
	Atime, Mtime, Ctime, Btime SetTime
	KeepMtime                  bool
	// Guard, when set, must equal the node's Ctime (RFC 1813 3.3.2
	// sattrguard3), else ErrNotSync and nothing changes.
	Guard *time.Time
}

// Entry is one name in one directory and the node that it means.
type Entry struct {
	Name string // the stored bytes
	// Cookie is the entry's position in its directory (see ReadDir).
	Cookie uint64
	// LinkID identifies the entry itself. Rename keeps it, whatever the new
	// name and directory, so the holder of an open file finds the name by
	// which it was opened (see Links).
	LinkID uint64
	Attr   Attr
}

// Link is one name of a node.
type Link struct {
	Dir    lock.FileHandle
	Name   string
	LinkID uint64
}

// CreateOptions qualify Create.
type CreateOptions struct {
	Init Changes // attributes of the new file; Guard is ignored
	// Exclusive refuses an existing name with ErrExist. Without it an
	// existing regular file is returned untouched with Created false, and
	// any other existing node is ErrIsDir (directory) or ErrExist.
	Exclusive bool
	// Verifier, when set, is stored with the new file; an existing regular
	// file that was created with the same verifier is returned with Created
	// false and no error, else ErrExist (RFC 1813 3.3.8 EXCLUSIVE). It
	// implies Exclusive.
	Verifier *[8]byte
	// Fold lets a name that differs only in case count as existing.
	Fold bool
}

// NewNode is the result of the operations that create a name.
type NewNode struct {
	Entry   Entry // the name and its node, after
	Created bool  // false only if Create found an existing file
	Dir     WCC
}

// Removed is the result of Remove and Rmdir.
type Removed struct {
	Node Attr // after: Nlink 0 if that was its last name
	Link Link // what was removed
	Dir  WCC
}

// RenameOptions qualify Rename.
type RenameOptions struct {
	// NoReplace refuses an existing target with ErrExist.
	NoReplace bool
	// Fold lets a target that differs only in case count as existing (and be
	// replaced, under the new name as given). The source itself never
	// counts, so that a rename may change only the case.
	Fold bool
	// Expect and ExpectTarget, when not zero, are the nodes that the two
	// names must mean, else ErrChanged. A caller that found no target sets
	// NoReplace instead.
	Expect, ExpectTarget lock.FileHandle
}

// Renamed is the result of Rename.
type Renamed struct {
	Entry Entry // the name and node as they are now
	// Replaced is the node that lost its name to the source, after; nil if
	// there was none.
	Replaced *Attr
	// NoOp: source and target are the same node (one name, or two hard
	// links); nothing changed (POSIX rename; RFC 1813 3.3.14).
	NoOp           bool
	SrcDir, DstDir WCC // equal if both are one directory
}

// WriteFlags qualify WriteAt.
type WriteFlags uint8

// The flags of WriteAt.
const (
	// WriteAppend writes at the end of the stream and ignores off.
	WriteAppend WriteFlags = 1 << iota
	// WriteKeepMtime leaves Mtime, for an SMB open whose owner set the time
	// explicitly (MS-FSA 2.1.5.15.2). Ctime and Change move all the same.
	WriteKeepMtime
)

// Written is the result of WriteAt and of the other changes of data.
type Written struct {
	Off uint64 // where the first byte went
	WCC WCC
}

// StreamInfo describes one named stream.
type StreamInfo struct {
	Name string // as created, without ':' and type
	Size uint64
	Used uint64
}

// XattrFlags qualify SetXattr.
type XattrFlags uint8

// The flags of SetXattr (RFC 8276 8.4.3 setxattr_option4).
const (
	XattrCreate  XattrFlags = 1 << iota // ErrExist if there is one
	XattrReplace                        // ErrNoAttr if there is none
)

// StatFS describes the room of a file system, in bytes and nodes.
type StatFS struct {
	Total, Free, Avail  uint64
	Files, FilesFree    uint64 // nodes that may exist; that may still be created
	NameMax             uint32
	BlockSize           uint32
	MaxFileSize         uint64
	LinkMax, SymlinkMax uint32
}

// FileSystem is a tree of nodes. A handle that no longer exists (or is of
// another file system) gives ErrStale from every method. Where a directory is
// wanted and the handle is another node, the error is ErrNotDir. The stream ""
// is a regular file's data; any other is a named stream of a regular file or
// directory, compared without case.
type FileSystem interface {
	// FSID is the FSID of every handle of this file system.
	FSID() uint64
	// Root is the root directory's handle.
	Root() lock.FileHandle
	// StatFS tells the capacity and what is left of it.
	StatFS() StatFS
	// SetCapacity changes the number of bytes that data may occupy. It may
	// be less than what is in use: then nothing is lost and nothing new
	// fits.
	SetCapacity(bytes uint64)

	// Pin keeps a node alive after its last name is gone, until as many
	// Unpins. Unpin of an unknown handle does nothing.
	Pin(h lock.FileHandle) error
	Unpin(h lock.FileHandle)

	GetAttr(h lock.FileHandle) (Attr, error)
	// SetAttr applies all of c or nothing. ErrNotSync, ErrInval or ErrIsDir
	// (Size of what is no regular file), ErrFBig. A Changes that asks for
	// nothing changes nothing, not even Ctime.
	SetAttr(h lock.FileHandle, c Changes) (WCC, error)
	// TouchAtime sets Atime to now and nothing else, not even Change.
	TouchAtime(h lock.FileHandle) error

	// Lookup finds the exact name; "." is dir itself and ".." its parent
	// (the root is its own), both with Cookie and LinkID 0.
	Lookup(dir lock.FileHandle, name string) (Entry, error)
	// LookupFold finds the exact name, else the name equal to it under
	// FoldName; of several, the one with the lowest cookie.
	LookupFold(dir lock.FileHandle, name string) (Entry, error)
	// Links lists the names of a node in the order in which they were made;
	// none for the root and for an unlinked node.
	Links(h lock.FileHandle) ([]Link, error)
	// ReadDir lists entries with a cookie greater than after (0: from the
	// start), at most limit, in cookie order, without "." and "..". eof
	// tells that no entry follows. A cookie belongs to one entry for as long
	// as that keeps its name and is never given again, so a listing in parts
	// neither skips nor repeats an entry that nobody touched; a renamed entry
	// gets a new, higher cookie.
	ReadDir(dir lock.FileHandle, after uint64, limit int) (entries []Entry, eof bool, err error)
	Readlink(h lock.FileHandle) (string, error) // ErrInval if no symlink

	// The operations that make a name: ErrExist, ErrNameTooLong, ErrInval
	// (an empty name, '/' or NUL), ErrExist ("." and ".."), ErrTooManyInodes,
	// ErrNotExist (dir was removed and is only pinned). fold as in
	// CreateOptions.
	Create(dir lock.FileHandle, name string, o CreateOptions) (NewNode, error)
	Mkdir(dir lock.FileHandle, name string, init Changes, fold bool) (NewNode, error)
	Symlink(dir lock.FileHandle, name, target string, init Changes, fold bool) (NewNode, error)
	// Mknod makes a block or character device (with rdev), fifo or socket;
	// another type is ErrInval.
	Mknod(dir lock.FileHandle, name string, t FileType, rdev Rdev, init Changes, fold bool) (NewNode, error)
	// Convert makes another type of what is not a directory, keeping its
	// names, attributes and identity: a symbolic link to target, a device
	// with rdev, a fifo or socket, or an empty regular file. ErrIsDir,
	// ErrInval (the type), ErrNameTooLong (the target), ErrNotEmpty (a
	// regular file that has data or named streams).
	Convert(h lock.FileHandle, t FileType, target string, rdev Rdev) (WCC, error)
	// Link gives a node another name. ErrIsDir (a directory), ErrMLink,
	// ErrXDev, ErrNotExist (the node has lost its last name).
	Link(h, dir lock.FileHandle, name string, fold bool) (NewNode, error)

	// Remove removes the name of what is not a directory (ErrIsDir), Rmdir
	// that of an empty directory (ErrNotDir, ErrNotEmpty). expect, when not
	// zero, is the node that the name must mean, else ErrChanged.
	Remove(dir lock.FileHandle, name string, expect lock.FileHandle) (Removed, error)
	Rmdir(dir lock.FileHandle, name string, expect lock.FileHandle) (Removed, error)
	// Rename moves a name, replacing an existing one unless told otherwise:
	// ErrIsDir (target is a directory, source is not), ErrNotDir (the other
	// way round), ErrNotEmpty (target directory), ErrInval (a directory into
	// itself or below), ErrXDev.
	Rename(srcDir lock.FileHandle, srcName string, dstDir lock.FileHandle, dstName string, o RenameOptions) (Renamed, error)

	// ReadAt fills p from off on; n < len(p) only at the end. eof tells that
	// the end of the stream is at or before off+n. ErrIsDir, ErrInval (no
	// data in this type), ErrNoStream.
	ReadAt(h lock.FileHandle, stream string, p []byte, off uint64) (n int, eof bool, err error)
	// WriteAt writes all of p or nothing: ErrNoSpace leaves content, size and
	// times as they were. An empty p changes nothing. Errors also as ReadAt,
	// and ErrFBig.
	WriteAt(h lock.FileHandle, stream string, p []byte, off uint64, f WriteFlags) (Written, error)
	// Truncate sets the size of a stream; SetAttr does the same for "".
	Truncate(h lock.FileHandle, stream string, size uint64) (Written, error)
	// Allocate makes sure that writes to [off, off+n) find room; it never
	// changes the size. Deallocate turns the range into a hole that reads as
	// zeros and gives its whole blocks back; it never changes the size.
	Allocate(h lock.FileHandle, stream string, off, n uint64) (Written, error)
	Deallocate(h lock.FileHandle, stream string, off, n uint64) (Written, error)
	// NextData is the first offset at or after off that is allocated, and
	// NextHole the first that is not; the end of the stream counts as a hole.
	// ErrNoData if off is at or past the end, or no data follows.
	NextData(h lock.FileHandle, stream string, off uint64) (uint64, error)
	NextHole(h lock.FileHandle, stream string, off uint64) (uint64, error)
	// Sync returns when the node's data and attributes are as durable as the
	// storage can make them.
	Sync(h lock.FileHandle) error

	// Named streams, in the order of their creation; the default stream ""
	// is not among them. ErrNoStream, ErrExist, ErrInval (bad name, or a node
	// that is neither file nor directory), ErrNameTooLong, ErrRange
	// (MaxStreams).
	Streams(h lock.FileHandle) ([]StreamInfo, error)
	LookupStream(h lock.FileHandle, name string) (StreamInfo, error)
	// CreateStream returns an existing stream with created false unless
	// exclusive, when that is ErrExist.
	CreateStream(h lock.FileHandle, name string, exclusive bool) (info StreamInfo, created bool, err error)
	RemoveStream(h lock.FileHandle, name string) (WCC, error)
	// RenameStream replaces an existing target only if replace is set.
	RenameStream(h lock.FileHandle, from, to string, replace bool) (WCC, error)

	// Extended attributes; names are compared exactly. ErrNoAttr, ErrExist,
	// ErrRange (a limit), ErrInval (empty name or NUL).
	GetXattr(h lock.FileHandle, name string) ([]byte, error)
	SetXattr(h lock.FileHandle, name string, value []byte, f XattrFlags) (WCC, error)
	ListXattr(h lock.FileHandle) ([]string, error) // sorted
	RemoveXattr(h lock.FileHandle, name string) (WCC, error)
}
