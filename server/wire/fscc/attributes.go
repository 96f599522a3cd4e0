package fscc

import "strings"

// FileAttributes are the DOS attributes (MS-FSCC 2.6).
type FileAttributes uint32

// The file attributes.
const (
	AttributeReadonly          FileAttributes = 0x00000001
	AttributeHidden            FileAttributes = 0x00000002
	AttributeSystem            FileAttributes = 0x00000004
	AttributeDirectory         FileAttributes = 0x00000010
	AttributeArchive           FileAttributes = 0x00000020
	AttributeNormal            FileAttributes = 0x00000080
	AttributeTemporary         FileAttributes = 0x00000100
	AttributeSparseFile        FileAttributes = 0x00000200
	AttributeReparsePoint      FileAttributes = 0x00000400
	AttributeCompressed        FileAttributes = 0x00000800
	AttributeOffline           FileAttributes = 0x00001000
	AttributeNotContentIndexed FileAttributes = 0x00002000
	AttributeEncrypted         FileAttributes = 0x00004000
	AttributeIntegrityStream   FileAttributes = 0x00008000
	AttributeNoScrubData       FileAttributes = 0x00020000
	AttributeRecallOnOpen      FileAttributes = 0x00040000
	AttributePinned            FileAttributes = 0x00080000
	AttributeUnpinned          FileAttributes = 0x00100000
	AttributeRecallOnAccess    FileAttributes = 0x00400000
)

var attributeNames = [...]struct {
	bit  FileAttributes
	name string
}{
	{AttributeReadonly, "readonly"}, {AttributeHidden, "hidden"}, {AttributeSystem, "system"},
	{AttributeDirectory, "directory"}, {AttributeArchive, "archive"}, {AttributeNormal, "normal"},
	{AttributeTemporary, "temporary"}, {AttributeSparseFile, "sparse"}, {AttributeReparsePoint, "reparse"},
	{AttributeCompressed, "compressed"}, {AttributeOffline, "offline"},
	{AttributeNotContentIndexed, "not-content-indexed"}, {AttributeEncrypted, "encrypted"},
	{AttributeIntegrityStream, "integrity-stream"}, {AttributeNoScrubData, "no-scrub-data"},
	{AttributeRecallOnOpen, "recall-on-open"}, {AttributePinned, "pinned"},
	{AttributeUnpinned, "unpinned"}, {AttributeRecallOnAccess, "recall-on-access"},
}

// String gives the names with "|" between them, "none" for 0.
func (a FileAttributes) String() string {
	if a == 0 {
		return "none"
	}
	var l []string
	for _, n := range attributeNames {
		if a&n.bit != 0 {
			l = append(l, n.name)
			a &^= n.bit
		}
	}
	if a != 0 {
		l = append(l, "?")
	}
	return strings.Join(l, "|")
}

// ParseFileAttributes takes the names that String gives, with "|" between them.
func ParseFileAttributes(s string) (a FileAttributes, ok bool) {
	if s == "none" || s == "" {
		return 0, true
	}
next:
	for word := range strings.SplitSeq(s, "|") {
		for _, n := range attributeNames {
			if n.name == word {
				a |= n.bit
				continue next
			}
		}
		return 0, false
	}
	return a, true
}
