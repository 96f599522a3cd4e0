package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// dtpref is the preferred count of a READDIR.
const dtpref = 64 << 10

// fsinfo is NFSPROC3_FSINFO (RFC 1813 3.3.19).
func (s *Service) fsinfo(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	var args nfs3.Fsinfo3args
	if err := decode(c, &args); err != nil {
		return err
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(args.Fsroot.Data)
	if err != nil {
		return q.failAttr(err, n)
	}
	a, err := n.tree.GetAttr(ctx, q.origin, n.h)
	if err != nil {
		return q.failAttr(err, n)
	}
	st, err := n.tree.StatFS(ctx, q.origin)
	if err != nil {
		return q.failAttr(err, n)
	}
	transfer := uint32(maxTransfer(c))
	ok := nfs3.Fsinfo3resok{
		Rtmax: transfer, Rtpref: transfer, Rtmult: vfs.BlockSize,
		Wtmax: transfer, Wtpref: transfer, Wtmult: vfs.BlockSize,
		Dtpref: min(dtpref, transfer), Maxfilesize: st.MaxFileSize,
		TimeDelta:  nfs3.Nfstime3{Nseconds: 1},
		Properties: nfs3.FSF3_LINK | nfs3.FSF3_SYMLINK | nfs3.FSF3_HOMOGENEOUS | nfs3.FSF3_CANSETTIME,
	}
	q.ok()
	q.postOp(&a)
	for _, v := range []uint32{ok.Rtmax, ok.Rtpref, ok.Rtmult, ok.Wtmax, ok.Wtpref, ok.Wtmult, ok.Dtpref} {
		reply.Uint32(v)
	}
	reply.Uint64(ok.Maxfilesize)
	reply.Uint32(ok.TimeDelta.Seconds)
	reply.Uint32(ok.TimeDelta.Nseconds)
	reply.Uint32(ok.Properties)
	return nil
}
