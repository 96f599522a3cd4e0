package vfs

import (
	"context"
	"errors"
)

// Range is a range of bytes.
type Range struct{ Off, Len uint64 }

// AllocatedRanges lists, in order, what of [off, end) is allocated and before
// the end of the stream, at most limit ranges; more tells that there would be
// others. Of a file that is not marked sparse that is everything, whatever
// holes the storage keeps to itself. It breaks nothing and no lock stands in
// its way (MS-FSA 2.1.5.10, FSCTL_QUERY_ALLOCATED_RANGES).
func (t *Tree) AllocatedRanges(_ context.Context, _ *Origin, h FileHandle, stream string, off, end uint64, limit int) (list []Range, more bool, err error) {
	if err := t.alive(); err != nil {
		return nil, false, err
	}
	a, size, err := t.sizeOf(h, stream)
	if err != nil {
		return nil, false, err
	}
	end = min(end, size)
	for off < end {
		data, hole := off, end
		if a.DOS&DOSSparse != 0 {
			if data, err = t.store.fs.NextData(h, stream, off); errors.Is(err, ErrNoData) || err == nil && data >= end {
				break
			}
			if err == nil {
				hole, err = t.store.fs.NextHole(h, stream, data)
			}
			if errors.Is(err, ErrNoData) {
				break // cut off since
			}
			if err != nil {
				return nil, false, err
			}
			hole = min(hole, end)
		}
		if len(list) == limit {
			return list, true, nil
		}
		list = append(list, Range{data, hole - data})
		off = hole
	}
	return list, false, nil
}

// sizeOf is the file's attributes and the size of one stream of it.
func (t *Tree) sizeOf(h FileHandle, stream string) (Attr, uint64, error) {
	a, err := t.store.fs.GetAttr(h)
	if err != nil || stream == "" {
		return a, a.Size, err
	}
	s, err := t.store.fs.LookupStream(h, stream)
	return a, s.Size, err
}

// Zero makes [off, end), as far as the stream goes, read as zeros. In a file
// that is marked sparse the room is given back, else it stays allocated. The
// size does not change (MS-FSA 2.1.5.10, FSCTL_SET_ZERO_DATA).
func (t *Tree) Zero(ctx context.Context, o *Origin, h FileHandle, stream string, off, end uint64) (wcc WCC, err error) {
	return t.punch(ctx, o, h, stream, off, end, false)
}

// Trim gives back the whole blocks inside [off, off+n), which read as zeros
// from then on; the rest of the range keeps its data (MS-FSA 2.1.5.10,
// FSCTL_FILE_LEVEL_TRIM).
func (t *Tree) Trim(ctx context.Context, o *Origin, h FileHandle, stream string, off, n uint64) (wcc WCC, err error) {
	lo, hi := (off+BlockSize-1)/BlockSize*BlockSize, (off+n)/BlockSize*BlockSize
	return t.punch(ctx, o, h, stream, lo, hi, true)
}

func (t *Tree) punch(ctx context.Context, o *Origin, h FileHandle, stream string, off, end uint64, hole bool) (wcc WCC, err error) {
	if end <= off {
		a, err := t.GetAttr(ctx, o, h)
		return WCC{Before: a, After: a}, err
	}
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpZero, object: h, stream: stream, off: off, n: end - off,
			authorise: t.ioRight(o, h, RightWriteData),
			apply: func() error {
				a, size, err := t.sizeOf(h, stream)
				if err != nil {
					return err
				}
				wcc = WCC{Before: a, After: a}
				n := min(end, size)
				if n <= off {
					return nil
				}
				w, err := t.store.fs.Deallocate(h, stream, off, n-off)
				if err != nil {
					return err
				}
				wcc = w.WCC
				if hole || a.DOS&DOSSparse != 0 {
					return nil
				}
				if w, err = t.store.fs.Allocate(h, stream, off, n-off); err == nil {
					wcc.After = w.WCC.After
				}
				return err
			},
			tell: func() Event { return Event{File: h, Stream: stream, Changed: changedByWrite(stream, &wcc)} },
		}, nil
	})
	return wcc, err
}

// SetSparse marks the file as sparse, or not. A file that is no longer sparse
// has no holes (MS-FSA 2.1.5.10, FSCTL_SET_SPARSE).
func (t *Tree) SetSparse(ctx context.Context, o *Origin, h FileHandle, stream string, on bool) error {
	a, size, err := t.sizeOf(h, stream)
	if err != nil || on == (a.DOS&DOSSparse != 0) {
		return err
	}
	dos := a.DOS | DOSSparse
	if !on {
		dos &^= DOSSparse
		if _, err := t.Allocate(ctx, o, h, stream, 0, size, false); err != nil {
			return err
		}
	}
	_, err = t.SetAttr(ctx, o, h, Changes{DOS: &dos})
	return err
}
