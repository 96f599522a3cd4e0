package vfs

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/server/wire/secdesc"
)

// ace is allow or, with a leading denied, deny.
func ace(typ secdesc.ACEType, sid secdesc.SID, mask uint32, flags ...secdesc.ACEFlags) secdesc.ACE {
	a := secdesc.ACE{Type: typ, SID: sid, Mask: mask}
	for _, f := range flags {
		a.Flags |= f
	}
	return a
}

func owned(uid, gid uint32, aces ...secdesc.ACE) *ACL {
	owner, group := secdesc.UnixUser(uid), secdesc.UnixGroup(gid)
	return newACL(secdesc.Descriptor{Control: secdesc.DACLPresent, Owner: &owner, Group: &group, DACL: &secdesc.ACL{ACEs: aces}})
}

const (
	allow = secdesc.AccessAllowed
	deny  = secdesc.AccessDenied
)

// TestACLRights is the access check algorithm (MS-DTYP 2.5.3.2).
func TestACLRights(t *testing.T) {
	alice, bob := Cred{UID: 1000, GID: 100, Groups: []uint32{200}}, Cred{UID: 1001, GID: 101}
	const implicit = RightReadControl | RightWriteDAC
	user, group := secdesc.UnixUser, secdesc.UnixGroup
	stranger := secdesc.NewSID(5, 21, 1, 2, 3, 1000)
	null := newACL(secdesc.Descriptor{Control: secdesc.DACLPresent})
	for _, c := range []struct {
		name string
		acl  *ACL
		cred Cred
		want uint32
	}{
		{"a null DACL lets everybody in", null, bob, RightAll},
		{"no DACL lets everybody in", newACL(secdesc.Descriptor{}), bob, RightAll},
		{"an empty DACL lets nobody in", owned(1000, 100), bob, 0},
		{"but the owner may mend it", owned(1000, 100), alice, implicit},
		{"allowed to the user", owned(0, 0, ace(allow, user(1000), RightReadData)), alice, RightReadData},
		{"allowed to another", owned(0, 0, ace(allow, user(1000), RightReadData)), bob, 0},
		{"allowed to the primary group", owned(0, 0, ace(allow, group(100), RightReadData)), alice, RightReadData},
		{"allowed to a supplementary group", owned(0, 0, ace(allow, group(200), RightReadData)), alice, RightReadData},
		{"allowed to everyone", owned(0, 0, ace(allow, secdesc.Everyone(), RightReadData)), bob, RightReadData},
		{"allowed to authenticated users", owned(0, 0, ace(allow, secdesc.AuthenticatedUsers(), RightReadData)), bob, RightReadData},
		{"nobody is not authenticated", owned(0, 0, ace(allow, secdesc.AuthenticatedUsers(), RightReadData)), Cred{UID: nobody, GID: nobody}, 0},
		{"allowed to administrators", owned(0, 0, ace(allow, secdesc.Administrators(), RightReadData)), bob, 0},
		{"rights add up", owned(0, 0, ace(allow, user(1000), RightReadData), ace(allow, group(100), RightWriteData)), alice,
			RightReadData | RightWriteData},
		{"denied before allowed", owned(0, 0, ace(deny, user(1000), RightWriteData),
			ace(allow, secdesc.Everyone(), RightReadData|RightWriteData)), alice, RightReadData},
		{"denied after allowed comes too late", owned(0, 0, ace(allow, secdesc.Everyone(), RightWriteData),
			ace(deny, user(1000), RightWriteData)), alice, RightWriteData},
		{"denied to a group", owned(0, 0, ace(deny, group(200), RightWriteData),
			ace(allow, user(1000), RightWriteData)), alice, 0},
		{"what the owner has by being it cannot be denied", owned(1000, 100, ace(deny, user(1000), RightAll)), alice, implicit},
		{"except by OWNER RIGHTS", owned(1000, 100, ace(allow, secdesc.OwnerRights(), RightReadControl)), alice, RightReadControl},
		{"OWNER RIGHTS that deny", owned(1000, 100, ace(deny, secdesc.OwnerRights(), RightWriteDAC),
			ace(allow, user(1000), RightWriteDAC|RightReadControl)), alice, RightReadControl},
		{"OWNER RIGHTS are not for others", owned(1000, 100, ace(allow, secdesc.OwnerRights(), RightReadData)), bob, 0},
		{"CREATOR OWNER means nobody in a check", owned(1000, 100, ace(allow, secdesc.CreatorOwner(), RightReadData)), alice, implicit},
		{"for heirs only", owned(0, 0, ace(allow, secdesc.Everyone(), RightReadData, secdesc.InheritOnly, secdesc.ObjectInherit)), alice, 0},
		{"inherited ACEs count", owned(0, 0, ace(allow, secdesc.Everyone(), RightReadData, secdesc.Inherited)), alice, RightReadData},
		{"an unknown SID", owned(0, 0, ace(allow, stranger, RightAll)), alice, 0},
		{"generic rights are mapped", owned(0, 0, ace(allow, user(1000), secdesc.GenericRead)), alice,
			RightReadData | RightReadEA | RightReadAttributes | RightReadControl | RightSynchronize},
		{"an audit ACE allows nothing", owned(0, 0, ace(secdesc.SystemAudit, user(1000), RightAll)), alice, 0},
		{"an unknown condition does not allow", owned(0, 0, ace(secdesc.AccessAllowedCallback, user(1000), RightAll)), alice, 0},
		{"but denies", owned(0, 0, ace(secdesc.AccessDeniedCallback, user(1000), RightAll),
			ace(allow, user(1000), RightAll)), alice, 0},
		{"an object type that no file has", owned(0, 0, secdesc.ACE{Type: secdesc.AccessAllowedObject, SID: user(1000),
			Mask: RightAll, ObjectFlags: secdesc.ObjectTypePresent}), alice, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equalf(t, c.want, c.acl.rights(&c.cred), "want %s, got %s", secdesc.FormatAccess(c.want),
				secdesc.FormatAccess(c.acl.rights(&c.cred)))
		})
	}
}

