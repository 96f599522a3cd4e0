package vfs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
)

// TestShareOpensAndSMB: deny modes of NFSv4 and of SMB are one, both ways.
func TestShareOpensAndSMB(t *testing.T) {
	const r, w = vfs.ShareRead, vfs.ShareWrite
	for _, c := range []struct {
		name         string
		access, deny vfs.ShareAccess // of the NFSv4 open
		smbAccess    uint32
		smbShare     vfs.ShareAccess
		ok           bool
	}{
		{"nothing denied", r | w, 0, vfs.RightReadData | vfs.RightWriteData, r | w, true},
		{"NFS denies writing", r, w, vfs.RightWriteData, r | w, false},
		{"NFS denies reading", w, r, vfs.RightReadData, r | w, false},
		{"NFS denies what SMB does not want", r, w, vfs.RightReadData, r | w, true},
		{"SMB does not share writing", w, 0, vfs.RightReadData, r, false},
		{"SMB does not share reading", r, 0, vfs.RightWriteData, w, false},
		{"SMB shares what NFS wants", r, 0, vfs.RightWriteData, r, true},
		{"SMB looks at attributes", r, r | w, vfs.RightReadAttributes, 0, true},
	} {
		smbOpen := func(h *house) (*vfs.Opened, error) {
			return h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: "f", Access: c.smbAccess, Share: c.smbShare, Disposition: vfs.OpenExisting})
		}
		share := vfs.ShareOpen{Access: c.access, Deny: c.deny}
		t.Run(c.name+", NFS first", func(t *testing.T) {
			h := newHouse(t)
			op, _, err := h.tree.OpenShare(h.ctx, nfs(0), h.file(t, "f", "x"), share)
			require.NoError(t, err)
			_, err = smbOpen(h)
			if !c.ok {
				require.ErrorIs(t, err, vfs.ErrShareDenied)
				_, err = h.tree.Close(h.ctx, nfs(0), op)
				require.NoError(t, err)
				_, err = smbOpen(h)
			}
			require.NoError(t, err)
		})
		t.Run(c.name+", SMB first", func(t *testing.T) {
			h := newHouse(t)
			f := h.file(t, "f", "x")
			got, err := smbOpen(h)
			require.NoError(t, err)
			_, _, err = h.tree.OpenShare(h.ctx, nfs(0), f, share)
			if !c.ok {
				require.ErrorIs(t, err, vfs.ErrShareDenied)
				assert.Equal(t, "open conflict", h.b.calls[len(h.b.calls)-1])
				_, err = h.tree.Close(h.ctx, smb(0), got.Open)
				require.NoError(t, err)
				_, _, err = h.tree.OpenShare(h.ctx, nfs(0), f, share)
			}
			require.NoError(t, err)
		})
	}
}

// TestShareOpenPending holds an open that meets a break against policy
// nfs_break.
func TestShareOpenPending(t *testing.T) {
	for _, c := range []struct {
		policy   string
		conflict bool
		waited   int
		err      error
	}{
		{"notify", false, 0, nil},
		{"notify", true, 0, vfs.ErrJukebox},
		{"wait", false, 1, nil},
		{"wait", true, 1, vfs.ErrShareDenied},
		{"jukebox", false, 0, vfs.ErrJukebox},
		{"jukebox", true, 0, vfs.ErrJukebox},
	} {
		name := c.policy
		if c.conflict {
			name += " with a conflict"
		}
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			f := h.file(t, "f", "x")
			require.NoError(t, h.rt.SetPolicy(vfs.PolicyNFSBreak, c.policy))
			if c.conflict {
				_, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: "f", Access: vfs.RightReadData, Disposition: vfs.OpenExisting})
				require.NoError(t, err)
			}
			h.b.pending = true
			_, _, err := h.tree.OpenShare(h.ctx, nfs(0), f, vfs.ShareOpen{Access: vfs.ShareRead})
			require.ErrorIs(t, err, c.err)
			assert.Equal(t, c.waited, h.b.waited)
			if c.err != nil && !c.conflict {
				assert.Empty(t, h.vfs.Locks().Reservations(f), "a failed open leaves nothing behind")
			}
		})
	}
}

