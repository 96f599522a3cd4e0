package smb2

import "crosswire/server/wire/fscc"

// IoctlIsFsctl in Flags says that CtlCode is an FSCTL; without it the request is
// an IOCTL, which servers refuse.
const IoctlIsFsctl uint32 = 0x00000001

// IoctlRequest is the SMB2 IOCTL Request (MS-SMB2 2.2.31). The codes are in
// fscc; so are the structures of Input, except for those that MS-SMB2 defines.
type IoctlRequest struct {
	CtlCode           fscc.FSCTL
	FileID            FileID
	Input             []byte
	MaxInputResponse  uint32
	Output            []byte // unused by every FSCTL
	MaxOutputResponse uint32
	Flags             uint32
}

// Append appends the body.
func (r *IoctlRequest) Append(dst []byte) []byte {
	start := len(dst)
	dst = u16(dst, 57)
	dst = u16(dst, 0)
	dst = u32(dst, uint32(r.CtlCode))
	dst = r.FileID.append(dst)
	dst = u32(dst, HeaderSize+56)
	dst = u32(dst, uint32(len(r.Input)))
	dst = u32(dst, r.MaxInputResponse)
	dst = u32(dst, 0)
	dst = u32(dst, uint32(len(r.Output)))
	dst = u32(dst, r.MaxOutputResponse)
	dst = u32(dst, r.Flags)
	dst = u32(dst, 0)
	dst = append(dst, r.Input...)
	if len(r.Output) > 0 {
		dst = align8(dst, start)
		le.PutUint32(dst[start+36:], uint32(at(dst, start)))
		dst = append(dst, r.Output...)
	}
	if len(dst) == start+56 {
		dst = append(dst, 0)
	}
	return dst
}

// Decode reads the request.
func (r *IoctlRequest) Decode(msg []byte) error {
	const name = "SMB2 IOCTL Request"
	b, err := body(name, msg, 57, 56)
	if err != nil {
		return err
	}
	*r = IoctlRequest{
		CtlCode:           fscc.FSCTL(le.Uint32(b[4:])),
		FileID:            fileIDAt(b[8:]),
		MaxInputResponse:  le.Uint32(b[32:]),
		MaxOutputResponse: le.Uint32(b[44:]),
		Flags:             le.Uint32(b[48:]),
	}
	r.Input, err = field(name, "Input", msg, le.Uint32(b[24:]), le.Uint32(b[28:]), HeaderSize+56)
	if err != nil {
		return err
	}
	r.Output, err = field(name, "Output", msg, le.Uint32(b[36:]), le.Uint32(b[40:]), HeaderSize+56)
	return err
}

// IoctlResponse is the SMB2 IOCTL Response (MS-SMB2 2.2.32).
type IoctlResponse struct {
	CtlCode fscc.FSCTL
	FileID  FileID
	Input   []byte
	Output  []byte
	Flags   uint32
}

// Append appends the body. Input comes first, Output at the next multiple of 8.
func (r *IoctlResponse) Append(dst []byte) []byte {
	start := len(dst)
	dst = u16(dst, 49)
	dst = u16(dst, 0)
	dst = u32(dst, uint32(r.CtlCode))
	dst = r.FileID.append(dst)
	dst = u32(dst, HeaderSize+48)
	dst = u32(dst, uint32(len(r.Input)))
	dst = u32(dst, HeaderSize+48)
	dst = u32(dst, uint32(len(r.Output)))
	dst = u32(dst, r.Flags)
	dst = u32(dst, 0)
	dst = append(dst, r.Input...)
	dst = align8(dst, start)
	le.PutUint32(dst[start+32:], uint32(at(dst, start)))
	dst = append(dst, r.Output...)
	if len(dst) == start+48 {
		dst = append(dst, 0)
	}
	return dst
}

// Decode reads the response.
func (r *IoctlResponse) Decode(msg []byte) error {
	const name = "SMB2 IOCTL Response"
	b, err := body(name, msg, 49, 48)
	if err != nil {
		return err
	}
	*r = IoctlResponse{CtlCode: fscc.FSCTL(le.Uint32(b[4:])), FileID: fileIDAt(b[8:]), Flags: le.Uint32(b[40:])}
	r.Input, err = field(name, "Input", msg, le.Uint32(b[24:]), le.Uint32(b[28:]), HeaderSize+48)
	if err != nil {
		return err
	}
	r.Output, err = field(name, "Output", msg, le.Uint32(b[32:]), le.Uint32(b[36:]), HeaderSize+48)
	return err
}
