package nfs

import "context"

// ReadRes is the result of READ.
type ReadRes struct {
	Attr *Fattr3
	EOF  bool
	Data []byte
}

// Read reads at most count bytes from offset (RFC 1813 3.3.6). The server may
// return fewer.
func (c *Client) Read(ctx context.Context, fh FileHandle, offset uint64, count uint32) (ReadRes, error) {
	args := struct {
		File   []byte
		Offset uint64
		Count  uint32
	}{fh, offset, count}
	var res ReadRes
	err := c.call3(ctx, 6, "READ", args, func(d *decoder, ok bool) {
		res.Attr = d.postOpAttr("file_attributes")
		if !ok {
			return
		}
		n := d.u32("count")
		res.EOF = d.boolean("eof")
		res.Data = d.opaque(int(min(count, maxRecord)), "data")
		if d.err == nil && uint32(len(res.Data)) != n {
			d.fail("count is %d, data is %d bytes", n, len(res.Data))
		}
	})
	return res, err
}
