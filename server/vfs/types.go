package vfs

import (
	"crosswire/server/adapter"
	"crosswire/server/fs"
	"crosswire/server/lock"
)

// The storage's vocabulary, so that adapters need not import server/fs.
type (
	FileHandle = lock.FileHandle
	Origin     = adapter.Origin
	Cred       = adapter.Cred
	Attr       = fs.Attr
	WCC        = fs.WCC
	Changes    = fs.Changes
	SetTime    = fs.SetTime
	FileType   = fs.FileType
	Rdev       = fs.Rdev
	Entry      = fs.Entry
	Link       = fs.Link
	NewNode    = fs.NewNode
	Removed    = fs.Removed
	Renamed    = fs.Renamed
	StatFS     = fs.StatFS
	StreamInfo = fs.StreamInfo
)

// Types of nodes (ftype3).
const (
	TypeRegular   = fs.TypeRegular
	TypeDirectory = fs.TypeDirectory
	TypeBlock     = fs.TypeBlock
	TypeChar      = fs.TypeChar
	TypeSymlink   = fs.TypeSymlink
	TypeSocket    = fs.TypeSocket
	TypeFIFO      = fs.TypeFIFO
)

// Limits of the storage.
const (
	NameMax        = fs.NameMax
	SymlinkMax     = fs.SymlinkMax
	MaxFileSize    = fs.MaxFileSize
	BlockSize      = fs.BlockSize
	MaxLinks       = fs.MaxLinks
	FirstDirCookie = fs.FirstDirCookie
	RootID         = fs.RootID
)

// What SetTime can ask for.
const (
	TimeKeep = fs.TimeKeep
	TimeNow  = fs.TimeNow
	TimeSet  = fs.TimeSet
)

// Helpers of the storage that adapters share.
var (
	Now             = fs.Now
	At              = fs.At
	NameToUTF16     = fs.NameToUTF16
	NameFromUTF16   = fs.NameFromUTF16
	EqualFold       = fs.EqualFold
	FoldName        = fs.FoldName
	defaultCapacity = uint64(1) << 40
)

// FILE_ATTRIBUTE_* bits that the road itself interprets (MS-FSCC 2.6).
const (
	DOSReadOnly  = 0x0001
	DOSHidden    = 0x0002
	DOSSystem    = 0x0004
	DOSDirectory = 0x0010
	DOSArchive   = 0x0020
	DOSNormal    = 0x0080
	DOSTemporary = 0x0100
	DOSSparse    = 0x0200
	DOSReparse   = 0x0400
	// DOSSettable are the bits that a client may set (MS-FSA 2.1.5.15.2).
	DOSSettable = DOSReadOnly | DOSHidden | DOSSystem | DOSArchive | DOSTemporary |
		0x1000 /* OFFLINE */ | 0x2000 /* NOT_CONTENT_INDEXED */
)
