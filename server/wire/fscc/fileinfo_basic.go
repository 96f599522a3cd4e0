package fscc

// BasicInfo is FileBasicInformation (MS-FSCC 2.4.7). The times keep their
// sentinels, FileAttributes of 0 in a set means "leave them".
type BasicInfo struct {
	CreationTime   Filetime
	LastAccessTime Filetime
	LastWriteTime  Filetime
	ChangeTime     Filetime
	FileAttributes FileAttributes
}

const basicInfoSize = 40

// Append appends the 40 bytes.
func (i *BasicInfo) Append(dst []byte) []byte {
	dst = u64(dst, uint64(i.CreationTime))
	dst = u64(dst, uint64(i.LastAccessTime))
	dst = u64(dst, uint64(i.LastWriteTime))
	dst = u64(dst, uint64(i.ChangeTime))
	dst = u32(dst, uint32(i.FileAttributes))
	return u32(dst, 0)
}

// Decode reads the structure; the reserved last 4 bytes may be missing.
func (i *BasicInfo) Decode(b []byte) error {
	if err := need("FileBasicInformation", b, basicInfoSize-4); err != nil {
		return err
	}
	*i = BasicInfo{
		Filetime(le.Uint64(b)), Filetime(le.Uint64(b[8:])), Filetime(le.Uint64(b[16:])),
		Filetime(le.Uint64(b[24:])), FileAttributes(le.Uint32(b[32:])),
	}
	return nil
}

// StandardInfo is FileStandardInformation (MS-FSCC 2.4.47).
type StandardInfo struct {
	AllocationSize int64
	EndOfFile      int64
	NumberOfLinks  uint32
	DeletePending  bool
	Directory      bool
}

const standardInfoSize = 24

// Append appends the 24 bytes.
func (i *StandardInfo) Append(dst []byte) []byte {
	dst = u64(dst, uint64(i.AllocationSize))
	dst = u64(dst, uint64(i.EndOfFile))
	dst = u32(dst, i.NumberOfLinks)
	return append(dst, flag(i.DeletePending), flag(i.Directory), 0, 0)
}

// Decode reads the structure.
func (i *StandardInfo) Decode(b []byte) error {
	if err := need("FileStandardInformation", b, standardInfoSize-2); err != nil {
		return err
	}
	*i = StandardInfo{int64(le.Uint64(b)), int64(le.Uint64(b[8:])), le.Uint32(b[16:]), b[20] != 0, b[21] != 0}
	return nil
}

// InternalInfo is FileInternalInformation, the index number (MS-FSCC 2.4.27).
type InternalInfo struct{ IndexNumber uint64 }

// Append appends the 8 bytes.
func (i *InternalInfo) Append(dst []byte) []byte { return u64(dst, i.IndexNumber) }

// Decode reads the structure.
func (i *InternalInfo) Decode(b []byte) error {
	return uint64At("FileInternalInformation", b, &i.IndexNumber)
}

// EaInfo is FileEaInformation (MS-FSCC 2.4.13).
type EaInfo struct{ EaSize uint32 }

// Append appends the 4 bytes.
func (i *EaInfo) Append(dst []byte) []byte { return u32(dst, i.EaSize) }

// Decode reads the structure.
func (i *EaInfo) Decode(b []byte) error { return uint32At("FileEaInformation", b, &i.EaSize) }

// AccessInfo is FileAccessInformation (MS-FSCC 2.4.1).
type AccessInfo struct{ AccessFlags uint32 }

// Append appends the 4 bytes.
func (i *AccessInfo) Append(dst []byte) []byte { return u32(dst, i.AccessFlags) }

// Decode reads the structure.
func (i *AccessInfo) Decode(b []byte) error {
	return uint32At("FileAccessInformation", b, &i.AccessFlags)
}

// PositionInfo is FilePositionInformation (MS-FSCC 2.4.40).
type PositionInfo struct{ CurrentByteOffset uint64 }

// Append appends the 8 bytes.
func (i *PositionInfo) Append(dst []byte) []byte { return u64(dst, i.CurrentByteOffset) }

// Decode reads the structure.
func (i *PositionInfo) Decode(b []byte) error {
	return uint64At("FilePositionInformation", b, &i.CurrentByteOffset)
}

// ModeInfo is FileModeInformation, a few of the create options (MS-FSCC 2.4.31).
type ModeInfo struct{ Mode uint32 }

// Append appends the 4 bytes.
func (i *ModeInfo) Append(dst []byte) []byte { return u32(dst, i.Mode) }

// Decode reads the structure.
func (i *ModeInfo) Decode(b []byte) error { return uint32At("FileModeInformation", b, &i.Mode) }

// AlignmentInfo is FileAlignmentInformation (MS-FSCC 2.4.3).
type AlignmentInfo struct{ AlignmentRequirement uint32 }

// Append appends the 4 bytes.
func (i *AlignmentInfo) Append(dst []byte) []byte { return u32(dst, i.AlignmentRequirement) }

// Decode reads the structure.
func (i *AlignmentInfo) Decode(b []byte) error {
	return uint32At("FileAlignmentInformation", b, &i.AlignmentRequirement)
}

// NameInfo is FileNameInformation, FileAlternateNameInformation and
// FileNormalizedNameInformation, which have one form (MS-FSCC 2.4.32, 2.4.5, 2.4.36).
type NameInfo struct{ Name string }

// Append appends length and name.
func (i *NameInfo) Append(dst []byte) []byte {
	dst = u32(dst, uint32(UTF16Len(i.Name)))
	return AppendUTF16(dst, i.Name)
}

// Decode reads the structure.
func (i *NameInfo) Decode(b []byte) (err error) {
	if err = need("FileNameInformation", b, 4); err != nil {
		return err
	}
	i.Name, err = name32("FileNameInformation", b, 0, 4)
	return err
}

// AllInfo is FileAllInformation (MS-FSCC 2.4.2).
type AllInfo struct {
	Basic     BasicInfo
	Standard  StandardInfo
	Internal  InternalInfo
	Ea        EaInfo
	Access    AccessInfo
	Position  PositionInfo
	Mode      ModeInfo
	Alignment AlignmentInfo
	Name      NameInfo
}

// Append appends the parts one after the other.
func (i *AllInfo) Append(dst []byte) []byte {
	dst = i.Basic.Append(dst)
	dst = i.Standard.Append(dst)
	dst = i.Internal.Append(dst)
	dst = i.Ea.Append(dst)
	dst = i.Access.Append(dst)
	dst = i.Position.Append(dst)
	dst = i.Mode.Append(dst)
	dst = i.Alignment.Append(dst)
	return i.Name.Append(dst)
}

// Decode reads the structure.
func (i *AllInfo) Decode(b []byte) error {
	if err := need("FileAllInformation", b, 100); err != nil {
		return err
	}
	for _, p := range []struct {
		part interface{ Decode([]byte) error }
		at   int
	}{
		{&i.Basic, 0}, {&i.Standard, 40}, {&i.Internal, 64}, {&i.Ea, 72}, {&i.Access, 76},
		{&i.Position, 80}, {&i.Mode, 88}, {&i.Alignment, 92}, {&i.Name, 96},
	} {
		if err := p.part.Decode(b[p.at:]); err != nil {
			return err
		}
	}
	return nil
}
