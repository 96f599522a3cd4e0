package vfs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/vfs"
	"crosswire/server/wire/secdesc"
)

func allowed(sid secdesc.SID, mask uint32, flags secdesc.ACEFlags) secdesc.ACE {
	return secdesc.ACE{Type: secdesc.AccessAllowed, SID: sid, Mask: mask, Flags: flags}
}

func dacl(aces ...secdesc.ACE) secdesc.Descriptor {
	return secdesc.Descriptor{Control: secdesc.DACLPresent, DACL: &secdesc.ACL{ACEs: aces}}
}

// secured sets a descriptor as root does it over SMB.
func (h *house) secured(t *testing.T, path string, which uint32, d secdesc.Descriptor) vfs.FileHandle {
	t.Helper()
	got, err := h.tree.Open(h.ctx, smb(0), vfs.OpenRequest{Path: path, Access: vfs.RightAll, Share: shareAll, Disposition: vfs.OpenExisting})
	require.NoError(t, err)
	require.NoError(t, h.tree.SetSecurity(h.ctx, smb(0), got.Open, which, d))
	_, err = h.tree.Close(h.ctx, smb(0), got.Open)
	require.NoError(t, err)
	return got.Open.Handle
}

// TestACLDoors: every way to a file asks the same ACL.
func TestACLDoors(t *testing.T) {
	const read = vfs.RightReadData | vfs.RightReadAttributes | vfs.RightReadControl
	h := newHouse(t)
	h.file(t, "f", "data")
	f := h.secured(t, "f", vfs.SecurityDACL, dacl(
		secdesc.ACE{Type: secdesc.AccessDenied, SID: secdesc.UnixUser(1002), Mask: vfs.RightReadData},
		allowed(secdesc.UnixUser(1001), read|vfs.RightWriteData, 0),
		allowed(secdesc.Everyone(), read, 0)))

	for _, c := range []struct {
		uid         uint32
		read, write bool
	}{{0, true, true}, {1001, true, true}, {1002, false, false}, {1003, true, false}} {
		open := func(access uint32) error {
			got, err := h.tree.Open(h.ctx, smb(c.uid), vfs.OpenRequest{Path: "f", Access: access, Share: shareAll, Disposition: vfs.OpenExisting})
			if err == nil {
				_, err = h.tree.Close(h.ctx, smb(c.uid), got.Open)
			}
			return err
		}
		granted, _, err := h.tree.Access(h.ctx, nfs(c.uid), f, vfs.RightReadData|vfs.RightWriteData)
		require.NoError(t, err)
		_, _, _, readErr := h.tree.Read(h.ctx, nfs(c.uid), f, "", make([]byte, 4), 0)
		_, writeErr := h.tree.Write(h.ctx, nfs(c.uid), f, "", []byte("x"), 0, 0)
		for _, door := range []struct {
			name string
			in   bool
			want bool
		}{
			{"NFS ACCESS read", granted&vfs.RightReadData != 0, c.read},
			{"NFS ACCESS write", granted&vfs.RightWriteData != 0, c.write},
			{"NFS READ", readErr == nil, c.read},
			{"NFS WRITE", writeErr == nil, c.write},
			{"SMB CREATE read", open(vfs.RightReadData) == nil, c.read},
			{"SMB CREATE write", open(vfs.RightWriteData) == nil, c.write},
		} {
			require.Equalf(t, door.want, door.in, "%s by uid %d", door.name, c.uid)
		}
	}
}

