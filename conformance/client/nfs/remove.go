package nfs

import "context"

// Remove unlinks a name that is not a directory (RFC 1813 3.3.12).
func (c *Client) Remove(ctx context.Context, dir FileHandle, name []byte) (WccData, error) {
	var wcc WccData
	err := c.call3(ctx, 12, "REMOVE", diropargs3{dir, name}, func(d *decoder, _ bool) { wcc = d.wcc("dir_wcc") })
	return wcc, err
}
