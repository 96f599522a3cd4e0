package fscc

// FSVolumeInfo is FileFsVolumeInformation (MS-FSCC 2.5.9).
type FSVolumeInfo struct {
	CreationTime    Filetime
	SerialNumber    uint32
	SupportsObjects bool
	Label           string
}

// Append appends the structure.
func (i *FSVolumeInfo) Append(dst []byte) []byte {
	dst = u64(dst, uint64(i.CreationTime))
	dst = u32(dst, i.SerialNumber)
	dst = u32(dst, uint32(UTF16Len(i.Label)))
	dst = append(dst, flag(i.SupportsObjects), 0)
	return AppendUTF16(dst, i.Label)
}

// Decode reads the structure.
func (i *FSVolumeInfo) Decode(b []byte) error {
	const name = "FileFsVolumeInformation"
	if err := need(name, b, 18); err != nil {
		return err
	}
	label, err := name32(name, b, 12, 18)
	if err != nil {
		return err
	}
	*i = FSVolumeInfo{Filetime(le.Uint64(b)), le.Uint32(b[8:]), b[16] != 0, label}
	return nil
}

// FSLabelInfo is FileFsLabelInformation, a set, in the form of NameInfo (MS-FSCC 2.5.5).
type FSLabelInfo = NameInfo

// FSSizeInfo is FileFsSizeInformation (MS-FSCC 2.5.8).
type FSSizeInfo struct {
	TotalAllocationUnits     uint64
	AvailableAllocationUnits uint64
	SectorsPerAllocationUnit uint32
	BytesPerSector           uint32
}

// Append appends the 24 bytes.
func (i *FSSizeInfo) Append(dst []byte) []byte {
	dst = u64(dst, i.TotalAllocationUnits)
	dst = u64(dst, i.AvailableAllocationUnits)
	dst = u32(dst, i.SectorsPerAllocationUnit)
	return u32(dst, i.BytesPerSector)
}

// Decode reads the structure.
func (i *FSSizeInfo) Decode(b []byte) error {
	if err := need("FileFsSizeInformation", b, 24); err != nil {
		return err
	}
	*i = FSSizeInfo{le.Uint64(b), le.Uint64(b[8:]), le.Uint32(b[16:]), le.Uint32(b[20:])}
	return nil
}

// FSFullSizeInfo is FileFsFullSizeInformation (MS-FSCC 2.5.4).
type FSFullSizeInfo struct {
	TotalAllocationUnits           uint64
	CallerAvailableAllocationUnits uint64
	ActualAvailableAllocationUnits uint64
	SectorsPerAllocationUnit       uint32
	BytesPerSector                 uint32
}

// Append appends the 32 bytes.
func (i *FSFullSizeInfo) Append(dst []byte) []byte {
	dst = u64(dst, i.TotalAllocationUnits)
	dst = u64(dst, i.CallerAvailableAllocationUnits)
	dst = u64(dst, i.ActualAvailableAllocationUnits)
	dst = u32(dst, i.SectorsPerAllocationUnit)
	return u32(dst, i.BytesPerSector)
}

// Decode reads the structure.
func (i *FSFullSizeInfo) Decode(b []byte) error {
	if err := need("FileFsFullSizeInformation", b, 32); err != nil {
		return err
	}
	*i = FSFullSizeInfo{le.Uint64(b), le.Uint64(b[8:]), le.Uint64(b[16:]), le.Uint32(b[24:]), le.Uint32(b[28:])}
	return nil
}

// The DeviceType of FSDeviceInfo.
const (
	DeviceCDROM     uint32 = 0x00000002
	DeviceDisk      uint32 = 0x00000007
	DeviceNamedPipe uint32 = 0x00000011
)

// The Characteristics of FSDeviceInfo.
const (
	DeviceRemovableMedia uint32 = 0x00000001
	DeviceReadOnly       uint32 = 0x00000002
	DeviceRemote         uint32 = 0x00000010
	DeviceIsMounted      uint32 = 0x00000020
	DeviceVirtualVolume  uint32 = 0x00000040
)