// TestACLKept: what is set is what is told, SIDs that mean nothing here
// included, and the mode follows.
func TestACLKept(t *testing.T) {
	stranger := secdesc.NewSID(5, 21, 7, 8, 9, 1234)
	h := newHouse(t)
	h.file(t, "f", "data")
	group := secdesc.UnixGroup(77)
	d := dacl(allowed(stranger, vfs.RightAll, 0), allowed(secdesc.UnixUser(0), secdesc.GenericRead, 0),
		allowed(secdesc.Everyone(), vfs.RightReadData, secdesc.InheritOnly|secdesc.ObjectInherit))
	d.Owner, d.Group = &stranger, &group
	d.Control |= secdesc.DACLProtected
	f := h.secured(t, "f", vfs.SecurityOwner|vfs.SecurityGroup|vfs.SecurityDACL, d)

	got, err := h.tree.Security(h.ctx, root, f)
	require.NoError(t, err)
	require.Equal(t, stranger, *got.Owner)
	require.Equal(t, group, *got.Group)
	require.Equal(t, secdesc.DACLPresent|secdesc.DACLProtected, got.Control)
	d.DACL.ACEs[1].Mask = secdesc.FileGenericRead // canonical form
	require.Equal(t, d.DACL.ACEs, got.DACL.ACEs)

	a, err := h.tree.GetAttr(h.ctx, root, f)
	require.NoError(t, err)
	require.Equal(t, uint32(77), a.GID)
	require.Equal(t, uint32(0), a.UID, "a stranger has no uid")
	require.Equal(t, uint32(0o400), a.Mode&0o777, "what the uid that is shown may do")
}

// TestACLAndMode: who knows of no ACLs has the last word.
func TestACLAndMode(t *testing.T) {
	mode, uid := uint32(0o640), uint32(1005)
	only := dacl(allowed(secdesc.UnixUser(1001), vfs.RightReadData, 0))

	t.Run("chmod replaces the ACL", func(t *testing.T) {
		h := newHouse(t)
		h.file(t, "f", "data")
		f := h.secured(t, "f", vfs.SecurityDACL, only)
		wcc, err := h.tree.SetAttr(h.ctx, root, f, vfs.Changes{Mode: &mode})
		require.NoError(t, err)
		require.Equal(t, mode, wcc.After.Mode)
		require.Nil(t, wcc.After.Security)
		granted, _, err := h.tree.Access(h.ctx, nfs(1001), f, vfs.RightReadData)
		require.NoError(t, err)
		require.Zero(t, granted)
	})
	t.Run("chown moves the owner", func(t *testing.T) {
		h := newHouse(t)
		h.file(t, "f", "data")
		f := h.secured(t, "f", vfs.SecurityDACL, only)
		_, err := h.tree.SetAttr(h.ctx, root, f, vfs.Changes{UID: &uid})
		require.NoError(t, err)
		d, err := h.tree.Security(h.ctx, root, f)
		require.NoError(t, err)
		require.Equal(t, secdesc.UnixUser(uid), *d.Owner)
		require.Equal(t, only.DACL.ACEs, d.DACL.ACEs)
		granted, _, err := h.tree.Access(h.ctx, nfs(uid), f, vfs.RightAll)
		require.NoError(t, err)
		require.Equal(t, uint32(vfs.RightReadControl|vfs.RightWriteDAC), granted, "the owner may mend the ACL")
	})
	t.Run("other changes leave it", func(t *testing.T) {
		h := newHouse(t)
		h.file(t, "f", "data")
		f := h.secured(t, "f", vfs.SecurityDACL, only)
		wcc, err := h.tree.SetAttr(h.ctx, root, f, vfs.Changes{Mtime: vfs.Now(), Size: size(0)})
		require.NoError(t, err)
		require.NotNil(t, wcc.After.Security)
	})
}

