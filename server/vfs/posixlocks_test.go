package vfs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/adapter"
	"crosswire/server/lock"
	"crosswire/server/vfs"
)

// held takes a POSIX lock for a client of the lock manager that must get it.
func (h *house) held(t *testing.T, f vfs.FileHandle, client string, exclusive bool, off, n uint64) vfs.PosixRange {
	t.Helper()
	r := vfs.PosixRange{
		Owner:     vfs.LockOwner{Protocol: vfs.ProtocolNLM, Client: vfs.LockClient(client, "name"), ID: 1, Opaque: "owner"},
		Exclusive: exclusive, Off: off, Len: n,
	}
	w, err := h.tree.LockPosix(h.ctx, root, f, r, false)
	require.NoError(t, err)
	require.Nil(t, w)
	return r
}

// open opens a file by SMB for reading and writing, sharing everything.
func (h *house) open(t *testing.T, name string) *vfs.Open {
	t.Helper()
	got, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{
		Path: name, Access: vfs.RightReadData | vfs.RightWriteData,
		Share: vfs.ShareRead | vfs.ShareWrite | vfs.ShareDelete, Disposition: vfs.OpenExisting,
	})
	require.NoError(t, err)
	return got.Open
}

// through is an SMB origin that acts through an open.
func through(op *vfs.Open) *vfs.Origin {
	o := *smb(0)
	o.Open = op.ID
	return &o
}

// TestLocksPolicy holds every row of policy nfs_locks against its words.
func TestLocksPolicy(t *testing.T) {
	const ok, stopped = false, true
	rows := []struct {
		holder    string // "smb", "nfs" (the same client as who acts by NFS), "other nfs"
		exclusive bool
		by        string // "smb" (another open), "nfs"
		write     bool
		want      map[string]bool
	}{
		{"other nfs", true, "smb", true, map[string]bool{"mandatory-for-smb": stopped, "mandatory": stopped, "advisory": ok}},
		{"other nfs", true, "smb", false, map[string]bool{"mandatory-for-smb": stopped, "mandatory": stopped, "advisory": ok}},
		{"other nfs", false, "smb", true, map[string]bool{"mandatory-for-smb": stopped, "mandatory": stopped, "advisory": ok}},
		{"other nfs", false, "smb", false, map[string]bool{"mandatory-for-smb": ok, "mandatory": ok, "advisory": ok}},
		{"other nfs", true, "nfs", true, map[string]bool{"mandatory-for-smb": ok, "mandatory": stopped, "advisory": ok}},
		{"other nfs", true, "nfs", false, map[string]bool{"mandatory-for-smb": ok, "mandatory": stopped, "advisory": ok}},
		{"other nfs", false, "nfs", true, map[string]bool{"mandatory-for-smb": ok, "mandatory": stopped, "advisory": ok}},
		{"other nfs", false, "nfs", false, map[string]bool{"mandatory-for-smb": ok, "mandatory": ok, "advisory": ok}},
		{"nfs", true, "nfs", true, map[string]bool{"mandatory-for-smb": ok, "mandatory": ok, "advisory": ok}},
		{"smb", true, "nfs", true, map[string]bool{"mandatory-for-smb": ok, "mandatory": stopped, "advisory": ok}},
		{"smb", true, "nfs", false, map[string]bool{"mandatory-for-smb": ok, "mandatory": stopped, "advisory": ok}},
		{"smb", true, "smb", true, map[string]bool{"mandatory-for-smb": stopped, "mandatory": stopped, "advisory": ok}},
		{"smb", true, "smb", false, map[string]bool{"mandatory-for-smb": stopped, "mandatory": stopped, "advisory": ok}},
		{"smb", false, "smb", true, map[string]bool{"mandatory-for-smb": stopped, "mandatory": stopped, "advisory": ok}},
		{"smb", false, "smb", false, map[string]bool{"mandatory-for-smb": ok, "mandatory": ok, "advisory": ok}},
	}
	for _, row := range rows {
		for policy, want := range row.want {
			name := row.holder + "/" + map[bool]string{true: "exclusive", false: "shared"}[row.exclusive] + "/" + row.by + "/" +
				map[bool]string{true: "write", false: "read"}[row.write] + "/" + policy
			t.Run(name, func(t *testing.T) {
				h := newHouse(t)
				f := h.file(t, "f", "0123456789")
				require.NoError(t, h.rt.SetPolicy("nfs_locks", policy))
				switch row.holder {
				case "smb":
					op := h.open(t, "f")
					_, err := h.tree.Lock(h.ctx, through(op), op, []vfs.LockElement{{Off: 2, Len: 4, Exclusive: row.exclusive}})
					require.NoError(t, err)
				case "nfs":
					h.held(t, f, root.Client, row.exclusive, 2, 4)
				default:
					h.held(t, f, "elsewhere", row.exclusive, 2, 4)
				}
				o := root
				if row.by == "smb" {
					o = through(h.open(t, "f"))
				}
				do := func(off uint64) error {
					if row.write {
						_, err := h.tree.Write(h.ctx, o, f, "", []byte("x"), off, 0)
						return err
					}
					_, _, _, err := h.tree.Read(h.ctx, o, f, "", make([]byte, 1), off)
					return err
				}
				assert.NoError(t, do(1), "before the range")
				assert.NoError(t, do(6), "after the range")
				for _, off := range []uint64{2, 5} {
					if want == stopped {
						assert.ErrorIs(t, do(off), vfs.ErrLocked)
					} else {
						assert.NoError(t, do(off))
					}
				}
			})
		}
	}
}

