package nfs

import "context"

// Symlink makes a symbolic link to target (RFC 1813 3.3.10).
func (c *Client) Symlink(ctx context.Context, dir FileHandle, name []byte, attr Sattr3, target []byte) (NewRes, error) {
	args := struct {
		Where diropargs3
		Attr  Sattr3
		Data  []byte
	}{diropargs3{dir, name}, attr, target}
	var res NewRes
	err := c.call3(ctx, 10, "SYMLINK", args, res.decode)
	return res, err
}
