package fscc

import "fmt"

// FSCTL is a file system control code (MS-FSCC 2.3, MS-SMB2 2.2.31).
type FSCTL uint32

// The control codes that reach an SMB2 server. The structures of those that
// MS-SMB2 defines are in package smb2.
const (
	FsctlDfsGetReferrals            FSCTL = 0x00060194
	FsctlDfsGetReferralsEx          FSCTL = 0x000601B0
	FsctlRequestOplockLevel1        FSCTL = 0x00090000
	FsctlRequestOplockLevel2        FSCTL = 0x00090004
	FsctlRequestBatchOplock         FSCTL = 0x00090008
	FsctlOplockBreakAcknowledge     FSCTL = 0x0009000C
	FsctlOpBatchAckClosePending     FSCTL = 0x00090010
	FsctlOplockBreakNotify          FSCTL = 0x00090014
	FsctlLockVolume                 FSCTL = 0x00090018
	FsctlUnlockVolume               FSCTL = 0x0009001C
	FsctlDismountVolume             FSCTL = 0x00090020
	FsctlIsVolumeMounted            FSCTL = 0x00090028
	FsctlIsPathnameValid            FSCTL = 0x0009002C
	FsctlGetCompression             FSCTL = 0x0009003C
	FsctlSetCompression             FSCTL = 0x0009C040
	FsctlMarkHandle                 FSCTL = 0x000900FC
	FsctlFilesystemGetStatistics    FSCTL = 0x00090060
	FsctlGetNtfsVolumeData          FSCTL = 0x00090064
	FsctlGetVolumeBitmap            FSCTL = 0x0009006F
	FsctlGetRetrievalPointers       FSCTL = 0x00090073
	FsctlMoveFile                   FSCTL = 0x00090074
	FsctlIsVolumeDirty              FSCTL = 0x00090078
	FsctlAllowExtendedDasdIO        FSCTL = 0x00090083
	FsctlFindFilesBySID             FSCTL = 0x0009008F
	FsctlSetObjectID                FSCTL = 0x00090098
	FsctlGetObjectID                FSCTL = 0x0009009C
	FsctlDeleteObjectID             FSCTL = 0x000900A0
	FsctlSetReparsePoint            FSCTL = 0x000900A4
	FsctlGetReparsePoint            FSCTL = 0x000900A8
	FsctlDeleteReparsePoint         FSCTL = 0x000900AC
	FsctlSetObjectIDExtended        FSCTL = 0x000900BC
	FsctlCreateOrGetObjectID        FSCTL = 0x000900C0
	FsctlSetSparse                  FSCTL = 0x000900C4
	FsctlSetZeroData                FSCTL = 0x000980C8
	FsctlQueryAllocatedRanges       FSCTL = 0x000940CF
	FsctlReadFileUSNData            FSCTL = 0x000900EB
	FsctlWriteUSNCloseRecord        FSCTL = 0x000900EF
	FsctlRecallFile                 FSCTL = 0x00090117
	FsctlQuerySparingInfo           FSCTL = 0x00090138
	FsctlSetZeroOnDealloc           FSCTL = 0x00090194
	FsctlSetDefectManagement        FSCTL = 0x00098134
	FsctlFileLevelTrim              FSCTL = 0x00098208
	FsctlOffloadRead                FSCTL = 0x00094264
	FsctlOffloadWrite               FSCTL = 0x00098268
	FsctlGetIntegrityInformation    FSCTL = 0x0009027C
	FsctlSetIntegrityInformation    FSCTL = 0x0009C280
	FsctlQueryFileRegions           FSCTL = 0x00090284
	FsctlDuplicateExtentsToFile     FSCTL = 0x00098344
	FsctlDuplicateExtentsToFileEx   FSCTL = 0x000983E8
	FsctlRefsStreamSnapshot         FSCTL = 0x00090440
	FsctlPipePeek                   FSCTL = 0x0011400C
	FsctlPipeWait                   FSCTL = 0x00110018
	FsctlPipeTransceive             FSCTL = 0x0011C017
	FsctlSrvRequestResumeKey        FSCTL = 0x00140078
	FsctlSrvEnumerateSnapshots      FSCTL = 0x00144064
	FsctlSrvCopyChunk               FSCTL = 0x001440F2
	FsctlSrvCopyChunkWrite          FSCTL = 0x001480F2
	FsctlSrvReadHash                FSCTL = 0x001441BB
	FsctlLMRRequestResiliency       FSCTL = 0x001401D4
	FsctlLMRSetLinkTrackingInfo     FSCTL = 0x001400EC
	FsctlQueryNetworkInterfaceInfo  FSCTL = 0x001401FC
	FsctlValidateNegotiateInfo      FSCTL = 0x00140204
	FsctlSvhdxSyncTunnelRequest     FSCTL = 0x00090304
	FsctlSvhdxAsyncTunnelRequest    FSCTL = 0x00090364
	FsctlQuerySharedVirtualDiskSupp FSCTL = 0x00090300
)

