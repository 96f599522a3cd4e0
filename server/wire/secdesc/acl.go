package secdesc

import "fmt"

// ACEType is the form and meaning of an ACE (MS-DTYP 2.4.4.1).
type ACEType uint8

// The ACE types.
const (
	AccessAllowed               ACEType = 0x00
	AccessDenied                ACEType = 0x01
	SystemAudit                 ACEType = 0x02
	SystemAlarm                 ACEType = 0x03
	AccessAllowedCompound       ACEType = 0x04
	AccessAllowedObject         ACEType = 0x05
	AccessDeniedObject          ACEType = 0x06
	SystemAuditObject           ACEType = 0x07
	SystemAlarmObject           ACEType = 0x08
	AccessAllowedCallback       ACEType = 0x09
	AccessDeniedCallback        ACEType = 0x0A
	AccessAllowedCallbackObject ACEType = 0x0B
	AccessDeniedCallbackObject  ACEType = 0x0C
	SystemAuditCallback         ACEType = 0x0D
	SystemAlarmCallback         ACEType = 0x0E
	SystemAuditCallbackObject   ACEType = 0x0F
	SystemAlarmCallbackObject   ACEType = 0x10
	SystemMandatoryLabel        ACEType = 0x11
	SystemResourceAttribute     ACEType = 0x12
	SystemScopedPolicyID        ACEType = 0x13
)

// hasObject reports the types with object GUIDs before the SID.
func (t ACEType) hasObject() bool {
	switch t {
	case AccessAllowedObject, AccessDeniedObject, SystemAuditObject, SystemAlarmObject,
		AccessAllowedCallbackObject, AccessDeniedCallbackObject, SystemAuditCallbackObject, SystemAlarmCallbackObject:
		return true
	}
	return false
}

// opaque reports the types of which only the bytes are kept.
func (t ACEType) opaque() bool { return t == AccessAllowedCompound || t > SystemScopedPolicyID }

// ACEFlags of an ACE (MS-DTYP 2.4.4.1).
type ACEFlags uint8

// The ACE flags.
const (
	ObjectInherit      ACEFlags = 0x01
	ContainerInherit   ACEFlags = 0x02
	NoPropagateInherit ACEFlags = 0x04
	InheritOnly        ACEFlags = 0x08
	Inherited          ACEFlags = 0x10
	SuccessfulAccess   ACEFlags = 0x40
	FailedAccess       ACEFlags = 0x80
)

// The ObjectFlags of an object ACE.
const (
	ObjectTypePresent          uint32 = 0x1
	InheritedObjectTypePresent uint32 = 0x2
)

// ACE is an access control entry. Every type that this package knows has a mask
// and a SID; object types have GUIDs too, callback and attribute types data
// after the SID. Of other types only Data is kept, all that follows the header.
type ACE struct {
	Type                ACEType
	Flags               ACEFlags
	Mask                AccessMask
	SID                 SID
	ObjectFlags         uint32
	ObjectType          [16]byte
	InheritedObjectType [16]byte
	Data                []byte
}

// Append appends the ACE, padded to a multiple of 4.
func (a *ACE) Append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, byte(a.Type), byte(a.Flags), 0, 0)
	if !a.Type.opaque() {
		dst = le.AppendUint32(dst, a.Mask)
		if a.Type.hasObject() {
			dst = le.AppendUint32(dst, a.ObjectFlags)
			if a.ObjectFlags&ObjectTypePresent != 0 {
				dst = append(dst, a.ObjectType[:]...)
			}
			if a.ObjectFlags&InheritedObjectTypePresent != 0 {
				dst = append(dst, a.InheritedObjectType[:]...)
			}
		}
		dst = a.SID.Append(dst)
	}
	dst = append(dst, a.Data...)
	for (len(dst)-start)%4 != 0 {
		dst = append(dst, 0)
	}
	le.PutUint16(dst[start+2:], uint16(len(dst)-start))
	return dst
}

