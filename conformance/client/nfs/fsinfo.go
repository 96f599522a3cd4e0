package nfs

import "context"

// Bits of FsinfoRes.Properties.
const (
	PropLink        = 0x01
	PropSymlink     = 0x02
	PropHomogeneous = 0x08
	PropCanSetTime  = 0x10
)

// FsinfoRes is the result of FSINFO; sizes are bytes.
type FsinfoRes struct {
	Attr        *Fattr3
	Rtmax       uint32
	Rtpref      uint32
	Rtmult      uint32
	Wtmax       uint32
	Wtpref      uint32
	Wtmult      uint32
	Dtpref      uint32
	MaxFileSize uint64
	TimeDelta   Nfstime3
	Properties  uint32
}

// Fsinfo tells what the file system can do (RFC 1813 3.3.19).
func (c *Client) Fsinfo(ctx context.Context, root FileHandle) (FsinfoRes, error) {
	var res FsinfoRes
	err := c.call3(ctx, 19, "FSINFO", struct{ Root []byte }{root}, func(d *decoder, ok bool) {
		res.Attr = d.postOpAttr("obj_attributes")
		if !ok {
			return
		}
		res.Rtmax = d.u32("rtmax")
		res.Rtpref = d.u32("rtpref")
		res.Rtmult = d.u32("rtmult")
		res.Wtmax = d.u32("wtmax")
		res.Wtpref = d.u32("wtpref")
		res.Wtmult = d.u32("wtmult")
		res.Dtpref = d.u32("dtpref")
		res.MaxFileSize = d.u64("maxfilesize")
		res.TimeDelta = d.nfstime3("time_delta")
		res.Properties = d.u32("properties")
	})
	return res, err
}