var fsctlNames = map[FSCTL]string{
	FsctlDfsGetReferrals:           "FSCTL_DFS_GET_REFERRALS",
	FsctlDfsGetReferralsEx:         "FSCTL_DFS_GET_REFERRALS_EX",
	FsctlGetCompression:            "FSCTL_GET_COMPRESSION",
	FsctlSetCompression:            "FSCTL_SET_COMPRESSION",
	FsctlFilesystemGetStatistics:   "FSCTL_FILESYSTEM_GET_STATISTICS",
	FsctlGetNtfsVolumeData:         "FSCTL_GET_NTFS_VOLUME_DATA",
	FsctlIsPathnameValid:           "FSCTL_IS_PATHNAME_VALID",
	FsctlSetObjectID:               "FSCTL_SET_OBJECT_ID",
	FsctlGetObjectID:               "FSCTL_GET_OBJECT_ID",
	FsctlDeleteObjectID:            "FSCTL_DELETE_OBJECT_ID",
	FsctlSetObjectIDExtended:       "FSCTL_SET_OBJECT_ID_EXTENDED",
	FsctlCreateOrGetObjectID:       "FSCTL_CREATE_OR_GET_OBJECT_ID",
	FsctlSetReparsePoint:           "FSCTL_SET_REPARSE_POINT",
	FsctlGetReparsePoint:           "FSCTL_GET_REPARSE_POINT",
	FsctlDeleteReparsePoint:        "FSCTL_DELETE_REPARSE_POINT",
	FsctlSetSparse:                 "FSCTL_SET_SPARSE",
	FsctlSetZeroData:               "FSCTL_SET_ZERO_DATA",
	FsctlQueryAllocatedRanges:      "FSCTL_QUERY_ALLOCATED_RANGES",
	FsctlFileLevelTrim:             "FSCTL_FILE_LEVEL_TRIM",
	FsctlOffloadRead:               "FSCTL_OFFLOAD_READ",
	FsctlOffloadWrite:              "FSCTL_OFFLOAD_WRITE",
	FsctlGetIntegrityInformation:   "FSCTL_GET_INTEGRITY_INFORMATION",
	FsctlSetIntegrityInformation:   "FSCTL_SET_INTEGRITY_INFORMATION",
	FsctlQueryFileRegions:          "FSCTL_QUERY_FILE_REGIONS",
	FsctlDuplicateExtentsToFile:    "FSCTL_DUPLICATE_EXTENTS_TO_FILE",
	FsctlDuplicateExtentsToFileEx:  "FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX",
	FsctlPipePeek:                  "FSCTL_PIPE_PEEK",
	FsctlPipeWait:                  "FSCTL_PIPE_WAIT",
	FsctlPipeTransceive:            "FSCTL_PIPE_TRANSCEIVE",
	FsctlSrvRequestResumeKey:       "FSCTL_SRV_REQUEST_RESUME_KEY",
	FsctlSrvEnumerateSnapshots:     "FSCTL_SRV_ENUMERATE_SNAPSHOTS",
	FsctlSrvCopyChunk:              "FSCTL_SRV_COPYCHUNK",
	FsctlSrvCopyChunkWrite:         "FSCTL_SRV_COPYCHUNK_WRITE",
	FsctlSrvReadHash:               "FSCTL_SRV_READ_HASH",
	FsctlLMRRequestResiliency:      "FSCTL_LMR_REQUEST_RESILIENCY",
	FsctlLMRSetLinkTrackingInfo:    "FSCTL_LMR_SET_LINK_TRACKING_INFORMATION",
	FsctlQueryNetworkInterfaceInfo: "FSCTL_QUERY_NETWORK_INTERFACE_INFO",
	FsctlValidateNegotiateInfo:     "FSCTL_VALIDATE_NEGOTIATE_INFO",
}

// String gives the specification's name, or the code in hexadecimal.
func (c FSCTL) String() string {
	if n, ok := fsctlNames[c]; ok {
		return n
	}
	return fmt.Sprintf("FSCTL_0x%08X", uint32(c))
}

// FileRange is FILE_ALLOCATED_RANGE_BUFFER, input and output of
// FSCTL_QUERY_ALLOCATED_RANGES (MS-FSCC 2.3.52, 2.3.53).
type FileRange struct {
	Offset int64
	Length int64
}