// FSDeviceInfo is FileFsDeviceInformation (MS-FSCC 2.5.10).
type FSDeviceInfo struct {
	DeviceType      uint32
	Characteristics uint32
}

// Append appends the 8 bytes.
func (i *FSDeviceInfo) Append(dst []byte) []byte {
	return u32(u32(dst, i.DeviceType), i.Characteristics)
}

// Decode reads the structure.
func (i *FSDeviceInfo) Decode(b []byte) error {
	if err := need("FileFsDeviceInformation", b, 8); err != nil {
		return err
	}
	*i = FSDeviceInfo{le.Uint32(b), le.Uint32(b[4:])}
	return nil
}

// FSAttributes of FileFsAttributeInformation (MS-FSCC 2.5.1).
type FSAttributes uint32

// The file system attributes.
const (
	FSCaseSensitiveSearch       FSAttributes = 0x00000001
	FSCasePreservedNames        FSAttributes = 0x00000002
	FSUnicodeOnDisk             FSAttributes = 0x00000004
	FSPersistentACLs            FSAttributes = 0x00000008
	FSFileCompression           FSAttributes = 0x00000010
	FSVolumeQuotas              FSAttributes = 0x00000020
	FSSupportsSparseFiles       FSAttributes = 0x00000040
	FSSupportsReparsePoints     FSAttributes = 0x00000080
	FSSupportsRemoteStorage     FSAttributes = 0x00000100
	FSVolumeIsCompressed        FSAttributes = 0x00008000
	FSSupportsObjectIDs         FSAttributes = 0x00010000
	FSSupportsEncryption        FSAttributes = 0x00020000
	FSNamedStreams              FSAttributes = 0x00040000
	FSReadOnlyVolume            FSAttributes = 0x00080000
	FSSequentialWriteOnce       FSAttributes = 0x00100000
	FSSupportsTransactions      FSAttributes = 0x00200000
	FSSupportsHardLinks         FSAttributes = 0x00400000
	FSSupportsExtendedAttribute FSAttributes = 0x00800000
	FSSupportsOpenByFileID      FSAttributes = 0x01000000
	FSSupportsUSNJournal        FSAttributes = 0x02000000
	FSSupportsIntegrityStreams  FSAttributes = 0x04000000
	FSSupportsBlockRefcounting  FSAttributes = 0x08000000
	FSSupportsSparseVDL         FSAttributes = 0x10000000
	FSSupportsPOSIXUnlinkRename FSAttributes = 0x00000400
)

// FSAttributeInfo is FileFsAttributeInformation (MS-FSCC 2.5.1).
type FSAttributeInfo struct {
	Attributes                 FSAttributes
	MaximumComponentNameLength int32 // characters
	FileSystemName             string
}

// Append appends the structure.
func (i *FSAttributeInfo) Append(dst []byte) []byte {
	dst = u32(dst, uint32(i.Attributes))
	dst = u32(dst, uint32(i.MaximumComponentNameLength))
	dst = u32(dst, uint32(UTF16Len(i.FileSystemName)))
	return AppendUTF16(dst, i.FileSystemName)
}

// Decode reads the structure.
func (i *FSAttributeInfo) Decode(b []byte) error {
	const name = "FileFsAttributeInformation"
	if err := need(name, b, 12); err != nil {
		return err
	}
	s, err := name32(name, b, 8, 12)
	if err != nil {
		return err
	}
	*i = FSAttributeInfo{FSAttributes(le.Uint32(b)), int32(le.Uint32(b[4:])), s}
	return nil
}

// FSControlInfo is FileFsControlInformation (MS-FSCC 2.5.2).
type FSControlInfo struct {
	FreeSpaceStartFiltering int64
	FreeSpaceThreshold      int64
	FreeSpaceStopFiltering  int64
	DefaultQuotaThreshold   uint64 // all ones: none
	DefaultQuotaLimit       uint64
	FileSystemControlFlags  uint32
}

