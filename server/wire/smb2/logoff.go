package smb2

// LogoffRequest is the SMB2 LOGOFF Request (MS-SMB2 2.2.7).
type LogoffRequest struct{}

// Append appends the body.
func (*LogoffRequest) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*LogoffRequest) Decode(msg []byte) error { return empty{}.decode("SMB2 LOGOFF Request", msg) }

// LogoffResponse is the SMB2 LOGOFF Response (MS-SMB2 2.2.8).
type LogoffResponse struct{}

// Append appends the body.
func (*LogoffResponse) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*LogoffResponse) Decode(msg []byte) error { return empty{}.decode("SMB2 LOGOFF Response", msg) }
