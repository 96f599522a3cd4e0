package nfs

import "context"

// LinkRes is the result of LINK.
type LinkRes struct {
	Attr *Fattr3
	Dir  WccData
}

// Link gives a file a further name (RFC 1813 3.3.15).
func (c *Client) Link(ctx context.Context, fh, dir FileHandle, name []byte) (LinkRes, error) {
	args := struct {
		File []byte
		Link diropargs3
	}{fh, diropargs3{dir, name}}
	var res LinkRes
	err := c.call3(ctx, 15, "LINK", args, func(d *decoder, _ bool) {
		res.Attr = d.postOpAttr("file_attributes")
		res.Dir = d.wcc("linkdir_wcc")
	})
	return res, err
}