// Append appends the 16 bytes.
func (r *FileRange) Append(dst []byte) []byte {
	return u64(u64(dst, uint64(r.Offset)), uint64(r.Length))
}

// Decode reads one range.
func (r *FileRange) Decode(b []byte) error {
	if err := need("FILE_ALLOCATED_RANGE_BUFFER", b, 16); err != nil {
		return err
	}
	*r = FileRange{int64(le.Uint64(b)), int64(le.Uint64(b[8:]))}
	return nil
}

// DecodeFileRanges reads the output, whole ranges only.
func DecodeFileRanges(b []byte) ([]FileRange, error) {
	if len(b)%16 != 0 {
		return nil, &DecodeError{"FILE_ALLOCATED_RANGE_BUFFER", "", fmt.Sprintf("%d bytes are not whole ranges", len(b))}
	}
	l := make([]FileRange, len(b)/16)
	for i := range l {
		if err := l[i].Decode(b[16*i:]); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// ZeroData is FILE_ZERO_DATA_INFORMATION, the input of FSCTL_SET_ZERO_DATA
// (MS-FSCC 2.3.71). The server refuses negative and reversed offsets.
type ZeroData struct {
	FileOffset      int64
	BeyondFinalZero int64
}

// Append appends the 16 bytes.
func (z *ZeroData) Append(dst []byte) []byte {
	return u64(u64(dst, uint64(z.FileOffset)), uint64(z.BeyondFinalZero))
}

// Decode reads the structure.
func (z *ZeroData) Decode(b []byte) error {
	if err := need("FILE_ZERO_DATA_INFORMATION", b, 16); err != nil {
		return err
	}
	*z = ZeroData{int64(le.Uint64(b)), int64(le.Uint64(b[8:]))}
	return nil
}

// DecodeSetSparse reads the input of FSCTL_SET_SPARSE: nothing means true
// (MS-FSCC 2.3.69).
func DecodeSetSparse(b []byte) bool { return len(b) == 0 || b[0] != 0 }

// The compression formats of FSCTL_GET_COMPRESSION and FSCTL_SET_COMPRESSION,
// a 16-bit number (MS-FSCC 2.3.20, 2.3.67).
const (
	CompressionFormatNone    uint16 = 0x0000
	CompressionFormatDefault uint16 = 0x0001
	CompressionFormatLZNT1   uint16 = 0x0002
)

// AppendCompression appends the format.
func AppendCompression(dst []byte, format uint16) []byte { return u16(dst, format) }

// DecodeCompression reads the format.
func DecodeCompression(b []byte) (format uint16, err error) {
	if err := need("FSCTL_SET_COMPRESSION Request", b, 2); err != nil {
		return 0, err
	}
	return le.Uint16(b), nil
}

// DuplicateExtents is SMB2_DUPLICATE_EXTENTS_DATA, the input of
// FSCTL_DUPLICATE_EXTENTS_TO_FILE (MS-FSCC 2.3.9.2).
type DuplicateExtents struct {
	SourcePersistent uint64
	SourceVolatile   uint64
	SourceOffset     int64
	TargetOffset     int64
	ByteCount        int64
}

// Append appends the 40 bytes.
func (d *DuplicateExtents) Append(dst []byte) []byte {
	dst = u64(dst, d.SourcePersistent)
	dst = u64(dst, d.SourceVolatile)
	dst = u64(dst, uint64(d.SourceOffset))
	dst = u64(dst, uint64(d.TargetOffset))
	return u64(dst, uint64(d.ByteCount))
}

// Decode reads the structure.
func (d *DuplicateExtents) Decode(b []byte) error {
	if err := need("SMB2_DUPLICATE_EXTENTS_DATA", b, 40); err != nil {
		return err
	}
	*d = DuplicateExtents{le.Uint64(b), le.Uint64(b[8:]), int64(le.Uint64(b[16:])), int64(le.Uint64(b[24:])), int64(le.Uint64(b[32:]))}
	return nil
}

// PipeWait is the input of FSCTL_PIPE_WAIT (MS-FSCC 2.3.49).
type PipeWait struct {
	Timeout          int64 // 100 ns
	TimeoutSpecified bool
	Name             string
}

// Append appends the structure.
func (p *PipeWait) Append(dst []byte) []byte {
	dst = u64(dst, uint64(p.Timeout))
	dst = u32(dst, uint32(UTF16Len(p.Name)))
	dst = append(dst, flag(p.TimeoutSpecified), 0)
	return AppendUTF16(dst, p.Name)
}

// Decode reads the structure.
func (p *PipeWait) Decode(b []byte) error {
	const name = "FSCTL_PIPE_WAIT Request"
	if err := need(name, b, 14); err != nil {
		return err
	}
	s, err := name32(name, b, 8, 14)
	if err != nil {
		return err
	}
	*p = PipeWait{int64(le.Uint64(b)), b[12] != 0, s}
	return nil
}

// PipePeek is the output of FSCTL_PIPE_PEEK (MS-FSCC 2.3.48).
type PipePeek struct {
	NamedPipeState    uint32
	ReadDataAvailable uint32
	NumberOfMessages  uint32
	MessageLength     uint32
	Data              []byte
}

// Append appends the structure.
func (p *PipePeek) Append(dst []byte) []byte {
	dst = u32(dst, p.NamedPipeState)
	dst = u32(dst, p.ReadDataAvailable)
	dst = u32(dst, p.NumberOfMessages)
	dst = u32(dst, p.MessageLength)
	return append(dst, p.Data...)
}

// Decode reads the structure.
func (p *PipePeek) Decode(b []byte) error {
	if err := need("FSCTL_PIPE_PEEK Reply", b, 16); err != nil {
		return err
	}
	*p = PipePeek{le.Uint32(b), le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:]), b[16:]}
	return nil
}

