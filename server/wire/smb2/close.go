package smb2

import "crosswire/server/wire/fscc"

// ClosePostQueryAttrib asks for, and marks, attributes in the response.
const ClosePostQueryAttrib uint16 = 0x0001

// CloseRequest is the SMB2 CLOSE Request (MS-SMB2 2.2.15).
type CloseRequest struct {
	Flags  uint16
	FileID FileID
}

// Append appends the body.
func (r *CloseRequest) Append(dst []byte) []byte {
	dst = u16(dst, 24)
	dst = u16(dst, r.Flags)
	dst = u32(dst, 0)
	return r.FileID.append(dst)
}

// Decode reads the request.
func (r *CloseRequest) Decode(msg []byte) error {
	b, err := body("SMB2 CLOSE Request", msg, 24, 24)
	if err != nil {
		return err
	}
	*r = CloseRequest{le.Uint16(b[2:]), fileIDAt(b[8:])}
	return nil
}

// CloseResponse is the SMB2 CLOSE Response (MS-SMB2 2.2.16). Without
// ClosePostQueryAttrib all but Flags is zero.
type CloseResponse struct {
	Flags          uint16
	CreationTime   fscc.Filetime
	LastAccessTime fscc.Filetime
	LastWriteTime  fscc.Filetime
	ChangeTime     fscc.Filetime
	AllocationSize uint64
	EndOfFile      uint64
	FileAttributes fscc.FileAttributes
}

// Append appends the body.
func (r *CloseResponse) Append(dst []byte) []byte {
	dst = u16(dst, 60)
	dst = u16(dst, r.Flags)
	dst = u32(dst, 0)
	dst = u64(dst, uint64(r.CreationTime))
	dst = u64(dst, uint64(r.LastAccessTime))
	dst = u64(dst, uint64(r.LastWriteTime))
	dst = u64(dst, uint64(r.ChangeTime))
	dst = u64(dst, r.AllocationSize)
	dst = u64(dst, r.EndOfFile)
	return u32(dst, uint32(r.FileAttributes))
}

// Decode reads the response.
func (r *CloseResponse) Decode(msg []byte) error {
	b, err := body("SMB2 CLOSE Response", msg, 60, 60)
	if err != nil {
		return err
	}
	*r = CloseResponse{
		Flags:          le.Uint16(b[2:]),
		CreationTime:   fscc.Filetime(le.Uint64(b[8:])),
		LastAccessTime: fscc.Filetime(le.Uint64(b[16:])),
		LastWriteTime:  fscc.Filetime(le.Uint64(b[24:])),
		ChangeTime:     fscc.Filetime(le.Uint64(b[32:])),
		AllocationSize: le.Uint64(b[40:]),
		EndOfFile:      le.Uint64(b[48:]),
		FileAttributes: fscc.FileAttributes(le.Uint32(b[56:])),
	}
	return nil
}
