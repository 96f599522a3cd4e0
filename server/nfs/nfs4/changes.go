package nfs4

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// changes is what a fattr4 asks to set.
type changes struct {
	vfs.Changes
	set bitmap
	// dos are the bits to set and to clear of those that the file has.
	dosSet, dosClear uint32
}

// decoder takes attribute values off their front.
type decoder struct {
	rest  []byte
	short bool
}

func (d *decoder) u32() uint32 {
	if len(d.rest) < 4 {
		d.short, d.rest = true, nil
		return 0
	}
	v := binary.BigEndian.Uint32(d.rest)
	d.rest = d.rest[4:]
	return v
}

func (d *decoder) u64() uint64 {
	high := d.u32()
	return uint64(high)<<32 | uint64(d.u32())
}

func (d *decoder) opaque(limit int) []byte {
	n := d.u32()
	if uint64(n) > uint64(limit) || uint64(len(d.rest)) < (uint64(n)+3)&^3 {
		d.short, d.rest = true, nil
		return nil
	}
	v := d.rest[:n:n]
	d.rest = d.rest[(n+3)&^3:]
	return v
}

// time is nfstime4; ok is false for 10^9 ns or more.
func (d *decoder) time() (t time.Time, ok bool) {
	seconds, nseconds := int64(d.u64()), d.u32()
	return time.Unix(seconds, int64(nseconds)).UTC(), nseconds < 1_000_000_000
}

// setTime is settime4.
func (d *decoder) setTime() (vfs.SetTime, status) {
	switch nfs4.TimeHow4(d.u32()) {
	case nfs4.SET_TO_SERVER_TIME4:
		return vfs.Now(), nfs4.NFS4_OK
	case nfs4.SET_TO_CLIENT_TIME4:
		t, ok := d.time()
		if !ok {
			return vfs.SetTime{}, nfs4.NFS4ERR_INVAL
		}
		return vfs.At(t), nfs4.NFS4_OK
	}
	return vfs.SetTime{}, nfs4.NFS4ERR_BADXDR
}

// id is an owner: a number, since we know no names (RFC 7530 5.9).
func (d *decoder) id() (*uint32, status) {
	s := string(d.opaque(nfs4.NFS4_OPAQUE_LIMIT))
	if d.short {
		return nil, nfs4.NFS4ERR_BADXDR
	}
	v, err := strconv.ParseUint(s, 10, 32)
	if err != nil || strconv.FormatUint(v, 10) != s || v == math.MaxUint32 {
		return nil, nfs4.NFS4ERR_BADOWNER
	}
	id := uint32(v)
	return &id, nfs4.NFS4_OK
}

func (d *decoder) flag(c *changes, bit uint32) status {
	switch d.u32() {
	case 0:
		c.dosClear |= bit
	case 1:
		c.dosSet |= bit
	default:
		return nfs4.NFS4ERR_BADXDR
	}
	return nfs4.NFS4_OK
}

// parseChanges reads what a fattr4 asks to set. Unknown attributes are
// NFS4ERR_ATTRNOTSUPP, those that can only be read NFS4ERR_INVAL.
func (c *compound) parseChanges(f *nfs4.Fattr4) (out changes, st status) {
	out.set = bitmapOf(f.Attrmask)
	switch {
	case strange(f.Attrmask) || !out.set.without(c.supported()).empty():
		return out, nfs4.NFS4ERR_ATTRNOTSUPP
	case !out.set.without(settable).empty():
		return out, nfs4.NFS4ERR_INVAL
	}
	d := decoder{rest: f.AttrVals}
	for i := 0; i < 32*len(out.set) && st == nfs4.NFS4_OK; i++ {
		if !out.set.has(i) {
			continue
		}
		switch i {
		case nfs4.FATTR4_SIZE:
			size := d.u64()
			out.Size = &size
		case nfs4.FATTR4_ARCHIVE:
			st = d.flag(&out, vfs.DOSArchive)
		case nfs4.FATTR4_HIDDEN:
			st = d.flag(&out, vfs.DOSHidden)
		case nfs4.FATTR4_SYSTEM:
			st = d.flag(&out, vfs.DOSSystem)
		case nfs4.FATTR4_MODE:
			mode := d.u32()
			if mode&^0o7777 != 0 {
				st = nfs4.NFS4ERR_INVAL
			}
			out.Mode = &mode
		case nfs4.FATTR4_OWNER:
			out.UID, st = d.id()
		case nfs4.FATTR4_OWNER_GROUP:
			out.GID, st = d.id()
		case nfs4.FATTR4_TIME_ACCESS_SET:
			out.Atime, st = d.setTime()
		case nfs4.FATTR4_TIME_MODIFY_SET:
			out.Mtime, st = d.setTime()
		case nfs4.FATTR4_TIME_CREATE:
			t, ok := d.time()
			if !ok {
				st = nfs4.NFS4ERR_INVAL
			}
			out.Btime = vfs.At(t)
		}
	}
	if d.short || st == nfs4.NFS4_OK && len(d.rest) > 0 {
		st = nfs4.NFS4ERR_BADXDR
	}
	return out, st
}

// over completes the changes for a node that has the attributes a.
func (c *changes) over(a *vfs.Attr) {
	if c.dosSet|c.dosClear != 0 {
		dos := a.DOS&^c.dosClear | c.dosSet
		c.DOS = &dos
	}
}
