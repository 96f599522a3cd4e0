package smb2

import "crosswire/server/wire/fscc"

// WatchTree asks for the whole tree below the directory (MS-SMB2 2.2.35).
const WatchTree uint16 = 0x0001

// ChangeNotifyRequest is the SMB2 CHANGE_NOTIFY Request (MS-SMB2 2.2.35).
type ChangeNotifyRequest struct {
	Flags              uint16
	OutputBufferLength uint32
	FileID             FileID
	CompletionFilter   fscc.NotifyFilter
}

// Append appends the body.
func (r *ChangeNotifyRequest) Append(dst []byte) []byte {
	dst = u16(dst, 32)
	dst = u16(dst, r.Flags)
	dst = u32(dst, r.OutputBufferLength)
	dst = r.FileID.append(dst)
	dst = u32(dst, uint32(r.CompletionFilter))
	return u32(dst, 0)
}

// Decode reads the request.
func (r *ChangeNotifyRequest) Decode(msg []byte) error {
	b, err := body("SMB2 CHANGE_NOTIFY Request", msg, 32, 32)
	if err != nil {
		return err
	}
	*r = ChangeNotifyRequest{le.Uint16(b[2:]), le.Uint32(b[4:]), fileIDAt(b[8:]), fscc.NotifyFilter(le.Uint32(b[24:]))}
	return nil
}

// ChangeNotifyResponse is the SMB2 CHANGE_NOTIFY Response (MS-SMB2 2.2.36).
// Output is a list of fscc.NotifyInformation.
type ChangeNotifyResponse struct{ Output []byte }

// Append appends the body.
func (r *ChangeNotifyResponse) Append(dst []byte) []byte { return appendOutput(dst, r.Output) }

// Decode reads the response.
func (r *ChangeNotifyResponse) Decode(msg []byte) (err error) {
	r.Output, err = decodeOutput("SMB2 CHANGE_NOTIFY Response", msg)
	return err
}
