package srvsvc

import "crosswire/server/wire/ndr"

// Share types (MS-SRVS 2.2.2.4).
const (
	STypeDiskTree uint32 = 0
	STypePrintQ   uint32 = 1
	STypeDevice   uint32 = 2
	STypeIPC      uint32 = 3
	STypeSpecial  uint32 = 0x80000000
)

// UnlimitedUses is shi*_max_uses of a share without a limit.
const UnlimitedUses uint32 = 0xffffffff

// ShareInfo holds what the SHARE_INFO structures hold (MS-SRVS 2.2.4.22 to
// 2.2.4.30); which members travel depends on the level:
//
//	0    Name
//	1    Name Type Remark
//	2    Name Type Remark Permissions MaxUses CurrentUses Path Password
//	501  Name Type Remark Flags
//	502  level 2 and SecurityDescriptor
//	1005 Flags
type ShareInfo struct {
	Name               string
	Type               uint32
	Remark             string
	Permissions        uint32
	MaxUses            uint32
	CurrentUses        uint32
	Path               string
	Password           string // never set by a server here; null on the wire
	Flags              uint32
	SecurityDescriptor []byte // self-relative; nil: none
}

// EnumLevel reports whether NetrShareEnum has the level here.
func EnumLevel(level uint32) bool { return fixedSize(level) > 0 && level != 1005 }

// InfoLevel reports whether NetrShareGetInfo has the level here.
func InfoLevel(level uint32) bool { return fixedSize(level) > 0 }

// fixedSize gives the octets of the structure without what it points to, 0 for
// a level that is not encoded here.
func fixedSize(level uint32) int {
	switch level {
	case 0, 1005:
		return 4
	case 1:
		return 12
	case 2:
		return 32
	case 501:
		return 16
	case 502:
		return 40
	}
	return 0
}

// Size gives the octets that the share counts against PreferedMaximumLength:
// the structure and its strings, as they lie in memory.
func (s *ShareInfo) Size(level uint32) int {
	n := fixedSize(level)
	if level == 1005 {
		return n
	}
	n += ndr.StringSize(s.Name)
	if level >= 1 {
		n += ndr.StringSize(s.Remark)
	}
	if level == 2 || level == 502 {
		n += ndr.StringSize(s.Path)
	}
	if level == 502 {
		n += len(s.SecurityDescriptor)
	}
	return n
}

// putFixed writes the structure; putDeferred what its pointers point to.
func (s *ShareInfo) putFixed(w *ndr.Writer, level uint32) {
	if level == 1005 {
		w.U32(s.Flags)
		return
	}
	w.Pointer(true)
	if level == 0 {
		return
	}
	w.U32(s.Type)
	w.Pointer(true)
	if level == 501 {
		w.U32(s.Flags)
	}
	if level == 2 || level == 502 {
		w.U32(s.Permissions)
		w.U32(s.MaxUses)
		w.U32(s.CurrentUses)
		w.Pointer(true)
		w.Pointer(s.Password != "")
	}
	if level == 502 {
		w.U32(uint32(len(s.SecurityDescriptor)))
		w.Pointer(s.SecurityDescriptor != nil)
	}
}

func (s *ShareInfo) putDeferred(w *ndr.Writer, level uint32) {
	if level == 1005 {
		return
	}
	w.String(s.Name)
	if level == 0 {
		return
	}
	w.String(s.Remark)
	if level == 2 || level == 502 {
		w.String(s.Path)
		if s.Password != "" {
			w.String(s.Password)
		}
	}
	if level == 502 && s.SecurityDescriptor != nil {
		w.U32(uint32(len(s.SecurityDescriptor)))
		w.Octets(s.SecurityDescriptor)
	}
}

// sharePointers says which pointers of a structure were not null.
type sharePointers struct {
	name, remark, path, password, descriptor bool
	descriptorSize                           uint32
}

func (s *ShareInfo) getFixed(r *ndr.Reader, level uint32) (p sharePointers) {
	if level == 1005 {
		s.Flags = r.U32()
		return p
	}
	p.name = r.Pointer()
	if level == 0 {
		return p
	}
	s.Type = r.U32()
	p.remark = r.Pointer()
	if level == 501 {
		s.Flags = r.U32()
	}
	if level == 2 || level == 502 {
		s.Permissions, s.MaxUses, s.CurrentUses = r.U32(), r.U32(), r.U32()
		p.path, p.password = r.Pointer(), r.Pointer()
	}
	if level == 502 {
		p.descriptorSize = r.U32()
		p.descriptor = r.Pointer()
	}
	return p
}

func (s *ShareInfo) getDeferred(r *ndr.Reader, p sharePointers) {
	for _, f := range []struct {
		present bool
		to      *string
	}{{p.name, &s.Name}, {p.remark, &s.Remark}, {p.path, &s.Path}, {p.password, &s.Password}} {
		if f.present {
			*f.to = r.String()
		}
	}
	if p.descriptor {
		n := r.Count(1)
		if uint32(n) != p.descriptorSize {
			r.Fail("security descriptor of %d octets announced as %d", n, p.descriptorSize)
			return
		}
		s.SecurityDescriptor = append([]byte{}, r.Octets(n)...)
	}
}
