package nfs_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosswire/server/nfs"
	"crosswire/server/vfs"
	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/nfs3"
	"crosswire/server/wire/xdr/rpcmsg"
)

func TestNull(t *testing.T) {
	_, c, _ := root(t)
	require.Zero(t, c.nfs(nfs3.NFSPROC3_NULL, nil).Len())
	for _, row := range []struct {
		vers, proc uint32
		want       rpcmsg.AcceptStat
	}{{2, 0, rpcmsg.PROG_MISMATCH}, {5, 0, rpcmsg.PROG_MISMATCH}, {3, 22, rpcmsg.PROC_UNAVAIL}} {
		r := c.raw(rpc.Call{XID: 1, Prog: nfs3.NFS_PROGRAM, Vers: row.vers, Proc: row.proc})
		require.Equal(t, row.want, r.Accept)
	}
}

func TestGetattr(t *testing.T) {
	s, c, fh := root(t)
	a, st := c.getattr(fh)
	is(t, nfs3.NFS3_OK, st)
	require.Equal(t, nfs3.NF3DIR, a.Type)
	require.Equal(t, uint32(0o777), a.Mode)
	require.Equal(t, s.tree(t).FSID(), a.Fsid)
	require.Equal(t, s.tree(t).Root().ID, a.Fileid)

	f := c.file(fh, "f", "hello")
	a, _ = c.getattr(f)
	require.Equal(t, nfs3.NF3REG, a.Type)
	require.Equal(t, uint64(5), a.Size)
	require.Equal(t, uint64(4096), a.Used)
	require.Equal(t, uint32(1), a.Nlink)
	require.Equal(t, uint32(0o644), a.Mode)
}

// TestHandles: what we did not make is BADHANDLE, what is gone STALE.
func TestHandles(t *testing.T) {
	_, c, fh := root(t)
	f := c.file(fh, "f", "")
	require.LessOrEqual(t, len(f.Data), 64)
	garbled := func(at int) nfs3.NfsFh3 {
		b := append([]byte(nil), f.Data...)
		b[at] ^= 1
		return nfs3.NfsFh3{Data: b}
	}
	for i := range f.Data {
		_, st := c.getattr(garbled(i))
		is(t, nfs3.NFS3ERR_BADHANDLE, st, "octet %d", i)
	}
	for _, h := range [][]byte{nil, {1}, f.Data[:len(f.Data)-1], append(append([]byte(nil), f.Data...), 0), make([]byte, 64)} {
		_, st := c.getattr(nfs3.NfsFh3{Data: h})
		is(t, nfs3.NFS3ERR_BADHANDLE, st)
	}
	r := c.raw(rpc.Call{XID: 1, Prog: nfs3.NFS_PROGRAM, Vers: 3, Proc: 1, Args: append([]byte{0, 0, 0, 65}, make([]byte, 68)...)})
	require.Equal(t, rpcmsg.GARBAGE_ARGS, r.Accept)

	is(t, nfs3.NFS3_OK, c.remove(fh, "f").Status)
	_, st := c.getattr(f)
	is(t, nfs3.NFS3ERR_STALE, st)
	c.file(fh, "f", "another")
	_, st = c.getattr(f)
	is(t, nfs3.NFS3ERR_STALE, st, "a handle is never another file")

	// Another server's handle is not ours, though it shows the same share.
	other := serve(t, nfs.Config{})
	_, st = dial(t, other.Addr()).getattr(fh)
	is(t, nfs3.NFS3ERR_BADHANDLE, st)
}

// TestHandleKey: with one key, a handle of an earlier start is understood, and
// stale because the file system in memory is another.
func TestHandleKey(t *testing.T) {
	cfg := nfs.Config{HandleKey: [16]byte{1}}
	one, two := serve(t, cfg), serve(t, cfg)
	fh, _ := dial(t, one.Addr()).mnt("/data")
	_, st := dial(t, two.Addr()).getattr(fh)
	is(t, nfs3.NFS3ERR_STALE, st)
}

