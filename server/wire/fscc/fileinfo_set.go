package fscc

// RenameInfo is FileRenameInformation for SMB2, type 2 (MS-FSCC 2.4.43.2), and
// FileLinkInformation, which has the same form (MS-FSCC 2.4.28.2). In
// FileRenameInformationEx the first 4 bytes are Flags, of which bit 0 is
// ReplaceIfExists.
type RenameInfo struct {
	ReplaceIfExists bool
	Flags           uint32 // FileRenameInformationEx only
	RootDirectory   uint64 // must be 0 on the network
	Name            string // from the share's root, no leading '\'
}

const renameInfoSize = 20

// Append appends the structure, with at least 24 bytes in all: Windows servers
// refuse a shorter one.
func (i *RenameInfo) Append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, flag(i.ReplaceIfExists), 0, 0, 0, 0, 0, 0, 0)
	dst = u64(dst, i.RootDirectory)
	dst = u32(dst, uint32(UTF16Len(i.Name)))
	dst = AppendUTF16(dst, i.Name)
	for len(dst)-start < 24 {
		dst = append(dst, 0)
	}
	return dst
}

// AppendEx appends FileRenameInformationEx, with Flags in the place of
// ReplaceIfExists.
func (i *RenameInfo) AppendEx(dst []byte) []byte {
	start := len(dst)
	dst = i.Append(dst)
	le.PutUint32(dst[start:], i.Flags)
	return dst
}

// Decode reads type 2; Flags gets the first 4 bytes as they are.
func (i *RenameInfo) Decode(b []byte) error {
	const name = "FileRenameInformation"
	if err := need(name, b, renameInfoSize); err != nil {
		return err
	}
	s, err := name32(name, b, 16, renameInfoSize)
	if err != nil {
		return err
	}
	*i = RenameInfo{b[0] != 0, le.Uint32(b), le.Uint64(b[8:]), s}
	return nil
}

// AppendType1 appends the form of SMB1 and 32-bit callers (MS-FSCC 2.4.43.1).
func (i *RenameInfo) AppendType1(dst []byte) []byte {
	dst = append(dst, flag(i.ReplaceIfExists), 0, 0, 0)
	dst = u32(dst, uint32(i.RootDirectory))
	dst = u32(dst, uint32(UTF16Len(i.Name)))
	return AppendUTF16(dst, i.Name)
}

// DecodeType1 reads the form of SMB1.
func (i *RenameInfo) DecodeType1(b []byte) error {
	const name = "FileRenameInformation type 1"
	if err := need(name, b, 12); err != nil {
		return err
	}
	s, err := name32(name, b, 8, 12)
	if err != nil {
		return err
	}
	*i = RenameInfo{b[0] != 0, le.Uint32(b), uint64(le.Uint32(b[4:])), s}
	return nil
}

// DispositionInfo is FileDispositionInformation (MS-FSCC 2.4.11).
type DispositionInfo struct{ DeletePending bool }

// Append appends the byte.
func (i *DispositionInfo) Append(dst []byte) []byte { return append(dst, flag(i.DeletePending)) }

// Decode reads the structure.
func (i *DispositionInfo) Decode(b []byte) error {
	if err := need("FileDispositionInformation", b, 1); err != nil {
		return err
	}
	i.DeletePending = b[0] != 0
	return nil
}

// DispositionFlags of FileDispositionInformationEx (MS-FSCC 2.4.12).
type DispositionFlags uint32

// The disposition flags.
const (
	DispositionDelete                  DispositionFlags = 0x01
	DispositionPosixSemantics          DispositionFlags = 0x02
	DispositionForceImageSectionCheck  DispositionFlags = 0x04
	DispositionOnClose                 DispositionFlags = 0x08
	DispositionIgnoreReadonlyAttribute DispositionFlags = 0x10
)

// DispositionInfoEx is FileDispositionInformationEx (MS-FSCC 2.4.12).
type DispositionInfoEx struct{ Flags DispositionFlags }

// Append appends the 4 bytes.
func (i *DispositionInfoEx) Append(dst []byte) []byte { return u32(dst, uint32(i.Flags)) }

// Decode reads the structure.
func (i *DispositionInfoEx) Decode(b []byte) error {
	return uint32At("FileDispositionInformationEx", b, (*uint32)(&i.Flags))
}

// AllocationInfo is FileAllocationInformation (MS-FSCC 2.4.4). The sign is kept:
// a negative size is the server's to refuse.
type AllocationInfo struct{ AllocationSize int64 }

// Append appends the 8 bytes.
func (i *AllocationInfo) Append(dst []byte) []byte { return u64(dst, uint64(i.AllocationSize)) }

// Decode reads the structure.
func (i *AllocationInfo) Decode(b []byte) error {
	return int64At("FileAllocationInformation", b, &i.AllocationSize)
}

// EndOfFileInfo is FileEndOfFileInformation (MS-FSCC 2.4.14).
type EndOfFileInfo struct{ EndOfFile int64 }

// Append appends the 8 bytes.
func (i *EndOfFileInfo) Append(dst []byte) []byte { return u64(dst, uint64(i.EndOfFile)) }

// Decode reads the structure.
func (i *EndOfFileInfo) Decode(b []byte) error {
	return int64At("FileEndOfFileInformation", b, &i.EndOfFile)
}

// ValidDataLengthInfo is FileValidDataLengthInformation (MS-FSCC 2.4.54).
type ValidDataLengthInfo struct{ ValidDataLength int64 }

// Append appends the 8 bytes.
func (i *ValidDataLengthInfo) Append(dst []byte) []byte { return u64(dst, uint64(i.ValidDataLength)) }

// Decode reads the structure.
func (i *ValidDataLengthInfo) Decode(b []byte) error {
	return int64At("FileValidDataLengthInformation", b, &i.ValidDataLength)
}

// ShortNameInfo is FileShortNameInformation, a set (MS-FSCC 2.4.46). It has the
// form of NameInfo.
type ShortNameInfo = NameInfo
