package smb2

// The channels of READ and WRITE (MS-SMB2 2.2.19, 2.2.21).
const (
	ChannelNone             uint32 = 0
	ChannelRDMAV1           uint32 = 1
	ChannelRDMAV1Invalidate uint32 = 2
	ChannelRDMATransform    uint32 = 3
)

// The Flags of a READ Request.
const (
	ReadUnbuffered        uint8 = 0x01 // 3.0.2
	ReadRequestCompressed uint8 = 0x02 // 3.1.1
)

// ReadDataOffset is where the data of a READ Response stands, from the header.
const ReadDataOffset = HeaderSize + 16

// ReadRequest is the SMB2 READ Request (MS-SMB2 2.2.19).
type ReadRequest struct {
	Padding        uint8 // where the client likes the data; advice
	Flags          uint8
	Length         uint32
	Offset         uint64
	FileID         FileID
	MinimumCount   uint32
	Channel        uint32
	RemainingBytes uint32
	ChannelInfo    []byte
}

// Append appends the body.
func (r *ReadRequest) Append(dst []byte) []byte {
	dst = u16(dst, 49)
	dst = append(dst, r.Padding, r.Flags)
	dst = u32(dst, r.Length)
	dst = u64(dst, r.Offset)
	dst = r.FileID.append(dst)
	dst = u32(dst, r.MinimumCount)
	dst = u32(dst, r.Channel)
	dst = u32(dst, r.RemainingBytes)
	if len(r.ChannelInfo) == 0 {
		return append(u32(dst, 0), 0)
	}
	dst = u16(dst, HeaderSize+48)
	dst = u16(dst, uint16(len(r.ChannelInfo)))
	return append(dst, r.ChannelInfo...)
}

// Decode reads the request.
func (r *ReadRequest) Decode(msg []byte) error {
	const name = "SMB2 READ Request"
	b, err := body(name, msg, 49, 48)
	if err != nil {
		return err
	}
	*r = ReadRequest{
		Padding:        b[2],
		Flags:          b[3],
		Length:         le.Uint32(b[4:]),
		Offset:         le.Uint64(b[8:]),
		FileID:         fileIDAt(b[16:]),
		MinimumCount:   le.Uint32(b[32:]),
		Channel:        le.Uint32(b[36:]),
		RemainingBytes: le.Uint32(b[40:]),
	}
	if r.Channel != ChannelNone {
		r.ChannelInfo, err = field(name, "ReadChannelInfo", msg, uint32(le.Uint16(b[44:])), uint32(le.Uint16(b[46:])), HeaderSize+48)
	}
	return err
}

// ReadResponse is the SMB2 READ Response (MS-SMB2 2.2.20).
type ReadResponse struct {
	DataRemaining uint32
	Flags         uint32 // 3.1.1, else reserved
	Data          []byte
}

// Append appends the body and copies Data. To read straight into the message
// use BeginReadResponse.
func (r *ReadResponse) Append(dst []byte) []byte {
	dst = appendReadHead(dst, len(r.Data), r.DataRemaining, r.Flags)
	if len(r.Data) == 0 {
		return append(dst, 0)
	}
	return append(dst, r.Data...)
}

// BeginReadResponse appends the head of a READ Response body with room for n
// bytes of data and gives that room, to be filled in place. EndReadResponse
// must follow.
func BeginReadResponse(dst []byte, n int) (msg, data []byte) {
	dst = appendReadHead(dst, n, 0, 0)
	head := len(dst)
	if cap(dst)-head < n {
		grown := make([]byte, head, head+n)
		copy(grown, dst)
		dst = grown
	}
	msg = dst[:head+n]
	return msg, msg[head:]
}

// EndReadResponse cuts a message from BeginReadResponse, which reserved room
// bytes, down to the n bytes that were read.
func EndReadResponse(msg []byte, room, n int) []byte {
	head := len(msg) - room
	le.PutUint32(msg[head-12:], uint32(n))
	if n == 0 {
		return append(msg[:head], 0)
	}
	return msg[:head+n]
}

func appendReadHead(dst []byte, n int, remaining, flags uint32) []byte {
	dst = u16(dst, 17)
	dst = append(dst, ReadDataOffset, 0)
	dst = u32(dst, uint32(n))
	dst = u32(dst, remaining)
	return u32(dst, flags)
}

// Decode reads the response; Data is part of msg.
func (r *ReadResponse) Decode(msg []byte) error {
	const name = "SMB2 READ Response"
	b, err := body(name, msg, 17, 16)
	if err != nil {
		return err
	}
	*r = ReadResponse{DataRemaining: le.Uint32(b[8:]), Flags: le.Uint32(b[12:])}
	r.Data, err = field(name, "Buffer", msg, uint32(b[2]), le.Uint32(b[4:]), HeaderSize+16)
	return err
}