// TestEveryProcedureRefusesHandles gives each procedure a bad and a stale
// handle: the status is right and the reply decodes, without attributes.
func TestEveryProcedureRefusesHandles(t *testing.T) {
	_, c, fh := root(t)
	stale := c.file(fh, "f", "")
	c.remove(fh, "f")
	good := c.mkdir(fh, "good").fh
	for _, row := range []struct {
		name string
		fh   nfs3.NfsFh3
		want nfs3.Nfsstat3
	}{{"bad", nfs3.NfsFh3{Data: []byte("garbage")}, nfs3.NFS3ERR_BADHANDLE}, {"stale", stale, nfs3.NFS3ERR_STALE}} {
		t.Run(row.name, func(t *testing.T) {
			h := row.fh
			attr := func(st nfs3.Nfsstat3, a *nfs3.Fattr3) {
				t.Helper()
				is(t, row.want, st)
				require.Nil(t, a)
			}
			wcc := func(st nfs3.Nfsstat3, w nfs3.WccData) {
				t.Helper()
				is(t, row.want, st)
				require.Nil(t, w.Before.Attributes)
				require.Nil(t, w.After.Attributes)
			}
			_, st := c.getattr(h)
			is(t, row.want, st)
			sa := c.setattr(h, mode(0), nil)
			wcc(sa.Status, sa.Wcc)
			sa = c.setattr(h, mode(0), &nfs3.Nfstime3{})
			wcc(sa.Status, sa.Wcc)
			lo, st := c.lookup(h, "x")
			attr(st, lo.DirAttributes.Attributes)
			ac := read(t, c.nfs(nfs3.NFSPROC3_ACCESS, &nfs3.Access3args{Object: h}), nfs3.ReadAccess3res)
			attr(ac.GetStatus(), ac.(*nfs3.Access3res_default).Resfail.Attributes.Attributes)
			rl := read(t, c.nfs(nfs3.NFSPROC3_READLINK, &nfs3.Readlink3args{Symlink: h}), nfs3.ReadReadlink3res)
			attr(rl.GetStatus(), rl.(*nfs3.Readlink3res_default).Resfail.Attributes.Attributes)
			rd, st := c.read(h, 0, 10)
			attr(st, rd.FileAttributes.Attributes)
			wr, st := c.write(h, 0, "data", nfs3.FILE_SYNC)
			wcc(st, wr.FileWcc)
			m := c.create(h, "x", &nfs3.Createhow3_UNCHECKED{ObjAttributes: keep()})
			wcc(m.status, m.dir)
			m = c.create(h, "x", &nfs3.Createhow3_EXCLUSIVE{})
			wcc(m.status, m.dir)
			m = c.mkdir(h, "x")
			wcc(m.status, m.dir)
			m = c.made(c.nfs(nfs3.NFSPROC3_SYMLINK, &nfs3.Symlink3args{Where: in(h, "x"), Symlink: nfs3.Symlinkdata3{SymlinkAttributes: keep(), SymlinkData: []byte("y")}}))
			wcc(m.status, m.dir)
			m = c.made(c.nfs(nfs3.NFSPROC3_MKNOD, &nfs3.Mknod3args{Where: in(h, "x"), What: &nfs3.Mknoddata3_NF3FIFO{PipeAttributes: keep()}}))
			wcc(m.status, m.dir)
			rm := c.remove(h, "x")
			wcc(rm.Status, rm.Wcc)
			rm = c.rmdir(h, "x")
			wcc(rm.Status, rm.Wcc)
			rn := c.rename(in(h, "x"), in(good, "y"))
			wcc(rn.Status, rn.FromdirWcc)
			same(t, rn.TodirWcc)
			rn = c.rename(in(good, "x"), in(h, "y"))
			if row.name == "bad" { // the source is looked up first
				wcc(rn.Status, rn.TodirWcc)
			}
			same(t, rn.FromdirWcc)
			ln := c.link(h, in(good, "y"))
			attr(ln.Status, ln.FileAttributes.Attributes)
			same(t, ln.LinkdirWcc)
			ln = c.link(good, in(h, "y"))
			is(t, row.want, ln.Status)
			require.NotNil(t, ln.FileAttributes.Attributes)
			require.Nil(t, ln.LinkdirWcc.After.Attributes)
			rr := read(t, c.nfs(nfs3.NFSPROC3_READDIR, &nfs3.Readdir3args{Dir: h, Count: 1000}), nfs3.ReadReaddir3res)
			attr(rr.GetStatus(), rr.(*nfs3.Readdir3res_default).Resfail.Attributes.Attributes)
			rp := read(t, c.nfs(nfs3.NFSPROC3_READDIRPLUS, &nfs3.Readdirplus3args{Dir: h, Dircount: 1000, Maxcount: 1000}), nfs3.ReadReaddirplus3res)
			attr(rp.GetStatus(), rp.(*nfs3.Readdirplus3res_default).Resfail.Attributes.Attributes)
			fs := read(t, c.nfs(nfs3.NFSPROC3_FSSTAT, &nfs3.Fsstat3args{Fsroot: h}), nfs3.ReadFsstat3res)
			attr(fs.GetStatus(), fs.(*nfs3.Fsstat3res_default).Resfail.Attributes.Attributes)
			fi := read(t, c.nfs(nfs3.NFSPROC3_FSINFO, &nfs3.Fsinfo3args{Fsroot: h}), nfs3.ReadFsinfo3res)
			attr(fi.GetStatus(), fi.(*nfs3.Fsinfo3res_default).Resfail.Attributes.Attributes)
			pc := read(t, c.nfs(nfs3.NFSPROC3_PATHCONF, &nfs3.Pathconf3args{Object: h}), nfs3.ReadPathconf3res)
			attr(pc.GetStatus(), pc.(*nfs3.Pathconf3res_default).Resfail.Attributes.Attributes)
			cm := read(t, c.nfs(nfs3.NFSPROC3_COMMIT, &nfs3.Commit3args{File: h}), nfs3.ReadCommit3res)
			wcc(cm.GetStatus(), cm.(*nfs3.Commit3res_default).Resfail.Wcc)
		})
	}
}

