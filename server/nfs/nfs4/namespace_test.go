package nfs4

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

func createOp(name string, what nfs4.Createtype4) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_CREATE{Opcreate: nfs4.Create4args{Objtype: what, Objname: []byte(name)}}
}

func mkdirOp(name string) nfs4.NfsArgop4 {
	return createOp(name, &nfs4.Createtype4_default{Type: nfs4.NF4DIR})
}

func removeOp(name string) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_REMOVE{Opremove: nfs4.Remove4args{Target: []byte(name)}}
}

func renameOp(from, to string) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_RENAME{Oprename: nfs4.Rename4args{Oldname: []byte(from), Newname: []byte(to)}}
}

// list reads a whole directory in parts of at most max octets.
func (p *peer) list(max uint32, dir ...nfs4.NfsArgop4) (names []string) {
	p.t.Helper()
	var cookie uint64
	var verf nfs4.Verifier4
	for {
		res := p.run(append(append([]nfs4.NfsArgop4{}, dir...), &nfs4.NfsArgop4_OP_READDIR{Opreaddir: nfs4.Readdir4args{
			Cookie: cookie, Cookieverf: verf, Maxcount: max, AttrRequest: mask(nfs4.FATTR4_FILEID, nfs4.FATTR4_RDATTR_ERROR).words(),
		}})...)
		is(p.t, nfs4.NFS4_OK, res.Status)
		ok := one[*nfs4.NfsResop4_OP_READDIR](p.t, res).Opreaddir.(*nfs4.Readdir4res_NFS4_OK).Resok4
		require.LessOrEqual(p.t, ok.GetEncodedSizeBytes(), int(max))
		for e := ok.Reply.Entries; e != nil; e = e.Nextentry {
			names = append(names, string(e.Name))
			cookie = e.Cookie
		}
		if verf = ok.Cookieverf; ok.Reply.Eof {
			return names
		}
	}
}

// TestPseudoRoot: the shares are a directory that follows the share list.
func TestPseudoRoot(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		root := bare(nfs4.OP_PUTROOTFH)
		require.Equal(t, []string{"data"}, p.list(4096, root))
		change := func() string {
			res := p.run(root, getattr(nfs4.FATTR4_CHANGE))
			return string(one[*nfs4.NfsResop4_OP_GETATTR](t, res).Opgetattr.(*nfs4.Getattr4res_NFS4_OK).Resok4.ObjAttributes.AttrVals)
		}
		before := change()
		require.NoError(t, h.rt.AddShare(adapter.Share{Name: "Other"}))
		require.NoError(t, h.rt.AddShare(adapter.Share{Name: "secret", Hidden: true}))
		require.NotEqual(t, before, change())
		require.Equal(t, []string{"data", "Other"}, p.list(4096, root))
		for _, row := range []struct {
			name string
			ops  []nfs4.NfsArgop4
			want nfs4.Nfsstat4
		}{
			{"exact name", []nfs4.NfsArgop4{root, lookup("Other")}, nfs4.NFS4_OK},
			{"other case", []nfs4.NfsArgop4{root, lookup("other")}, nfs4.NFS4ERR_NOENT},
			{"hidden", []nfs4.NfsArgop4{root, lookup("secret")}, nfs4.NFS4_OK},
			{"public", []nfs4.NfsArgop4{bare(nfs4.OP_PUTPUBFH), lookup("data")}, nfs4.NFS4_OK},
			{"up to the root", then(at(), bare(nfs4.OP_LOOKUPP), lookup("Other")), nfs4.NFS4_OK},
			{"above the root", []nfs4.NfsArgop4{root, bare(nfs4.OP_LOOKUPP)}, nfs4.NFS4ERR_NOENT},
			{"make there", []nfs4.NfsArgop4{root, mkdirOp("d")}, nfs4.NFS4ERR_ROFS},
			{"remove there", []nfs4.NfsArgop4{root, removeOp("data")}, nfs4.NFS4ERR_ROFS},
			{"change it", []nfs4.NfsArgop4{root, &nfs4.NfsArgop4_OP_SETATTR{Opsetattr: nfs4.Setattr4args{ObjAttributes: withMode(0)}}}, nfs4.NFS4ERR_ROFS},
			{"from share to share", then(at(), bare(nfs4.OP_SAVEFH), root, lookup("Other"), renameOp("a", "b")), nfs4.NFS4ERR_XDEV},
			{"security", []nfs4.NfsArgop4{root, &nfs4.NfsArgop4_OP_SECINFO{Opsecinfo: nfs4.Secinfo4args{Name: []byte("data")}}}, nfs4.NFS4_OK},
		} {
			is(t, row.want, p.run(row.ops...).Status, row.name)
		}
		fh := p.fh()
		require.NoError(t, h.rt.RemoveShare("data"))
		require.Equal(t, []string{"Other"}, p.list(4096, root))
		is(t, nfs4.NFS4ERR_STALE, p.run(putfh(fh)).Status)
		require.NoError(t, h.rt.AddShare(adapter.Share{Name: "data"}))
		is(t, nfs4.NFS4ERR_STALE, p.run(putfh(fh)).Status, "a share of that name, but another")
	})
}

