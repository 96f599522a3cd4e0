package nfs

import "context"

// StableHow says how durable a WRITE must be before it is answered.
type StableHow uint32

// The values of stable_how.
const (
	Unstable StableHow = 0
	DataSync StableHow = 1
	FileSync StableHow = 2
)

// String is the word that scenarios use: unstable, data, file.
func (s StableHow) String() string {
	switch s {
	case Unstable:
		return "unstable"
	case DataSync:
		return "data"
	case FileSync:
		return "file"
	}
	return "invalid"
}

// WriteRes is the result of WRITE.
type WriteRes struct {
	Wcc       WccData
	Count     uint32
	Committed StableHow
	Verf      [8]byte
}

// Write writes data at offset (RFC 1813 3.3.7). The server may write less.
func (c *Client) Write(ctx context.Context, fh FileHandle, offset uint64, stable StableHow, data []byte) (WriteRes, error) {
	args := struct {
		File   []byte
		Offset uint64
		Count  uint32
		Stable uint32
		Data   []byte
	}{fh, offset, uint32(len(data)), uint32(stable), data}
	var res WriteRes
	err := c.call3(ctx, 7, "WRITE", args, func(d *decoder, ok bool) {
		res.Wcc = d.wcc("file_wcc")
		if !ok {
			return
		}
		res.Count = d.u32("count")
		res.Committed = StableHow(d.u32("committed"))
		res.Verf = d.fixed8("verf")
		switch {
		case d.err != nil:
		case res.Count > uint32(len(data)):
			d.fail("count is %d, %d bytes were sent", res.Count, len(data))
		case res.Committed > FileSync:
			d.fail("committed is %d", uint32(res.Committed))
		}
	})
	return res, err
}
