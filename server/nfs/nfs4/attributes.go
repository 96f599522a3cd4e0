package nfs4

import (
	"encoding/binary"
	"strconv"
	"time"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// Limits that attributes tell.
const (
	MaxTransfer  = 1 << 20 // octets of one READ or WRITE
	leaseSeconds = 90
)

// lease is how long a client may be silent.
const lease = leaseSeconds * time.Second

// bitmap is a bitmap4 of which only the words that we know count.
type bitmap [3]uint32

func bitmapOf(words []uint32) (b bitmap) {
	copy(b[:], words)
	return b
}

// mask is the bitmap with these bits.
func mask(bits ...int) (b bitmap) {
	for _, n := range bits {
		b.set(n)
	}
	return b
}

func (b *bitmap) set(n int)     { b[n/32] |= 1 << (n % 32) }
func (b bitmap) has(n int) bool { return b[n/32]&(1<<(n%32)) != 0 }
func (b bitmap) and(o bitmap) bitmap {
	return bitmap{b[0] & o[0], b[1] & o[1], b[2] & o[2]}
}
func (b bitmap) without(o bitmap) bitmap {
	return bitmap{b[0] &^ o[0], b[1] &^ o[1], b[2] &^ o[2]}
}
func (b bitmap) empty() bool { return b == bitmap{} }

// words is the shortest bitmap4.
func (b bitmap) words() []uint32 {
	n := len(b)
	for n > 0 && b[n-1] == 0 {
		n--
	}
	return b[:n]
}

// strange reports whether a bitmap4 asks for what no word of ours has.
func strange(words []uint32) bool {
	for i, w := range words {
		if i >= len(bitmap{}) && w != 0 {
			return true
		}
	}
	return false
}

// The attributes, as sets.
var (
	readable = mask(
		nfs4.FATTR4_SUPPORTED_ATTRS, nfs4.FATTR4_TYPE, nfs4.FATTR4_FH_EXPIRE_TYPE, nfs4.FATTR4_CHANGE, nfs4.FATTR4_SIZE,
		nfs4.FATTR4_LINK_SUPPORT, nfs4.FATTR4_SYMLINK_SUPPORT, nfs4.FATTR4_NAMED_ATTR, nfs4.FATTR4_FSID,
		nfs4.FATTR4_UNIQUE_HANDLES, nfs4.FATTR4_LEASE_TIME, nfs4.FATTR4_RDATTR_ERROR, nfs4.FATTR4_ACLSUPPORT,
		nfs4.FATTR4_ARCHIVE, nfs4.FATTR4_CANSETTIME, nfs4.FATTR4_CASE_INSENSITIVE, nfs4.FATTR4_CASE_PRESERVING,
		nfs4.FATTR4_CHOWN_RESTRICTED, nfs4.FATTR4_FILEHANDLE, nfs4.FATTR4_FILEID, nfs4.FATTR4_FILES_AVAIL,
		nfs4.FATTR4_FILES_FREE, nfs4.FATTR4_FILES_TOTAL, nfs4.FATTR4_HIDDEN, nfs4.FATTR4_HOMOGENEOUS,
		nfs4.FATTR4_MAXFILESIZE, nfs4.FATTR4_MAXLINK, nfs4.FATTR4_MAXNAME, nfs4.FATTR4_MAXREAD, nfs4.FATTR4_MAXWRITE,
		nfs4.FATTR4_MODE, nfs4.FATTR4_NO_TRUNC, nfs4.FATTR4_NUMLINKS, nfs4.FATTR4_OWNER, nfs4.FATTR4_OWNER_GROUP,
		nfs4.FATTR4_RAWDEV, nfs4.FATTR4_SPACE_AVAIL, nfs4.FATTR4_SPACE_FREE, nfs4.FATTR4_SPACE_TOTAL,
		nfs4.FATTR4_SPACE_USED, nfs4.FATTR4_SYSTEM, nfs4.FATTR4_TIME_ACCESS, nfs4.FATTR4_TIME_CREATE,
		nfs4.FATTR4_TIME_DELTA, nfs4.FATTR4_TIME_METADATA, nfs4.FATTR4_TIME_MODIFY, nfs4.FATTR4_MOUNTED_ON_FILEID,
	)
	writeOnly = mask(nfs4.FATTR4_TIME_ACCESS_SET, nfs4.FATTR4_TIME_MODIFY_SET)
	settable  = mask(
		nfs4.FATTR4_SIZE, nfs4.FATTR4_ARCHIVE, nfs4.FATTR4_HIDDEN, nfs4.FATTR4_MODE, nfs4.FATTR4_OWNER,
		nfs4.FATTR4_OWNER_GROUP, nfs4.FATTR4_SYSTEM, nfs4.FATTR4_TIME_ACCESS_SET, nfs4.FATTR4_TIME_CREATE,
		nfs4.FATTR4_TIME_MODIFY_SET,
	)
	// exclusive is what EXCLUSIVE4_1 may set (RFC 8881 5.8.1.14).
	exclusive = settable.without(mask(nfs4.FATTR4_SIZE))
)

// supported is what the minor version knows.
func (c *compound) supported() bitmap {
	b := readable
	for i := range b {
		b[i] |= writeOnly[i] | settable[i]
	}
	if c.minor > 0 {
		b.set(nfs4.FATTR4_SUPPATTR_EXCLCREAT)
	}
	return b
}

// askable is what of the wanted attributes there is to read; what is not known
// is left out (RFC 7530 16.7.4). The two that can only be set are
// NFS4ERR_INVAL.
func (c *compound) askable(words []uint32) (bitmap, status) {
	want := bitmapOf(words)
	if !want.and(writeOnly).empty() {
		return want, nfs4.NFS4ERR_INVAL
	}
	return want.and(c.supported()), nfs4.NFS4_OK
}

// encoder appends attributes.
type encoder struct{ b []byte }

func (e *encoder) u32(v uint32) { e.b = binary.BigEndian.AppendUint32(e.b, v) }
func (e *encoder) u64(v uint64) { e.b = binary.BigEndian.AppendUint64(e.b, v) }
func (e *encoder) bool(v bool) {
	if v {
		e.u32(1)
	} else {
		e.u32(0)
	}
}
func (e *encoder) opaque(p []byte) {
	e.u32(uint32(len(p)))
	e.b = append(e.b, p...)
	e.b = append(e.b, make([]byte, -len(p)&3)...)
}
func (e *encoder) bitmap(b bitmap) {
	words := b.words()
	e.u32(uint32(len(words)))
	for _, w := range words {
		e.u32(w)
	}
}
func (e *encoder) time(t time.Time) {
	e.u64(uint64(t.Unix()))
	e.u32(uint32(t.Nanosecond()))
}

// id is an owner or group, which we know by number only (RFC 7530 5.9).
func (e *encoder) id(id uint32) { e.opaque(strconv.AppendUint(nil, uint64(id), 10)) }

// fattr is the attributes of a node as a client wants them.
func (c *compound) fattr(want bitmap, n node, a *vfs.Attr) (nfs4.Fattr4, status) {
	var e encoder
	e.b = make([]byte, 0, 256)
	if st := c.appendAttrs(&e, want, n, a); st != nfs4.NFS4_OK {
		return nfs4.Fattr4{}, st
	}
	return nfs4.Fattr4{Attrmask: want.words(), AttrVals: e.b}, nfs4.NFS4_OK
}

var spaceAttrs = mask(
	nfs4.FATTR4_FILES_AVAIL, nfs4.FATTR4_FILES_FREE, nfs4.FATTR4_FILES_TOTAL,
	nfs4.FATTR4_SPACE_AVAIL, nfs4.FATTR4_SPACE_FREE, nfs4.FATTR4_SPACE_TOTAL,
)

// appendAttrs encodes the wanted attributes in the order of their numbers.
func (c *compound) appendAttrs(e *encoder, want bitmap, n node, a *vfs.Attr) status {
	var st vfs.StatFS
	if n.tree != nil && !want.and(spaceAttrs).empty() {
		var err error
		if st, err = n.tree.StatFS(c.ctx, c.origin); err != nil {
			return c.fail(err)
		}
	}
	for i := range 32 * len(want) {
		if !want.has(i) {
			continue
		}
		switch i {
		case nfs4.FATTR4_SUPPORTED_ATTRS:
			e.bitmap(c.supported())
		case nfs4.FATTR4_TYPE:
			e.u32(uint32(a.Type)) // nfs_ftype4 begins as ftype3 does
		case nfs4.FATTR4_FH_EXPIRE_TYPE:
			e.u32(nfs4.FH4_PERSISTENT)
		case nfs4.FATTR4_CHANGE:
			e.u64(a.Change)
		case nfs4.FATTR4_SIZE:
			e.u64(a.Size)
		case nfs4.FATTR4_LINK_SUPPORT, nfs4.FATTR4_SYMLINK_SUPPORT, nfs4.FATTR4_UNIQUE_HANDLES, nfs4.FATTR4_CANSETTIME,
			nfs4.FATTR4_CASE_PRESERVING, nfs4.FATTR4_CHOWN_RESTRICTED, nfs4.FATTR4_HOMOGENEOUS, nfs4.FATTR4_NO_TRUNC:
			e.bool(true)
		case nfs4.FATTR4_NAMED_ATTR, nfs4.FATTR4_CASE_INSENSITIVE:
			e.bool(false)
		case nfs4.FATTR4_FSID:
			e.u64(a.Handle.FSID)
			e.u64(0)
		case nfs4.FATTR4_LEASE_TIME:
			e.u32(leaseSeconds)
		case nfs4.FATTR4_RDATTR_ERROR, nfs4.FATTR4_ACLSUPPORT:
			e.u32(0)
		case nfs4.FATTR4_ARCHIVE:
			e.bool(a.DOS&vfs.DOSArchive != 0)
		case nfs4.FATTR4_HIDDEN:
			e.bool(a.DOS&vfs.DOSHidden != 0)
		case nfs4.FATTR4_SYSTEM:
			e.bool(a.DOS&vfs.DOSSystem != 0)
		case nfs4.FATTR4_FILEHANDLE:
			h, err := c.s.encode(n)
			if err != nil {
				return c.fail(err)
			}
			e.opaque(h)
		case nfs4.FATTR4_FILEID:
			e.u64(a.Handle.ID)
		case nfs4.FATTR4_MOUNTED_ON_FILEID:
			if n.shareRoot() {
				e.u64(c.s.shares.mountedOn(n.tree))
			} else {
				e.u64(a.Handle.ID)
			}
		case nfs4.FATTR4_FILES_AVAIL, nfs4.FATTR4_FILES_FREE:
			e.u64(st.FilesFree)
		case nfs4.FATTR4_FILES_TOTAL:
			e.u64(st.Files)
		case nfs4.FATTR4_MAXFILESIZE:
			e.u64(vfs.MaxFileSize)
		case nfs4.FATTR4_MAXLINK:
			e.u32(vfs.MaxLinks)
		case nfs4.FATTR4_MAXNAME:
			e.u32(vfs.NameMax)
		case nfs4.FATTR4_MAXREAD, nfs4.FATTR4_MAXWRITE:
			e.u64(MaxTransfer)
		case nfs4.FATTR4_MODE:
			e.u32(a.Mode & 0o7777)
		case nfs4.FATTR4_NUMLINKS:
			e.u32(a.Nlink)
		case nfs4.FATTR4_OWNER:
			e.id(a.UID)
		case nfs4.FATTR4_OWNER_GROUP:
			e.id(a.GID)
		case nfs4.FATTR4_RAWDEV:
			e.u32(a.Rdev.Major)
			e.u32(a.Rdev.Minor)
		case nfs4.FATTR4_SPACE_AVAIL:
			e.u64(st.Avail)
		case nfs4.FATTR4_SPACE_FREE:
			e.u64(st.Free)
		case nfs4.FATTR4_SPACE_TOTAL:
			e.u64(st.Total)
		case nfs4.FATTR4_SPACE_USED:
			e.u64(a.Used)
		case nfs4.FATTR4_TIME_ACCESS:
			e.time(a.Atime)
		case nfs4.FATTR4_TIME_CREATE:
			e.time(a.Btime)
		case nfs4.FATTR4_TIME_DELTA:
			e.u64(0)
			e.u32(1)
		case nfs4.FATTR4_TIME_METADATA:
			e.time(a.Ctime)
		case nfs4.FATTR4_TIME_MODIFY:
			e.time(a.Mtime)
		case nfs4.FATTR4_SUPPATTR_EXCLCREAT:
			e.bitmap(exclusive)
		}
	}
	return nfs4.NFS4_OK
}