// TestNames holds operations on names against what they answer.
func TestNames(t *testing.T) {
	long := strings.Repeat("n", 256)
	both(t, func(t *testing.T, h *house, p *peer) {
		raw := vfs.Changes{}
		origin := &vfs.Origin{Protocol: vfs.ProtocolNFS, Client: "other"}
		_, err := h.tree(t).Mkdir(t.Context(), origin, h.tree(t).Root(), "v3\xff", raw, false)
		require.NoError(t, err)
		link := &nfs4.Createtype4_NF4LNK{Linkdata: []byte("dir")}
		save := bare(nfs4.OP_SAVEFH)
		for _, row := range []struct {
			name string
			ops  []nfs4.NfsArgop4
			want nfs4.Nfsstat4
		}{
			{"no file handle", []nfs4.NfsArgop4{lookup("x")}, nfs4.NFS4ERR_NOFILEHANDLE},
			{"mkdir", then(at(), mkdirOp("dir"), bare(nfs4.OP_GETFH)), nfs4.NFS4_OK},
			{"mkdir again", then(at(), mkdirOp("dir")), nfs4.NFS4ERR_EXIST},
			{"not ASCII", then(at(), mkdirOp("é日本")), nfs4.NFS4_OK},
			{"make what is not UTF-8", then(at(), mkdirOp("\xff")), nfs4.NFS4ERR_INVAL},
			{"look up what is not UTF-8", at("\xff"), nfs4.NFS4ERR_INVAL},
			{"look up what NFSv3 made", at("v3\xff"), nfs4.NFS4_OK},
			{"remove what NFSv3 made", then(at(), removeOp("v3\xff")), nfs4.NFS4_OK},
			{"empty name", at(""), nfs4.NFS4ERR_INVAL},
			{"dot", at("."), nfs4.NFS4ERR_BADNAME},
			{"dot dot", at("dir", ".."), nfs4.NFS4ERR_BADNAME},
			{"slash", at("a/b"), nfs4.NFS4ERR_BADCHAR},
			{"NUL", then(at(), mkdirOp("a\x00b")), nfs4.NFS4ERR_BADCHAR},
			{"too long", at(long), nfs4.NFS4ERR_NAMETOOLONG},
			{"symlink", then(at(), createOp("link", link)), nfs4.NFS4_OK},
			{"through a symlink", at("link", "x"), nfs4.NFS4ERR_SYMLINK},
			{"read a symlink", then(at("link"), bare(nfs4.OP_READLINK)), nfs4.NFS4_OK},
			{"fifo", then(at(), createOp("fifo", &nfs4.Createtype4_default{Type: nfs4.NF4FIFO})), nfs4.NFS4_OK},
			{"through a fifo", at("fifo", "x"), nfs4.NFS4ERR_NOTDIR},
			{"device", then(at(), createOp("dev", &nfs4.Createtype4_NF4CHR{Devdata: nfs4.Specdata4{Specdata1: 1, Specdata2: 3}})), nfs4.NFS4_OK},
			{"regular file by CREATE", then(at(), createOp("f", &nfs4.Createtype4_default{Type: nfs4.NF4REG})), nfs4.NFS4ERR_BADTYPE},
			{"rename", then(at(), save, renameOp("fifo", "pipe")), nfs4.NFS4_OK},
			{"rename what is not there", then(at(), save, renameOp("fifo", "pipe")), nfs4.NFS4ERR_NOENT},
			{"rename a file over a directory", then(at(), save, renameOp("pipe", "dir")), nfs4.NFS4ERR_EXIST},
			{"rename into another directory", then(at(), save, lookup("dir"), renameOp("pipe", "pipe")), nfs4.NFS4_OK},
			{"link", then(at("dir", "pipe"), save, bare(nfs4.OP_PUTROOTFH), lookup("data"), &nfs4.NfsArgop4_OP_LINK{Oplink: nfs4.Link4args{Newname: []byte("pipe2")}}), nfs4.NFS4_OK},
			{"link without a saved handle", then(at(), &nfs4.NfsArgop4_OP_LINK{Oplink: nfs4.Link4args{Newname: []byte("x")}}), nfs4.NFS4ERR_NOFILEHANDLE},
			{"remove a full directory", then(at(), removeOp("dir")), nfs4.NFS4ERR_NOTEMPTY},
			{"remove a file", then(at("dir"), removeOp("pipe")), nfs4.NFS4_OK},
			{"remove a directory", then(at(), removeOp("dir")), nfs4.NFS4_OK},
			{"remove in a file", then(at("pipe2"), removeOp("x")), nfs4.NFS4ERR_NOTDIR},
			{"handle of nobody", []nfs4.NfsArgop4{putfh([]byte("garbage"))}, nfs4.NFS4ERR_BADHANDLE},
			{"restore", then(at(), save, bare(nfs4.OP_PUTROOTFH), bare(nfs4.OP_RESTOREFH), lookup("pipe2")), nfs4.NFS4_OK},
			{"up", then(at(), bare(nfs4.OP_LOOKUPP), lookup("data"), lookup("pipe2")), nfs4.NFS4_OK},
		} {
			is(t, row.want, p.run(row.ops...).Status, row.name)
		}
		want := nfs4.NFS4ERR_RESTOREFH
		if p.minor > 0 {
			want = nfs4.NFS4ERR_NOFILEHANDLE
		}
		is(t, want, p.run(bare(nfs4.OP_RESTOREFH)).Status)
	})
}