// TestPosixLocks: one table for both styles, both ways.
func TestPosixLocks(t *testing.T) {
	other := vfs.PosixRange{Owner: vfs.LockOwner{Protocol: vfs.ProtocolNLM, Client: "b/b", ID: 2}, Exclusive: true, Off: 0, Len: 10}
	t.Run("NFS stands against SMB", func(t *testing.T) {
		h := newHouse(t)
		f := h.file(t, "f", "")
		r := h.held(t, f, "a", true, 0, 0)
		op := h.open(t, "f")
		e := []vfs.LockElement{{Off: 1 << 63, Len: 1, Exclusive: true}}
		_, err := h.tree.Lock(h.ctx, through(op), op, e)
		require.ErrorIs(t, err, vfs.ErrLockConflict)
		require.NoError(t, h.tree.UnlockPosix(f, r))
		_, err = h.tree.Lock(h.ctx, through(op), op, e)
		require.NoError(t, err)
	})
	t.Run("an SMB waiter wakes when NFS unlocks a part", func(t *testing.T) {
		h := newHouse(t)
		f := h.file(t, "f", "")
		r := h.held(t, f, "a", true, 0, 100)
		op := h.open(t, "f")
		waiting, got := make(chan struct{}), make(chan error)
		o := through(op)
		o.OnWait = func() { close(waiting) }
		go func() {
			got <- h.tree.LockWait(h.ctx, o, op, vfs.LockElement{Off: 40, Len: 10, Exclusive: true})
		}()
		<-waiting
		r.Off, r.Len = 40, 10
		require.NoError(t, h.tree.UnlockPosix(f, r))
		require.NoError(t, <-got)
	})
	t.Run("an NFS waiter wakes when the SMB handle closes", func(t *testing.T) {
		h := newHouse(t)
		f := h.file(t, "f", "")
		op := h.open(t, "f")
		_, err := h.tree.Lock(h.ctx, through(op), op, []vfs.LockElement{{Off: 5, Len: 1}})
		require.NoError(t, err)
		held, err := h.tree.TestPosix(h.ctx, root, f, other)
		require.NoError(t, err)
		require.Equal(t, lock.SMB, held.Style)
		require.False(t, held.Exclusive)
		w, err := h.tree.LockPosix(h.ctx, root, f, other, true)
		require.NoError(t, err)
		require.NotNil(t, w)
		_, err = h.tree.Close(h.ctx, through(op), op)
		require.NoError(t, err)
		<-w.Done()
		require.NoError(t, w.Err())
	})
	t.Run("rights and kinds", func(t *testing.T) {
		h := newHouse(t)
		mode := uint32(0o444)
		n, err := h.tree.Create(h.ctx, root, h.tree.Root(), "ro", vfs.CreateOptions{Init: vfs.Changes{Mode: &mode}})
		require.NoError(t, err)
		ro := n.Entry.Attr.Handle
		_, err = h.tree.LockPosix(h.ctx, nfs(5), ro, other, false)
		require.ErrorIs(t, err, vfs.ErrAccess)
		shared := other
		shared.Exclusive = false
		_, err = h.tree.LockPosix(h.ctx, nfs(5), ro, shared, false)
		require.NoError(t, err)
		_, err = h.tree.LockPosix(h.ctx, root, h.tree.Root(), other, false)
		require.ErrorIs(t, err, vfs.ErrIsDir)
		wraps := vfs.PosixRange{Off: 3, Len: ^uint64(0) - 1}
		_, err = h.tree.LockPosix(h.ctx, root, ro, wraps, false)
		require.ErrorIs(t, err, vfs.ErrLockRange)
		require.NoError(t, h.rt.UpdateShare(adapter.Share{Name: "Data", ReadOnly: true}))
		_, err = h.tree.LockPosix(h.ctx, root, ro, other, false)
		require.ErrorIs(t, err, vfs.ErrReadOnly)
	})
	t.Run("breaks read caching, by each policy", func(t *testing.T) {
		h := newHouse(t)
		f := h.file(t, "f", "")
		h.b.pending = true
		_, err := h.tree.LockPosix(h.ctx, root, f, other, false)
		require.NoError(t, err, "notify")
		require.NoError(t, h.rt.SetPolicy("nfs_break", "jukebox"))
		_, err = h.tree.LockPosix(h.ctx, root, f, other, false)
		require.ErrorIs(t, err, vfs.ErrJukebox)
		require.NoError(t, h.rt.SetPolicy("nfs_break", "wait"))
		_, err = h.tree.LockPosix(h.ctx, root, f, other, false)
		require.NoError(t, err)
		require.Equal(t, 1, h.b.waited)
		require.Equal(t, []string{"lock", "lock", "lock", "lock"}, h.b.calls)
	})
}

