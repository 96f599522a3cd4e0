package smb2

// TreeDisconnectRequest is the SMB2 TREE_DISCONNECT Request (MS-SMB2 2.2.11).
type TreeDisconnectRequest struct{}

// Append appends the body.
func (*TreeDisconnectRequest) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*TreeDisconnectRequest) Decode(msg []byte) error {
	return empty{}.decode("SMB2 TREE_DISCONNECT Request", msg)
}

// TreeDisconnectResponse is the SMB2 TREE_DISCONNECT Response (MS-SMB2 2.2.12).
type TreeDisconnectResponse struct{}

// Append appends the body.
func (*TreeDisconnectResponse) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*TreeDisconnectResponse) Decode(msg []byte) error {
	return empty{}.decode("SMB2 TREE_DISCONNECT Response", msg)
}