// TestReaddir: in parts of any size, each name once.
func TestReaddir(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		var want []string
		for i := range 60 {
			want = append(want, fmt.Sprintf("entry-%03d", i))
			is(t, nfs4.NFS4_OK, p.run(then(at(), mkdirOp(want[i]))...).Status)
		}
		for _, max := range []uint32{100, 333, 4096, 1 << 20} {
			require.Equal(t, want, p.list(max, at()...))
		}
		readdir := func(a nfs4.Readdir4args) nfs4.Nfsstat4 {
			return p.run(then(at(), &nfs4.NfsArgop4_OP_READDIR{Opreaddir: a})...).Status
		}
		is(t, nfs4.NFS4ERR_TOOSMALL, readdir(nfs4.Readdir4args{Maxcount: 20}))
		is(t, nfs4.NFS4ERR_BAD_COOKIE, readdir(nfs4.Readdir4args{Maxcount: 4096, Cookie: 2}))
		is(t, nfs4.NFS4ERR_NOT_SAME, readdir(nfs4.Readdir4args{Maxcount: 4096, Cookie: 5, Cookieverf: nfs4.Verifier4{1}}))
		is(t, nfs4.NFS4ERR_INVAL, readdir(nfs4.Readdir4args{Maxcount: 4096, AttrRequest: mask(nfs4.FATTR4_TIME_MODIFY_SET).words()}))
	})
}

