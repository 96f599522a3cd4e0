package vfs

import (
	"context"
	"errors"

	"crosswire/server/wire/secdesc"
)

// Errors of SetSecurity.
var (
	ErrBadOwner = errors.New("not an owner that the caller may give") // STATUS_INVALID_OWNER
	ErrBadGroup = errors.New("not a group that the caller may give")  // STATUS_INVALID_PRIMARY_GROUP
	ErrBadACL   = errors.New("not a valid access control list")       // STATUS_INVALID_SECURITY_DESCR
)

// ACL is a node's security descriptor: owner, group and discretionary ACL, as
// it was set but in canonical form (MS-DTYP 2.5.3.4): generic rights of ACEs in
// force are replaced by what they mean for a file, and the request bits of
// control are gone. It never changes. The storage keeps it as Attr.Security; a
// node without one is ruled by its mode.
type ACL struct {
	sd    secdesc.Descriptor // no SACL
	owner identity
	aces  []rule // of the DACL, those in force
	open  bool   // no DACL: everybody may do everything
	// ownerRules: an ACE for OWNER RIGHTS says what the owner may, instead of
	// the rights that come with ownership.
	ownerRules bool
}

// maxSecurity bounds a descriptor, in bytes.
const maxSecurity = 64 << 10

// Bytes is the self-relative form (MS-DTYP 2.4.6).
func (l *ACL) Bytes() []byte { return l.sd.Append(nil) }

// newACL makes the descriptor ready for checks. It must not be changed
// afterwards.
func newACL(sd secdesc.Descriptor) *ACL {
	sd.SACL = nil
	l := &ACL{sd: sd, open: sd.Control&secdesc.DACLPresent == 0 || sd.DACL == nil}
	if sd.Owner != nil {
		l.owner = identityOf(*sd.Owner)
	}
	if l.open {
		return l
	}
	for i := range sd.DACL.ACEs {
		r, ok := ruleOf(&sd.DACL.ACEs[i])
		if !ok {
			continue
		}
		l.aces = append(l.aces, r)
		l.ownerRules = l.ownerRules || r.who.kind == isOwnerRights
	}
	return l
}

// aclOf is the node's descriptor, nil if its mode rules.
func aclOf(a *Attr) *ACL {
	l, _ := a.Security.(*ACL)
	return l
}

// descriptor is a node's whole security descriptor; of a node without one,
// what owner, group and mode amount to: three ACEs stand for owner, group and
// everyone. Unix identities are told as the SIDs that Samba uses for them,
// S-1-22-1-uid and S-1-22-2-gid.
func descriptor(a *Attr) secdesc.Descriptor {
	if l := aclOf(a); l != nil {
		return l.sd
	}
	owner, group := secdesc.UnixUser(a.UID), secdesc.UnixGroup(a.GID)
	d := secdesc.Descriptor{Control: secdesc.DACLPresent, Owner: &owner, Group: &group, DACL: &secdesc.ACL{}}
	add := func(sid secdesc.SID, bits, mask uint32) {
		if bits&4 != 0 {
			mask |= rightsRead
		}
		if bits&2 != 0 {
			mask |= rightsWrite
			if a.Type == TypeDirectory {
				mask |= RightDeleteChild
			}
		}
		if bits&1 != 0 {
			mask |= RightExecute
		}
		d.DACL.ACEs = append(d.DACL.ACEs, secdesc.ACE{Type: secdesc.AccessAllowed, Mask: mask, SID: sid})
	}
	add(owner, a.Mode>>6, rightsOfAll|rightsOfOwner|RightDelete)
	add(group, a.Mode>>3, rightsOfAll)
	add(secdesc.Everyone(), a.Mode, rightsOfAll)
	return d
}

// Security returns the node's security descriptor. Its parts must not be
// changed.
func (t *Tree) Security(ctx context.Context, o *Origin, h FileHandle) (secdesc.Descriptor, error) {
	a, err := t.GetAttr(ctx, o, h)
	if err != nil {
		return secdesc.Descriptor{}, err
	}
	return descriptor(&a), nil
}

// Parts of a security descriptor (SECURITY_INFORMATION, MS-DTYP 2.4.7).
const (
	SecurityOwner = 1
	SecurityGroup = 2
	SecurityDACL  = 4
)

// SetSecurity replaces the parts of the node's descriptor that which names by
// those of d (MS-FSA 2.1.5.16). The node's owner, group and mode follow. An
// owner that is no Unix user leaves the uid.
func (t *Tree) SetSecurity(ctx context.Context, o *Origin, op *Open, which uint32, d secdesc.Descriptor) error {
	var c Changes
	var w WCC
	return t.run(ctx, o, func() (step, error) {
		return step{
			op: OpSetAttr, object: op.Handle,
			authorise: func() error {
				if which&(SecurityOwner|SecurityGroup) != 0 && op.Access&RightWriteOwner == 0 ||
					which&SecurityDACL != 0 && op.Access&RightWriteDAC == 0 {
					return ErrAccess
				}
				a, err := t.store.fs.GetAttr(op.Handle)
				if err != nil {
					return err
				}
				c, err = t.secured(o, &a, which, d)
				return err
			},
			apply: func() error {
				var err error
				w, err = t.store.fs.SetAttr(op.Handle, c)
				return err
			},
			tell: func() Event { return Event{File: op.Handle, Changed: changedBy(&c, &w)} },
		}, nil
	})
}

