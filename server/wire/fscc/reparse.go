package fscc

import "fmt"

// ReparseTag names the owner and the form of a reparse point (MS-FSCC 2.1.2.1).
type ReparseTag uint32

// The reparse tags that a file server meets.
const (
	ReparseTagNone        ReparseTag = 0x00000000
	ReparseTagMountPoint  ReparseTag = 0xA0000003
	ReparseTagSymlink     ReparseTag = 0xA000000C
	ReparseTagDFS         ReparseTag = 0x8000000A
	ReparseTagDFSR        ReparseTag = 0x80000012
	ReparseTagDedup       ReparseTag = 0x80000013
	ReparseTagNFS         ReparseTag = 0x80000014
	ReparseTagAppExecLink ReparseTag = 0x8000001B
	ReparseTagLXSymlink   ReparseTag = 0xA000001D
	ReparseTagAFUnix      ReparseTag = 0x80000023
	ReparseTagLXFifo      ReparseTag = 0x80000024
	ReparseTagLXChr       ReparseTag = 0x80000025
	ReparseTagLXBlk       ReparseTag = 0x80000026
)

// IsMicrosoft reports the tags whose buffer has no GUID.
func (t ReparseTag) IsMicrosoft() bool { return t&0x80000000 != 0 }

// IsNameSurrogate reports the tags that stand for another name, such as links.
func (t ReparseTag) IsNameSurrogate() bool { return t&0x20000000 != 0 }

// MaxReparseDataSize is the largest reparse buffer (MS-FSCC 2.1.2).
const MaxReparseDataSize = 16 * 1024

// ReparseData is a REPARSE_DATA_BUFFER or, for a tag that is not Microsoft's, a
// REPARSE_GUID_DATA_BUFFER (MS-FSCC 2.1.2.2, 2.1.2.3).
type ReparseData struct {
	Tag  ReparseTag
	GUID [16]byte // only if the tag is not Microsoft's
	Data []byte
}

// Append appends the buffer.
func (r *ReparseData) Append(dst []byte) []byte {
	dst = u32(dst, uint32(r.Tag))
	dst = u16(dst, uint16(len(r.Data)))
	dst = u16(dst, 0)
	if !r.Tag.IsMicrosoft() {
		dst = append(dst, r.GUID[:]...)
	}
	return append(dst, r.Data...)
}

// Decode reads a buffer. The length in it must be the length of what follows,
// or the answer is STATUS_IO_REPARSE_DATA_INVALID.
func (r *ReparseData) Decode(b []byte) error {
	const name = "REPARSE_DATA_BUFFER"
	if err := need(name, b, 8); err != nil {
		return err
	}
	*r = ReparseData{Tag: ReparseTag(le.Uint32(b))}
	n := int(le.Uint16(b[4:]))
	b = b[8:]
	if !r.Tag.IsMicrosoft() {
		if err := need("REPARSE_GUID_DATA_BUFFER", b, 16); err != nil {
			return err
		}
		r.GUID, b = [16]byte(b[:16]), b[16:]
	}
	if n != len(b) {
		return &DecodeError{name, "ReparseDataLength", fmt.Sprintf("%d, but %d bytes follow", n, len(b))}
	}
	r.Data = b
	return nil
}

// LinkReparse is the data of a symbolic link or mount point (MS-FSCC 2.1.2.4, 2.1.2.5).
type LinkReparse struct {
	SubstituteName string
	PrintName      string
	Relative       bool // symbolic links only
}

// Symlink wraps it with ReparseTagSymlink.
func (l *LinkReparse) Symlink() ReparseData {
	d, subst, shown := l.head()
	d = u32(d, uint32(flag(l.Relative)))
	return ReparseData{Tag: ReparseTagSymlink, Data: append(append(d, subst...), shown...)}
}

// MountPoint wraps it with ReparseTagMountPoint; its names end with zeros.
func (l *LinkReparse) MountPoint() ReparseData {
	subst, shown := EncodeUTF16(l.SubstituteName), EncodeUTF16(l.PrintName)
	d := u16(nil, 0)
	d = u16(d, uint16(len(subst)))
	d = u16(d, uint16(len(subst)+2))
	d = u16(d, uint16(len(shown)))
	d = append(append(d, subst...), 0, 0)
	d = append(append(d, shown...), 0, 0)
	return ReparseData{Tag: ReparseTagMountPoint, Data: d}
}

