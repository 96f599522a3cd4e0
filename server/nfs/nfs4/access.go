package nfs4

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// right is what a bit of ACCESS means.
type right struct{ bit, right uint32 }

// rightsOf is what the bits of ACCESS mean for a node (RFC 7530 16.1.5):
// LOOKUP and DELETE are about directories, EXECUTE about all else.
func rightsOf(t vfs.FileType) []right {
	if t == vfs.TypeDirectory {
		return []right{
			{nfs4.ACCESS4_READ, vfs.RightReadData},
			{nfs4.ACCESS4_LOOKUP, vfs.RightExecute},
			{nfs4.ACCESS4_MODIFY, vfs.RightWriteData},
			{nfs4.ACCESS4_EXTEND, vfs.RightAppendData},
			{nfs4.ACCESS4_DELETE, vfs.RightDeleteChild},
		}
	}
	return []right{
		{nfs4.ACCESS4_READ, vfs.RightReadData},
		{nfs4.ACCESS4_MODIFY, vfs.RightWriteData},
		{nfs4.ACCESS4_EXTEND, vfs.RightAppendData},
		{nfs4.ACCESS4_EXECUTE, vfs.RightExecute},
	}
}

// allAccess is every bit that there is.
const allAccess = nfs4.ACCESS4_READ | nfs4.ACCESS4_LOOKUP | nfs4.ACCESS4_MODIFY | nfs4.ACCESS4_EXTEND | nfs4.ACCESS4_DELETE | nfs4.ACCESS4_EXECUTE

// access is OP_ACCESS (RFC 7530 16.1): never more than was asked, and of that
// what makes sense for the type is what is supported.
func (c *compound) access(arg nfs4.NfsArgop4) status {
	want := arg.(*nfs4.NfsArgop4_OP_ACCESS).Opaccess.Access
	if c.cur.none() {
		return nfs4.NFS4ERR_NOFILEHANDLE
	}
	if want&^allAccess != 0 {
		return nfs4.NFS4ERR_INVAL
	}
	rights, typ := uint32(vfs.RightReadData|vfs.RightExecute), vfs.TypeDirectory // of the pseudo root
	if !c.cur.root {
		got, a, err := c.cur.tree.Access(c.ctx, c.origin, c.cur.h, vfs.RightAll)
		if err != nil {
			return c.fail(err)
		}
		rights, typ = got, a.Type
	}
	var ok nfs4.Access4resok
	for _, r := range rightsOf(typ) {
		if want&r.bit != 0 {
			ok.Supported |= r.bit
			if rights&r.right == r.right {
				ok.Access |= r.bit
			}
		}
	}
	return c.body(&ok)
}
