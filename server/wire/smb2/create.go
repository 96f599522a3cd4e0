package smb2

import "crosswire/server/wire/fscc"

// OplockLevel is an oplock, or the mark that a lease is asked for or granted
// (MS-SMB2 2.2.13).
type OplockLevel uint8

// The oplock levels.
const (
	OplockNone      OplockLevel = 0x00
	OplockII        OplockLevel = 0x01
	OplockExclusive OplockLevel = 0x08
	OplockBatch     OplockLevel = 0x09
	OplockLease     OplockLevel = 0xFF
)

// String gives "none", "II", "exclusive", "batch" or "lease".
func (l OplockLevel) String() string {
	for _, n := range oplockNames {
		if n.level == l {
			return n.name
		}
	}
	return "invalid"
}

// ParseOplockLevel is the inverse of String; it also takes "level2" and "2".
func ParseOplockLevel(s string) (l OplockLevel, ok bool) {
	for _, n := range oplockNames {
		if n.name == s {
			return n.level, true
		}
	}
	if s == "level2" || s == "2" || s == "ii" {
		return OplockII, true
	}
	return 0, false
}

var oplockNames = [...]struct {
	name  string
	level OplockLevel
}{{"none", OplockNone}, {"II", OplockII}, {"exclusive", OplockExclusive}, {"batch", OplockBatch}, {"lease", OplockLease}}

// ImpersonationLevel of a CREATE (MS-SMB2 2.2.13).
type ImpersonationLevel uint32

// The impersonation levels; a higher value is STATUS_BAD_IMPERSONATION_LEVEL.
const (
	ImpersonationAnonymous      ImpersonationLevel = 0
	ImpersonationIdentification ImpersonationLevel = 1
	ImpersonationImpersonation  ImpersonationLevel = 2
	ImpersonationDelegate       ImpersonationLevel = 3
)

// ShareAccess is what others may do while an open lives (MS-SMB2 2.2.13).
type ShareAccess uint32

// The share access bits.
const (
	ShareRead   ShareAccess = 0x1
	ShareWrite  ShareAccess = 0x2
	ShareDelete ShareAccess = 0x4
)

// CreateDisposition says what to do if the file exists or not (MS-SMB2 2.2.13).
type CreateDisposition uint32

// The dispositions. The names are the specification's FILE_SUPERSEDE and so on.
const (
	FileSupersede   CreateDisposition = 0
	FileOpen        CreateDisposition = 1
	FileCreate      CreateDisposition = 2
	FileOpenIf      CreateDisposition = 3
	FileOverwrite   CreateDisposition = 4
	FileOverwriteIf CreateDisposition = 5
)

// CreateOptions of a CREATE (MS-SMB2 2.2.13).
type CreateOptions uint32

// The create options.
const (
	FileDirectoryFile           CreateOptions = 0x00000001
	FileWriteThrough            CreateOptions = 0x00000002
	FileSequentialOnly          CreateOptions = 0x00000004
	FileNoIntermediateBuffering CreateOptions = 0x00000008
	FileSynchronousIOAlert      CreateOptions = 0x00000010
	FileSynchronousIONonalert   CreateOptions = 0x00000020
	FileNonDirectoryFile        CreateOptions = 0x00000040
	FileCreateTreeConnection    CreateOptions = 0x00000080
	FileCompleteIfOplocked      CreateOptions = 0x00000100
	FileNoEAKnowledge           CreateOptions = 0x00000200
	FileOpenRemoteInstance      CreateOptions = 0x00000400
	FileRandomAccess            CreateOptions = 0x00000800
	FileDeleteOnClose           CreateOptions = 0x00001000
	FileOpenByFileID            CreateOptions = 0x00002000
	FileOpenForBackupIntent     CreateOptions = 0x00004000
	FileNoCompression           CreateOptions = 0x00008000
	FileOpenRequiringOplock     CreateOptions = 0x00010000
	FileDisallowExclusive       CreateOptions = 0x00020000
	FileReserveOpfilter         CreateOptions = 0x00100000
	FileOpenReparsePoint        CreateOptions = 0x00200000
	FileOpenNoRecall            CreateOptions = 0x00400000
	FileOpenForFreeSpaceQuery   CreateOptions = 0x00800000
)

// CreateAction is what a CREATE did (MS-SMB2 2.2.14).
type CreateAction uint32

// The create actions.
const (
	FileSuperseded  CreateAction = 0
	FileOpened      CreateAction = 1
	FileCreated     CreateAction = 2
	FileOverwritten CreateAction = 3
)

// CreateRequest is the SMB2 CREATE Request (MS-SMB2 2.2.13).
type CreateRequest struct {
	OplockLevel        OplockLevel
	ImpersonationLevel ImpersonationLevel
	SmbCreateFlags     uint64 // reserved; servers ignore it
	DesiredAccess      uint32 // an access mask, see secdesc
	FileAttributes     fscc.FileAttributes
	ShareAccess        ShareAccess
	Disposition        CreateDisposition
	Options            CreateOptions
	Name               string // relative to the share, '\' between components
	Contexts           CreateContexts
}

