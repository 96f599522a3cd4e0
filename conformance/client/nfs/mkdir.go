package nfs

import "context"

// Mkdir makes a directory (RFC 1813 3.3.9).
func (c *Client) Mkdir(ctx context.Context, dir FileHandle, name []byte, attr Sattr3) (NewRes, error) {
	args := struct {
		Where diropargs3
		Attr  Sattr3
	}{diropargs3{dir, name}, attr}
	var res NewRes
	err := c.call3(ctx, 9, "MKDIR", args, res.decode)
	return res, err
}