// Append appends the 48 bytes.
func (i *FSControlInfo) Append(dst []byte) []byte {
	dst = u64(dst, uint64(i.FreeSpaceStartFiltering))
	dst = u64(dst, uint64(i.FreeSpaceThreshold))
	dst = u64(dst, uint64(i.FreeSpaceStopFiltering))
	dst = u64(dst, i.DefaultQuotaThreshold)
	dst = u64(dst, i.DefaultQuotaLimit)
	dst = u32(dst, i.FileSystemControlFlags)
	return u32(dst, 0)
}

// Decode reads the structure.
func (i *FSControlInfo) Decode(b []byte) error {
	if err := need("FileFsControlInformation", b, 44); err != nil {
		return err
	}
	*i = FSControlInfo{
		int64(le.Uint64(b)), int64(le.Uint64(b[8:])), int64(le.Uint64(b[16:])),
		le.Uint64(b[24:]), le.Uint64(b[32:]), le.Uint32(b[40:]),
	}
	return nil
}

// FSObjectIDInfo is FileFsObjectIdInformation (MS-FSCC 2.5.6).
type FSObjectIDInfo struct {
	ObjectID     [16]byte
	ExtendedInfo [48]byte
}

// Append appends the 64 bytes.
func (i *FSObjectIDInfo) Append(dst []byte) []byte {
	return append(append(dst, i.ObjectID[:]...), i.ExtendedInfo[:]...)
}

// Decode reads the structure.
func (i *FSObjectIDInfo) Decode(b []byte) error {
	if err := need("FileFsObjectIdInformation", b, 64); err != nil {
		return err
	}
	*i = FSObjectIDInfo{[16]byte(b[:16]), [48]byte(b[16:64])}
	return nil
}

// The Flags of FSSectorSizeInfo.
const (
	SectorAlignedDevice    uint32 = 0x00000001
	SectorPartitionAligned uint32 = 0x00000002
	SectorNoSeekPenalty    uint32 = 0x00000004
	SectorTrimEnabled      uint32 = 0x00000008
	SectorOffsetUnknown    uint32 = 0xFFFFFFFF
)

// FSSectorSizeInfo is FileFsSectorSizeInformation (MS-FSCC 2.5.7).
type FSSectorSizeInfo struct {
	LogicalBytesPerSector                uint32
	PhysicalBytesPerSectorForAtomicity   uint32
	PhysicalBytesPerSectorForPerformance uint32
	EffectivePhysicalBytesPerSector      uint32 // FileSystemEffectivePhysicalBytesPerSectorForAtomicity
	Flags                                uint32
	ByteOffsetForSectorAlignment         uint32
	ByteOffsetForPartitionAlignment      uint32
}

// Append appends the 28 bytes.
func (i *FSSectorSizeInfo) Append(dst []byte) []byte {
	dst = u32(dst, i.LogicalBytesPerSector)
	dst = u32(dst, i.PhysicalBytesPerSectorForAtomicity)
	dst = u32(dst, i.PhysicalBytesPerSectorForPerformance)
	dst = u32(dst, i.EffectivePhysicalBytesPerSector)
	dst = u32(dst, i.Flags)
	dst = u32(dst, i.ByteOffsetForSectorAlignment)
	return u32(dst, i.ByteOffsetForPartitionAlignment)
}

// Decode reads the structure.
func (i *FSSectorSizeInfo) Decode(b []byte) error {
	if err := need("FileFsSectorSizeInformation", b, 28); err != nil {
		return err
	}
	*i = FSSectorSizeInfo{
		le.Uint32(b), le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:]),
		le.Uint32(b[16:]), le.Uint32(b[20:]), le.Uint32(b[24:]),
	}
	return nil
}
