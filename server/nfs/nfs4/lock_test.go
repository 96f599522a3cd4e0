package nfs4

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

func (p *peer) lockFirst(opener, owner string, open nfs4.Stateid4, typ nfs4.NfsLockType4, off, n uint64) nfs4.NfsArgop4 {
	p.seqids[opener]++
	p.seqids["lock "+owner]++
	return &nfs4.NfsArgop4_OP_LOCK{Oplock: nfs4.Lock4args{
		Locktype: typ, Offset: off, Length: n, Locker: &nfs4.Locker4_LOCK_OWNER_NEW{OpenOwner: nfs4.OpenToLockOwner4{
			OpenSeqid: p.seqids[opener], OpenStateid: open, LockSeqid: p.seqids["lock "+owner],
			LockOwner: nfs4.StateOwner4{Clientid: p.id, Owner: []byte(owner)},
		}},
	}}
}

func (p *peer) lockMore(owner string, id nfs4.Stateid4, typ nfs4.NfsLockType4, off, n uint64) nfs4.NfsArgop4 {
	p.seqids["lock "+owner]++
	return &nfs4.NfsArgop4_OP_LOCK{Oplock: nfs4.Lock4args{
		Locktype: typ, Offset: off, Length: n,
		Locker: &nfs4.Locker4_LOCK_OWNER_EXISTS{LockOwner: nfs4.ExistLockOwner4{LockStateid: id, LockSeqid: p.seqids["lock "+owner]}},
	}}
}

func (p *peer) unlock(owner string, id nfs4.Stateid4, off, n uint64) nfs4.NfsArgop4 {
	p.seqids["lock "+owner]++
	return &nfs4.NfsArgop4_OP_LOCKU{Oplocku: nfs4.Locku4args{Locktype: nfs4.READ_LT, Seqid: p.seqids["lock "+owner], LockStateid: id, Offset: off, Length: n}}
}

func (p *peer) lockt(owner string, typ nfs4.NfsLockType4, off, n uint64) nfs4.NfsArgop4 {
	return &nfs4.NfsArgop4_OP_LOCKT{Oplockt: nfs4.Lockt4args{Locktype: typ, Offset: off, Length: n, Owner: nfs4.StateOwner4{Clientid: p.id, Owner: []byte(owner)}}}
}

func locked(t *testing.T, res *nfs4.Compound4res) nfs4.Stateid4 {
	t.Helper()
	is(t, nfs4.NFS4_OK, res.Status)
	return one[*nfs4.NfsResop4_OP_LOCK](t, res).Oplock.(*nfs4.Lock4res_NFS4_OK).Resok4.LockStateid
}

