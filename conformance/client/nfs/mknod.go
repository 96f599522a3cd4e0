package nfs

import "context"

// Mknod makes a special file (RFC 1813 3.3.11). dev counts for TypeChr and
// TypeBlk, attr for those and TypeSock and TypeFifo; any other type is sent
// bare, for the server to refuse.
func (c *Client) Mknod(ctx context.Context, dir FileHandle, name []byte, typ FileType, attr Sattr3, dev Specdata3) (NewRes, error) {
	args := struct {
		Where diropargs3
		Type  uint32
		Arm   any
	}{diropargs3{dir, name}, uint32(typ), void{}}
	switch typ {
	case TypeChr, TypeBlk:
		args.Arm = struct {
			Attr Sattr3
			Spec Specdata3
		}{attr, dev}
	case TypeSock, TypeFifo:
		args.Arm = attr
	}
	var res NewRes
	err := c.call3(ctx, 11, "MKNOD", args, res.decode)
	return res, err
}
