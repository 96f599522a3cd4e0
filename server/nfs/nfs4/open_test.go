package nfs4

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

const (
	reads  = nfs4.OPEN4_SHARE_ACCESS_READ
	writes = nfs4.OPEN4_SHARE_ACCESS_WRITE
	rw     = nfs4.OPEN4_SHARE_ACCESS_BOTH
)

// TestOpenWriteReadClose is the life of a file.
func TestOpenWriteReadClose(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		ok, st := p.open(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
		is(t, nfs4.NFS4_OK, st)
		require.NotEqual(t, ok.Cinfo.Before, ok.Cinfo.After)
		require.Equal(t, mask(nfs4.FATTR4_MODE).words(), ok.Attrset)
		fh := p.fh("f")
		big := strings.Repeat("0123456789abcdef", 20000)
		is(t, nfs4.NFS4_OK, p.run(putfh(fh), writeOp(ok.Stateid, 0, big)).Status)
		got, st := p.read(fh, ok.Stateid)
		is(t, nfs4.NFS4_OK, st)
		require.Equal(t, big, got)
		is(t, nfs4.NFS4_OK, p.run(putfh(fh), &nfs4.NfsArgop4_OP_COMMIT{}).Status)

		// Over it, with a size of 0: it is emptied.
		empty := &nfs4.Createhow4_UNCHECKED4{Createattrs: attrs(func(e *encoder) { e.u64(0) }, nfs4.FATTR4_SIZE)}
		ok, st = p.open(openArgs{owner: "o", name: "f", access: rw, how: empty})
		is(t, nfs4.NFS4_OK, st)
		require.Equal(t, ok.Cinfo.Before, ok.Cinfo.After)
		got, _ = p.read(fh, ok.Stateid)
		require.Empty(t, got)

		is(t, nfs4.NFS4_OK, p.close("o", fh, ok.Stateid))
		_, st = p.read(fh, ok.Stateid)
		is(t, nfs4.NFS4ERR_BAD_STATEID, st)
		require.Empty(t, h.road.Locks().Reservations(mustDecode(t, h, fh)))
	})
}

// TestStateids: which stateids serve for what.
func TestStateids(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		id := p.mustOpen(openArgs{owner: "o", name: "f", access: writes, how: unchecked})
		other := p.mustOpen(openArgs{owner: "o", name: "g", access: rw, how: unchecked})
		fh := p.fh("f")
		again := p.mustOpen(openArgs{owner: "o", name: "f", access: writes, how: unchecked})
		require.Equal(t, id.Other, again.Other)
		require.Equal(t, id.Seqid+1, again.Seqid)
		newer, stale, unknown := again, again, again
		newer.Seqid++
		stale.Other[0] ^= 1
		unknown.Other[11] ^= 64
		zero, ones := nfs4.Stateid4{}, nfs4.Stateid4{Seqid: ^uint32(0), Other: onesOther}
		for _, row := range []struct {
			name        string
			id          nfs4.Stateid4
			read, write nfs4.Nfsstat4
		}{
			{"its own", again, nfs4.NFS4ERR_OPENMODE, nfs4.NFS4_OK},
			{"old", id, nfs4.NFS4ERR_OLD_STATEID, nfs4.NFS4ERR_OLD_STATEID},
			{"from the future", newer, nfs4.NFS4ERR_BAD_STATEID, nfs4.NFS4ERR_BAD_STATEID},
			{"of another start", stale, nfs4.NFS4ERR_STALE_STATEID, nfs4.NFS4ERR_STALE_STATEID},
			{"never given out", unknown, nfs4.NFS4ERR_BAD_STATEID, nfs4.NFS4ERR_BAD_STATEID},
			{"of another file", other, nfs4.NFS4ERR_BAD_STATEID, nfs4.NFS4ERR_BAD_STATEID},
			{"anonymous", zero, nfs4.NFS4_OK, nfs4.NFS4_OK},
			{"bypass", ones, nfs4.NFS4_OK, nfs4.NFS4_OK},
			{"half special", nfs4.Stateid4{Seqid: 7}, nfs4.NFS4ERR_BAD_STATEID, nfs4.NFS4ERR_BAD_STATEID},
		} {
			_, st := p.read(fh, row.id)
			is(t, row.read, st, row.name)
			is(t, row.write, p.run(putfh(fh), writeOp(row.id, 0, "x")).Status, row.name)
		}
		is(t, nfs4.NFS4ERR_ISDIR, p.run(then(at(), readOp(zero, 0, 1))...).Status)
		is(t, nfs4.NFS4ERR_NOFILEHANDLE, p.run(readOp(zero, 0, 1)).Status)
		if p.minor > 0 {
			current := nfs4.Stateid4{Seqid: 1}
			res := p.run(then(at(), p.openOp(openArgs{owner: "c", name: "g", access: rw}), writeOp(current, 0, "now"), readOp(current, 0, 3), p.closeOp("c", current))...)
			is(t, nfs4.NFS4_OK, res.Status, "the current stateid")
			is(t, nfs4.NFS4ERR_BAD_STATEID, p.run(then(at("g"), readOp(current, 0, 3))...).Status)
			latest := again
			latest.Seqid = 0
			is(t, nfs4.NFS4_OK, p.run(putfh(fh), writeOp(latest, 0, "x")).Status)
		}
	})
}

