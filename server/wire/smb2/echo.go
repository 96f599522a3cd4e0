package smb2

// EchoRequest is the SMB2 ECHO Request (MS-SMB2 2.2.28).
type EchoRequest struct{}

// Append appends the body.
func (*EchoRequest) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*EchoRequest) Decode(msg []byte) error { return empty{}.decode("SMB2 ECHO Request", msg) }

// EchoResponse is the SMB2 ECHO Response (MS-SMB2 2.2.29).
type EchoResponse struct{}

// Append appends the body.
func (*EchoResponse) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*EchoResponse) Decode(msg []byte) error { return empty{}.decode("SMB2 ECHO Response", msg) }
