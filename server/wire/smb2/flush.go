package smb2

// FlushRequest is the SMB2 FLUSH Request (MS-SMB2 2.2.17).
type FlushRequest struct{ FileID FileID }

// Append appends the body.
func (r *FlushRequest) Append(dst []byte) []byte {
	return r.FileID.append(zeros(u16(dst, 24), 6))
}

// Decode reads the request.
func (r *FlushRequest) Decode(msg []byte) error {
	b, err := body("SMB2 FLUSH Request", msg, 24, 24)
	if err != nil {
		return err
	}
	r.FileID = fileIDAt(b[8:])
	return nil
}

// FlushResponse is the SMB2 FLUSH Response (MS-SMB2 2.2.18).
type FlushResponse struct{}

// Append appends the body.
func (*FlushResponse) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*FlushResponse) Decode(msg []byte) error { return empty{}.decode("SMB2 FLUSH Response", msg) }