// TestShareDeny: opens of NFSv4 meet each other and those of SMB.
func TestShareDeny(t *testing.T) {
	smb := &vfs.Origin{Protocol: vfs.ProtocolSMB, Client: "smb"}
	both(t, func(t *testing.T, h *house, p *peer) {
		q := h.client(t, p.minor, "second")
		id := p.mustOpen(openArgs{owner: "o", name: "f", access: reads, deny: nfs4.OPEN4_SHARE_DENY_WRITE, how: unchecked})
		fh := p.fh("f")
		_, st := q.open(openArgs{owner: "o", name: "f", access: writes})
		is(t, nfs4.NFS4ERR_SHARE_DENIED, st)
		_, st = p.open(openArgs{owner: "o", name: "f", access: writes})
		is(t, nfs4.NFS4ERR_SHARE_DENIED, st, "the same owner is no exception")
		_, st = q.open(openArgs{owner: "o", name: "f", access: reads, deny: nfs4.OPEN4_SHARE_DENY_READ})
		is(t, nfs4.NFS4ERR_SHARE_DENIED, st)
		is(t, nfs4.NFS4ERR_LOCKED, q.run(putfh(fh), writeOp(nfs4.Stateid4{}, 0, "x")).Status, "without an open")
		_, err := h.tree(t).Open(t.Context(), smb, vfs.OpenRequest{Path: "f", Access: vfs.RightWriteData, Share: vfs.ShareRead | vfs.ShareWrite, Disposition: vfs.OpenExisting})
		require.ErrorIs(t, err, vfs.ErrShareDenied)
		is(t, nfs4.NFS4_OK, p.close("o", fh, id))

		got, err := h.tree(t).Open(t.Context(), smb, vfs.OpenRequest{Path: "f", Access: vfs.RightReadData, Share: vfs.ShareRead, Disposition: vfs.OpenExisting})
		require.NoError(t, err)
		_, st = p.open(openArgs{owner: "o", name: "f", access: writes})
		is(t, nfs4.NFS4ERR_SHARE_DENIED, st, "SMB does not share writing")
		q.mustOpen(openArgs{owner: "o", name: "f", access: reads})
		is(t, nfs4.NFS4ERR_FILE_OPEN, p.run(then(at(), removeOp("f"))...).Status, "nor deleting")
		_, err = h.tree(t).Close(t.Context(), smb, got.Open)
		require.NoError(t, err)
		p.mustOpen(openArgs{owner: "o", name: "f", access: writes})
	})
}

// TestDowngrade: what is left must have been opened.
func TestDowngrade(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		q := h.client(t, p.minor, "second")
		p.mustOpen(openArgs{owner: "o", name: "f", access: reads, how: unchecked})
		id := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, deny: 0})
		fh := p.fh("f")
		down := func(access, deny uint32) nfs4.Nfsstat4 {
			p.seqids["o"]++
			res := p.run(putfh(fh), &nfs4.NfsArgop4_OP_OPEN_DOWNGRADE{OpopenDowngrade: nfs4.OpenDowngrade4args{
				OpenStateid: id, Seqid: p.seqids["o"], ShareAccess: access, ShareDeny: deny,
			}})
			if res.Status == nfs4.NFS4_OK {
				id = one[*nfs4.NfsResop4_OP_OPEN_DOWNGRADE](t, res).OpopenDowngrade.(*nfs4.OpenConfirm4res_NFS4_OK).Resok4.OpenStateid
			}
			return res.Status
		}
		_, st := q.open(openArgs{owner: "q", name: "f", access: reads, deny: nfs4.OPEN4_SHARE_DENY_WRITE})
		is(t, nfs4.NFS4ERR_SHARE_DENIED, st)
		is(t, nfs4.NFS4ERR_INVAL, down(0, 0))
		is(t, nfs4.NFS4ERR_INVAL, down(writes, 0))
		is(t, nfs4.NFS4ERR_INVAL, down(reads, nfs4.OPEN4_SHARE_DENY_READ))
		is(t, nfs4.NFS4_OK, down(reads, 0))
		is(t, nfs4.NFS4ERR_OPENMODE, p.run(putfh(fh), writeOp(id, 0, "x")).Status)
		q.mustOpen(openArgs{owner: "q", name: "f", access: reads, deny: nfs4.OPEN4_SHARE_DENY_WRITE})
	})
}

