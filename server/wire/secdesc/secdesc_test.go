package secdesc

import (
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestSIDText(t *testing.T) {
	rows := []struct {
		text string
		sid  SID
		wire string
	}{
		{"S-1-0-0", Null(), "010100000000000000000000"},
		{"S-1-1-0", Everyone(), "010100000000000100000000"},
		{"S-1-5-18", LocalSystem(), "010100000000000512000000"},
		{"S-1-5-32-544", Administrators(), "01020000000000052000000020020000"},
		{"S-1-22-1-1000", UnixUser(1000), "010200000000001601000000e8030000"},
		{"S-1-5-88-3-420", NFSMode(0o644), "01030000000000055800000003000000a4010000"},
		{"S-1-5", NewSID(5), "0100000000000005"},
		{"S-1-0x123456789abc-1", NewSID(0x123456789abc, 1), "0101123456789abc01000000"},
		{"S-1-5-21-4294967295-0-2-500", NewSID(5, 21, 0xFFFFFFFF, 0, 2, 500), "01050000000000051500" + "0000ffffffff0000000002000000f4010000"},
	}
	for _, r := range rows {
		t.Run(r.text, func(t *testing.T) {
			if r.sid.String() != r.text {
				t.Errorf("String %s", r.sid)
			}
			got, err := ParseSID(r.text)
			if err != nil || got != r.sid {
				t.Errorf("ParseSID %v, %v", got, err)
			}
			wire := r.sid.Append(nil)
			if hex.EncodeToString(wire) != r.wire || len(wire) != r.sid.Size() {
				t.Errorf("wire %x", wire)
			}
			back, n, err := DecodeSID(append(wire, 0xEE))
			if err != nil || n != len(wire) || back != r.sid {
				t.Errorf("DecodeSID %v, %d, %v", back, n, err)
			}
			if _, _, err := DecodeSID(wire[:len(wire)-1]); err == nil {
				t.Error("cut SID accepted")
			}
		})
	}
}

func TestParseSIDRefuses(t *testing.T) {
	for _, s := range []string{
		"", "S", "S-1", "S-2-5-18", "X-1-5", "S-1-", "S-1-5-", "S-1-5-4294967296", "S-1-281474976710656",
		"S-1-5--1", "S-1-5-1 ", "S-1-0x-1", "S-1-5" + strings.Repeat("-1", 16),
	} {
		if sid, err := ParseSID(s); err == nil {
			t.Errorf("ParseSID(%q) = %v", s, sid)
		}
	}
}

func TestSIDRelations(t *testing.T) {
	s := NewSID(5, 21, 1, 2, 3, 1000)
	if s.RID() != 1000 || s.Domain().String() != "S-1-5-21-1-2-3" {
		t.Errorf("%d of %v", s.RID(), s.Domain())
	}
	if back, ok := s.Domain().Child(1000); !ok || back != s {
		t.Errorf("Child %v", back)
	}
	full := NewSID(5, make([]uint32, MaxSubAuthorities)...)
	if _, ok := full.Child(1); ok {
		t.Error("a sixteenth sub-authority was accepted")
	}
}

func sample() *Descriptor {
	owner, group := UnixUser(1000), UnixGroup(100)
	return &Descriptor{
		Control: SelfRelative | DACLPresent | SACLPresent | DACLAutoInherited,
		Owner:   &owner,
		Group:   &group,
		DACL: &ACL{Revision: ACLRevisionDS, ACEs: []ACE{
			{Type: AccessDenied, Mask: FileWriteData, SID: Anonymous()},
			{Type: AccessAllowed, Flags: ObjectInherit | ContainerInherit, Mask: FileAllAccess, SID: Everyone()},
			{Type: AccessAllowedObject, Mask: 1, SID: Users(), ObjectFlags: InheritedObjectTypePresent, InheritedObjectType: [16]byte{1, 2}},
			{Type: AccessAllowedCallback, Mask: 2, SID: Users(), Data: []byte("artx")},
			{Type: 0x77, Data: []byte("what ever it is!")},
		}},
		SACL: &ACL{Revision: ACLRevision, ACEs: []ACE{{Type: SystemAudit, Flags: SuccessfulAccess, Mask: Delete, SID: Everyone()}}},
	}
}

func TestDescriptorRoundTrip(t *testing.T) {
	owner := LocalSystem()
	rows := []struct {
		name string
		d    *Descriptor
	}{
		{"everything", sample()},
		{"nothing", &Descriptor{Control: SelfRelative}},
		{"null DACL", &Descriptor{Control: SelfRelative | DACLPresent}},
		{"empty DACL", &Descriptor{Control: SelfRelative | DACLPresent, DACL: &ACL{Revision: ACLRevision, ACEs: []ACE{}}}},
		{"owner only", &Descriptor{Control: SelfRelative | OwnerDefaulted, Owner: &owner}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			wire := r.d.Append([]byte{0xAA})[1:]
			var got Descriptor
			if err := got.Decode(wire); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(&got, r.d) {
				t.Errorf("got %+v, want %+v", got, *r.d)
			}
		})
	}
}