// secured is the change of attributes that a new descriptor means.
func (t *Tree) secured(o *Origin, a *Attr, which uint32, d secdesc.Descriptor) (c Changes, err error) {
	cred := t.squash(o)
	now := descriptor(a)
	next := *a
	if which&SecurityOwner != 0 {
		if d.Owner == nil || !mayBestow(cred, *d.Owner, now.Owner) {
			return c, ErrBadOwner
		}
		now.Owner, now.Control = d.Owner, now.Control&^secdesc.OwnerDefaulted
		if id := identityOf(*d.Owner); id.kind == isUser {
			next.UID, c.UID = id.id, &id.id
		}
	}
	if which&SecurityGroup != 0 {
		if d.Group == nil || !mayBestow(cred, *d.Group, now.Group) {
			return c, ErrBadGroup
		}
		now.Group, now.Control = d.Group, now.Control&^secdesc.GroupDefaulted
		if id := identityOf(*d.Group); id.kind == isGroup {
			next.GID, c.GID = id.id, &id.id
		}
	}
	if which&SecurityDACL != 0 {
		if err := checkACL(&d); err != nil {
			return c, err
		}
		now.Control, now.DACL = daclControl(now.Control, d.Control), canonical(d.DACL)
	} else if aclOf(a) == nil && (c.UID != nil || which&SecurityOwner == 0) && (c.GID != nil || which&SecurityGroup == 0) {
		return c, nil // a mode still says it all
	}
	l := newACL(now)
	if len(l.Bytes()) > maxSecurity {
		return c, ErrBadACL
	}
	mode := l.mode(&next)
	c.SetSecurity, c.Security, c.Mode = true, l, &mode
	return c, nil
}

// mayBestow: one may give a file to oneself, to one's groups, and to whom it
// belongs already; only root to anybody (MS-DTYP 2.5.3.4 asks for
// SeRestorePrivilege).
func mayBestow(cred Cred, sid secdesc.SID, has *secdesc.SID) bool {
	return cred.UID == 0 || has != nil && *has == sid || identityOf(sid).includes(&cred)
}

// checkACL refuses a DACL that cannot be kept.
func checkACL(d *secdesc.Descriptor) error {
	if d.Control&secdesc.DACLPresent == 0 || d.DACL == nil {
		return nil
	}
	n := 8
	for i := range d.DACL.ACEs {
		n += len(d.DACL.ACEs[i].Append(nil))
	}
	if n > maxSecurity {
		return ErrBadACL
	}
	return nil
}

// daclControl merges the control bits of a new DACL into those of the
// descriptor. AUTO_INHERITED is kept only from who also asks for it (MS-DTYP
// 2.5.3.4.1, as Windows does); a request bit is never kept.
func daclControl(have, set secdesc.Control) secdesc.Control {
	const bits = secdesc.DACLPresent | secdesc.DACLDefaulted | secdesc.DACLInheritReq |
		secdesc.DACLAutoInherited | secdesc.DACLProtected
	have = have&^bits | set&(secdesc.DACLPresent|secdesc.DACLProtected)
	if set&secdesc.DACLAutoInherited != 0 && set&secdesc.DACLInheritReq != 0 {
		have |= secdesc.DACLAutoInherited
	}
	return have | secdesc.DACLPresent
}

// canonical maps the generic rights of the ACEs that are in force. Those that
// only wait for heirs keep them.
func canonical(l *secdesc.ACL) *secdesc.ACL {
	if l == nil {
		return nil
	}
	c := &secdesc.ACL{Revision: l.Revision, ACEs: make([]secdesc.ACE, len(l.ACEs))}
	copy(c.ACEs, l.ACEs)
	for i := range c.ACEs {
		e := &c.ACEs[i]
		e.Data = append([]byte(nil), e.Data...) // it may point into a request
		if e.Flags&secdesc.InheritOnly == 0 {
			e.Mask = secdesc.MapGeneric(e.Mask)
		}
	}
	return c
}

// followed is follow for the node as it is now.
func (t *Tree) followed(h FileHandle, c Changes) (Changes, error) {
	if c.SetSecurity || c.Mode == nil && c.UID == nil && c.GID == nil {
		return c, nil
	}
	a, err := t.store.fs.GetAttr(h)
	if err != nil {
		return c, err
	}
	return follow(&a, c), nil
}

// follow completes a change by somebody who knows of no ACLs: the last one
// wins. A new mode replaces the ACL, since whoever sets it wants it to be in
// force; a new owner or group is written into it.
func follow(a *Attr, c Changes) Changes {
	l := aclOf(a)
	if l == nil {
		return c
	}
	c.SetSecurity = true
	if c.Mode != nil {
		return c
	}
	d := l.sd
	if c.UID != nil {
		sid := secdesc.UnixUser(*c.UID)
		d.Owner = &sid
	}
	if c.GID != nil {
		sid := secdesc.UnixGroup(*c.GID)
		d.Group = &sid
	}
	c.Security = newACL(d)
	return c
}