// TestAttributes: what is set is read again, and by VERIFY too.
func TestAttributes(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		id := p.mustOpen(openArgs{owner: "o", name: "f", access: 3, how: unchecked})
		fh := p.fh("f")
		get := func(bits ...int) []byte {
			t.Helper()
			res := p.run(putfh(fh), getattr(bits...))
			is(t, nfs4.NFS4_OK, res.Status)
			f := one[*nfs4.NfsResop4_OP_GETATTR](t, res).Opgetattr.(*nfs4.Getattr4res_NFS4_OK).Resok4.ObjAttributes
			require.Equal(t, mask(bits...).words(), f.Attrmask)
			return f.AttrVals
		}
		set := func(id nfs4.Stateid4, f nfs4.Fattr4) nfs4.Setattr4res {
			t.Helper()
			return one[*nfs4.NfsResop4_OP_SETATTR](t, p.run(putfh(fh), &nfs4.NfsArgop4_OP_SETATTR{Opsetattr: nfs4.Setattr4args{Stateid: id, ObjAttributes: f}})).Opsetattr
		}
		fill := func(e *encoder) {
			e.u64(7)              // size
			e.bool(true)          // hidden
			e.u32(0o640)          // mode
			e.opaque([]byte("5")) // owner
			e.opaque([]byte("6")) // owner_group
			e.u32(1)              // time_access_set, by the client
			e.u64(100)
			e.u32(1)
			e.u64(uint64(1 << 33)) // time_create
			e.u32(2)
			e.u32(1) // time_modify_set
			e.u64(^uint64(0))
			e.u32(3)
		}
		bits := []int{nfs4.FATTR4_SIZE, nfs4.FATTR4_HIDDEN, nfs4.FATTR4_MODE, nfs4.FATTR4_OWNER, nfs4.FATTR4_OWNER_GROUP,
			nfs4.FATTR4_TIME_ACCESS_SET, nfs4.FATTR4_TIME_CREATE, nfs4.FATTR4_TIME_MODIFY_SET}
		before := get(nfs4.FATTR4_CHANGE)
		res := set(id, attrs(fill, bits...))
		is(t, nfs4.NFS4_OK, res.Status)
		require.Equal(t, mask(bits...).words(), res.Attrsset)
		require.NotEqual(t, before, get(nfs4.FATTR4_CHANGE))
		var e encoder
		e.u64(7)
		e.bool(true)
		e.u32(0o640)
		e.opaque([]byte("5"))
		e.opaque([]byte("6"))
		e.u64(100)
		e.u32(1)
		e.u64(1 << 33)
		e.u32(2)
		e.u64(^uint64(0))
		e.u32(3)
		read := []int{nfs4.FATTR4_SIZE, nfs4.FATTR4_HIDDEN, nfs4.FATTR4_MODE, nfs4.FATTR4_OWNER, nfs4.FATTR4_OWNER_GROUP,
			nfs4.FATTR4_TIME_ACCESS, nfs4.FATTR4_TIME_CREATE, nfs4.FATTR4_TIME_MODIFY}
		require.Equal(t, e.b, get(read...))
		a, err := h.tree(t).GetAttr(t.Context(), nil, mustDecode(t, h, fh))
		require.NoError(t, err)
		require.NotZero(t, a.DOS&vfs.DOSHidden, "SMB sees it hidden")

		same := nfs4.Verify4args{ObjAttributes: nfs4.Fattr4{Attrmask: mask(read...).words(), AttrVals: e.b}}
		is(t, nfs4.NFS4_OK, p.run(putfh(fh), &nfs4.NfsArgop4_OP_VERIFY{Opverify: same}).Status)
		is(t, nfs4.NFS4ERR_SAME, p.run(putfh(fh), &nfs4.NfsArgop4_OP_NVERIFY{Opnverify: same}).Status)
		other := nfs4.Verify4args{ObjAttributes: withMode(0o641)}
		is(t, nfs4.NFS4ERR_NOT_SAME, p.run(putfh(fh), &nfs4.NfsArgop4_OP_VERIFY{Opverify: other}).Status)
		is(t, nfs4.NFS4_OK, p.run(putfh(fh), &nfs4.NfsArgop4_OP_NVERIFY{Opnverify: other}).Status)

		for _, row := range []struct {
			name string
			f    nfs4.Fattr4
			want nfs4.Nfsstat4
		}{
			{"read-only attribute", attrs(func(e *encoder) { e.u64(1) }, nfs4.FATTR4_FILEID), nfs4.NFS4ERR_INVAL},
			{"unknown attribute", attrs(nil, 60), nfs4.NFS4ERR_ATTRNOTSUPP},
			{"far attribute", nfs4.Fattr4{Attrmask: []uint32{0, 0, 0, 0, 1}}, nfs4.NFS4ERR_ATTRNOTSUPP},
			{"cut off", attrs(nil, nfs4.FATTR4_MODE), nfs4.NFS4ERR_BADXDR},
			{"left over", attrs(func(e *encoder) { e.u64(0) }, nfs4.FATTR4_MODE), nfs4.NFS4ERR_BADXDR},
			{"mode", withMode(0o10000), nfs4.NFS4ERR_INVAL},
			{"owner by name", attrs(func(e *encoder) { e.opaque([]byte("root@localdomain")) }, nfs4.FATTR4_OWNER), nfs4.NFS4ERR_BADOWNER},
			{"a thousand million nanoseconds", attrs(func(e *encoder) { e.u64(0); e.u32(1e9) }, nfs4.FATTR4_TIME_CREATE), nfs4.NFS4ERR_INVAL},
		} {
			res := set(id, row.f)
			is(t, row.want, res.Status, row.name)
			require.Empty(t, res.Attrsset, row.name)
		}
		is(t, nfs4.NFS4ERR_INVAL, p.run(putfh(fh), getattr(nfs4.FATTR4_TIME_ACCESS_SET)).Status)
		res4 := p.run(putfh(fh), getattr(60, nfs4.FATTR4_TYPE))
		f := one[*nfs4.NfsResop4_OP_GETATTR](t, res4).Opgetattr.(*nfs4.Getattr4res_NFS4_OK).Resok4.ObjAttributes
		require.Equal(t, mask(nfs4.FATTR4_TYPE).words(), f.Attrmask, "what is unknown is left out")

		// Every attribute that is said to be supported can be had.
		all := (&compound{minor: p.minor}).supported().without(writeOnly)
		for _, where := range [][]nfs4.NfsArgop4{{putfh(fh)}, {bare(nfs4.OP_PUTROOTFH)}} {
			res := p.run(then(where, &nfs4.NfsArgop4_OP_GETATTR{Opgetattr: nfs4.Getattr4args{AttrRequest: all.words()}})...)
			is(t, nfs4.NFS4_OK, res.Status)
			f := one[*nfs4.NfsResop4_OP_GETATTR](t, res).Opgetattr.(*nfs4.Getattr4res_NFS4_OK).Resok4.ObjAttributes
			require.Equal(t, all.words(), f.Attrmask)
		}
	})
}

