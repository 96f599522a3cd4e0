package vfs

import "crosswire/server/lock"

// Op is an operation of the road.
type Op uint8

// The operations. A protocol's procedures map to them many to one: NFSv3
// SETATTR with a size and SMB SET_INFO FileEndOfFileInformation are one
// OpSetSize.
const (
	OpGetAttr Op = iota
	OpAccess
	OpLookup
	OpReadDir
	OpReadlink
	OpCommit
	OpRead
	OpWrite
	OpSetSize
	OpAllocate
	OpSetAttr
	OpCreate
	OpOverwrite
	OpLink
	OpRemove
	OpRename
	OpDispose
	OpDeleteOnClose
	OpRenameOpen
	OpLock
	OpStream
	OpZero
	OpSetXattr
	OpSetReparse
	OpDuplicateFrom
	OpDuplicate
	opCount
)

// need is the cache break that an operation asks for.
type need uint8

const (
	breakNone   need = iota
	breakRead        // others' write caching ends
	breakWrite       // others' caching ends
	breakDelete      // others' write and handle caching ends
	breakHandle      // others' handle caching ends
	breakLock        // others' read caching ends
)

// ranges says which byte-range locks stand in the way.
type ranges uint8

const (
	rangeNone ranges = iota
	rangeRead
	rangeWrite
)

// announcement is what watchers are told (FILE_NOTIFY_CHANGE_*, MS-SMB2
// 2.2.35).
type announcement uint8

const (
	tellNobody announcement = iota
	tellAdded
	tellRemoved
	tellRenamed
	tellData       // LAST_WRITE, SIZE
	tellAttributes // ATTRIBUTES, times, security
	tellStream     // STREAM_*
)

// declaration is what one operation conflicts with, breaks and announces.
type declaration struct {
	name string
	// object is the break on the file that the operation acts on; victim the
	// one on the file that a name stops meaning (rename over).
	object, victim need
	// wants is checked against the share reservations of other opens, for an
	// origin that holds no open itself (NFS). wantsVictim likewise.
	wants, wantsVictim lock.Access
	ranges             ranges
	// changes: refused on a read-only share.
	changes bool
	tells   announcement
	// closes: part of the end of an open, which the end of its share does not
	// prevent.
	closes bool
	// smbWaits: an SMB origin answers STATUS_PENDING and waits for the
	// acknowledgment. Where false it goes on at once, as MS-FSA has it for
	// the breaks that can only meet read caching by then.
	smbWaits bool
	// clause from which the break was taken.
	clause string
}

