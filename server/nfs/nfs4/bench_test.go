package nfs4

import (
	"bytes"
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/nfs/rpcserver"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs4"
)

// BenchmarkCompound is the interpreter without the network.
func BenchmarkCompound(b *testing.B) {
	h := newHouse(b)
	run := func(ops ...nfs4.NfsArgop4) (*rpcserver.Call, *rpcserver.Reply) {
		return &rpcserver.Call{
			Call: rpc.Call{Args: encoded(b, &nfs4.Compound4args{Argarray: ops})}, Network: "tcp",
			Peer: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, MaxReply: 2 << 20,
		}, rpcserver.NewReply()
	}
	c, reply := run(then(at(), bare(nfs4.OP_GETFH))...)
	require.NoError(b, h.svc.compound(context.Background(), c, reply))
	var res nfs4.Compound4res
	_, err := res.ReadFrom(bytes.NewReader(reply.Results()))
	require.NoError(b, err)
	root := putfh(one[*nfs4.NfsResop4_OP_GETFH](b, &res).Opgetfh.(*nfs4.Getfh4res_NFS4_OK).Resok4.Object)
	for _, row := range []struct {
		name string
		ops  []nfs4.NfsArgop4
	}{
		{"putfh getattr", []nfs4.NfsArgop4{root, getattr(nfs4.FATTR4_TYPE, nfs4.FATTR4_CHANGE, nfs4.FATTR4_SIZE, nfs4.FATTR4_MODE, nfs4.FATTR4_OWNER, nfs4.FATTR4_TIME_MODIFY)}},
		{"putrootfh lookup getfh", then(at(), bare(nfs4.OP_GETFH))},
	} {
		b.Run(row.name, func(b *testing.B) {
			c, reply := run(row.ops...)
			b.ReportAllocs()
			for b.Loop() {
				reply.Truncate(0)
				if err := h.svc.compound(context.Background(), c, reply); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
