package smb2

// The Flags of a WRITE Request.
const (
	WriteThrough    uint32 = 0x00000001
	WriteUnbuffered uint32 = 0x00000002 // 3.0.2
)

// WriteDataOffset is where this package puts the data of a WRITE Request.
const WriteDataOffset = HeaderSize + 48

// maxWriteDataOffset is the largest DataOffset MS-SMB2 3.3.5.13 lets pass.
const maxWriteDataOffset = 0x100

// WriteRequest is the SMB2 WRITE Request (MS-SMB2 2.2.21).
type WriteRequest struct {
	Offset         uint64
	FileID         FileID
	Channel        uint32
	RemainingBytes uint32
	Flags          uint32
	Data           []byte
	ChannelInfo    []byte
	Length         uint32 // with a Channel: of the data that comes by RDMA; else len(Data)
}

// AppendHead appends the body up to the data, whose length is n; the caller
// sends the data itself directly after it.
func (r *WriteRequest) AppendHead(dst []byte, n int) []byte {
	dst = u16(dst, 49)
	dst = u16(dst, WriteDataOffset)
	dst = u32(dst, uint32(n))
	dst = u64(dst, r.Offset)
	dst = r.FileID.append(dst)
	dst = u32(dst, r.Channel)
	dst = u32(dst, r.RemainingBytes)
	dst = u16(dst, WriteDataOffset) // WriteChannelInfoOffset, as Windows sets it
	dst = u16(dst, 0)
	return u32(dst, r.Flags)
}

// Append appends the body and copies Data.
func (r *WriteRequest) Append(dst []byte) []byte {
	start := len(dst)
	n := len(r.Data)
	if r.Channel != ChannelNone {
		n = int(r.Length)
	}
	dst = r.AppendHead(dst, n)
	dst = append(dst, r.Data...)
	if len(r.ChannelInfo) > 0 {
		le.PutUint16(dst[start+40:], uint16(at(dst, start)))
		le.PutUint16(dst[start+42:], uint16(len(r.ChannelInfo)))
		dst = append(dst, r.ChannelInfo...)
	}
	if len(dst) == start+48 {
		dst = append(dst, 0)
	}
	return dst
}

// Decode reads the request; Data is part of msg.
func (r *WriteRequest) Decode(msg []byte) error {
	const name = "SMB2 WRITE Request"
	b, err := body(name, msg, 49, 48)
	if err != nil {
		return err
	}
	*r = WriteRequest{
		Length:         le.Uint32(b[4:]),
		Offset:         le.Uint64(b[8:]),
		FileID:         fileIDAt(b[16:]),
		Channel:        le.Uint32(b[32:]),
		RemainingBytes: le.Uint32(b[36:]),
		Flags:          le.Uint32(b[44:]),
	}
	if r.Channel != ChannelNone {
		r.ChannelInfo, err = field(name, "WriteChannelInfo", msg, uint32(le.Uint16(b[40:])), uint32(le.Uint16(b[42:])), HeaderSize+48)
		return err
	}
	off := uint32(le.Uint16(b[2:]))
	if off > maxWriteDataOffset {
		return badValue(name, "DataOffset", "%d", off)
	}
	r.Data, err = field(name, "Buffer", msg, off, r.Length, HeaderSize+48)
	return err
}

// WriteResponse is the SMB2 WRITE Response (MS-SMB2 2.2.22).
type WriteResponse struct {
	Count     uint32
	Remaining uint32
}

// Append appends the body.
func (r *WriteResponse) Append(dst []byte) []byte {
	dst = u16(dst, 17)
	dst = u16(dst, 0)
	dst = u32(dst, r.Count)
	dst = u32(dst, r.Remaining)
	return u32(dst, 0) // WriteChannelInfoOffset, WriteChannelInfoLength
}

// Decode reads the response.
func (r *WriteResponse) Decode(msg []byte) error {
	b, err := body("SMB2 WRITE Response", msg, 17, 16)
	if err != nil {
		return err
	}
	*r = WriteResponse{le.Uint32(b[4:]), le.Uint32(b[8:])}
	return nil
}