// road is the whole policy of breaking, in one place.
//
// LINK breaks nothing: a link changes no name that a holder used and no data
// that it cached. MS-FSA 2.1.4.12 has FileLinkInformation break handle caching
// only on the file of a superseded link, which neither NFS LINK nor our SMB
// link (without ReplaceIfExists) can meet.
var road = [opCount]declaration{
	OpGetAttr:  {name: "getattr", clause: "MS-FSA 2.1.5.12: no oplock check"},
	OpAccess:   {name: "access", clause: "RFC 1813 3.3.4"},
	OpLookup:   {name: "lookup", clause: "RFC 1813 3.3.3"},
	OpReadDir:  {name: "readdir", clause: "RFC 1813 3.3.16"},
	OpReadlink: {name: "readlink", clause: "RFC 1813 3.3.5"},
	OpCommit:   {name: "commit", clause: "RFC 1813 3.3.21"},

	OpRead: {name: "read", object: breakRead, wants: lock.Read, ranges: rangeRead,
		clause: "MS-FSA 2.1.5.3, 2.1.4.12 READ"},
	OpWrite: {name: "write", object: breakWrite, wants: lock.Write, ranges: rangeWrite, changes: true, tells: tellData,
		clause: "MS-FSA 2.1.5.4, 2.1.4.12 WRITE; MS-SMB2 3.3.1.4"},
	OpSetSize: {name: "setsize", object: breakWrite, wants: lock.Write, changes: true, tells: tellData,
		clause: "MS-FSA 2.1.5.15.5, 2.1.4.12 SET_INFORMATION; MS-SMB2 3.3.1.4"},
	OpAllocate: {name: "allocate", object: breakWrite, wants: lock.Write, changes: true, tells: tellData,
		clause: "MS-FSA 2.1.5.15.1, 2.1.4.12 SET_INFORMATION"},
	OpSetAttr: {name: "setattr", changes: true, tells: tellAttributes,
		clause: "MS-FSA 2.1.5.15.2: no oplock check"},
	OpCreate: {name: "create", changes: true, tells: tellAdded,
		clause: "RFC 1813 3.3.8"},
	OpOverwrite: {name: "create over", object: breakWrite, wants: lock.Write, changes: true, tells: tellData,
		clause: "MS-FSA 2.1.5.1.2, 2.1.4.12 OPEN with OVERWRITE; RFC 1813 3.3.8 UNCHECKED"},
	OpLink: {name: "link", changes: true, tells: tellAdded,
		clause: "MS-FSA 2.1.5.15.6, 2.1.4.12: only on a superseded link"},
	OpRemove: {name: "remove", object: breakDelete, wants: lock.Delete, changes: true, tells: tellRemoved, smbWaits: true,
		clause: "MS-FSA 2.1.5.15.3, 2.1.4.12 OPEN with DELETE, then FileDispositionInformation"},
	OpRename: {name: "rename", object: breakDelete, victim: breakDelete, wants: lock.Delete, wantsVictim: lock.Delete,
		changes: true, tells: tellRenamed, smbWaits: true,
		clause: "MS-FSA 2.1.5.15.12, 2.1.4.12 OPEN with DELETE, then FileRenameInformation"},
	OpDispose: {name: "dispose", object: breakHandle, changes: true, smbWaits: true,
		clause: "MS-FSA 2.1.5.15.3, 2.1.4.12 FileDispositionInformation"},
	OpDeleteOnClose: {name: "delete on close", object: breakHandle, changes: true, closes: true,
		clause: "MS-FSA 2.1.5.5 with Open.Mode.FILE_DELETE_ON_CLOSE, 2.1.4.12; nobody waits, for a close may not fail"},
	OpRenameOpen: {name: "rename by handle", object: breakHandle, victim: breakHandle, changes: true, tells: tellRenamed, smbWaits: true,
		clause: "MS-FSA 2.1.5.15.12, 2.1.4.12 FileRenameInformation"},
	OpLock: {name: "lock", object: breakLock,
		clause: "MS-FSA 2.1.5.8, 2.1.4.12 LOCK_CONTROL; MS-SMB2 3.3.1.4"},
	OpStream: {name: "stream", changes: true, tells: tellStream,
		clause: "MS-FSA 2.1.5.1.1"},
	OpZero: {name: "zero", object: breakWrite, wants: lock.Write, ranges: rangeWrite, changes: true, tells: tellData,
		clause: "MS-FSA 2.1.5.10 FSCTL_SET_ZERO_DATA, 2.1.4.12 FS_CONTROL; RFC 7862 15.4 DEALLOCATE"},
	OpSetXattr: {name: "setxattr", changes: true, tells: tellAttributes,
		clause: "MS-FSA 2.1.5.15 FileFullEaInformation: no oplock check; RFC 8276 8.4.3"},
	OpSetReparse: {name: "set reparse point", object: breakWrite, wants: lock.Write, changes: true, tells: tellAttributes,
		clause: "MS-FSA 2.1.5.10 FSCTL_SET_REPARSE_POINT; the data of the file ends to be, as by a truncation"},
	OpDuplicateFrom: {name: "duplicate from", object: breakRead, wants: lock.Read,
		clause: "MS-FSA 2.1.5.10 FSCTL_DUPLICATE_EXTENTS_TO_FILE: the source's unwritten data count"},
	OpDuplicate: {name: "duplicate", object: breakWrite, wants: lock.Write, changes: true, tells: tellData,
		clause: "MS-FSA 2.1.5.10 FSCTL_DUPLICATE_EXTENTS_TO_FILE: no byte-range lock check"},
}

// String is the operation's name.
func (op Op) String() string { return road[op].name }
