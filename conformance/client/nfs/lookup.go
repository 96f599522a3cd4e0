package nfs

import "context"

// LookupRes is the result of LOOKUP; after a failure only Dir is set.
type LookupRes struct {
	Object FileHandle
	Attr   *Fattr3
	Dir    *Fattr3
}

// Lookup finds a name in a directory (RFC 1813 3.3.3).
func (c *Client) Lookup(ctx context.Context, dir FileHandle, name []byte) (LookupRes, error) {
	var res LookupRes
	err := c.call3(ctx, 3, "LOOKUP", diropargs3{dir, name}, func(d *decoder, ok bool) {
		if ok {
			res.Object = d.fh("object")
			res.Attr = d.postOpAttr("obj_attributes")
		}
		res.Dir = d.postOpAttr("dir_attributes")
	})
	return res, err
}