func TestSetattr(t *testing.T) {
	_, c, fh := root(t)
	t.Run("all at once", func(t *testing.T) {
		f := c.file(fh, "all", "hello world")
		sa := nfs3.Sattr3{
			Mode: ptr(uint32(0o4755)), Uid: ptr(uint32(7)), Gid: ptr(uint32(8)), Size: ptr(uint64(5)),
			Atime: &nfs3.SetAtime_SET_TO_CLIENT_TIME{Atime: nfs3.Nfstime3{Seconds: 1, Nseconds: 2}},
			Mtime: &nfs3.SetMtime_SET_TO_CLIENT_TIME{Mtime: nfs3.Nfstime3{Seconds: math.MaxUint32, Nseconds: 999_999_999}},
		}
		res := c.setattr(f, sa, nil)
		is(t, nfs3.NFS3_OK, res.Status)
		changed(t, res.Wcc)
		require.Equal(t, uint64(11), res.Wcc.Before.Attributes.Size)
		a, _ := c.getattr(f)
		require.Equal(t, *res.Wcc.After.Attributes, a)
		require.Equal(t, []uint32{0o4755, 7, 8}, []uint32{a.Mode, a.Uid, a.Gid})
		require.Equal(t, uint64(5), a.Size)
		require.Equal(t, nfs3.Nfstime3{Seconds: 1, Nseconds: 2}, a.Atime)
		require.Equal(t, nfs3.Nfstime3{Seconds: math.MaxUint32, Nseconds: 999_999_999}, a.Mtime)
		got, _ := c.read(f, 0, 100)
		require.Equal(t, "hello", string(got.Data))
	})
	t.Run("server time", func(t *testing.T) {
		f := c.file(fh, "now", "")
		c.setattr(f, nfs3.Sattr3{
			Atime: &nfs3.SetAtime_SET_TO_CLIENT_TIME{}, Mtime: &nfs3.SetMtime_SET_TO_CLIENT_TIME{},
		}, nil)
		a, _ := c.getattr(f)
		require.Zero(t, a.Mtime.Seconds)
		c.setattr(f, nfs3.Sattr3{Atime: &nfs3.SetAtime_SET_TO_SERVER_TIME{}, Mtime: &nfs3.SetMtime_SET_TO_SERVER_TIME{}}, nil)
		a, _ = c.getattr(f)
		require.NotZero(t, a.Mtime.Seconds)
		require.NotZero(t, a.Atime.Seconds)
	})
	t.Run("guard", func(t *testing.T) {
		f := c.file(fh, "guarded", "")
		a, _ := c.getattr(f)
		wrong := a.Ctime
		wrong.Nseconds ^= 1
		res := c.setattr(f, mode(0o600), &wrong)
		is(t, nfs3.NFS3ERR_NOT_SYNC, res.Status)
		same(t, res.Wcc)
		is(t, nfs3.NFS3_OK, c.setattr(f, mode(0o600), &a.Ctime).Status)
		is(t, nfs3.NFS3ERR_NOT_SYNC, c.setattr(f, mode(0o644), &a.Ctime).Status)
		b, _ := c.getattr(f)
		require.Equal(t, uint32(0o600), b.Mode)
	})
	t.Run("errors", func(t *testing.T) {
		f := c.file(fh, "errors", "x")
		d := c.mkdir(fh, "dir").fh
		u := c.as(user(1000, 1000))
		bad := keep()
		bad.Mtime = &nfs3.SetMtime_SET_TO_CLIENT_TIME{Mtime: nfs3.Nfstime3{Nseconds: 1_000_000_000}}
		size := func(n uint64) nfs3.Sattr3 { sa := keep(); sa.Size = &n; return sa }
		owner := keep()
		owner.Uid = ptr(uint32(1000))
		for _, row := range []struct {
			name string
			c    *client
			fh   nfs3.NfsFh3
			sa   nfs3.Sattr3
			want nfs3.Nfsstat3
		}{
			{"10^9 nanoseconds", c, f, bad, nfs3.NFS3ERR_INVAL},
			{"size of a directory", c, d, size(0), nfs3.NFS3ERR_ISDIR},
			{"size beyond the largest file", c, f, size(math.MaxUint64), nfs3.NFS3ERR_FBIG},
			{"chmod by another", u, f, mode(0o777), nfs3.NFS3ERR_PERM},
			{"chown by another", u, f, owner, nfs3.NFS3ERR_PERM},
			{"truncate by another", u, f, size(0), nfs3.NFS3ERR_ACCES},
		} {
			t.Run(row.name, func(t *testing.T) {
				res := row.c.setattr(row.fh, row.sa, nil)
				is(t, row.want, res.Status)
				same(t, res.Wcc)
			})
		}
	})
}

