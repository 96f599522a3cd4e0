package nfs_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"testing"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/nfs"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/mount3"
	"crosswire/server/wire/xdr/nfs3"
)

// BenchmarkCalls is one client, one call at a time, over loopback TCP.
func BenchmarkCalls(b *testing.B) {
	rt := runtime.New()
	road := vfs.New(rt, clock.System{})
	a, err := nfs.New(road, nfs.Config{NFS: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	a.SetRuntime(rt)
	if err := rt.AddShare(adapter.Share{Name: "data"}); err != nil {
		b.Fatal(err)
	}
	go func() { _ = a.Serve(context.Background()) }()
	defer func() { _ = a.Stop(context.Background()) }()
	nc, err := net.Dial("tcp", a.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer nc.Close()

	xid := uint32(0)
	answer := make([]byte, 2<<20)
	message := func(prog, proc uint32, args io.WriterTo) []byte {
		var buf strings.Builder
		_, _ = args.WriteTo(&buf)
		m := rpc.AppendCall(make([]byte, rpc.RecordMarkSize), rpc.Call{Prog: prog, Vers: 3, Proc: proc, Cred: user(0, 0), Args: []byte(buf.String())})
		rpc.PutRecordMark(m, len(m)-rpc.RecordMarkSize)
		return m
	}
	exchange := func(m []byte) []byte {
		xid++
		binary.BigEndian.PutUint32(m[rpc.RecordMarkSize:], xid)
		if _, err := nc.Write(m); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(nc, answer[:4]); err != nil {
			b.Fatal(err)
		}
		n := binary.BigEndian.Uint32(answer) &^ (1 << 31)
		if _, err := io.ReadFull(nc, answer[:n]); err != nil {
			b.Fatal(err)
		}
		r, err := rpc.ParseReply(answer[:n])
		if err != nil || r.Denied || r.Accept != 0 || binary.BigEndian.Uint32(r.Results) != 0 {
			b.Fatalf("%+v %v", r, err)
		}
		return r.Results
	}
	res, _, err := mount3.ReadMountres3(strings.NewReader(string(exchange(message(mount3.MOUNT_PROGRAM, 1, opaque("/data"))))))
	if err != nil {
		b.Fatal(err)
	}
	dir := nfs3.NfsFh3{Data: res.(*mount3.Mountres3_MNT3_OK).Mountinfo.Fhandle}
	made, _, err := nfs3.ReadCreate3res(strings.NewReader(string(exchange(message(nfs3.NFS_PROGRAM, 8, &nfs3.Create3args{
		Where: in(dir, "f"), How: &nfs3.Createhow3_GUARDED{ObjAttributes: mode(0o644)}})))))
	if err != nil {
		b.Fatal(err)
	}
	f := *made.(*nfs3.Create3res_NFS3_OK).Resok.Obj.Handle
	write := func(n int) io.WriterTo {
		return &nfs3.Write3args{File: f, Count: uint32(n), Data: make([]byte, n)}
	}
	exchange(message(nfs3.NFS_PROGRAM, 7, write(1<<20)))
	for _, row := range []struct {
		name  string
		proc  nfs3.NfsProc3
		args  io.WriterTo
		bytes int64
	}{
		{"getattr", nfs3.NFSPROC3_GETATTR, &nfs3.Getattr3args{Object: f}, 0},
		{"lookup", nfs3.NFSPROC3_LOOKUP, &nfs3.Lookup3args{What: in(dir, "f")}, 0},
		{"read 4K", nfs3.NFSPROC3_READ, &nfs3.Read3args{File: f, Count: 4096}, 4096},
		{"write 4K", nfs3.NFSPROC3_WRITE, write(4096), 4096},
		{"read 1M", nfs3.NFSPROC3_READ, &nfs3.Read3args{File: f, Count: 1 << 20}, 1 << 20},
		{"write 1M", nfs3.NFSPROC3_WRITE, write(1 << 20), 1 << 20},
	} {
		m := message(nfs3.NFS_PROGRAM, uint32(row.proc), row.args)
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(row.bytes)
			for b.Loop() {
				exchange(m)
			}
		})
	}
}