// Append appends the body. An empty name is sent with one byte of buffer, as
// the specification asks for.
func (r *CreateRequest) Append(dst []byte) []byte {
	start := len(dst)
	dst = u16(dst, 57)
	dst = append(dst, 0, byte(r.OplockLevel))
	dst = u32(dst, uint32(r.ImpersonationLevel))
	dst = u64(dst, r.SmbCreateFlags)
	dst = u64(dst, 0)
	dst = u32(dst, r.DesiredAccess)
	dst = u32(dst, uint32(r.FileAttributes))
	dst = u32(dst, uint32(r.ShareAccess))
	dst = u32(dst, uint32(r.Disposition))
	dst = u32(dst, uint32(r.Options))
	dst = u16(dst, HeaderSize+56)
	dst = u16(dst, uint16(fscc.UTF16Len(r.Name)))
	dst = u64(dst, 0)
	dst = fscc.AppendUTF16(dst, r.Name)
	if len(r.Contexts) > 0 {
		dst = align8(dst, start)
		begin := len(dst)
		le.PutUint32(dst[start+48:], uint32(at(dst, start)))
		dst = r.Contexts.Append(dst)
		le.PutUint32(dst[start+52:], uint32(len(dst)-begin))
	} else if r.Name == "" {
		dst = append(dst, 0)
	}
	return dst
}

// Decode reads the request.
func (r *CreateRequest) Decode(msg []byte) error {
	const name = "SMB2 CREATE Request"
	b, err := body(name, msg, 57, 56)
	if err != nil {
		return err
	}
	*r = CreateRequest{
		OplockLevel:        OplockLevel(b[3]),
		ImpersonationLevel: ImpersonationLevel(le.Uint32(b[4:])),
		SmbCreateFlags:     le.Uint64(b[8:]),
		DesiredAccess:      le.Uint32(b[24:]),
		FileAttributes:     fscc.FileAttributes(le.Uint32(b[28:])),
		ShareAccess:        ShareAccess(le.Uint32(b[32:])),
		Disposition:        CreateDisposition(le.Uint32(b[36:])),
		Options:            CreateOptions(le.Uint32(b[40:])),
	}
	r.Name, err = text(name, "Name", msg, uint32(le.Uint16(b[44:])), uint32(le.Uint16(b[46:])), HeaderSize+56)
	if err != nil {
		return err
	}
	r.Contexts, err = decodeCreateContexts(name, msg, le.Uint32(b[48:]), le.Uint32(b[52:]), HeaderSize+56)
	return err
}

// CreateResponse is the SMB2 CREATE Response (MS-SMB2 2.2.14).
type CreateResponse struct {
	OplockLevel    OplockLevel
	Flags          uint8 // CreateFlagReparsePoint, 3.x
	Action         CreateAction
	CreationTime   fscc.Filetime
	LastAccessTime fscc.Filetime
	LastWriteTime  fscc.Filetime
	ChangeTime     fscc.Filetime
	AllocationSize uint64
	EndOfFile      uint64
	FileAttributes fscc.FileAttributes
	FileID         FileID
	Contexts       CreateContexts
}

// CreateFlagReparsePoint says that the last component is a reparse point.
const CreateFlagReparsePoint uint8 = 0x01

// Append appends the body.
func (r *CreateResponse) Append(dst []byte) []byte {
	start := len(dst)
	dst = u16(dst, 89)
	dst = append(dst, byte(r.OplockLevel), r.Flags)
	dst = u32(dst, uint32(r.Action))
	dst = u64(dst, uint64(r.CreationTime))
	dst = u64(dst, uint64(r.LastAccessTime))
	dst = u64(dst, uint64(r.LastWriteTime))
	dst = u64(dst, uint64(r.ChangeTime))
	dst = u64(dst, r.AllocationSize)
	dst = u64(dst, r.EndOfFile)
	dst = u32(dst, uint32(r.FileAttributes))
	dst = u32(dst, 0)
	dst = r.FileID.append(dst)
	dst = u64(dst, 0)
	if len(r.Contexts) > 0 {
		begin := len(dst)
		le.PutUint32(dst[start+80:], uint32(at(dst, start)))
		dst = r.Contexts.Append(dst)
		le.PutUint32(dst[start+84:], uint32(len(dst)-begin))
	}
	return dst
}

// Decode reads the response.
func (r *CreateResponse) Decode(msg []byte) error {
	const name = "SMB2 CREATE Response"
	b, err := body(name, msg, 89, 88)
	if err != nil {
		return err
	}
	*r = CreateResponse{
		OplockLevel:    OplockLevel(b[2]),
		Flags:          b[3],
		Action:         CreateAction(le.Uint32(b[4:])),
		CreationTime:   fscc.Filetime(le.Uint64(b[8:])),
		LastAccessTime: fscc.Filetime(le.Uint64(b[16:])),
		LastWriteTime:  fscc.Filetime(le.Uint64(b[24:])),
		ChangeTime:     fscc.Filetime(le.Uint64(b[32:])),
		AllocationSize: le.Uint64(b[40:]),
		EndOfFile:      le.Uint64(b[48:]),
		FileAttributes: fscc.FileAttributes(le.Uint32(b[56:])),
		FileID:         fileIDAt(b[64:]),
	}
	r.Contexts, err = decodeCreateContexts(name, msg, le.Uint32(b[80:]), le.Uint32(b[84:]), HeaderSize+88)
	return err
}
