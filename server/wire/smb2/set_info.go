package smb2

// SetInfoRequest is the SMB2 SET_INFO Request (MS-SMB2 2.2.39).
type SetInfoRequest struct {
	Type       InfoType
	Class      uint8
	Additional SecurityInformation
	FileID     FileID
	Buffer     []byte
}

// Append appends the body.
func (r *SetInfoRequest) Append(dst []byte) []byte {
	dst = u16(dst, 33)
	dst = append(dst, byte(r.Type), r.Class)
	dst = u32(dst, uint32(len(r.Buffer)))
	dst = u16(dst, HeaderSize+32)
	dst = u16(dst, 0)
	dst = u32(dst, uint32(r.Additional))
	dst = r.FileID.append(dst)
	if len(r.Buffer) == 0 {
		return append(dst, 0)
	}
	return append(dst, r.Buffer...)
}

// Decode reads the request.
func (r *SetInfoRequest) Decode(msg []byte) error {
	const name = "SMB2 SET_INFO Request"
	b, err := body(name, msg, 33, 32)
	if err != nil {
		return err
	}
	*r = SetInfoRequest{
		Type:       InfoType(b[2]),
		Class:      b[3],
		Additional: SecurityInformation(le.Uint32(b[12:])),
		FileID:     fileIDAt(b[16:]),
	}
	r.Buffer, err = field(name, "Buffer", msg, uint32(le.Uint16(b[8:])), le.Uint32(b[4:]), HeaderSize+32)
	return err
}

// SetInfoResponse is the SMB2 SET_INFO Response (MS-SMB2 2.2.40): two bytes.
type SetInfoResponse struct{}

// Append appends the body.
func (*SetInfoResponse) Append(dst []byte) []byte { return u16(dst, 2) }

// Decode checks the body.
func (*SetInfoResponse) Decode(msg []byte) error {
	_, err := body("SMB2 SET_INFO Response", msg, 2, 2)
	return err
}