// ObjectID is FILE_OBJECTID_BUFFER of type 1 (MS-FSCC 2.1.3.1).
type ObjectID struct {
	ObjectID      [16]byte
	BirthVolumeID [16]byte
	BirthObjectID [16]byte
	DomainID      [16]byte
}

// Append appends the 64 bytes.
func (o *ObjectID) Append(dst []byte) []byte {
	dst = append(dst, o.ObjectID[:]...)
	dst = append(dst, o.BirthVolumeID[:]...)
	dst = append(dst, o.BirthObjectID[:]...)
	return append(dst, o.DomainID[:]...)
}

// Decode reads the structure.
func (o *ObjectID) Decode(b []byte) error {
	if err := need("FILE_OBJECTID_BUFFER", b, 64); err != nil {
		return err
	}
	*o = ObjectID{[16]byte(b[:16]), [16]byte(b[16:32]), [16]byte(b[32:48]), [16]byte(b[48:64])}
	return nil
}

// IntegrityInformation is the output of FSCTL_GET_INTEGRITY_INFORMATION and,
// its first 8 bytes, the input of FSCTL_SET_INTEGRITY_INFORMATION (MS-FSCC
// 2.3.24, 2.3.73).
type IntegrityInformation struct {
	ChecksumAlgorithm        uint16
	Flags                    uint32
	ChecksumChunkSizeInBytes uint32
	ClusterSizeInBytes       uint32
}

// Append appends the 16 bytes of the output.
func (i *IntegrityInformation) Append(dst []byte) []byte {
	dst = u16(dst, i.ChecksumAlgorithm)
	dst = u16(dst, 0)
	dst = u32(dst, i.Flags)
	dst = u32(dst, i.ChecksumChunkSizeInBytes)
	return u32(dst, i.ClusterSizeInBytes)
}

// Decode reads the output, or the input, which leaves the sizes 0.
func (i *IntegrityInformation) Decode(b []byte) error {
	if err := need("FSCTL_SET_INTEGRITY_INFORMATION", b, 8); err != nil {
		return err
	}
	*i = IntegrityInformation{ChecksumAlgorithm: le.Uint16(b), Flags: le.Uint32(b[4:])}
	if len(b) >= 16 {
		i.ChecksumChunkSizeInBytes, i.ClusterSizeInBytes = le.Uint32(b[8:]), le.Uint32(b[12:])
	}
	return nil
}

// TrimRange is one FILE_LEVEL_TRIM_RANGE.
type TrimRange struct{ Offset, Length uint64 }

// DecodeFileLevelTrim reads the input of FSCTL_FILE_LEVEL_TRIM (MS-FSCC 2.3.13).
func DecodeFileLevelTrim(b []byte) ([]TrimRange, error) {
	const name = "FILE_LEVEL_TRIM"
	if err := need(name, b, 8); err != nil {
		return nil, err
	}
	n := uint64(le.Uint32(b[4:]))
	raw, err := slice(name, "Ranges", b, 8, n*16)
	if err != nil {
		return nil, err
	}
	l := make([]TrimRange, n)
	for i := range l {
		l[i] = TrimRange{le.Uint64(raw[16*i:]), le.Uint64(raw[16*i+8:])}
	}
	return l, nil
}

// AppendFileLevelTrim appends the input of FSCTL_FILE_LEVEL_TRIM.
func AppendFileLevelTrim(dst []byte, ranges []TrimRange) []byte {
	dst = u32(u32(dst, 0), uint32(len(ranges)))
	for _, r := range ranges {
		dst = u64(u64(dst, r.Offset), r.Length)
	}
	return dst
}
