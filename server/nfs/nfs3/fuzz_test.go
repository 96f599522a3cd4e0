package nfs3

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"testing"

	"crosswire/server/adapter"
	"crosswire/server/clock"
	"crosswire/server/nfs/export"
	"crosswire/server/nfs/rpcserver"
	"crosswire/server/runtime"
	"crosswire/server/vfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs3"
)

// FuzzArguments gives every procedure any arguments. The seeds are valid calls
// on real handles, so that the fuzzer also gets behind the decoders.
func FuzzArguments(f *testing.F) {
	rt := runtime.New()
	road := vfs.New(rt, clock.System{})
	table := export.NewTable(road, [16]byte{1})
	rt.OnShareChange(func([]string) { table.Refresh() })
	if err := rt.AddShare(adapter.Share{Name: "data", CapacityBytes: 1 << 20}); err != nil {
		f.Fatal(err)
	}
	tree, _ := road.Tree("data")
	handle, _ := table.Encode(tree, tree.Root())
	root := nfs3.NfsFh3{Data: handle}
	where := nfs3.Diropargs3{Dir: root, Name: []byte("name")}
	sattr := nfs3.Sattr3{Atime: &nfs3.SetAtime_SET_TO_SERVER_TIME{}, Mtime: &nfs3.SetMtime_DONT_CHANGE{}}
	for proc, args := range map[nfs3.NfsProc3]io.WriterTo{
		nfs3.NFSPROC3_GETATTR:     &nfs3.Getattr3args{Object: root},
		nfs3.NFSPROC3_SETATTR:     &nfs3.Setattr3args{Object: root, NewAttributes: sattr},
		nfs3.NFSPROC3_LOOKUP:      &nfs3.Lookup3args{What: where},
		nfs3.NFSPROC3_ACCESS:      &nfs3.Access3args{Object: root, Access: 63},
		nfs3.NFSPROC3_READLINK:    &nfs3.Readlink3args{Symlink: root},
		nfs3.NFSPROC3_READ:        &nfs3.Read3args{File: root, Count: 10},
		nfs3.NFSPROC3_WRITE:       &nfs3.Write3args{File: root, Count: 3, Data: []byte("abc")},
		nfs3.NFSPROC3_CREATE:      &nfs3.Create3args{Where: where, How: &nfs3.Createhow3_UNCHECKED{ObjAttributes: sattr}},
		nfs3.NFSPROC3_MKDIR:       &nfs3.Mkdir3args{Where: where, Attributes: sattr},
		nfs3.NFSPROC3_SYMLINK:     &nfs3.Symlink3args{Where: where, Symlink: nfs3.Symlinkdata3{SymlinkAttributes: sattr, SymlinkData: []byte("x")}},
		nfs3.NFSPROC3_MKNOD:       &nfs3.Mknod3args{Where: where, What: &nfs3.Mknoddata3_NF3FIFO{PipeAttributes: sattr}},
		nfs3.NFSPROC3_REMOVE:      &nfs3.Remove3args{Object: where},
		nfs3.NFSPROC3_RMDIR:       &nfs3.Rmdir3args{Object: where},
		nfs3.NFSPROC3_RENAME:      &nfs3.Rename3args{From: where, To: where},
		nfs3.NFSPROC3_LINK:        &nfs3.Link3args{File: root, Link: where},
		nfs3.NFSPROC3_READDIR:     &nfs3.Readdir3args{Dir: root, Count: 4096},
		nfs3.NFSPROC3_READDIRPLUS: &nfs3.Readdirplus3args{Dir: root, Dircount: 512, Maxcount: 4096},
		nfs3.NFSPROC3_FSSTAT:      &nfs3.Fsstat3args{Fsroot: root},
		nfs3.NFSPROC3_FSINFO:      &nfs3.Fsinfo3args{Fsroot: root},
		nfs3.NFSPROC3_PATHCONF:    &nfs3.Pathconf3args{Object: root},
		nfs3.NFSPROC3_COMMIT:      &nfs3.Commit3args{File: root, Count: 1},
	} {
		var b bytes.Buffer
		if _, err := args.WriteTo(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(uint32(proc), b.Bytes())
		f.Add(uint32(proc), []byte{0xff, 0xff, 0xff, 0xff})
	}
	procedures := New(table, slog.New(slog.DiscardHandler)).Program().Versions[nfs3.NFS_V3]
	f.Fuzz(func(t *testing.T, proc uint32, args []byte) {
		p, ok := procedures[proc%uint32(len(procedures))]
		if !ok {
			t.Fatalf("no procedure %d", proc)
		}
		c := &rpcserver.Call{
			Call: rpc.Call{Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: proc, Args: args}, Network: "tcp",
			Peer: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, Local: &net.TCPAddr{}, MaxReply: 2 << 20,
		}
		reply := rpcserver.NewReply()
		if err := p.Handle(context.Background(), c, reply); err == nil && (reply.Len()%4 != 0 || reply.Len() > c.MaxReply) {
			t.Fatalf("%s answered %d octets", p.Name, reply.Len())
		}
	})
}