// TestLocks: the locks of two clients, and of SMB, stand against each other.
func TestLocks(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		q := h.client(t, p.minor, "second")
		mine := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
		theirs := q.mustOpen(openArgs{owner: "o", name: "f", access: rw})
		fh := putfh(p.fh("f"))

		id := locked(t, p.run(fh, p.lockFirst("o", "l", mine, nfs4.WRITE_LT, 10, 10)))
		res := q.run(fh, q.lockFirst("o", "l", theirs, nfs4.READ_LT, 15, ^uint64(0)))
		is(t, nfs4.NFS4ERR_DENIED, res.Status)
		denied := one[*nfs4.NfsResop4_OP_LOCK](t, res).Oplock.(*nfs4.Lock4res_NFS4ERR_DENIED).Denied
		require.Equal(t, nfs4.Lock4denied{Offset: 10, Length: 10, Locktype: nfs4.WRITE_LT, Owner: nfs4.StateOwner4{Clientid: p.id, Owner: []byte("l")}}, denied)
		is(t, nfs4.NFS4ERR_DENIED, q.run(fh, q.lockt("x", nfs4.WRITE_LT, 0, 100)).Status)
		is(t, nfs4.NFS4_OK, p.run(fh, p.lockt("l", nfs4.WRITE_LT, 0, 100)).Status, "the owner himself")
		is(t, nfs4.NFS4_OK, q.run(fh, q.lockt("x", nfs4.WRITE_LT, 20, 5)).Status)

		// A part is given up, and becomes a shared lock of the other.
		res = p.run(fh, p.unlock("l", id, 15, 5))
		is(t, nfs4.NFS4_OK, res.Status)
		moved := one[*nfs4.NfsResop4_OP_LOCKU](t, res).Oplocku.(*nfs4.Locku4res_NFS4_OK).LockStateid
		require.Equal(t, id.Seqid+1, moved.Seqid)
		locked(t, q.run(fh, q.lockFirst("o", "l", theirs, nfs4.READ_LT, 15, ^uint64(0))))
		res = p.run(fh, p.lockMore("l", moved, nfs4.WRITE_LT, 30, 1))
		is(t, nfs4.NFS4ERR_DENIED, res.Status)
		id = locked(t, p.run(fh, p.lockMore("l", moved, nfs4.READ_LT, 30, 1)))
		is(t, nfs4.NFS4ERR_OLD_STATEID, p.run(fh, p.lockMore("l", moved, nfs4.READ_LT, 30, 1)).Status)

		// SMB meets them, and they meet SMB.
		smb := &vfs.Origin{Protocol: vfs.ProtocolSMB, Client: "smb"}
		got, err := h.tree(t).Open(t.Context(), smb, vfs.OpenRequest{
			Path: "f", Access: vfs.RightReadData | vfs.RightWriteData, Share: vfs.ShareRead | vfs.ShareWrite, Disposition: vfs.OpenExisting,
		})
		require.NoError(t, err)
		_, err = h.tree(t).Lock(t.Context(), smb, got.Open, []vfs.LockElement{{Off: 10, Len: 1, Exclusive: true}})
		require.ErrorIs(t, err, vfs.ErrLockConflict)
		_, err = h.tree(t).Lock(t.Context(), smb, got.Open, []vfs.LockElement{{Off: 0, Len: 5, Exclusive: true}})
		require.NoError(t, err)
		res = q.run(fh, q.lockt("x", nfs4.READ_LT, 0, 1))
		is(t, nfs4.NFS4ERR_DENIED, res.Status)
		require.Zero(t, one[*nfs4.NfsResop4_OP_LOCKT](t, res).Oplockt.(*nfs4.Lockt4res_NFS4ERR_DENIED).Denied.Owner.Clientid)

		// Closing the file unlocks it.
		h1 := mustDecode(t, h, p.fh("f"))
		is(t, nfs4.NFS4_OK, p.close("o", p.fh("f"), mine))
		for _, l := range h.road.Locks().Locks(h1, "") {
			require.NotContains(t, l.Owner.Client, fmt.Sprintf("%016x", p.id))
		}
		is(t, nfs4.NFS4_OK, q.run(fh, q.lockt("x", nfs4.WRITE_LT, 10, 5)).Status)
	})
}