// decodeACE reads the ACE at the start of b and gives its size.
func decodeACE(b []byte) (a ACE, n int, err error) {
	if len(b) < 4 {
		return a, 0, &DecodeError{"ACE", "", fmt.Sprintf("%d bytes, need 4", len(b))}
	}
	a.Type, a.Flags = ACEType(b[0]), ACEFlags(b[1])
	n = int(le.Uint16(b[2:]))
	if n < 4 || n%4 != 0 || n > len(b) {
		return a, 0, &DecodeError{"ACE", "AceSize", fmt.Sprintf("%d in %d bytes", n, len(b))}
	}
	rest := b[4:n]
	if a.Type.opaque() {
		a.Data = rest
		return a, n, nil
	}
	take := func(k int) ([]byte, bool) {
		if len(rest) < k {
			return nil, false
		}
		head := rest[:k]
		rest = rest[k:]
		return head, true
	}
	short := &DecodeError{"ACE", "AceSize", fmt.Sprintf("%d is too small for type %d", n, a.Type)}
	v, ok := take(4)
	if !ok {
		return a, 0, short
	}
	a.Mask = le.Uint32(v)
	if a.Type.hasObject() {
		if v, ok = take(4); !ok {
			return a, 0, short
		}
		a.ObjectFlags = le.Uint32(v)
		for _, g := range []struct {
			bit uint32
			to  *[16]byte
		}{{ObjectTypePresent, &a.ObjectType}, {InheritedObjectTypePresent, &a.InheritedObjectType}} {
			if a.ObjectFlags&g.bit == 0 {
				continue
			}
			if v, ok = take(16); !ok {
				return a, 0, short
			}
			*g.to = [16]byte(v)
		}
	}
	sid, k, err := DecodeSID(rest)
	if err != nil {
		return a, 0, err
	}
	a.SID = sid
	if len(rest) > k {
		a.Data = rest[k:]
	}
	return a, n, nil
}

// The ACL revisions: ACLRevisionDS is needed by object ACEs.
const (
	ACLRevision   uint8 = 2
	ACLRevisionDS uint8 = 4
)

// MaxACLSize is the largest ACL, by its 16-bit size.
const MaxACLSize = 0xFFFC

// ACL is an access control list (MS-DTYP 2.4.5). An ACL without entries lets
// nobody in; a descriptor without an ACL lets everybody in.
type ACL struct {
	Revision uint8 // 0 is written as the lowest that fits the entries
	ACEs     []ACE
}

// Append appends the ACL. It must not grow over MaxACLSize.
func (l *ACL) Append(dst []byte) []byte {
	start := len(dst)
	rev := l.Revision
	if rev == 0 {
		rev = ACLRevision
		for i := range l.ACEs {
			if l.ACEs[i].Type.hasObject() {
				rev = ACLRevisionDS
			}
		}
	}
	dst = append(dst, rev, 0, 0, 0)
	dst = le.AppendUint16(dst, uint16(len(l.ACEs)))
	dst = le.AppendUint16(dst, 0)
	for i := range l.ACEs {
		dst = l.ACEs[i].Append(dst)
	}
	le.PutUint16(dst[start+2:], uint16(len(dst)-start))
	return dst
}

// DecodeACL reads the ACL at the start of b.
func DecodeACL(b []byte) (*ACL, error) {
	if len(b) < 8 {
		return nil, &DecodeError{"ACL", "", fmt.Sprintf("%d bytes, need 8", len(b))}
	}
	if b[0] != ACLRevision && b[0] != ACLRevisionDS && b[0] != 3 {
		return nil, &DecodeError{"ACL", "AclRevision", fmt.Sprint(b[0])}
	}
	size, count := int(le.Uint16(b[2:])), int(le.Uint16(b[4:]))
	if size < 8 || size > len(b) {
		return nil, &DecodeError{"ACL", "AclSize", fmt.Sprintf("%d in %d bytes", size, len(b))}
	}
	if count > (size-8)/4 {
		return nil, &DecodeError{"ACL", "AceCount", fmt.Sprintf("%d in %d bytes", count, size)}
	}
	l := &ACL{Revision: b[0], ACEs: make([]ACE, 0, count)}
	for b = b[8:size]; len(l.ACEs) < count; {
		a, n, err := decodeACE(b)
		if err != nil {
			return nil, err
		}
		l.ACEs = append(l.ACEs, a)
		b = b[n:]
	}
	return l, nil
}
