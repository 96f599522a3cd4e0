package smb2

// InfoType of QUERY_INFO and SET_INFO (MS-SMB2 2.2.37).
type InfoType uint8

// The info types.
const (
	InfoFile       InfoType = 0x01
	InfoFileSystem InfoType = 0x02
	InfoSecurity   InfoType = 0x03
	InfoQuota      InfoType = 0x04
)

// SecurityInformation is the AdditionalInformation of a security query or set.
type SecurityInformation uint32

// The parts of a security descriptor (MS-SMB2 2.2.37).
const (
	OwnerSecurityInformation     SecurityInformation = 0x00000001
	GroupSecurityInformation     SecurityInformation = 0x00000002
	DACLSecurityInformation      SecurityInformation = 0x00000004
	SACLSecurityInformation      SecurityInformation = 0x00000008
	LabelSecurityInformation     SecurityInformation = 0x00000010
	AttributeSecurityInformation SecurityInformation = 0x00000020
	ScopeSecurityInformation     SecurityInformation = 0x00000040
	BackupSecurityInformation    SecurityInformation = 0x00010000
)

// The Flags of a QUERY_INFO for FileFullEaInformation.
const (
	QueryRestartScan       uint32 = 0x00000001
	QueryReturnSingleEntry uint32 = 0x00000002
	QueryIndexSpecified    uint32 = 0x00000004
)

// QueryInfoRequest is the SMB2 QUERY_INFO Request (MS-SMB2 2.2.37). Class is an
// fscc.FileInfoClass or fscc.FSInfoClass by Type.
type QueryInfoRequest struct {
	Type               InfoType
	Class              uint8
	OutputBufferLength uint32
	Input              []byte // an EA list or a quota query
	Additional         SecurityInformation
	Flags              uint32
	FileID             FileID
}

// Append appends the body.
func (r *QueryInfoRequest) Append(dst []byte) []byte {
	dst = u16(dst, 41)
	dst = append(dst, byte(r.Type), r.Class)
	dst = u32(dst, r.OutputBufferLength)
	if len(r.Input) > 0 {
		dst = u16(dst, HeaderSize+40)
	} else {
		dst = u16(dst, 0)
	}
	dst = u16(dst, 0)
	dst = u32(dst, uint32(len(r.Input)))
	dst = u32(dst, uint32(r.Additional))
	dst = u32(dst, r.Flags)
	dst = r.FileID.append(dst)
	if len(r.Input) == 0 {
		return append(dst, 0)
	}
	return append(dst, r.Input...)
}

// Decode reads the request.
func (r *QueryInfoRequest) Decode(msg []byte) error {
	const name = "SMB2 QUERY_INFO Request"
	b, err := body(name, msg, 41, 40)
	if err != nil {
		return err
	}
	*r = QueryInfoRequest{
		Type:               InfoType(b[2]),
		Class:              b[3],
		OutputBufferLength: le.Uint32(b[4:]),
		Additional:         SecurityInformation(le.Uint32(b[16:])),
		Flags:              le.Uint32(b[20:]),
		FileID:             fileIDAt(b[24:]),
	}
	r.Input, err = field(name, "InputBuffer", msg, uint32(le.Uint16(b[8:])), le.Uint32(b[12:]), HeaderSize+40)
	return err
}

// QueryInfoResponse is the SMB2 QUERY_INFO Response (MS-SMB2 2.2.38).
type QueryInfoResponse struct{ Output []byte }

// Append appends the body.
func (r *QueryInfoResponse) Append(dst []byte) []byte { return appendOutput(dst, r.Output) }

// Decode reads the response.
func (r *QueryInfoResponse) Decode(msg []byte) (err error) {
	r.Output, err = decodeOutput("SMB2 QUERY_INFO Response", msg)
	return err
}
