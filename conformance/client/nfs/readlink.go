package nfs

import "context"

// ReadlinkRes is the result of READLINK.
type ReadlinkRes struct {
	Attr *Fattr3
	Data []byte
}

// Readlink reads a symbolic link (RFC 1813 3.3.5).
func (c *Client) Readlink(ctx context.Context, fh FileHandle) (ReadlinkRes, error) {
	var res ReadlinkRes
	err := c.call3(ctx, 5, "READLINK", struct{ Symlink []byte }{fh}, func(d *decoder, ok bool) {
		res.Attr = d.postOpAttr("symlink_attributes")
		if ok {
			res.Data = d.opaque(maxPath, "data")
		}
	})
	return res, err
}
