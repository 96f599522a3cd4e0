package smb

import (
	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// The mode of a file and its security descriptor say the same thing: three
// ACEs stand for owner, group and everyone. Unix identities are told as the
// SIDs that Samba uses for them, S-1-22-1-uid and S-1-22-2-gid.

// Rights that one rwx triple stands for.
const (
	aceRead    = vfs.RightReadData | vfs.RightReadEA
	aceWrite   = vfs.RightWriteData | vfs.RightAppendData | vfs.RightWriteEA | vfs.RightWriteAttributes
	aceExecute = vfs.RightExecute
	aceAlways  = vfs.RightReadAttributes | vfs.RightReadControl | vfs.RightSynchronize
	aceOwner   = vfs.RightWriteAttributes | vfs.RightWriteDAC | vfs.RightWriteOwner | vfs.RightDelete
)

// descriptorOf renders owner, group and mode, the parts that are asked for.
func descriptorOf(a vfs.Attr, want smb2.SecurityInformation) *secdesc.Descriptor {
	owner, group := secdesc.UnixUser(a.UID), secdesc.UnixGroup(a.GID)
	d := secdesc.Descriptor{Control: secdesc.DACLPresent, Owner: &owner, Group: &group, DACL: &secdesc.ACL{}}
	add := func(sid secdesc.SID, bits, always uint32) {
		mask := always
		if bits&4 != 0 {
			mask |= aceRead
		}
		if bits&2 != 0 {
			mask |= aceWrite
			if a.Type == vfs.TypeDirectory {
				mask |= vfs.RightDeleteChild
			}
		}
		if bits&1 != 0 {
			mask |= aceExecute
		}
		d.DACL.ACEs = append(d.DACL.ACEs, secdesc.ACE{Type: secdesc.AccessAllowed, Mask: secdesc.AccessMask(mask), SID: sid})
	}
	add(owner, a.Mode>>6, aceAlways|aceOwner)
	add(group, a.Mode>>3, aceAlways)
	add(secdesc.Everyone(), a.Mode, aceAlways)
	sel := d.Select(uint32(want))
	return &sel
}

// querySecurity answers QUERY_INFO of a security descriptor (MS-SMB2
// 3.3.5.20.3).
func (r *request) querySecurity(o *openFile, want smb2.SecurityInformation) ([]byte, error) {
	if want&smb2.SACLSecurityInformation != 0 || o.file.Access&vfs.RightReadControl == 0 {
		return nil, ntstatus.AccessDenied // nobody here has ACCESS_SYSTEM_SECURITY
	}
	a, err := o.file.Tree.GetAttr(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return nil, err
	}
	return descriptorOf(a, want).Append(nil), nil
}

// setSecurity takes owner, group and mode from a security descriptor (MS-SMB2
// 3.3.5.21.3). What a mode cannot say is refused rather than lost: an ACE for
// anybody but owner, group and everyone, or one that denies.
func (r *request) setSecurity(o *openFile, which smb2.SecurityInformation, b []byte) error {
	var d secdesc.Descriptor
	if err := d.Decode(b); err != nil {
		return ntstatus.InvalidSecurityDescr
	}
	if which&smb2.SACLSecurityInformation != 0 {
		return ntstatus.AccessDenied
	}
	a, err := o.file.Tree.GetAttr(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return err
	}
	var c vfs.Changes
	if which&smb2.OwnerSecurityInformation != 0 {
		if o.file.Access&vfs.RightWriteOwner == 0 {
			return ntstatus.AccessDenied
		}
		if c.UID, err = idOf(d.Owner, secdesc.UnixUser, ntstatus.InvalidOwner); err != nil {
			return err
		}
		if *c.UID != a.UID && *c.UID != r.session.cred.UID && r.session.cred.UID != 0 {
			return ntstatus.InvalidOwner
		}
	}
	if which&smb2.GroupSecurityInformation != 0 {
		if o.file.Access&vfs.RightWriteOwner == 0 {
			return ntstatus.AccessDenied
		}
		if c.GID, err = idOf(d.Group, secdesc.UnixGroup, ntstatus.InvalidPrimaryGroup); err != nil {
			return err
		}
		if *c.GID != a.GID && !r.session.cred.InGroup(*c.GID) && r.session.cred.UID != 0 {
			return ntstatus.InvalidPrimaryGroup
		}
	}
	if which&smb2.DACLSecurityInformation != 0 {
		if o.file.Access&vfs.RightWriteDAC == 0 {
			return ntstatus.AccessDenied
		}
		mode, err := modeOf(d.DACL, a)
		if err != nil {
			return err
		}
		c.Mode = &mode
	}
	_, err = o.file.Tree.SetAttr(r.ctx, r.origin(o), o.file.Handle, c)
	return err
}

// idOf is the uid or gid behind a SID made by form.
func idOf(sid *secdesc.SID, form func(uint32) secdesc.SID, bad ntstatus.Status) (*uint32, error) {
	if sid == nil || *sid != form(sid.RID()) {
		return nil, bad
	}
	id := sid.RID()
	return &id, nil
}

// modeOf is the mode that a DACL amounts to; a null DACL lets everybody in.
func modeOf(l *secdesc.ACL, a vfs.Attr) (uint32, error) {
	mode := a.Mode &^ 0o777
	if l == nil {
		return mode | 0o777, nil
	}
	owner, group := secdesc.UnixUser(a.UID), secdesc.UnixGroup(a.GID)
	for _, e := range l.ACEs {
		if e.Type != secdesc.AccessAllowed || e.Flags&secdesc.InheritOnly != 0 {
			return 0, ntstatus.NotSupported
		}
		var bits uint32
		if uint32(e.Mask)&vfs.RightReadData != 0 || e.Mask&secdesc.GenericRead != 0 || e.Mask&secdesc.GenericAll != 0 {
			bits |= 4
		}
		if uint32(e.Mask)&vfs.RightWriteData != 0 || e.Mask&secdesc.GenericWrite != 0 || e.Mask&secdesc.GenericAll != 0 {
			bits |= 2
		}
		if uint32(e.Mask)&vfs.RightExecute != 0 || e.Mask&secdesc.GenericExecute != 0 || e.Mask&secdesc.GenericAll != 0 {
			bits |= 1
		}
		switch e.SID {
		case owner:
			mode |= bits << 6
		case group:
			mode |= bits << 3
		case secdesc.Everyone():
			mode |= bits | bits<<3 | bits<<6
		default:
			return 0, ntstatus.NotSupported
		}
	}
	return mode, nil
}