// A descriptor as Windows writes it: O:BAG:SYD:(A;;FA;;;WD), DACL before owner.
func TestDescriptorWindowsOrder(t *testing.T) {
	wire, err := hex.DecodeString("01000480" + "30000000" + "40000000" + "00000000" + "14000000" +
		"02001c0001000000" + "00001400ff011f00010100000000000100000000" +
		"01020000000000052000000020020000" + "010100000000000512000000")
	if err != nil {
		t.Fatal(err)
	}
	var d Descriptor
	if err := d.Decode(wire); err != nil {
		t.Fatal(err)
	}
	if *d.Owner != Administrators() || *d.Group != LocalSystem() || d.SACL != nil || len(d.DACL.ACEs) != 1 {
		t.Fatalf("%+v", d)
	}
	if a := d.DACL.ACEs[0]; a.Mask != FileAllAccess || a.SID != Everyone() || a.Type != AccessAllowed {
		t.Errorf("%+v", a)
	}
}

func TestDescriptorRefuses(t *testing.T) {
	change := func(at int, to byte) []byte {
		b := sample().Append(nil)
		b[at] = to
		return b
	}
	rows := []struct {
		name string
		b    []byte
	}{
		{"empty", nil},
		{"19 bytes", make([]byte, 19)},
		{"revision 2", change(0, 2)},
		{"absolute", change(3, 0)},
		{"owner in the header", change(4, 8)},
		{"owner past the end", change(5, 0xFF)},
		{"group past the end", change(10, 1)},
		{"DACL past the end", change(18, 1)},
		{"SID revision", change(20, 3)},
		{"SID too long", change(21, 16)},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			var d Descriptor
			var want *DecodeError
			if err := d.Decode(r.b); !errors.As(err, &want) {
				t.Errorf("%v", err)
			}
		})
	}
	whole := sample().Append(nil)
	for n := range len(whole) {
		if err := new(Descriptor).Decode(whole[:n]); err == nil {
			t.Errorf("accepted %d of %d bytes", n, len(whole))
		}
	}
}

func TestACLRefuses(t *testing.T) {
	rows := []struct{ name, wire string }{
		{"revision", "0700080000000000"},
		{"size below its head", "0200070000000000"},
		{"size past the end", "02000c0000000000"},
		{"more entries than bytes", "0200080001000000"},
		{"entry of size 0", "02000c000100000000000000"},
		{"entry of odd size", "020010000100000000000500" + "00000000"},
		{"entry without SID", "02001000010000000000080001000000"},
		{"object entry without flags", "02001000010000000500080001000000"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			b, err := hex.DecodeString(r.wire)
			if err != nil {
				t.Fatal(err)
			}
			if l, err := DecodeACL(b); err == nil {
				t.Errorf("accepted: %+v", l)
			}
		})
	}
}

func TestSelect(t *testing.T) {
	d := sample()
	got := d.Select(1 | 8)
	if got.Owner == nil || got.Group != nil || got.DACL != nil || got.SACL == nil || got.Control&(DACLPresent|DACLAutoInherited) != 0 {
		t.Errorf("%+v", got)
	}
	if d.DACL == nil {
		t.Error("Select changed its receiver")
	}
}

func TestAccess(t *testing.T) {
	rows := []struct {
		text string
		mask AccessMask
	}{
		{"none", 0},
		{"read|write|delete", 0x10003},
		{"generic-read", 0x80000000},
	}
	for _, r := range rows {
		if got := FormatAccess(r.mask); got != r.text {
			t.Errorf("FormatAccess(%x) = %s", r.mask, got)
		}
		if got, ok := ParseAccess(r.text); !ok || got != r.mask {
			t.Errorf("ParseAccess(%s) = %x", r.text, got)
		}
	}
	if _, ok := ParseAccess("read|nonsense"); ok {
		t.Error("nonsense accepted")
	}
	if got := MapGeneric(GenericRead | Delete); got != 0x00120089|Delete {
		t.Errorf("GenericRead = %08x", got)
	}
	if got := MapGeneric(GenericWrite); got != 0x00120116 {
		t.Errorf("GenericWrite = %08x", got)
	}
	if got := MapGeneric(GenericExecute); got != 0x001200A0 {
		t.Errorf("GenericExecute = %08x", got)
	}
	if got := MapGeneric(GenericAll); got != 0x001F01FF {
		t.Errorf("GenericAll = %08x", got)
	}
}

// What decodes must encode to something that decodes to the same.
func FuzzDescriptor(f *testing.F) {
	f.Add(sample().Append(nil))
	f.Add((&Descriptor{Control: DACLPresent}).Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d, again Descriptor
		if d.Decode(b) != nil {
			return
		}
		if err := again.Decode(d.Append(nil)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(d, again) {
			t.Errorf("%+v became %+v", d, again)
		}
	})
}

func FuzzParseSID(f *testing.F) {
	f.Add("S-1-5-21-1-2-3-500")
	f.Add("s-1-0xffffffffffff")
	f.Fuzz(func(t *testing.T, s string) {
		sid, err := ParseSID(s)
		if err != nil {
			return
		}
		back, err := ParseSID(sid.String())
		if err != nil || back != sid {
			t.Errorf("%q: %v, %v", s, back, err)
		}
	})
}