// TestTimesSaturate: a time that nfstime3 cannot hold is the nearest it can.
func TestTimesSaturate(t *testing.T) {
	s, c, fh := root(t)
	tree := s.tree(t)
	o := &vfs.Origin{Protocol: vfs.ProtocolSMB}
	f := c.file(fh, "f", "")
	e, _, err := tree.Lookup(context.Background(), o, tree.Root(), "f")
	require.NoError(t, err)
	for _, row := range []struct {
		at   time.Time
		want nfs3.Nfstime3
	}{
		{time.Date(1601, 1, 1, 0, 0, 0, 1, time.UTC), nfs3.Nfstime3{}},
		{time.Date(1969, 12, 31, 23, 59, 59, 5, time.UTC), nfs3.Nfstime3{}},
		{time.Unix(math.MaxUint32, 7), nfs3.Nfstime3{Seconds: math.MaxUint32, Nseconds: 7}},
		{time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC), nfs3.Nfstime3{Seconds: math.MaxUint32, Nseconds: 999_999_999}},
	} {
		_, err := tree.SetAttr(context.Background(), o, e.Attr.Handle, vfs.Changes{Mtime: vfs.At(row.at), Ctime: vfs.At(row.at)})
		require.NoError(t, err)
		a, _ := c.getattr(f)
		require.Equal(t, row.want, a.Mtime)
		require.Equal(t, row.want, a.Ctime)
		// The guard is compared in the form that the client knows.
		is(t, nfs3.NFS3_OK, c.setattr(f, mode(0o600), &row.want).Status, row.at)
	}
}