// TestACLMode is what NFS GETATTR tells of a file with an ACL (RFC 8881 6.3.2).
func TestACLMode(t *testing.T) {
	const rw = RightReadData | RightWriteData
	user, group := secdesc.UnixUser, secdesc.UnixGroup
	for _, c := range []struct {
		name string
		acl  *ACL
		want uint32
	}{
		{"empty", owned(1000, 100), 0},
		{"null", newACL(secdesc.Descriptor{Control: secdesc.DACLPresent}), 0o777},
		{"owner", owned(1000, 100, ace(allow, user(1000), rw)), 0o600},
		{"group", owned(1000, 100, ace(allow, group(100), RightReadData)), 0o040},
		{"everyone", owned(1000, 100, ace(allow, secdesc.Everyone(), RightReadData|RightExecute)), 0o555},
		{"another user is in no class", owned(1000, 100, ace(allow, user(1001), rw)), 0},
		{"the owner is denied first", owned(1000, 100, ace(deny, user(1000), RightWriteData),
			ace(allow, secdesc.Everyone(), rw)), 0o466},
		{"OWNER RIGHTS", owned(1000, 100, ace(allow, secdesc.OwnerRights(), rw)), 0o600},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equalf(t, 0o4000|c.want, c.acl.mode(&Attr{Mode: 0o4777, UID: 1000, GID: 100}), "want %o", c.want)
		})
	}
}

