package nfs

import "context"

// Getattr gets a file's attributes (RFC 1813 3.3.1).
func (c *Client) Getattr(ctx context.Context, fh FileHandle) (Fattr3, error) {
	var attr Fattr3
	err := c.call3(ctx, 1, "GETATTR", struct{ Object []byte }{fh}, func(d *decoder, ok bool) {
		if ok {
			attr = d.fattr3("obj_attributes")
		}
	})
	return attr, err
}