// TestReserve: one table of reservations for SMB opens and the lock manager.
func TestReserve(t *testing.T) {
	a := vfs.LockOwner{Protocol: vfs.ProtocolNLM, Client: "a/a", Opaque: "a"}
	b := vfs.LockOwner{Protocol: vfs.ProtocolNLM, Client: "b/b", Opaque: "b"}
	open := func(h *house, access uint32, share vfs.ShareAccess) error {
		_, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: "f", Access: access, Share: share, Disposition: vfs.OpenExisting})
		return err
	}
	h := newHouse(t)
	f := h.file(t, "f", "data")
	require.NoError(t, h.tree.Reserve(h.ctx, root, f, a, vfs.ShareRead, vfs.ShareWrite))
	require.ErrorIs(t, h.tree.Reserve(h.ctx, root, f, b, vfs.ShareWrite, 0), vfs.ErrShareDenied)
	require.ErrorIs(t, open(h, vfs.RightWriteData, vfs.ShareRead|vfs.ShareWrite), vfs.ErrShareDenied)
	require.ErrorIs(t, open(h, vfs.RightReadData, vfs.ShareWrite), vfs.ErrShareDenied, "the open denies what the holder has")
	_, err := h.tree.Write(h.ctx, root, f, "", []byte("x"), 0, 0)
	require.NoError(t, err, "NFSv3 I/O is not bound by those who cooperate")

	require.NoError(t, open(h, vfs.RightReadData, vfs.ShareRead), "it denies writing, and nobody writes")
	require.ErrorIs(t, h.tree.Reserve(h.ctx, root, f, b, vfs.ShareRead|vfs.ShareWrite, 0), vfs.ErrShareDenied, "the SMB open denies writing")
	require.Contains(t, h.b.calls, "handle", "who keeps a closed file open is asked to close it")
	_, err = h.tree.Write(h.ctx, root, f, "", []byte("x"), 0, 0)
	require.ErrorIs(t, err, vfs.ErrShareDenied, "an SMB deny mode binds NFSv3 I/O, whoever else denies")

	require.NoError(t, h.tree.Reserve(h.ctx, root, f, a, 0, 0), "replaced by less")
	require.True(t, h.tree.Unreserve(f, a))
	require.False(t, h.tree.Unreserve(f, a))

	require.NoError(t, h.tree.Reserve(h.ctx, root, f, b, vfs.ShareRead, 0))
	require.Equal(t, 1, h.vfs.ReleaseLocks(vfs.ProtocolNLM, "b/b"))

	require.ErrorIs(t, h.tree.Reserve(h.ctx, root, h.tree.Root(), a, vfs.ShareRead, 0), vfs.ErrIsDir)
}
