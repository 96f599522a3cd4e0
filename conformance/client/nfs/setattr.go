package nfs

import "context"

// Setattr sets attributes of a file (RFC 1813 3.3.2). With a guard the server
// refuses with NFS3ERR_NOT_SYNC unless it is the file's ctime.
func (c *Client) Setattr(ctx context.Context, fh FileHandle, attr Sattr3, guard *Nfstime3) (WccData, error) {
	args := struct {
		Object []byte
		Attr   Sattr3
		Guard  *Nfstime3 `xdr:"optional"`
	}{fh, attr, guard}
	var wcc WccData
	err := c.call3(ctx, 2, "SETATTR", args, func(d *decoder, _ bool) { wcc = d.wcc("obj_wcc") })
	return wcc, err
}