// TestShareOpenIO: I/O through an open asks neither the mode nor its own
// reservation, and the file outlives its name; other I/O meets both.
func TestShareOpenIO(t *testing.T) {
	h := newHouse(t)
	f := h.file(t, "f", "data")
	op, _, err := h.tree.OpenShare(h.ctx, nfs(1000), f, vfs.ShareOpen{Access: vfs.ShareRead | vfs.ShareWrite, Deny: vfs.ShareWrite})
	require.NoError(t, err)
	mode := uint32(0o400)
	_, err = h.tree.SetAttr(h.ctx, nfs(0), f, vfs.Changes{Mode: &mode})
	require.NoError(t, err)

	mine := nfs(1000)
	mine.Open = op.ID
	_, err = h.tree.Write(h.ctx, mine, f, "", []byte("x"), 0, 0)
	require.NoError(t, err)
	_, err = h.tree.Write(h.ctx, nfs(0), f, "", []byte("x"), 0, 0)
	require.ErrorIs(t, err, vfs.ErrShareDenied)

	_, err = h.tree.Remove(h.ctx, nfs(0), h.tree.Root(), "f")
	require.NoError(t, err)
	p := make([]byte, 4)
	n, _, _, err := h.tree.Read(h.ctx, mine, f, "", p, 0)
	require.NoError(t, err)
	require.Equal(t, "xata", string(p[:n]))
	_, err = h.tree.Close(h.ctx, mine, op)
	require.NoError(t, err)
	_, err = h.tree.GetAttr(h.ctx, nfs(0), f)
	require.ErrorIs(t, err, vfs.ErrStale)
}

// TestShareOpenRights: an open needs what its mode gives, the owner's too.
func TestShareOpenRights(t *testing.T) {
	const r, w = vfs.ShareRead, vfs.ShareWrite
	for _, c := range []struct {
		name   string
		mode   uint32
		uid    uint32
		access vfs.ShareAccess
		made   bool
		err    error
	}{
		{"reader reads", 0o444, 1000, r, false, nil},
		{"reader writes", 0o444, 1000, r | w, false, vfs.ErrAccess},
		{"owner of what nobody may write", 0o444, 0, w, false, nil}, // root
		{"program", 0o111, 1000, r, false, nil},
		{"maker", 0, 1000, r | w, true, nil},
		{"nobody", 0, 1000, r, false, vfs.ErrAccess},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			f := h.file(t, "f", "x")
			_, err := h.tree.SetAttr(h.ctx, nfs(0), f, vfs.Changes{Mode: &c.mode})
			require.NoError(t, err)
			_, _, err = h.tree.OpenShare(h.ctx, nfs(c.uid), f, vfs.ShareOpen{Access: c.access, Created: c.made})
			require.ErrorIs(t, err, c.err)
		})
	}
	h := newHouse(t)
	_, _, err := h.tree.OpenShare(h.ctx, nfs(0), h.tree.Root(), vfs.ShareOpen{Access: r})
	require.ErrorIs(t, err, vfs.ErrIsDir)
}

// TestSeek: where data and holes begin.
func TestSeek(t *testing.T) {
	h := newHouse(t)
	f := h.file(t, "f", "")
	const block = vfs.BlockSize
	_, err := h.tree.Write(h.ctx, nfs(0), f, "", []byte("data"), block, 0)
	require.NoError(t, err)
	h.b.calls = nil
	for _, c := range []struct {
		off  uint64
		hole bool
		at   uint64
		end  bool
		err  error
	}{
		{0, false, block, false, nil},
		{0, true, 0, false, nil},
		{block, true, block + 4, true, nil},
		{block + 3, false, block + 3, false, nil},
		{block + 4, false, 0, false, vfs.ErrNoData},
		{block + 4, true, 0, false, vfs.ErrNoData},
	} {
		at, end, err := h.tree.Seek(h.ctx, nfs(0), f, c.off, c.hole)
		require.ErrorIs(t, err, c.err)
		if c.err == nil {
			assert.Equal(t, c.at, at)
			assert.Equal(t, c.end, end)
		}
	}
	assert.Equal(t, "read", h.b.calls[0], "what a holder has not written back may fill a hole")
}
