package vfs

import "context"

// Remove removes the name of what is not a directory, after breaking the
// handle (and write) caching of those who hold the file open.
func (t *Tree) Remove(ctx context.Context, o *Origin, dir FileHandle, name string) (Removed, error) {
	return t.remove(ctx, o, dir, name, t.store.fs.Remove)
}

// Rmdir removes an empty directory.
func (t *Tree) Rmdir(ctx context.Context, o *Origin, dir FileHandle, name string) (Removed, error) {
	return t.remove(ctx, o, dir, name, t.store.fs.Rmdir)
}

func (t *Tree) remove(ctx context.Context, o *Origin, dir FileHandle, name string,
	do func(dir FileHandle, name string, expect FileHandle) (Removed, error)) (r Removed, err error) {
	err = t.run(ctx, o, func() (step, error) {
		e, dirAttr, err := t.Lookup(ctx, o, dir, name)
		if err != nil {
			return step{}, err
		}
		h := e.Attr.Handle
		return step{
			op: OpRemove, object: h,
			authorise: func() error {
				if !mayUnlink(t.squash(o), dirAttr, e.Attr) {
					return ErrAccess
				}
				return nil
			},
			apply: func() error {
				r, err = do(dir, name, h)
				return err
			},
			tell: func() Event {
				return Event{File: h, Dir: dir, Name: name, IsDir: e.Attr.Type == TypeDirectory}
			},
		}, nil
	})
	return r, err
}
