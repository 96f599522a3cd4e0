package secdesc

import "strings"

// AccessMask is an ACCESS_MASK (MS-DTYP 2.4.3, MS-SMB2 2.2.13.1). It is an
// alias, so that masks of other packages need no conversion.
type AccessMask = uint32

// The rights of a file or pipe.
const (
	FileReadData        AccessMask = 0x00000001
	FileWriteData       AccessMask = 0x00000002
	FileAppendData      AccessMask = 0x00000004
	FileReadEA          AccessMask = 0x00000008
	FileWriteEA         AccessMask = 0x00000010
	FileExecute         AccessMask = 0x00000020
	FileDeleteChild     AccessMask = 0x00000040
	FileReadAttributes  AccessMask = 0x00000080
	FileWriteAttributes AccessMask = 0x00000100
)

// The same bits for a directory.
const (
	FileListDirectory   = FileReadData
	FileAddFile         = FileWriteData
	FileAddSubdirectory = FileAppendData
	FileTraverse        = FileExecute
)

// The rights that every object has, and the special ones.
const (
	Delete               AccessMask = 0x00010000
	ReadControl          AccessMask = 0x00020000
	WriteDAC             AccessMask = 0x00040000
	WriteOwner           AccessMask = 0x00080000
	Synchronize          AccessMask = 0x00100000
	AccessSystemSecurity AccessMask = 0x01000000
	MaximumAllowed       AccessMask = 0x02000000
	GenericAll           AccessMask = 0x10000000
	GenericExecute       AccessMask = 0x20000000
	GenericWrite         AccessMask = 0x40000000
	GenericRead          AccessMask = 0x80000000
)

// What the generic rights mean for a file (MS-SMB2 2.2.13.1.1).
const (
	FileGenericRead    = ReadControl | Synchronize | FileReadData | FileReadEA | FileReadAttributes
	FileGenericWrite   = ReadControl | Synchronize | FileWriteData | FileAppendData | FileWriteEA | FileWriteAttributes
	FileGenericExecute = ReadControl | Synchronize | FileExecute | FileReadAttributes
	FileAllAccess      = 0x001F01FF
)

// MapGeneric replaces the generic rights by what they mean for a file.
func MapGeneric(m AccessMask) AccessMask {
	for _, g := range [...]struct{ generic, specific AccessMask }{
		{GenericRead, FileGenericRead}, {GenericWrite, FileGenericWrite},
		{GenericExecute, FileGenericExecute}, {GenericAll, FileAllAccess},
	} {
		if m&g.generic != 0 {
			m = m&^g.generic | g.specific
		}
	}
	return m
}

var accessNames = [...]struct {
	bit  AccessMask
	name string
}{
	{FileReadData, "read"}, {FileWriteData, "write"}, {FileAppendData, "append"}, {FileReadEA, "read-ea"},
	{FileWriteEA, "write-ea"}, {FileExecute, "execute"}, {FileDeleteChild, "delete-child"},
	{FileReadAttributes, "read-attr"}, {FileWriteAttributes, "write-attr"}, {Delete, "delete"},
	{ReadControl, "read-control"}, {WriteDAC, "write-dac"}, {WriteOwner, "write-owner"},
	{Synchronize, "synchronize"}, {AccessSystemSecurity, "system-security"}, {MaximumAllowed, "maximum"},
	{GenericAll, "generic-all"}, {GenericExecute, "generic-execute"}, {GenericWrite, "generic-write"},
	{GenericRead, "generic-read"},
}

// FormatAccess gives the names of the bits with "|" between them, "none" for 0.
func FormatAccess(m AccessMask) string {
	if m == 0 {
		return "none"
	}
	var l []string
	for _, n := range accessNames {
		if m&n.bit != 0 {
			l = append(l, n.name)
			m &^= n.bit
		}
	}
	if m != 0 {
		l = append(l, "?")
	}
	return strings.Join(l, "|")
}

// ParseAccess takes what FormatAccess gives, and "all" for FileAllAccess.
func ParseAccess(s string) (m AccessMask, ok bool) {
	if s == "" || s == "none" {
		return 0, true
	}
next:
	for word := range strings.SplitSeq(s, "|") {
		if word == "all" {
			m |= FileAllAccess
			continue
		}
		for _, n := range accessNames {
			if n.name == word {
				m |= n.bit
				continue next
			}
		}
		return 0, false
	}
	return m, true
}