func (l *LinkReparse) head() (d, subst, shown []byte) {
	subst, shown = EncodeUTF16(l.SubstituteName), EncodeUTF16(l.PrintName)
	d = u16(nil, 0)
	d = u16(d, uint16(len(subst)))
	d = u16(d, uint16(len(subst)))
	d = u16(d, uint16(len(shown)))
	return d, subst, shown
}

// Decode reads the data of a buffer whose tag is one of the two.
func (l *LinkReparse) Decode(r *ReparseData) error {
	name, head := "Symbolic Link Reparse Data Buffer", 12
	switch r.Tag {
	case ReparseTagSymlink:
	case ReparseTagMountPoint:
		name, head = "Mount Point Reparse Data Buffer", 8
	default:
		return &DecodeError{name, "ReparseTag", fmt.Sprintf("0x%08X", uint32(r.Tag))}
	}
	if err := need(name, r.Data, head); err != nil {
		return err
	}
	read := func(field string, at int) (string, error) {
		raw, err := slice(name, field, r.Data[head:], uint64(le.Uint16(r.Data[at:])), uint64(le.Uint16(r.Data[at+2:])))
		if err != nil {
			return "", err
		}
		s, ok := DecodeUTF16(raw)
		if !ok {
			return "", &DecodeError{name, field, "odd length"}
		}
		return s, nil
	}
	subst, err := read("SubstituteName", 0)
	if err != nil {
		return err
	}
	shown, err := read("PrintName", 4)
	if err != nil {
		return err
	}
	*l = LinkReparse{subst, shown, head == 12 && le.Uint32(r.Data[8:])&1 != 0}
	return nil
}

// NFSType is the kind of special file in an NFS reparse point (MS-FSCC 2.1.2.6).
type NFSType uint64

// The kinds: the letters of the name, first letter lowest.
const (
	NFSTypeLink   NFSType = 0x00000000014B4E4C
	NFSTypeChar   NFSType = 0x0000000000524843
	NFSTypeBlock  NFSType = 0x00000000004B4C42
	NFSTypeFifo   NFSType = 0x000000004F464946
	NFSTypeSocket NFSType = 0x000000004B434F53
)

// NFSReparse is the data of ReparseTagNFS (MS-FSCC 2.1.2.6).
type NFSReparse struct {
	Type         NFSType
	Target       string // of a link
	Major, Minor uint32 // of a device
}

// Reparse wraps it as a buffer.
func (n *NFSReparse) Reparse() ReparseData {
	d := u64(nil, uint64(n.Type))
	switch n.Type {
	case NFSTypeLink:
		d = AppendUTF16(d, n.Target)
	case NFSTypeChar, NFSTypeBlock:
		d = u32(u32(d, n.Major), n.Minor)
	}
	return ReparseData{Tag: ReparseTagNFS, Data: d}
}

// Decode reads the data of a buffer.
func (n *NFSReparse) Decode(r *ReparseData) error {
	const name = "NFS Reparse Data Buffer"
	if r.Tag != ReparseTagNFS {
		return &DecodeError{name, "ReparseTag", fmt.Sprintf("0x%08X", uint32(r.Tag))}
	}
	if err := need(name, r.Data, 8); err != nil {
		return err
	}
	*n = NFSReparse{Type: NFSType(le.Uint64(r.Data))}
	rest := r.Data[8:]
	switch n.Type {
	case NFSTypeLink:
		var ok bool
		if n.Target, ok = DecodeUTF16(rest); !ok {
			return &DecodeError{name, "DataBuffer", "odd length"}
		}
	case NFSTypeChar, NFSTypeBlock:
		if err := need(name, rest, 8); err != nil {
			return err
		}
		n.Major, n.Minor = le.Uint32(rest), le.Uint32(rest[4:])
	case NFSTypeFifo, NFSTypeSocket:
	default:
		return &DecodeError{name, "Type", fmt.Sprintf("0x%016X", uint64(n.Type))}
	}
	return nil
}
