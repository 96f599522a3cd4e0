package nfs

import "context"

// RenameRes is the result of RENAME: both directories before and after.
type RenameRes struct {
	FromDir WccData
	ToDir   WccData
}

// Rename gives a file another name, and removes what had it (RFC 1813 3.3.14).
func (c *Client) Rename(ctx context.Context, fromDir FileHandle, from []byte, toDir FileHandle, to []byte) (RenameRes, error) {
	args := struct{ From, To diropargs3 }{diropargs3{fromDir, from}, diropargs3{toDir, to}}
	var res RenameRes
	err := c.call3(ctx, 14, "RENAME", args, func(d *decoder, _ bool) {
		res.FromDir = d.wcc("fromdir_wcc")
		res.ToDir = d.wcc("todir_wcc")
	})
	return res, err
}
