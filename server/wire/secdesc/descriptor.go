package secdesc

import "fmt"

// Control is the control bits of a descriptor (MS-DTYP 2.4.6).
type Control uint16

// The control bits.
const (
	OwnerDefaulted    Control = 0x0001
	GroupDefaulted    Control = 0x0002
	DACLPresent       Control = 0x0004
	DACLDefaulted     Control = 0x0008
	SACLPresent       Control = 0x0010
	SACLDefaulted     Control = 0x0020
	ServerSecurity    Control = 0x0040
	DACLTrusted       Control = 0x0080
	DACLInheritReq    Control = 0x0100 // DACL computed inheritance required
	SACLInheritReq    Control = 0x0200
	DACLAutoInherited Control = 0x0400
	SACLAutoInherited Control = 0x0800
	DACLProtected     Control = 0x1000
	SACLProtected     Control = 0x2000
	RMControlValid    Control = 0x4000
	SelfRelative      Control = 0x8000
)

// Descriptor is a SECURITY_DESCRIPTOR (MS-DTYP 2.4.6). With DACLPresent and a
// nil DACL it has a null DACL, which lets everybody in; without DACLPresent it
// says nothing about access. The same holds for the SACL.
type Descriptor struct {
	Control    Control
	ResourceRM uint8 // Sbz1: resource manager control bits
	Owner      *SID
	Group      *SID
	SACL       *ACL
	DACL       *ACL
}

const descriptorSize = 20

// Append appends the self-relative form: owner, group, SACL, DACL. SelfRelative
// is set, and a present bit for each ACL that is not nil.
func (d *Descriptor) Append(dst []byte) []byte {
	start := len(dst)
	control := d.Control | SelfRelative
	if d.DACL != nil {
		control |= DACLPresent
	}
	if d.SACL != nil {
		control |= SACLPresent
	}
	dst = append(dst, 1, d.ResourceRM)
	dst = le.AppendUint16(dst, uint16(control))
	dst = append(dst, make([]byte, 16)...)
	put := func(at int) { le.PutUint32(dst[start+at:], uint32(len(dst)-start)) }
	if d.Owner != nil {
		put(4)
		dst = d.Owner.Append(dst)
	}
	if d.Group != nil {
		put(8)
		dst = d.Group.Append(dst)
	}
	if d.SACL != nil {
		put(12)
		dst = d.SACL.Append(dst)
	}
	if d.DACL != nil {
		put(16)
		dst = d.DACL.Append(dst)
	}
	return dst
}

// Decode reads a self-relative descriptor that fills b. An ACL whose present
// bit is not set is not read.
func (d *Descriptor) Decode(b []byte) error {
	const name = "SECURITY_DESCRIPTOR"
	if len(b) < descriptorSize {
		return &DecodeError{name, "", fmt.Sprintf("%d bytes, need %d", len(b), descriptorSize)}
	}
	if b[0] != 1 {
		return &DecodeError{name, "Revision", fmt.Sprint(b[0])}
	}
	*d = Descriptor{Control: Control(le.Uint16(b[2:])), ResourceRM: b[1]}
	if d.Control&SelfRelative == 0 {
		return &DecodeError{name, "Control", "not self-relative"}
	}
	part := func(field string, at int) ([]byte, error) {
		off := le.Uint32(b[at:])
		if off == 0 {
			return nil, nil
		}
		if off < descriptorSize || uint64(off) >= uint64(len(b)) {
			return nil, &DecodeError{name, field, fmt.Sprintf("%d in %d bytes", off, len(b))}
		}
		return b[off:], nil
	}
	for _, s := range []struct {
		field string
		at    int
		to    **SID
	}{{"OffsetOwner", 4, &d.Owner}, {"OffsetGroup", 8, &d.Group}} {
		p, err := part(s.field, s.at)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		sid, _, err := DecodeSID(p)
		if err != nil {
			return err
		}
		*s.to = &sid
	}
	for _, l := range []struct {
		field string
		at    int
		bit   Control
		to    **ACL
	}{{"OffsetSacl", 12, SACLPresent, &d.SACL}, {"OffsetDacl", 16, DACLPresent, &d.DACL}} {
		if d.Control&l.bit == 0 {
			continue
		}
		p, err := part(l.field, l.at)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		if *l.to, err = DecodeACL(p); err != nil {
			return err
		}
	}
	return nil
}

// Select gives a descriptor with only the parts that a query asked for, by the
// bits of SECURITY_INFORMATION: 1 owner, 2 group, 4 DACL, 8 SACL
// (MS-DTYP 2.4.7). The bits of control that speak of a missing part go with it.
func (d *Descriptor) Select(information uint32) Descriptor {
	const (
		daclBits = DACLPresent | DACLDefaulted | DACLTrusted | DACLInheritReq | DACLAutoInherited | DACLProtected
		saclBits = SACLPresent | SACLDefaulted | SACLInheritReq | SACLAutoInherited | SACLProtected
	)
	out := *d
	if information&1 == 0 {
		out.Owner, out.Control = nil, out.Control&^OwnerDefaulted
	}
	if information&2 == 0 {
		out.Group, out.Control = nil, out.Control&^GroupDefaulted
	}
	if information&4 == 0 {
		out.DACL, out.Control = nil, out.Control&^daclBits
	}
	if information&8 == 0 {
		out.SACL, out.Control = nil, out.Control&^saclBits
	}
	return out
}
