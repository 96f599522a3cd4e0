package nfs3

import (
	"encoding/binary"
	"math"
	"time"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs3"
)

// Sizes of encoded attributes.
const (
	fattrSize  = nfs3.Fattr3EncodedSizeBytes
	postOpSize = 4 + fattrSize // with attributes
)

// appendTime encodes nfstime3. It begins in 1970 and ends in 2106; times
// outside are given as the nearest that there is.
func appendTime(b []byte, t time.Time) []byte {
	seconds, nseconds := saturate(t)
	b = binary.BigEndian.AppendUint32(b, seconds)
	return binary.BigEndian.AppendUint32(b, nseconds)
}

func saturate(t time.Time) (seconds, nseconds uint32) {
	switch s := t.Unix(); {
	case s < 0:
		return 0, 0
	case s > math.MaxUint32:
		return math.MaxUint32, 999_999_999
	default:
		return uint32(s), uint32(t.Nanosecond())
	}
}

// appendFattr encodes fattr3 (RFC 1813 2.5). The values of vfs.FileType are
// those of ftype3.
func appendFattr(b []byte, a *vfs.Attr) []byte {
	for _, v := range [...]uint32{uint32(a.Type), a.Mode & 0o7777, a.Nlink, a.UID, a.GID} {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	b = binary.BigEndian.AppendUint64(b, a.Size)
	b = binary.BigEndian.AppendUint64(b, a.Used)
	b = binary.BigEndian.AppendUint32(b, a.Rdev.Major)
	b = binary.BigEndian.AppendUint32(b, a.Rdev.Minor)
	b = binary.BigEndian.AppendUint64(b, a.Handle.FSID)
	b = binary.BigEndian.AppendUint64(b, a.Handle.ID)
	b = appendTime(b, a.Atime)
	b = appendTime(b, a.Mtime)
	return appendTime(b, a.Ctime)
}

// appendPostOp encodes post_op_attr; nil for none.
func appendPostOp(b []byte, a *vfs.Attr) []byte {
	if a == nil {
		return binary.BigEndian.AppendUint32(b, 0)
	}
	return appendFattr(binary.BigEndian.AppendUint32(b, 1), a)
}

func (q *request) fattr(a *vfs.Attr) {
	var buf [fattrSize]byte
	_, _ = q.reply.Write(appendFattr(buf[:0], a))
}

func (q *request) postOp(a *vfs.Attr) {
	var buf [postOpSize]byte
	_, _ = q.reply.Write(appendPostOp(buf[:0], a))
}

// wcc encodes wcc_data with both halves.
func (q *request) wcc(w vfs.WCC) {
	var buf [4 + nfs3.WccAttrEncodedSizeBytes]byte
	b := binary.BigEndian.AppendUint32(buf[:0], 1)
	b = binary.BigEndian.AppendUint64(b, w.Before.Size)
	b = appendTime(b, w.Before.Mtime)
	b = appendTime(b, w.Before.Ctime)
	_, _ = q.reply.Write(b)
	q.postOp(&w.After)
}

// present is the attributes of n now, nil if they cannot be had.
func (q *request) present(n node) *vfs.Attr {
	if n.tree == nil {
		return nil
	}
	a, err := n.tree.GetAttr(q.ctx, q.origin, n.h)
	if err != nil {
		return nil
	}
	return &a
}

// unchanged encodes the wcc_data of what an operation left alone: before and
// after are one instant.
func (q *request) unchanged(n node) {
	if a := q.present(n); a != nil {
		q.wcc(vfs.WCC{Before: *a, After: *a})
		return
	}
	q.reply.Bool(false)
	q.reply.Bool(false)
}

// handle encodes nfs_fh3.
func (q *request) handle(n node) error {
	h, err := q.s.exports.Encode(n.tree, n.h)
	if err != nil {
		return err
	}
	q.reply.Opaque(h)
	return nil
}

// changesOf is what sattr3 asks for. ErrInval: a time with 10^9 ns or more.
func changesOf(sa *nfs3.Sattr3) (vfs.Changes, error) {
	c := vfs.Changes{UID: sa.Uid, GID: sa.Gid, Size: sa.Size}
	if sa.Mode != nil {
		mode := *sa.Mode & 0o7777
		c.Mode = &mode
	}
	switch how := sa.Atime.(type) {
	case *nfs3.SetAtime_SET_TO_SERVER_TIME:
		c.Atime = vfs.Now()
	case *nfs3.SetAtime_SET_TO_CLIENT_TIME:
		t, err := timeOf(how.Atime)
		if err != nil {
			return c, err
		}
		c.Atime = vfs.At(t)
	}
	switch how := sa.Mtime.(type) {
	case *nfs3.SetMtime_SET_TO_SERVER_TIME:
		c.Mtime = vfs.Now()
	case *nfs3.SetMtime_SET_TO_CLIENT_TIME:
		t, err := timeOf(how.Mtime)
		if err != nil {
			return c, err
		}
		c.Mtime = vfs.At(t)
	}
	return c, nil
}

func timeOf(t nfs3.Nfstime3) (time.Time, error) {
	if t.Nseconds >= 1_000_000_000 {
		return time.Time{}, vfs.ErrInval
	}
	return time.Unix(int64(t.Seconds), int64(t.Nseconds)).UTC(), nil
}
