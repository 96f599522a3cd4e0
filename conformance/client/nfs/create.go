package nfs

import "context"

// NewRes is the result of CREATE, MKDIR, SYMLINK and MKNOD: what was made, if
// the server tells, and the directory before and after.
type NewRes struct {
	Object FileHandle
	Attr   *Fattr3
	Dir    WccData
}

func (r *NewRes) decode(d *decoder, ok bool) {
	if ok {
		r.Object = d.postOpFH("obj")
		r.Attr = d.postOpAttr("obj_attributes")
	}
	r.Dir = d.wcc("dir_wcc")
}

// The values of createmode3.
const (
	modeUnchecked = 0
	modeGuarded   = 1
	modeExclusive = 2
)

// createHow is createhow3: Arm is a Sattr3, or a [8]byte verifier.
type createHow struct {
	Mode uint32
	Arm  any
}

func (c *Client) create(ctx context.Context, dir FileHandle, name []byte, how createHow) (NewRes, error) {
	args := struct {
		Where diropargs3
		How   createHow
	}{diropargs3{dir, name}, how}
	var res NewRes
	err := c.call3(ctx, 8, "CREATE", args, res.decode)
	return res, err
}

// CreateUnchecked makes a file, or sets attr (of which servers honour the size)
// on the one that is there (RFC 1813 3.3.8).
func (c *Client) CreateUnchecked(ctx context.Context, dir FileHandle, name []byte, attr Sattr3) (NewRes, error) {
	return c.create(ctx, dir, name, createHow{modeUnchecked, attr})
}

// CreateGuarded makes a file that must not exist yet.
func (c *Client) CreateGuarded(ctx context.Context, dir FileHandle, name []byte, attr Sattr3) (NewRes, error) {
	return c.create(ctx, dir, name, createHow{modeGuarded, attr})
}

// CreateExclusive makes a file that must not exist yet, unless the same
// verifier made it.
func (c *Client) CreateExclusive(ctx context.Context, dir FileHandle, name []byte, verf [8]byte) (NewRes, error) {
	return c.create(ctx, dir, name, createHow{modeExclusive, verf})
}
