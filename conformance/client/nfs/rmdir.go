package nfs

import "context"

// Rmdir removes an empty directory (RFC 1813 3.3.13).
func (c *Client) Rmdir(ctx context.Context, dir FileHandle, name []byte) (WccData, error) {
	var wcc WccData
	err := c.call3(ctx, 13, "RMDIR", diropargs3{dir, name}, func(d *decoder, _ bool) { wcc = d.wcc("dir_wcc") })
	return wcc, err
}
