package vfs

import (
	"context"
	"errors"

	"crosswire/server/fs"
)

// ErrShortSource: the source of a copy ends before the range does.
var ErrShortSource = errors.New("source of the copy is too short")

// CopyEnd is one end of a copy: a place in a stream, and who reads or writes
// there. The two ends of a copy may be of different shares.
type CopyEnd struct {
	Tree   *Tree
	Origin *Origin
	Handle FileHandle
	Stream string
	Off    uint64
}

// Copy copies len(buf) bytes, all of them or none, through buf. Each end goes
// its own way down the road: the source is read, with the breaks and locks of
// a read, and the target written, with those of a write. Source and target may
// overlap: what is written is what was there before (MS-SMB2 3.3.5.15.6,
// RFC 7862 15.2).
func Copy(ctx context.Context, src, dst CopyEnd, buf []byte, f WriteFlags) (WCC, error) {
	n, _, _, err := src.Tree.Read(ctx, src.Origin, src.Handle, src.Stream, buf, src.Off)
	switch {
	case err != nil:
		return WCC{}, err
	case n < len(buf):
		return WCC{}, ErrShortSource
	}
	return dst.Tree.Write(ctx, dst.Origin, dst.Handle, dst.Stream, buf, dst.Off, f)
}

// duplicateStep bounds the buffer of Duplicate.
const duplicateStep = 1 << 20

// Duplicate makes n bytes of the target what those of the source are, holes of
// a sparse source holes. Caches of both are broken; byte-range locks do not
// stand in the way, for no data pass through anybody's hands (MS-FSCC 2.3.7,
// MS-FSA 2.1.5.10). ErrShortSource. If it fails, a part may have been done.
func Duplicate(ctx context.Context, src, dst CopyEnd, n uint64, f WriteFlags) error {
	buf := make([]byte, min(n, duplicateStep))
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, hole, err := src.extent(ctx, buf[:min(n, uint64(len(buf)))], n)
		if err != nil {
			return err
		}
		if err := dst.fill(ctx, data, hole, f); err != nil {
			return err
		}
		done := hole + uint64(len(data))
		n -= done
		src.Off += done
		dst.Off += done
	}
	return nil
}

// extent reads what is next of the source: a hole of at most n bytes, or data
// into buf.
func (e CopyEnd) extent(ctx context.Context, buf []byte, n uint64) (data []byte, hole uint64, err error) {
	t := e.Tree
	err = t.run(ctx, e.Origin, func() (step, error) {
		return step{
			op: OpDuplicateFrom, object: e.Handle, stream: e.Stream,
			authorise: t.ioRight(e.Origin, e.Handle, RightReadData),
			apply: func() error {
				data, hole = nil, 0
				list, _, err := t.AllocatedRanges(ctx, e.Origin, e.Handle, e.Stream, e.Off, e.Off+n, 1)
				if err != nil {
					return err
				}
				switch {
				case len(list) == 0:
					hole = n
				case list[0].Off > e.Off:
					hole = list[0].Off - e.Off
				default:
					buf = buf[:min(uint64(len(buf)), list[0].Len)]
				}
				if hole > 0 {
					_, size, err := t.sizeOf(e.Handle, e.Stream)
					if err == nil && size < e.Off+hole {
						err = ErrShortSource
					}
					return err
				}
				got, _, err := t.store.fs.ReadAt(e.Handle, e.Stream, buf, e.Off)
				if err == nil && got < len(buf) {
					err = ErrShortSource
				}
				data = buf
				return err
			},
		}, nil
	})
	return data, hole, err
}

// fill writes data at the target, or makes a hole there.
func (e CopyEnd) fill(ctx context.Context, data []byte, hole uint64, f WriteFlags) error {
	t := e.Tree
	var wcc WCC
	return t.run(ctx, e.Origin, func() (step, error) {
		return step{
			op: OpDuplicate, object: e.Handle, stream: e.Stream,
			authorise: t.ioRight(e.Origin, e.Handle, RightWriteData),
			apply: func() error {
				w, err := fs.Written{}, error(nil)
				if hole > 0 {
					w, err = t.store.fs.Deallocate(e.Handle, e.Stream, e.Off, hole)
				} else {
					w, err = t.store.fs.WriteAt(e.Handle, e.Stream, data, e.Off, f)
				}
				wcc = w.WCC
				return err
			},
			tell: func() Event {
				return Event{File: e.Handle, Stream: e.Stream, Changed: changedByWrite(e.Stream, &wcc)}
			},
		}, nil
	})
}