// TestACLHeirs: a new file inherits, whoever makes it.
func TestACLHeirs(t *testing.T) {
	const both = secdesc.ObjectInherit | secdesc.ContainerInherit
	h := newHouse(t)
	mode := uint32(0o777)
	_, err := h.tree.Mkdir(h.ctx, root, h.tree.Root(), "d", vfs.Changes{Mode: &mode}, false)
	require.NoError(t, err)
	d := h.secured(t, "d", vfs.SecurityDACL, dacl(
		allowed(secdesc.CreatorOwner(), vfs.RightReadData|vfs.RightWriteData, both),
		allowed(secdesc.Everyone(), vfs.RightAll, 0)))

	n, err := h.tree.Create(h.ctx, nfs(1001), d, "by-nfs", vfs.CreateOptions{Init: vfs.Changes{Mode: &mode}})
	require.NoError(t, err)
	require.Equal(t, uint32(0o600), n.Entry.Attr.Mode, "the ACL counts, not the mode that was asked for")
	got, err := h.tree.Open(h.ctx, smb(1002), vfs.OpenRequest{Path: "d/by-smb", Access: vfs.RightAll, Share: shareAll, Disposition: vfs.CreateNew})
	require.NoError(t, err)
	for uid, f := range map[uint32]vfs.FileHandle{1001: n.Entry.Attr.Handle, 1002: got.Open.Handle} {
		sd, err := h.tree.Security(h.ctx, root, f)
		require.NoError(t, err)
		require.Equal(t, []secdesc.ACE{allowed(secdesc.UnixUser(uid), vfs.RightReadData|vfs.RightWriteData, 0)}, sd.DACL.ACEs)
	}
	l, err := h.tree.Symlink(h.ctx, nfs(1001), d, "link", "by-nfs", vfs.Changes{})
	require.NoError(t, err)
	require.Nil(t, l.Entry.Attr.Security, "a symbolic link has no ACL")
}

// TestACLGiven: a descriptor that comes with the open (MS-SMB2 2.2.13.2.2).
func TestACLGiven(t *testing.T) {
	h := newHouse(t)
	d := dacl(allowed(secdesc.UnixUser(1003), vfs.RightReadData, 0))
	_, err := h.tree.Open(h.ctx, smb(1001), vfs.OpenRequest{Path: "f", Access: vfs.RightAll, Share: shareAll,
		Disposition: vfs.CreateNew, Security: &d})
	require.NoError(t, err)
	e, _, err := h.tree.Lookup(h.ctx, root, h.tree.Root(), "f")
	require.NoError(t, err)
	sd, err := h.tree.Security(h.ctx, root, e.Attr.Handle)
	require.NoError(t, err)
	require.Equal(t, secdesc.UnixUser(1001), *sd.Owner)
	require.Equal(t, d.DACL.ACEs, sd.DACL.ACEs)

	other := secdesc.UnixUser(1002)
	d.Owner = &other
	_, err = h.tree.Open(h.ctx, smb(1001), vfs.OpenRequest{Path: "g", Access: vfs.RightAll, Share: shareAll,
		Disposition: vfs.CreateNew, Security: &d})
	require.ErrorIs(t, err, vfs.ErrBadOwner, "nobody may give a file away")
	_, _, err = h.tree.Lookup(h.ctx, root, h.tree.Root(), "g")
	require.ErrorIs(t, err, vfs.ErrNotExist)
}

// TestSetSecurityRefuses what the open was not granted.
func TestSetSecurityRefuses(t *testing.T) {
	owner, other := secdesc.UnixUser(1001), secdesc.UnixUser(1002)
	everyone := secdesc.Everyone()
	for _, c := range []struct {
		name   string
		access uint32
		which  uint32
		owner  *secdesc.SID
		want   error
	}{
		{"the DACL without WRITE_DAC", vfs.RightWriteOwner, vfs.SecurityDACL, nil, vfs.ErrAccess},
		{"the owner without WRITE_OWNER", vfs.RightWriteDAC, vfs.SecurityOwner, &owner, vfs.ErrAccess},
		{"the group without WRITE_OWNER", vfs.RightWriteDAC, vfs.SecurityGroup, nil, vfs.ErrAccess},
		{"the owner to another", vfs.RightAll, vfs.SecurityOwner, &other, vfs.ErrBadOwner},
		{"no owner", vfs.RightAll, vfs.SecurityOwner, nil, vfs.ErrBadOwner},
		{"the owner to oneself", vfs.RightAll, vfs.SecurityOwner, &owner, nil},
		{"the owner to a group of one's own", vfs.RightAll, vfs.SecurityOwner, &everyone, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			got, err := h.tree.Open(h.ctx, smb(1001), vfs.OpenRequest{Path: "f", Access: c.access, Share: shareAll, Disposition: vfs.CreateNew})
			require.NoError(t, err)
			d := dacl()
			d.Owner = c.owner
			require.ErrorIs(t, h.tree.SetSecurity(h.ctx, smb(1001), got.Open, c.which, d), c.want)
		})
	}
}

