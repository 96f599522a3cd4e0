package vfs

import "crosswire/server/wire/secdesc"

// inherited is the ACL that a new node gets from its directory's (MS-DTYP
// 2.5.3.4.2), nil if nothing there is inheritable: then its mode rules it. The
// node's owner and group take the place of CREATOR OWNER and CREATOR GROUP.
func inherited(dir *ACL, uid, gid uint32, isDir bool) *ACL {
	if dir == nil || dir.open {
		return nil
	}
	owner, group := secdesc.UnixUser(uid), secdesc.UnixGroup(gid)
	d := secdesc.Descriptor{Control: secdesc.DACLPresent, Owner: &owner, Group: &group, DACL: &secdesc.ACL{}}
	var flag secdesc.ACEFlags
	if dir.sd.Control&secdesc.DACLAutoInherited != 0 {
		d.Control |= secdesc.DACLAutoInherited
		flag = secdesc.Inherited
	}
	for i := range dir.sd.DACL.ACEs {
		d.DACL.ACEs = appendHeirs(d.DACL.ACEs, &dir.sd.DACL.ACEs[i], owner, group, flag, isDir)
	}
	if len(d.DACL.ACEs) == 0 {
		return nil
	}
	d.DACL.Revision = dir.sd.DACL.Revision
	l := newACL(d)
	if len(l.Bytes()) > maxSecurity { // CREATOR ACEs come twice; do not grow for ever
		return nil
	}
	return l
}

// appendHeirs appends what one ACE of a directory leaves to a new node: the
// ACE in force, and in a directory the one that is passed on.
func appendHeirs(list []secdesc.ACE, e *secdesc.ACE, owner, group secdesc.SID, flag secdesc.ACEFlags, isDir bool) []secdesc.ACE {
	const all = secdesc.ObjectInherit | secdesc.ContainerInherit | secdesc.NoPropagateInherit | secdesc.InheritOnly | secdesc.Inherited
	object, container := e.Flags&secdesc.ObjectInherit != 0, e.Flags&secdesc.ContainerInherit != 0
	once := e.Flags&secdesc.NoPropagateInherit != 0
	inForce := *e
	inForce.Flags = e.Flags&^all | flag
	switch e.SID {
	case secdesc.CreatorOwner():
		inForce.SID = owner
	case secdesc.CreatorGroup():
		inForce.SID = group
	}
	inForce.Mask = secdesc.MapGeneric(e.Mask)
	if !isDir {
		if object {
			list = append(list, inForce)
		}
		return list
	}
	passedOn := *e
	passedOn.Flags = e.Flags&^(secdesc.InheritOnly|secdesc.Inherited) | flag
	switch {
	case container && once:
		return append(list, inForce)
	case container && inForce.SID == e.SID && inForce.Mask == e.Mask:
		return append(list, passedOn) // one ACE does both
	case container:
		passedOn.Flags |= secdesc.InheritOnly
		return append(list, inForce, passedOn)
	case object && !once:
		passedOn.Flags |= secdesc.InheritOnly
		return append(list, passedOn)
	}
	return list
}

// given is the descriptor of a new node for which its maker brought one
// (MS-SMB2 2.2.13.2.2, MS-FSA 2.1.5.1.1): what is missing in it comes from the
// maker and the directory. nil if the mode rules.
func given(cred Cred, dir *ACL, d *secdesc.Descriptor, uid, gid uint32, isDir bool) (*ACL, error) {
	from := inherited(dir, uid, gid, isDir)
	if d == nil {
		return from, nil
	}
	owner, group := secdesc.UnixUser(uid), secdesc.UnixGroup(gid)
	next := secdesc.Descriptor{Owner: &owner, Group: &group}
	if d.Owner != nil {
		if !mayBestow(cred, *d.Owner, &owner) {
			return nil, ErrBadOwner
		}
		next.Owner = d.Owner
	}
	if d.Group != nil {
		if !mayBestow(cred, *d.Group, &group) {
			return nil, ErrBadGroup
		}
		next.Group = d.Group
	}
	switch {
	case d.Control&secdesc.DACLPresent != 0:
		if err := checkACL(d); err != nil {
			return nil, err
		}
		next.Control, next.DACL = daclControl(0, d.Control), canonical(d.DACL)
	case from != nil:
		next.Control, next.DACL = from.sd.Control, from.sd.DACL
	default:
		return nil, nil
	}
	return newACL(next), nil
}

// withACL gives a new node its ACL and the mode that goes with it.
func withACL(cred Cred, dir *Attr, b newborn, init Changes) (Changes, error) {
	l, err := given(cred, aclOf(dir), b.security, *init.UID, *init.GID, b.typ == TypeDirectory)
	if l == nil || err != nil {
		return init, err
	}
	a := Attr{UID: *init.UID, GID: *init.GID}
	if init.Mode != nil {
		a.Mode = *init.Mode
	}
	mode := l.mode(&a)
	init.SetSecurity, init.Security, init.Mode = true, l, &mode
	return init, nil
}
