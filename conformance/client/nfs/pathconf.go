package nfs

import "context"

// PathconfRes is the result of PATHCONF.
type PathconfRes struct {
	Attr            *Fattr3
	Linkmax         uint32
	NameMax         uint32
	NoTrunc         bool
	ChownRestricted bool
	CaseInsensitive bool
	CasePreserving  bool
}

// Pathconf tells the POSIX limits of a file (RFC 1813 3.3.20).
func (c *Client) Pathconf(ctx context.Context, fh FileHandle) (PathconfRes, error) {
	var res PathconfRes
	err := c.call3(ctx, 20, "PATHCONF", struct{ Object []byte }{fh}, func(d *decoder, ok bool) {
		res.Attr = d.postOpAttr("obj_attributes")
		if !ok {
			return
		}
		res.Linkmax = d.u32("linkmax")
		res.NameMax = d.u32("name_max")
		res.NoTrunc = d.boolean("no_trunc")
		res.ChownRestricted = d.boolean("chown_restricted")
		res.CaseInsensitive = d.boolean("case_insensitive")
		res.CasePreserving = d.boolean("case_preserving")
	})
	return res, err
}
