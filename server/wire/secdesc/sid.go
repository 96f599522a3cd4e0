package secdesc

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxSubAuthorities is the most a SID may have.
const MaxSubAuthorities = 15

// SID is a security identifier (MS-DTYP 2.4.2). It is comparable, so == and map
// keys work; build it with NewSID or ParseSID so that unused places stay zero.
// The zero SID is no SID: S-1-0 without sub-authorities, see IsZero.
type SID struct {
	Authority uint64 // 48 bits
	count     uint8
	sub       [MaxSubAuthorities]uint32
}

// NewSID gives S-1-authority-sub-…; it panics with more than 15 sub-authorities
// or an authority over 48 bits, which is a fault of the program.
func NewSID(authority uint64, sub ...uint32) SID {
	if len(sub) > MaxSubAuthorities || authority >= 1<<48 {
		panic("secdesc: SID out of range")
	}
	s := SID{Authority: authority, count: uint8(len(sub))}
	copy(s.sub[:], sub)
	return s
}

// wellKnown gives a function rather than a value, so that nobody can assign to it.
func wellKnown(authority uint64, sub ...uint32) func() SID {
	s := NewSID(authority, sub...)
	return func() SID { return s }
}

// The well-known SIDs that a file server meets (MS-DTYP 2.4.2.4).
var (
	Null               = wellKnown(0, 0)
	Everyone           = wellKnown(1, 0)
	CreatorOwner       = wellKnown(3, 0)
	CreatorGroup       = wellKnown(3, 1)
	OwnerRights        = wellKnown(3, 4)
	Network            = wellKnown(5, 2)
	Anonymous          = wellKnown(5, 7)
	AuthenticatedUsers = wellKnown(5, 11)
	LocalSystem        = wellKnown(5, 18)
	Administrators     = wellKnown(5, 32, 544)
	Users              = wellKnown(5, 32, 545)
	Guests             = wellKnown(5, 32, 546)
)

// UnixUser is S-1-22-1-uid, the SID for a uid without an account, as Samba has it.
func UnixUser(uid uint32) SID { return NewSID(22, 1, uid) }

// UnixGroup is S-1-22-2-gid.
func UnixGroup(gid uint32) SID { return NewSID(22, 2, gid) }

// NFSOwner is S-1-5-88-1-uid; with NFSGroup and NFSMode it shows UNIX owners and
// modes to clients that know them.
func NFSOwner(uid uint32) SID { return NewSID(5, 88, 1, uid) }

// NFSGroup is S-1-5-88-2-gid.
func NFSGroup(gid uint32) SID { return NewSID(5, 88, 2, gid) }

// NFSMode is S-1-5-88-3-mode.
func NFSMode(mode uint32) SID { return NewSID(5, 88, 3, mode) }

// IsZero reports the zero value.
func (s SID) IsZero() bool { return s == SID{} }

// SubAuthorities gives a copy of the sub-authorities.
func (s SID) SubAuthorities() []uint32 { return append([]uint32(nil), s.sub[:s.count]...) }

// RID gives the last sub-authority, 0 if there is none.
func (s SID) RID() uint32 {
	if s.count == 0 {
		return 0
	}
	return s.sub[s.count-1]
}

// Domain gives the SID without its last sub-authority.
func (s SID) Domain() SID {
	if s.count == 0 {
		return s
	}
	return NewSID(s.Authority, s.sub[:s.count-1]...)
}

// Child gives the SID with one more sub-authority. ok is false if there is no
// room for it.
func (s SID) Child(rid uint32) (child SID, ok bool) {
	if s.count == MaxSubAuthorities {
		return s, false
	}
	s.sub[s.count] = rid
	s.count++
	return s, true
}

// String gives "S-1-5-21-…"; an authority over 32 bits in hexadecimal
// (MS-DTYP 2.4.2.1).
func (s SID) String() string {
	b := []byte("S-1-")
	if s.Authority >= 1<<32 {
		b = fmt.Appendf(b, "0x%012x", s.Authority)
	} else {
		b = strconv.AppendUint(b, s.Authority, 10)
	}
	for _, v := range s.sub[:s.count] {
		b = strconv.AppendUint(append(b, '-'), uint64(v), 10)
	}
	return string(b)
}

// ParseSID is the inverse of String.
func ParseSID(text string) (SID, error) {
	fail := func(why string) (SID, error) { return SID{}, fmt.Errorf("secdesc: SID %q: %s", text, why) }
	parts := strings.Split(text, "-")
	if len(parts) < 3 || parts[0] != "S" && parts[0] != "s" || parts[1] != "1" {
		return fail("must begin with S-1-")
	}
	if len(parts)-3 > MaxSubAuthorities {
		return fail("more than 15 sub-authorities")
	}
	var s SID
	var err error
	if hex, ok := strings.CutPrefix(strings.ToLower(parts[2]), "0x"); ok {
		s.Authority, err = strconv.ParseUint(hex, 16, 48)
	} else {
		s.Authority, err = strconv.ParseUint(parts[2], 10, 48)
	}
	if err != nil {
		return fail("authority: " + parts[2])
	}
	for i, p := range parts[3:] {
		v, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return fail("sub-authority: " + p)
		}
		s.sub[i] = uint32(v)
		s.count++
	}
	return s, nil
}

// Size gives the bytes that Append writes.
func (s SID) Size() int { return 8 + 4*int(s.count) }

// Append appends the wire form (MS-DTYP 2.4.2.2).
func (s SID) Append(dst []byte) []byte {
	a := s.Authority
	dst = append(dst, 1, s.count, byte(a>>40), byte(a>>32), byte(a>>24), byte(a>>16), byte(a>>8), byte(a))
	for _, v := range s.sub[:s.count] {
		dst = le.AppendUint32(dst, v)
	}
	return dst
}

// DecodeSID reads a SID at the start of b and gives its length.
func DecodeSID(b []byte) (s SID, n int, err error) {
	if len(b) < 8 {
		return SID{}, 0, &DecodeError{"SID", "", fmt.Sprintf("%d bytes, need 8", len(b))}
	}
	if b[0] != 1 {
		return SID{}, 0, &DecodeError{"SID", "Revision", fmt.Sprint(b[0])}
	}
	if b[1] > MaxSubAuthorities {
		return SID{}, 0, &DecodeError{"SID", "SubAuthorityCount", fmt.Sprint(b[1])}
	}
	n = 8 + 4*int(b[1])
	if len(b) < n {
		return SID{}, 0, &DecodeError{"SID", "SubAuthority", fmt.Sprintf("%d bytes, need %d", len(b), n)}
	}
	s.count = b[1]
	for _, c := range b[2:8] {
		s.Authority = s.Authority<<8 | uint64(c)
	}
	for i := range s.count {
		s.sub[i] = le.Uint32(b[8+4*int(i):])
	}
	return s, n, nil
}
