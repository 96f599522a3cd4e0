package vfs

import (
	"context"
	"errors"
)

// Seek finds the first data, or the first hole, of a file at or after off (RFC
// 7862 15.11). end tells that there is none before the end of the file, where
// at then is. It is a read as far as reservations and the caches of others go,
// since what they have not written back may fill a hole. ErrNoData: off is at
// or past the end. Other errors are those of Read.
func (t *Tree) Seek(ctx context.Context, o *Origin, h FileHandle, off uint64, hole bool) (at uint64, end bool, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpRead, object: h,
			authorise: t.ioRight(o, h, RightReadData),
			apply: func() error {
				a, err := t.store.fs.GetAttr(h)
				if err != nil {
					return err
				}
				if off >= a.Size {
					return ErrNoData
				}
				find := t.store.fs.NextData
				if hole {
					find = t.store.fs.NextHole
				}
				if at, err = find(h, "", off); errors.Is(err, ErrNoData) {
					at, err = a.Size, nil
				}
				end = at >= a.Size
				return err
			},
		}, nil
	})
	return at, end, err
}
