package nfs

import "context"

// Readdirplus lists a part of a directory with attributes and handles (RFC
// 1813 3.3.17). dircount bounds the names in bytes, maxcount the reply.
func (c *Client) Readdirplus(ctx context.Context, dir FileHandle, cookie uint64, verf [8]byte, dircount, maxcount uint32) (ReaddirRes, error) {
	args := struct {
		Dir      []byte
		Cookie   uint64
		Verf     [8]byte
		Dircount uint32
		Maxcount uint32
	}{dir, cookie, verf, dircount, maxcount}
	var res ReaddirRes
	err := c.call3(ctx, 17, "READDIRPLUS", args, func(d *decoder, ok bool) { res.decode(d, ok, true) })
	return res, err
}
