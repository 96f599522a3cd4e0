package nfs

import "context"

// CommitRes is the result of COMMIT.
type CommitRes struct {
	Wcc  WccData
	Verf [8]byte
}

// Commit makes unstable writes durable (RFC 1813 3.3.21); a count of 0 means
// to the end of the file.
func (c *Client) Commit(ctx context.Context, fh FileHandle, offset uint64, count uint32) (CommitRes, error) {
	args := struct {
		File   []byte
		Offset uint64
		Count  uint32
	}{fh, offset, count}
	var res CommitRes
	err := c.call3(ctx, 21, "COMMIT", args, func(d *decoder, ok bool) {
		res.Wcc = d.wcc("file_wcc")
		if ok {
			res.Verf = d.fixed8("verf")
		}
	})
	return res, err
}
