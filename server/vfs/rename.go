package vfs

import (
	"context"
	"errors"

	"crosswire/server/fs"
)

// Rename moves a name, replacing an existing target as POSIX does (RFC 1813
// 3.3.14). Handle caching ends on the source and on the file that is replaced.
func (t *Tree) Rename(ctx context.Context, o *Origin, fromDir FileHandle, from string, toDir FileHandle, to string) (r Renamed, err error) {
	err = t.run(ctx, o, func() (step, error) {
		src, fromAttr, err := t.Lookup(ctx, o, fromDir, from)
		if err != nil {
			return step{}, err
		}
		dst, toAttr, err := t.Lookup(ctx, o, toDir, to)
		opts := fs.RenameOptions{Expect: src.Attr.Handle}
		switch {
		case errors.Is(err, ErrNotExist):
			opts.NoReplace = true
		case err != nil:
			return step{}, err
		default:
			opts.ExpectTarget = dst.Attr.Handle
		}
		s := step{
			op: OpRename, object: src.Attr.Handle, victim: opts.ExpectTarget,
			authorise: func() error { return t.mayRename(t.squash(o), fromAttr, src.Attr, toAttr, dst.Attr) },
			apply: func() error {
				r, err = t.store.fs.Rename(fromDir, from, toDir, to, opts)
				if errors.Is(err, ErrExist) && opts.NoReplace {
					return fs.ErrChanged // the target came into being since we looked
				}
				return err
			},
			tell: func() Event {
				return Event{File: src.Attr.Handle, Dir: fromDir, Name: from, NewDir: toDir, NewName: to,
					IsDir: src.Attr.Type == TypeDirectory, Replaced: r.Replaced != nil}
			},
		}
		if s.object == s.victim { // two names of one node: nothing will happen
			s.op = OpLookup
		}
		return s, nil
	})
	return r, err
}

// mayRename needs what removing the old name and making the new one need.
func (t *Tree) mayRename(cred Cred, fromDir, src, toDir, dst Attr) error {
	if !mayUnlink(cred, fromDir, src) {
		return ErrAccess
	}
	if !dst.Handle.IsZero() && !mayUnlink(cred, toDir, dst) {
		return ErrAccess
	}
	return t.mayAdd(cred, toDir, src.Type == TypeDirectory)
}