// TestACLInheritance is MS-DTYP 2.5.3.4.2: what one ACE of a directory leaves
// to a file and to a directory made in it.
func TestACLInheritance(t *testing.T) {
	const (
		oi, ci, np, io, id = secdesc.ObjectInherit, secdesc.ContainerInherit, secdesc.NoPropagateInherit, secdesc.InheritOnly, secdesc.Inherited
		w                  = RightWriteData
	)
	bob, owner := secdesc.UnixUser(1001), secdesc.UnixUser(1000)
	creator := secdesc.CreatorOwner()
	list := func(a ...secdesc.ACE) []secdesc.ACE { return a }
	for _, c := range []struct {
		name      string
		ace       secdesc.ACE
		auto      bool // the directory's DACL is AUTO_INHERITED
		file, dir []secdesc.ACE
	}{
		{"not inheritable", ace(allow, bob, w), false, nil, nil},
		{"by files", ace(allow, bob, w, oi), false, list(ace(allow, bob, w)), list(ace(allow, bob, w, oi, io))},
		{"by directories", ace(allow, bob, w, ci), false, nil, list(ace(allow, bob, w, ci))},
		{"by both", ace(allow, bob, w, oi, ci), false, list(ace(allow, bob, w)), list(ace(allow, bob, w, oi, ci))},
		{"by heirs only", ace(allow, bob, w, oi, ci, io), false, list(ace(allow, bob, w)), list(ace(allow, bob, w, oi, ci))},
		{"once", ace(allow, bob, w, oi, ci, np), false, list(ace(allow, bob, w)), list(ace(allow, bob, w))},
		{"once, by files", ace(allow, bob, w, oi, np), false, list(ace(allow, bob, w)), nil},
		{"denials too", ace(deny, bob, w, oi), false, list(ace(deny, bob, w)), list(ace(deny, bob, w, oi, io))},
		{"CREATOR OWNER, by files", ace(allow, creator, w, oi), false, list(ace(allow, owner, w)), list(ace(allow, creator, w, oi, io))},
		{"CREATOR OWNER, by directories", ace(allow, creator, w, ci), false, nil,
			list(ace(allow, owner, w), ace(allow, creator, w, ci, io))},
		{"CREATOR OWNER, once", ace(allow, creator, w, ci, np), false, nil, list(ace(allow, owner, w))},
		{"CREATOR GROUP", ace(allow, secdesc.CreatorGroup(), w, oi), false, list(ace(allow, secdesc.UnixGroup(100), w)),
			list(ace(allow, secdesc.CreatorGroup(), w, oi, io))},
		{"generic rights, passed on as they are", ace(allow, bob, secdesc.GenericExecute, ci, io), false, nil,
			list(ace(allow, bob, secdesc.FileGenericExecute), ace(allow, bob, secdesc.GenericExecute, ci, io))},
		{"marked as inherited", ace(allow, bob, w, oi, ci), true, list(ace(allow, bob, w, id)), list(ace(allow, bob, w, oi, ci, id))},
	} {
		t.Run(c.name, func(t *testing.T) {
			parent := owned(0, 0, c.ace)
			if c.auto {
				parent.sd.Control |= secdesc.DACLAutoInherited
			}
			for _, k := range []struct {
				what  string
				isDir bool
				want  []secdesc.ACE
			}{{"file", false, c.file}, {"directory", true, c.dir}} {
				l := inherited(parent, 1000, 100, k.isDir)
				if k.want == nil {
					require.Nil(t, l, k.what)
					continue
				}
				require.NotNil(t, l, k.what)
				require.Equal(t, k.want, l.sd.DACL.ACEs, k.what)
				require.Equal(t, c.auto, l.sd.Control&secdesc.DACLAutoInherited != 0, k.what)
				require.Equal(t, owner, *l.sd.Owner, k.what)
			}
		})
	}
}

// TestACLControl: which control bits of a DACL are kept.
func TestACLControl(t *testing.T) {
	const present, auto, req, protected = secdesc.DACLPresent, secdesc.DACLAutoInherited, secdesc.DACLInheritReq, secdesc.DACLProtected
	for _, c := range []struct {
		name            string
		have, set, want secdesc.Control
	}{
		{"plain", 0, present, present},
		{"AUTO_INHERITED without the request", 0, present | auto, present},
		{"the request without AUTO_INHERITED", 0, present | req, present},
		{"both", 0, present | auto | req, present | auto},
		{"protected", 0, present | protected, present | protected},
		{"what was there goes", present | auto | protected, present, present},
		{"what speaks of the owner stays", secdesc.OwnerDefaulted, present, present | secdesc.OwnerDefaulted},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, daclControl(c.have, c.set)) })
	}
}

// BenchmarkRights is the cost of one decision. A file without an ACL must not
// pay for those that have one.
func BenchmarkRights(b *testing.B) {
	t, alice := &Tree{}, Cred{UID: 1000, GID: 100}
	plain := Attr{Type: TypeRegular, Mode: 0o644, UID: 1000, GID: 100}
	ruled := plain
	ruled.Security = owned(1000, 100, ace(allow, secdesc.UnixUser(1001), RightAll), ace(allow, secdesc.UnixUser(1000), RightAll),
		ace(allow, secdesc.Everyone(), RightReadData))
	for _, c := range []struct {
		name string
		attr Attr
	}{{"mode", plain}, {"acl", ruled}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if t.Rights(alice, c.attr, nil)&RightReadData == 0 {
					b.Fatal("refused")
				}
			}
		})
	}
}
