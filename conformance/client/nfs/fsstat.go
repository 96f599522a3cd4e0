package nfs

import "context"

// FsstatRes is the result of FSSTAT: bytes, files (inodes), and for how many
// seconds the server does not expect them to change.
type FsstatRes struct {
	Attr     *Fattr3
	Tbytes   uint64
	Fbytes   uint64
	Abytes   uint64
	Tfiles   uint64
	Ffiles   uint64
	Afiles   uint64
	Invarsec uint32
}

// Fsstat tells how full the file system is (RFC 1813 3.3.18).
func (c *Client) Fsstat(ctx context.Context, root FileHandle) (FsstatRes, error) {
	var res FsstatRes
	err := c.call3(ctx, 18, "FSSTAT", struct{ Root []byte }{root}, func(d *decoder, ok bool) {
		res.Attr = d.postOpAttr("obj_attributes")
		if !ok {
			return
		}
		res.Tbytes = d.u64("tbytes")
		res.Fbytes = d.u64("fbytes")
		res.Abytes = d.u64("abytes")
		res.Tfiles = d.u64("tfiles")
		res.Ffiles = d.u64("ffiles")
		res.Afiles = d.u64("afiles")
		res.Invarsec = d.u32("invarsec")
	})
	return res, err
}
