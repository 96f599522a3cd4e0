package nfs4

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// TestSparse: what minor version 2 adds for holes.
func TestSparse(t *testing.T) {
	h := serve(t)
	p := h.client(t, 2, "client")
	id := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
	fh := putfh(p.fh("f"))
	const block = vfs.BlockSize
	is(t, nfs4.NFS4_OK, p.run(fh, writeOp(id, 2*block, "data")).Status)
	seek := func(off uint64, what nfs4.DataContent4) (nfs4.Seek4resok, nfs4.Nfsstat4) {
		t.Helper()
		res := p.run(fh, &nfs4.NfsArgop4_OP_SEEK{Opseek: nfs4.Seek4args{SaStateid: id, SaOffset: off, SaWhat: what}})
		if res.Status != nfs4.NFS4_OK {
			return nfs4.Seek4resok{}, res.Status
		}
		return one[*nfs4.NfsResop4_OP_SEEK](t, res).Opseek.(*nfs4.Seek4res_NFS4_OK).Resok4, nfs4.NFS4_OK
	}
	allocate := func(off, n uint64) nfs4.NfsArgop4 {
		return &nfs4.NfsArgop4_OP_ALLOCATE{Opallocate: nfs4.Allocate4args{AaStateid: id, AaOffset: off, AaLength: n}}
	}
	deallocate := func(off, n uint64) nfs4.NfsArgop4 {
		return &nfs4.NfsArgop4_OP_DEALLOCATE{Opdeallocate: nfs4.Allocate4args{AaStateid: id, AaOffset: off, AaLength: n}}
	}
	for _, row := range []struct {
		name string
		do   nfs4.NfsArgop4 // first, if set
		st   nfs4.Nfsstat4  // of it
		off  uint64
		what nfs4.DataContent4
		at   uint64
		eof  bool
	}{
		{"data after a hole", nil, 0, 0, nfs4.NFS4_CONTENT_DATA, 2 * block, false},
		{"hole at once", nil, 0, 5, nfs4.NFS4_CONTENT_HOLE, 5, false},
		{"hole at the end", nil, 0, 2 * block, nfs4.NFS4_CONTENT_HOLE, 2*block + 4, true},
		{"allocated", allocate(0, block), nfs4.NFS4_OK, 0, nfs4.NFS4_CONTENT_DATA, 0, false},
		{"allocated past the end", allocate(4*block, block), nfs4.NFS4_OK, 4 * block, nfs4.NFS4_CONTENT_HOLE, 5 * block, true},
		{"given back", deallocate(2*block, block), nfs4.NFS4_OK, block, nfs4.NFS4_CONTENT_DATA, 4 * block, false},
		{"no data any more", deallocate(4*block, block), nfs4.NFS4_OK, 3 * block, nfs4.NFS4_CONTENT_DATA, 5 * block, true},
		{"nothing", allocate(0, 0), nfs4.NFS4ERR_INVAL, 0, nfs4.NFS4_CONTENT_DATA, 0, false},
		{"too far", allocate(1, 1<<63-1), nfs4.NFS4ERR_FBIG, 0, nfs4.NFS4_CONTENT_DATA, 0, false},
		{"past all", deallocate(2, ^uint64(0)-1), nfs4.NFS4ERR_INVAL, 0, nfs4.NFS4_CONTENT_DATA, 0, false},
	} {
		if row.do != nil {
			is(t, row.st, p.run(fh, row.do).Status, row.name)
		}
		got, st := seek(row.off, row.what)
		is(t, nfs4.NFS4_OK, st, row.name)
		require.Equal(t, nfs4.Seek4resok{SrEof: row.eof, SrOffset: row.at}, got, row.name)
	}
	_, st := seek(5*block, nfs4.NFS4_CONTENT_HOLE)
	is(t, nfs4.NFS4ERR_NXIO, st)
	is(t, nfs4.NFS4ERR_NOTSUPP, p.run(bare(nfs4.OP_COPY)).Status)
	is(t, nfs4.NFS4ERR_NOTSUPP, p.run(bare(nfs4.OP_GETXATTR)).Status)
	is(t, nfs4.NFS4ERR_OP_ILLEGAL, p.run(bare(76)).Status)
}