// TestLockArguments: what is refused for itself.
func TestLockArguments(t *testing.T) {
	both(t, func(t *testing.T, h *house, p *peer) {
		id := p.mustOpen(openArgs{owner: "o", name: "f", access: reads, how: unchecked})
		fh := putfh(p.fh("f"))
		const all = ^uint64(0)
		for _, row := range []struct {
			name   string
			typ    nfs4.NfsLockType4
			off, n uint64
			want   nfs4.Nfsstat4
		}{
			{"no length", nfs4.READ_LT, 0, 0, nfs4.NFS4ERR_INVAL},
			{"past the end", nfs4.READ_LT, 2, all - 1, nfs4.NFS4ERR_INVAL},
			{"to the end", nfs4.READ_LT, all, all, nfs4.NFS4_OK},
			{"exclusive on what is open to be read", nfs4.WRITE_LT, 0, 1, nfs4.NFS4ERR_OPENMODE},
			{"blocking", nfs4.READW_LT, 0, 1, nfs4.NFS4_OK},
		} {
			if row.want == nfs4.NFS4ERR_INVAL {
				before := p.seqids["o"]
				is(t, row.want, p.run(fh, p.lockFirst("o", row.name, id, row.typ, row.off, row.n)).Status, row.name)
				p.seqids["o"] = before // it was refused before the seqid counted
				continue
			}
			is(t, row.want, p.run(fh, p.lockFirst("o", row.name, id, row.typ, row.off, row.n)).Status, row.name)
		}
		is(t, nfs4.NFS4ERR_ISDIR, p.run(then(at(), p.lockt("x", nfs4.READ_LT, 0, 1))...).Status)
		is(t, nfs4.NFS4ERR_BAD_STATEID, p.run(fh, p.lockMore("none", id, nfs4.READ_LT, 0, 1)).Status, "an open's stateid")
	})
}

// TestReleaseLockowner: an owner that holds locks stays.
func TestReleaseLockowner(t *testing.T) {
	h := serve(t)
	p := h.client(t, 0, "client")
	id := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
	fh := putfh(p.fh("f"))
	lock := locked(t, p.run(fh, p.lockFirst("o", "l", id, nfs4.WRITE_LT, 0, 1)))
	release := &nfs4.NfsArgop4_OP_RELEASE_LOCKOWNER{OpreleaseLockowner: nfs4.ReleaseLockowner4args{LockOwner: nfs4.StateOwner4{Clientid: p.id, Owner: []byte("l")}}}
	is(t, nfs4.NFS4ERR_LOCKS_HELD, p.run(release).Status)
	is(t, nfs4.NFS4_OK, p.run(fh, p.unlock("l", lock, 0, 1)).Status)
	is(t, nfs4.NFS4_OK, p.run(release).Status)
	lock.Seqid++
	is(t, nfs4.NFS4ERR_BAD_STATEID, p.run(fh, p.unlock("l", lock, 0, 1)).Status)
}

// TestFreeStateid: stateids of locks can be tested, and freed when they hold
// nothing.
func TestFreeStateid(t *testing.T) {
	h := serve(t)
	p := h.client(t, 1, "client")
	id := p.mustOpen(openArgs{owner: "o", name: "f", access: rw, how: unchecked})
	fh := putfh(p.fh("f"))
	lock := locked(t, p.run(fh, p.lockFirst("o", "l", id, nfs4.WRITE_LT, 0, 1)))
	free := func(id nfs4.Stateid4) nfs4.Nfsstat4 {
		return p.run(&nfs4.NfsArgop4_OP_FREE_STATEID{OpfreeStateid: nfs4.FreeStateid4args{FsaStateid: id}}).Status
	}
	is(t, nfs4.NFS4ERR_LOCKS_HELD, free(id))
	is(t, nfs4.NFS4ERR_LOCKS_HELD, free(lock))
	is(t, nfs4.NFS4_OK, p.run(fh, p.unlock("l", lock, 0, 1)).Status)
	old := lock
	lock.Seqid++
	res := p.run(&nfs4.NfsArgop4_OP_TEST_STATEID{OptestStateid: nfs4.TestStateid4args{TsStateids: []nfs4.Stateid4{id, lock, old, {}}}})
	require.Equal(t, []nfs4.Nfsstat4{nfs4.NFS4_OK, nfs4.NFS4_OK, nfs4.NFS4ERR_OLD_STATEID, nfs4.NFS4ERR_BAD_STATEID},
		one[*nfs4.NfsResop4_OP_TEST_STATEID](t, res).OptestStateid.(*nfs4.TestStateid4res_NFS4_OK).TsrResok4.TsrStatusCodes)
	is(t, nfs4.NFS4_OK, free(lock))
	is(t, nfs4.NFS4ERR_BAD_STATEID, free(lock))
}