func mustDecode(t *testing.T, h *house, fh []byte) vfs.FileHandle {
	n, err := h.svc.decode(fh)
	require.NoError(t, err)
	return n.h
}

// TestAccess: never more than was asked for, and only what makes sense.
func TestAccess(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		p.mustOpen(openArgs{owner: "o", name: "f", access: 3, how: unchecked})
		for _, row := range []struct {
			path              []nfs4.NfsArgop4
			want              uint32
			supported, access uint32
		}{
			{at("f"), allAccess, nfs4.ACCESS4_READ | nfs4.ACCESS4_MODIFY | nfs4.ACCESS4_EXTEND | nfs4.ACCESS4_EXECUTE, 0},
			{at("f"), nfs4.ACCESS4_READ, nfs4.ACCESS4_READ, nfs4.ACCESS4_READ},
			{at("f"), nfs4.ACCESS4_LOOKUP, 0, 0},
			{at(), nfs4.ACCESS4_LOOKUP | nfs4.ACCESS4_EXECUTE, nfs4.ACCESS4_LOOKUP, nfs4.ACCESS4_LOOKUP},
			{[]nfs4.NfsArgop4{bare(nfs4.OP_PUTROOTFH)}, allAccess, allAccess &^ nfs4.ACCESS4_EXECUTE, nfs4.ACCESS4_READ | nfs4.ACCESS4_LOOKUP},
		} {
			res := p.run(then(row.path, &nfs4.NfsArgop4_OP_ACCESS{Opaccess: nfs4.Access4args{Access: row.want}})...)
			ok := one[*nfs4.NfsResop4_OP_ACCESS](t, res).Opaccess.(*nfs4.Access4res_NFS4_OK).Resok4
			require.Equal(t, row.supported, ok.Supported)
			if row.access != 0 {
				require.Equal(t, row.access, ok.Access)
			}
			require.Zero(t, ok.Access&^row.want)
		}
		is(t, nfs4.NFS4ERR_INVAL, p.run(then(at(), &nfs4.NfsArgop4_OP_ACCESS{Opaccess: nfs4.Access4args{Access: 64}})...).Status)
	})
}
