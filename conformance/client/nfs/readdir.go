package nfs

import "context"

// DirEntry is one entry of READDIR or READDIRPLUS; Attr and Object only of the
// latter, and only if the server sent them.
type DirEntry struct {
	FileID uint64
	Name   []byte
	Cookie uint64
	Attr   *Fattr3
	Object FileHandle
}

// ReaddirRes is the result of READDIR and READDIRPLUS.
type ReaddirRes struct {
	Dir        *Fattr3
	CookieVerf [8]byte
	Entries    []DirEntry
	EOF        bool
}

func (r *ReaddirRes) decode(d *decoder, ok, plus bool) {
	r.Dir = d.postOpAttr("dir_attributes")
	if !ok {
		return
	}
	r.CookieVerf = d.fixed8("cookieverf")
	for d.boolean("entry follows") && d.err == nil {
		e := DirEntry{FileID: d.u64("fileid"), Name: d.opaque(maxPath, "name"), Cookie: d.u64("cookie")}
		if plus {
			e.Attr = d.postOpAttr("name_attributes")
			e.Object = d.postOpFH("name_handle")
		}
		r.Entries = append(r.Entries, e)
	}
	r.EOF = d.boolean("eof")
}

// Readdir lists a part of a directory (RFC 1813 3.3.16), from the entry after
// cookie; verf is the one that came with the cookie. count bounds the reply in
// bytes.
func (c *Client) Readdir(ctx context.Context, dir FileHandle, cookie uint64, verf [8]byte, count uint32) (ReaddirRes, error) {
	args := struct {
		Dir    []byte
		Cookie uint64
		Verf   [8]byte
		Count  uint32
	}{dir, cookie, verf, count}
	var res ReaddirRes
	err := c.call3(ctx, 16, "READDIR", args, func(d *decoder, ok bool) { res.decode(d, ok, false) })
	return res, err
}
