package smb2

// CancelRequest is the SMB2 CANCEL Request (MS-SMB2 2.2.30); it has no response.
type CancelRequest struct{}

// Append appends the body.
func (*CancelRequest) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*CancelRequest) Decode(msg []byte) error { return empty{}.decode("SMB2 CANCEL Request", msg) }
