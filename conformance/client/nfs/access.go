package nfs

import "context"

// Bits of ACCESS.
const (
	AccessRead    = 0x01
	AccessLookup  = 0x02
	AccessModify  = 0x04
	AccessExtend  = 0x08
	AccessDelete  = 0x10
	AccessExecute = 0x20
	AccessAll     = 0x3f
)

// AccessRes is the result of ACCESS.
type AccessRes struct {
	Attr   *Fattr3
	Access uint32
}

// Access asks which of the rights in mask the caller has (RFC 1813 3.3.4).
func (c *Client) Access(ctx context.Context, fh FileHandle, mask uint32) (AccessRes, error) {
	args := struct {
		Object []byte
		Access uint32
	}{fh, mask}
	var res AccessRes
	err := c.call3(ctx, 4, "ACCESS", args, func(d *decoder, ok bool) {
		res.Attr = d.postOpAttr("obj_attributes")
		if ok {
			res.Access = d.u32("access")
		}
	})
	return res, err
}