// TestACLDelete: DELETE on the file or DELETE_CHILD on the directory, for
// every protocol.
func TestACLDelete(t *testing.T) {
	everyone := secdesc.Everyone()
	for _, c := range []struct {
		name      string
		dir, file uint32
		want      error
	}{
		{"neither", vfs.RightExecute, vfs.RightReadData, vfs.ErrAccess},
		{"DELETE on the file", vfs.RightExecute, vfs.RightDelete, nil},
		{"DELETE_CHILD on the directory", vfs.RightExecute | vfs.RightDeleteChild, vfs.RightReadData, nil},
		{"ADD_FILE is not enough", vfs.RightExecute | vfs.RightWriteData, vfs.RightReadData, vfs.ErrAccess},
	} {
		prepare := func(t *testing.T) (*house, vfs.FileHandle) {
			h := newHouse(t)
			d := h.openDir(t, "d").Handle
			_, err := h.tree.Create(h.ctx, root, d, "f", vfs.CreateOptions{})
			require.NoError(t, err)
			h.secured(t, "d/f", vfs.SecurityDACL, dacl(allowed(everyone, c.file, 0)))
			h.secured(t, "d", vfs.SecurityDACL, dacl(allowed(everyone, c.dir, 0)))
			return h, d
		}
		t.Run("SMB, "+c.name, func(t *testing.T) {
			h, _ := prepare(t)
			_, err := h.tree.Open(h.ctx, smb(1001), vfs.OpenRequest{Path: "d/f", Access: vfs.RightDelete, Share: shareAll, Disposition: vfs.OpenExisting})
			require.ErrorIs(t, err, c.want)
		})
		t.Run("NFS, "+c.name, func(t *testing.T) {
			h, d := prepare(t)
			_, err := h.tree.Remove(h.ctx, nfs(1001), d, "f")
			require.ErrorIs(t, err, c.want)
		})
	}
}

// TestAccessBasedEnumeration: who may not read a file does not see its name,
// by any protocol, and the listing ends all the same.
func TestAccessBasedEnumeration(t *testing.T) {
	h := newHouse(t)
	h.file(t, "hidden", "x")
	h.file(t, "seen", "x")
	h.secured(t, "hidden", vfs.SecurityDACL, dacl(allowed(secdesc.UnixUser(1001), vfs.RightAll, 0)))
	share := h.tree.Share()
	share.AccessBased = true
	require.NoError(t, h.rt.UpdateShare(share))
	for _, o := range []*vfs.Origin{nfs(1001), nfs(1002), smb(1001), smb(1002)} {
		want := []string{"hidden", "seen"}
		if o.Cred.UID == 1002 {
			want = want[1:]
		}
		var got []string
		for after, eof := uint64(0), false; !eof; {
			list, end, _, err := h.tree.ReadDir(h.ctx, o, h.tree.Root(), after, 1)
			require.NoError(t, err)
			for _, e := range list {
				got, after = append(got, e.Name), e.Cookie
			}
			eof = end || len(list) == 0
		}
		require.Equalf(t, want, got, "%s uid %d", o.Protocol, o.Cred.UID)
		_, _, err := h.tree.Lookup(h.ctx, o, h.tree.Root(), "hidden")
		require.NoError(t, err, "its name is no secret")
	}
}