// TestOpenHow: every way to create, every claim.
func TestOpenHow(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		p.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
		is(t, nfs4.NFS4_OK, p.run(then(at(), mkdirOp("d"))...).Status)
		is(t, nfs4.NFS4_OK, p.run(then(at(), createOp("l", &nfs4.Createtype4_NF4LNK{Linkdata: []byte("f")}))...).Status)
		guarded := &nfs4.Createhow4_GUARDED4{Createattrs: withMode(0o600)}
		exclusive := func(v byte) nfs4.Createhow4 { return &nfs4.Createhow4_EXCLUSIVE4{Createverf: nfs4.Verifier4{v}} }
		newer := func(name string, want nfs4.Nfsstat4) nfs4.Nfsstat4 {
			if p.minor == 0 {
				return nfs4.NFS4ERR_BADXDR
			}
			return want
		}
		for _, row := range []struct {
			name string
			a    openArgs
			want nfs4.Nfsstat4
		}{
			{"missing", openArgs{name: "x", access: reads}, nfs4.NFS4ERR_NOENT},
			{"no access", openArgs{name: "f"}, nfs4.NFS4ERR_INVAL},
			{"strange deny", openArgs{name: "f", access: reads, deny: 4}, nfs4.NFS4ERR_INVAL},
			{"directory", openArgs{name: "d", access: reads}, nfs4.NFS4ERR_ISDIR},
			{"symlink", openArgs{name: "l", access: reads}, nfs4.NFS4ERR_SYMLINK},
			{"unchecked over it", openArgs{name: "f", access: reads, how: unchecked}, nfs4.NFS4_OK},
			{"guarded over it", openArgs{name: "f", access: reads, how: guarded}, nfs4.NFS4ERR_EXIST},
			{"guarded", openArgs{name: "g", access: reads, how: guarded}, nfs4.NFS4_OK},
			{"exclusive", openArgs{name: "e", access: rw, how: exclusive(1)}, nfs4.NFS4_OK},
			{"exclusive again", openArgs{name: "e", access: rw, how: exclusive(1)}, nfs4.NFS4_OK},
			{"exclusive by another", openArgs{name: "e", access: rw, how: exclusive(2)}, nfs4.NFS4ERR_EXIST},
			{"exclusive with attributes", openArgs{name: "e1", access: rw, how: &nfs4.Createhow4_EXCLUSIVE4_1{
				ChCreateboth: nfs4.Creatverfattr{CvaVerf: nfs4.Verifier4{3}, CvaAttrs: withMode(0o600)}}}, newer("e1", nfs4.NFS4_OK)},
			{"bad name", openArgs{name: "..", access: reads, how: unchecked}, nfs4.NFS4ERR_BADNAME},
			{"new name that is not UTF-8", openArgs{name: "\xfe", access: reads, how: unchecked}, nfs4.NFS4ERR_INVAL},
			{"reclaim", openArgs{access: reads, claim: &nfs4.OpenClaim4_CLAIM_PREVIOUS{}}, nfs4.NFS4ERR_NO_GRACE},
			{"by handle of a directory", openArgs{access: reads, claim: &nfs4.OpenClaim4_CLAIM_FH{}}, newer("", nfs4.NFS4ERR_ISDIR)},
			{"with a delegation", openArgs{access: reads, claim: &nfs4.OpenClaim4_CLAIM_DELEGATE_CUR{}}, nfs4.NFS4ERR_BAD_STATEID},
		} {
			row.a.owner = "o " + row.name
			_, st := p.open(row.a)
			is(t, row.want, st, row.name)
		}
		if p.minor > 0 {
			res := p.run(then(at("f"), p.openOp(openArgs{owner: "fh", access: reads, claim: &nfs4.OpenClaim4_CLAIM_FH{}}))...)
			is(t, nfs4.NFS4_OK, res.Status)
			ok, st := p.open(openArgs{owner: "w", name: "f", access: reads | nfs4.OPEN4_SHARE_ACCESS_WANT_NO_DELEG})
			is(t, nfs4.NFS4_OK, st)
			require.Equal(t, nfs4.OPEN_DELEGATE_NONE_EXT, ok.Delegation.GetDelegationType())
		}
	})
}

