package vfs

import (
	"context"
	"time"
)

// GetAttr returns a node's attributes. It breaks nothing: the size that a
// holder of write caching has not flushed yet is not part of them.
func (t *Tree) GetAttr(_ context.Context, _ *Origin, h FileHandle) (Attr, error) {
	if err := t.alive(); err != nil {
		return Attr{}, err
	}
	return t.store.fs.GetAttr(h)
}

// Access returns which of the rights in want the origin has on the node. The
// superuser may do anything but execute a file that nobody may execute, as
// POSIX.1-2017 XBD 4.5 has it: who asks is about to run it.
func (t *Tree) Access(ctx context.Context, o *Origin, h FileHandle, want uint32) (granted uint32, a Attr, err error) {
	a, err = t.GetAttr(ctx, o, h)
	if err != nil {
		return 0, a, err
	}
	cred := t.squash(o)
	granted = t.Rights(cred, a, nil) & want
	if cred.UID == 0 && a.Type != TypeDirectory && a.Mode&0o111 == 0 {
		granted &^= RightExecute
	}
	if t.Share().ReadOnly {
		granted &^= rightsWrite | RightDeleteChild | RightDelete | RightWriteDAC | RightWriteOwner
	}
	return granted, a, nil
}

// Lookup finds an exact name; "." and ".." as RFC 1813 3.3.3 has them (the
// root is its own parent). dir is the directory's attributes.
func (t *Tree) Lookup(ctx context.Context, o *Origin, h FileHandle, name string) (e Entry, dir Attr, err error) {
	dir, err = t.GetAttr(ctx, o, h)
	if err != nil {
		return e, dir, err
	}
	if dir.Type != TypeDirectory {
		return e, dir, ErrNotDir
	}
	if err := t.maySearch(t.squash(o), dir); err != nil {
		return e, dir, err
	}
	e, err = t.store.fs.Lookup(h, name)
	return e, dir, err
}

// LookupFold is Lookup for SMB: an exact name, else the first that differs
// only in case.
func (t *Tree) LookupFold(ctx context.Context, o *Origin, h FileHandle, name string) (e Entry, dir Attr, err error) {
	dir, err = t.GetAttr(ctx, o, h)
	if err != nil {
		return e, dir, err
	}
	if dir.Type != TypeDirectory {
		return e, dir, ErrNotDir
	}
	if dir.Security == nil {
		if err := t.maySearch(t.squash(o), dir); err != nil {
			return e, dir, err
		}
	}
	e, err = t.store.fs.LookupFold(h, name)
	return e, dir, err
}

// ReadDir lists entries after a cookie (0: from the start) in cookie order,
// without "." and "..". dir is the directory's attributes.
func (t *Tree) ReadDir(ctx context.Context, o *Origin, h FileHandle, after uint64, limit int) (list []Entry, eof bool, dir Attr, err error) {
	dir, err = t.GetAttr(ctx, o, h)
	if err != nil {
		return nil, false, dir, err
	}
	if dir.Type != TypeDirectory {
		return nil, false, dir, ErrNotDir
	}
	if o.Open == 0 {
		if err := t.may(t.squash(o), dir, RightReadData); err != nil {
			return nil, false, dir, err
		}
	}
	list, eof, err = t.store.fs.ReadDir(h, after, limit)
	if t.Share().AccessBased {
		list, eof, err = t.readable(t.squash(o), h, list, eof, err, limit)
	}
	return list, eof, dir, err
}

// Readlink returns a symbolic link's target.
func (t *Tree) Readlink(_ context.Context, _ *Origin, h FileHandle) (string, error) {
	if err := t.alive(); err != nil {
		return "", err
	}
	return t.store.fs.Readlink(h)
}

// Read fills p from off; n < len(p) only at the end of the stream, where eof
// is set. Write caching of others is broken first.
func (t *Tree) Read(ctx context.Context, o *Origin, h FileHandle, stream string, p []byte, off uint64) (n int, eof bool, after Attr, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpRead, object: h, stream: stream, off: off, n: uint64(len(p)),
			authorise: func() error {
				a, err := t.store.fs.GetAttr(h)
				if err != nil {
					return err
				}
				// RFC 1813 4.4: execute permission suffices to read, because
				// a program is paged in by READ.
				if t.mayIO(o, a, RightReadData) != nil {
					return t.mayIO(o, a, RightExecute)
				}
				return nil
			},
			apply: func() error {
				var err error
				if n, eof, err = t.store.fs.ReadAt(h, stream, p, off); err != nil {
					return err
				}
				after, err = t.store.fs.GetAttr(h)
				if err == nil && staleAtime(after, t.vfs.clock.Now()) {
					t.store.fs.TouchAtime(h)
				}
				return err
			},
		}, nil
	})
	return n, eof, after, err
}

// atimeLag is how old an access time may grow while nothing else changes.
const atimeLag = 24 * time.Hour

// staleAtime is the rule of "relatime": an access time moves if it is not
// after the last change, or a day old; so reads need not write.
func staleAtime(a Attr, now time.Time) bool {
	return !a.Atime.After(a.Mtime) || now.Sub(a.Atime) >= atimeLag
}

// Commit makes a file's data durable (NFS COMMIT, SMB FLUSH).
func (t *Tree) Commit(ctx context.Context, o *Origin, h FileHandle) (Attr, error) {
	a, err := t.GetAttr(ctx, o, h)
	if err != nil {
		return a, err
	}
	return a, t.store.fs.Sync(h)
}
