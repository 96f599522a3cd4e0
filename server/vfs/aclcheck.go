package vfs

import "crosswire/server/wire/secdesc"

// kind is what a SID means to this server.
type kind uint8

const (
	isUnknown kind = iota
	isUser         // S-1-22-1-uid
	isGroup        // S-1-22-2-gid
	isEveryone
	isAuthenticated
	isNetwork
	isUsers
	isAdministrators
	isOwnerRights
	isCreatorOwner
	isCreatorGroup
)

// identity is a SID, understood.
type identity struct {
	kind kind
	id   uint32
}

// nobody is whom AUTH_NONE and squashed users are taken for.
const nobody = 65534

func identityOf(sid secdesc.SID) identity {
	switch sid {
	case secdesc.Everyone():
		return identity{kind: isEveryone}
	case secdesc.AuthenticatedUsers():
		return identity{kind: isAuthenticated}
	case secdesc.Network():
		return identity{kind: isNetwork}
	case secdesc.Users():
		return identity{kind: isUsers}
	case secdesc.Administrators():
		return identity{kind: isAdministrators}
	case secdesc.OwnerRights():
		return identity{kind: isOwnerRights}
	case secdesc.CreatorOwner():
		return identity{kind: isCreatorOwner}
	case secdesc.CreatorGroup():
		return identity{kind: isCreatorGroup}
	case secdesc.UnixUser(sid.RID()):
		return identity{isUser, sid.RID()}
	case secdesc.UnixGroup(sid.RID()):
		return identity{isGroup, sid.RID()}
	}
	return identity{}
}

// includes reports whether the identity is in the token of cred: the user, its
// groups, and the groups that everybody who came over the network is in.
func (i identity) includes(cred *Cred) bool {
	switch i.kind {
	case isUser:
		return i.id == cred.UID
	case isGroup:
		return cred.InGroup(i.id)
	case isEveryone, isNetwork:
		return true
	case isAuthenticated, isUsers:
		return cred.UID != nobody
	case isAdministrators:
		return cred.UID == 0
	}
	return false
}

// rule is an ACE in force, ready to be checked.
type rule struct {
	who  identity
	mask uint32
	deny bool
}

// ruleOf is false for an ACE that takes no part in the check: of another kind,
// for heirs only, or bound to a condition or to a type of object, which files
// do not have.
func ruleOf(e *secdesc.ACE) (r rule, ok bool) {
	if e.Flags&secdesc.InheritOnly != 0 {
		return r, false
	}
	switch e.Type {
	case secdesc.AccessAllowed:
	case secdesc.AccessDenied, secdesc.AccessDeniedCallback: // an unknown condition denies (MS-DTYP 2.5.3.2)
		r.deny = true
	case secdesc.AccessAllowedObject, secdesc.AccessDeniedObject:
		if e.ObjectFlags&secdesc.ObjectTypePresent != 0 {
			return r, false
		}
		r.deny = e.Type == secdesc.AccessDeniedObject
	default:
		return r, false
	}
	r.who, r.mask = identityOf(e.SID), secdesc.MapGeneric(e.Mask)
	return r, true
}

// rights is the access check algorithm (MS-DTYP 2.5.3.2) for all rights at
// once: the first ACE that speaks of a right decides about it, and the owner
// may read the descriptor and change the DACL whatever it says, unless an ACE
// for OWNER RIGHTS says what the owner may.
func (l *ACL) rights(cred *Cred) uint32 {
	return l.decide(func(i identity) bool { return i.includes(cred) }, l.owner.includes(cred))
}

// decide is rights for a token given as a test of membership.
func (l *ACL) decide(member func(identity) bool, owner bool) uint32 {
	if l.open {
		return RightAll
	}
	var granted, denied uint32
	if owner && !l.ownerRules {
		granted = RightReadControl | RightWriteDAC
	}
	for _, r := range l.aces {
		if !member(r.who) && !(owner && r.who.kind == isOwnerRights) {
			continue
		}
		if r.deny {
			denied |= r.mask &^ granted
		} else {
			granted |= r.mask &^ denied
		}
	}
	return granted & RightAll
}

// mode is what the ACL amounts to in permission bits, for who cannot see it:
// each class gets what the DACL gives to it and to everybody (RFC 8881 6.3.2).
// The set-id and sticky bits stay.
func (l *ACL) mode(a *Attr) uint32 {
	owner, group := identity{isUser, a.UID}, identity{isGroup, a.GID}
	owns := l.owner.kind != isUnknown || l.sd.Owner == nil
	if l.owner.kind != isUnknown {
		owner = l.owner
	}
	if l.sd.Group != nil {
		if g := identityOf(*l.sd.Group); g.kind != isUnknown {
			group = g
		}
	}
	all := func(i identity) bool {
		return i.kind == isEveryone || i.kind == isAuthenticated || i.kind == isNetwork || i.kind == isUsers
	}
	class := func(is func(identity) bool, owns bool) (bits uint32) {
		r := l.decide(is, owns)
		if r&RightReadData != 0 {
			bits |= 4
		}
		if r&RightWriteData != 0 {
			bits |= 2
		}
		if r&RightExecute != 0 {
			bits |= 1
		}
		return bits
	}
	return a.Mode&^0o777 |
		class(func(i identity) bool { return i == owner || all(i) }, owns)<<6 |
		class(func(i identity) bool { return i == group || all(i) }, false)<<3 |
		class(all, false)
}