// TestUnlinkedOpen: a file that is open outlives its name.
func TestUnlinkedOpen(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		id := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
		fh := p.fh("f")
		is(t, nfs4.NFS4_OK, p.run(putfh(fh), writeOp(id, 0, "kept")).Status)
		is(t, nfs4.NFS4_OK, p.run(then(at(), removeOp("f"))...).Status)
		got, st := p.read(fh, id)
		is(t, nfs4.NFS4_OK, st)
		require.Equal(t, "kept", got)
		is(t, nfs4.NFS4_OK, p.close("o", fh, id))
		is(t, nfs4.NFS4ERR_STALE, p.run(putfh(fh)).Status)
	})
}

// TestOpenRights: an open needs permission, I/O through it none.
func TestOpenRights(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		p.cred = user(1000)
		p2 := h.connect(t, p.minor, "user")
		p2.cred = p.cred
		p2.introduce()
		id := p2.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: &nfs4.Createhow4_UNCHECKED4{Createattrs: withMode(0o400)}})
		fh := p2.fh("f")
		is(t, nfs4.NFS4_OK, p2.run(putfh(fh), writeOp(id, 0, "x")).Status, "who made it may write what nobody may")
		_, st := p2.open(openArgs{owner: "o2", name: "f", access: writes})
		is(t, nfs4.NFS4ERR_ACCESS, st)
		require.NoError(t, h.rt.UpdateShare(adapter.Share{Name: "data", ReadOnly: true}))
		_, st = p2.open(openArgs{owner: "o3", name: "new", access: rw, how: unchecked})
		is(t, nfs4.NFS4ERR_ROFS, st)
		is(t, nfs4.NFS4ERR_ROFS, p2.run(putfh(fh), writeOp(id, 0, "x")).Status)
	})
}

// TestSeqids: minor version 0 answers a repeated operation as before, and none
// out of turn (RFC 7530 9.1.7).
func TestSeqids(t *testing.T) {
	h := serve(t)
	p := h.client(t, 0, "client")
	p.seqids["o"] = 10
	open := p.openOp(openArgs{owner: "o", name: "f", access: rw, how: &nfs4.Createhow4_GUARDED4{Createattrs: withMode(0o644)}})
	first := p.run(then(at(), open, bare(nfs4.OP_GETFH))...)
	is(t, nfs4.NFS4_OK, first.Status)
	require.Equal(t, first, p.run(then(at(), open, bare(nfs4.OP_GETFH))...), "else the name would exist")
	id := first.Resarray[2].(*nfs4.NfsResop4_OP_OPEN).Opopen.(*nfs4.Open4res_NFS4_OK).Resok4.Stateid
	fh := p.fh("f")
	_, st := p.read(fh, id)
	is(t, nfs4.NFS4_OK, st)

	confirm := func(seqid uint32) *nfs4.Compound4res {
		return p.run(putfh(fh), &nfs4.NfsArgop4_OP_OPEN_CONFIRM{OpopenConfirm: nfs4.OpenConfirm4args{OpenStateid: id, Seqid: seqid}})
	}
	is(t, nfs4.NFS4ERR_BAD_SEQID, confirm(13).Status)
	done := confirm(11)
	is(t, nfs4.NFS4_OK, done.Status)
	require.Equal(t, done, confirm(11))
	id.Seqid++
	is(t, nfs4.NFS4ERR_BAD_SEQID, confirm(13).Status)

	shut := func(seqid uint32) *nfs4.Compound4res {
		return p.run(putfh(fh), &nfs4.NfsArgop4_OP_CLOSE{Opclose: nfs4.Close4args{Seqid: seqid, OpenStateid: id}})
	}
	is(t, nfs4.NFS4ERR_BAD_SEQID, shut(14).Status)
	closed := shut(12)
	is(t, nfs4.NFS4_OK, closed.Status)
	require.Equal(t, closed, shut(12), "the answer was lost")
	is(t, nfs4.NFS4ERR_BAD_STATEID, shut(13).Status)

	// An owner that was never confirmed begins anew.
	for i := range uint32(3) {
		p.seqids["u"] = 100 * i
		is(t, nfs4.NFS4_OK, p.run(then(at(), p.openOp(openArgs{owner: "u", name: "f", access: reads}))...).Status)
	}
	require.Len(t, h.road.Locks().Reservations(mustDecode(t, h, fh)), 1)
}