func TestAccess(t *testing.T) {
	_, c, fh := root(t)
	const all = nfs3.ACCESS3_READ | nfs3.ACCESS3_LOOKUP | nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND | nfs3.ACCESS3_DELETE | nfs3.ACCESS3_EXECUTE
	u := c.as(user(1000, 1000, 50))
	f := c.file(fh, "f", "")
	d := c.mkdir(fh, "d").fh
	group := keep()
	group.Gid = ptr(uint32(50))
	for _, row := range []struct {
		name      string
		fh        nfs3.NfsFh3
		mode, ask uint32
		want      uint32
	}{
		{"file rwx", f, 0o007, all, nfs3.ACCESS3_READ | nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND | nfs3.ACCESS3_EXECUTE},
		{"file r", f, 0o004, all, nfs3.ACCESS3_READ},
		{"file nothing", f, 0o770, all, 0},
		{"never more than asked", f, 0o007, nfs3.ACCESS3_READ, nfs3.ACCESS3_READ},
		{"bits that mean nothing", f, 0o007, 0xffffffc0, 0},
		{"directory rwx", d, 0o007, all, nfs3.ACCESS3_READ | nfs3.ACCESS3_LOOKUP | nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND | nfs3.ACCESS3_DELETE},
		{"directory rx", d, 0o005, all, nfs3.ACCESS3_READ | nfs3.ACCESS3_LOOKUP},
	} {
		t.Run(row.name, func(t *testing.T) {
			is(t, nfs3.NFS3_OK, c.setattr(row.fh, mode(row.mode), nil).Status)
			res := read(t, u.nfs(nfs3.NFSPROC3_ACCESS, &nfs3.Access3args{Object: row.fh, Access: row.ask}), nfs3.ReadAccess3res)
			ok := res.(*nfs3.Access3res_NFS3_OK).Resok
			require.NotNil(t, ok.ObjAttributes.Attributes)
			require.Equal(t, row.want, ok.Access)
		})
	}
	for _, row := range []struct {
		name       string
		fh         nfs3.NfsFh3
		mode, want uint32
	}{
		{"root, file that nobody may execute", f, 0o600, nfs3.ACCESS3_READ | nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND},
		{"root, file without permissions", f, 0, nfs3.ACCESS3_READ | nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND},
		{"root, file that others may execute", f, 0o601, nfs3.ACCESS3_READ | nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND | nfs3.ACCESS3_EXECUTE},
		{"root, directory without permissions", d, 0, nfs3.ACCESS3_READ | nfs3.ACCESS3_LOOKUP | nfs3.ACCESS3_MODIFY | nfs3.ACCESS3_EXTEND | nfs3.ACCESS3_DELETE},
	} {
		t.Run(row.name, func(t *testing.T) {
			is(t, nfs3.NFS3_OK, c.setattr(row.fh, mode(row.mode), nil).Status)
			res := read(t, c.nfs(nfs3.NFSPROC3_ACCESS, &nfs3.Access3args{Object: row.fh, Access: all}), nfs3.ReadAccess3res)
			require.Equal(t, row.want, res.(*nfs3.Access3res_NFS3_OK).Resok.Access)
		})
	}
	t.Run("supplementary group", func(t *testing.T) {
		c.setattr(f, mode(0o040), nil)
		c.setattr(f, group, nil)
		res := read(t, u.nfs(nfs3.NFSPROC3_ACCESS, &nfs3.Access3args{Object: f, Access: all}), nfs3.ReadAccess3res)
		require.Equal(t, uint32(nfs3.ACCESS3_READ), res.(*nfs3.Access3res_NFS3_OK).Resok.Access)
		nobody := c.as(rpc.OpaqueAuth{})
		res = read(t, nobody.nfs(nfs3.NFSPROC3_ACCESS, &nfs3.Access3args{Object: f, Access: all}), nfs3.ReadAccess3res)
		require.Zero(t, res.(*nfs3.Access3res_NFS3_OK).Resok.Access)
	})
}

func TestFileSystem(t *testing.T) {
	s, c, fh := root(t)
	f := c.file(fh, "f", "x")
	st := read(t, c.nfs(nfs3.NFSPROC3_FSSTAT, &nfs3.Fsstat3args{Fsroot: f}), nfs3.ReadFsstat3res).(*nfs3.Fsstat3res_NFS3_OK).Resok
	truth, err := s.tree(t).StatFS(context.Background(), nil)
	require.NoError(t, err)
	require.Equal(t, []uint64{truth.Total, truth.Free, truth.Avail, truth.Files, truth.FilesFree}, []uint64{st.Tbytes, st.Fbytes, st.Abytes, st.Tfiles, st.Ffiles})
	require.Less(t, st.Fbytes, st.Tbytes)
	require.NotNil(t, st.ObjAttributes.Attributes)

	in := read(t, c.nfs(nfs3.NFSPROC3_FSINFO, &nfs3.Fsinfo3args{Fsroot: fh}), nfs3.ReadFsinfo3res).(*nfs3.Fsinfo3res_NFS3_OK).Resok
	require.Equal(t, []uint32{1 << 20, 1 << 20, 1 << 20, 1 << 20}, []uint32{in.Rtmax, in.Rtpref, in.Wtmax, in.Wtpref})
	require.Equal(t, uint64(vfs.MaxFileSize), in.Maxfilesize)
	require.Equal(t, nfs3.Nfstime3{Nseconds: 1}, in.TimeDelta)
	require.Equal(t, uint32(0x1b), in.Properties)

	pc := read(t, c.nfs(nfs3.NFSPROC3_PATHCONF, &nfs3.Pathconf3args{Object: f}), nfs3.ReadPathconf3res).(*nfs3.Pathconf3res_NFS3_OK).Resok
	require.Equal(t, nfs3.Pathconf3resok{ObjAttributes: pc.ObjAttributes, Linkmax: vfs.MaxLinks, NameMax: 255, NoTrunc: true, ChownRestricted: true, CasePreserving: true}, pc)
}
