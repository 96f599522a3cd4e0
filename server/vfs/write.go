package vfs

import (
	"context"

	"crosswire/server/fs"
)

// WriteFlags qualify Write.
type WriteFlags = fs.WriteFlags

// The flags of Write.
const (
	WriteAppend    = fs.WriteAppend
	WriteKeepMtime = fs.WriteKeepMtime
)

// Write writes all of p or nothing. Others' caches are broken first.
func (t *Tree) Write(ctx context.Context, o *Origin, h FileHandle, stream string, p []byte, off uint64, f WriteFlags) (wcc WCC, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpWrite, object: h, stream: stream, off: off, n: uint64(len(p)),
			authorise: t.ioRight(o, h, RightWriteData),
			apply: func() error {
				w, err := t.store.fs.WriteAt(h, stream, p, off, f)
				wcc = w.WCC
				return err
			},
			tell: func() Event { return Event{File: h, Stream: stream, Changed: changedByWrite(stream, &wcc)} },
		}, nil
	})
	return wcc, err
}

// SetAttr changes attributes. A size goes the way of a write, everything else
// breaks nothing.
func (t *Tree) SetAttr(ctx context.Context, o *Origin, h FileHandle, c Changes) (wcc WCC, err error) {
	op := OpSetAttr
	if c.Size != nil {
		op = OpSetSize
	}
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: op, object: h,
			authorise: func() error { return t.maySetAttr(o, h, &c) },
			apply: func() error {
				if c, err = t.followed(h, c); err != nil {
					return err
				}
				wcc, err = t.store.fs.SetAttr(h, c)
				return err
			},
			tell: func() Event { return Event{File: h, Changed: changedBy(&c, &wcc)} },
		}, nil
	})
	return wcc, err
}

// maySetAttr is the rule of POSIX chmod, chown and utimes, which NFSv3 and
// AUTH_SYS share; an SMB open was granted its rights when it was made.
func (t *Tree) maySetAttr(o *Origin, h FileHandle, c *Changes) error {
	a, err := t.store.fs.GetAttr(h)
	if err != nil {
		return err
	}
	if o.Open != 0 {
		return nil
	}
	cred := t.squash(o)
	if cred.UID == 0 {
		return nil
	}
	owner := cred.UID == a.UID
	var byACL uint32
	if l := aclOf(&a); l != nil {
		byACL = l.rights(&cred)
	}
	if c.Size != nil {
		if err := t.mayIO(o, a, RightWriteData); err != nil {
			return err
		}
	}
	if c.Mode != nil && !owner && byACL&RightWriteDAC == 0 {
		return ErrPerm
	}
	if c.UID != nil && *c.UID != a.UID && (byACL&RightWriteOwner == 0 || *c.UID != cred.UID) {
		return ErrPerm
	}
	if c.GID != nil && *c.GID != a.GID && (!owner || !cred.InGroup(*c.GID)) {
		return ErrPerm
	}
	explicit := c.Atime.How == TimeSet || c.Mtime.How == TimeSet || c.Btime.How == TimeSet || c.Ctime.How == TimeSet
	if explicit && !owner && byACL&RightWriteAttributes == 0 {
		return ErrPerm
	}
	if (c.Atime.How == TimeNow || c.Mtime.How == TimeNow) && !owner {
		return t.may(cred, a, RightWriteData)
	}
	if c.DOS != nil && !owner {
		return t.may(cred, a, RightWriteData)
	}
	return nil
}

// Truncate sets the size of a named stream; SetAttr does it for the data.
func (t *Tree) Truncate(ctx context.Context, o *Origin, h FileHandle, stream string, size uint64) (wcc WCC, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpSetSize, object: h, stream: stream,
			authorise: t.ioRight(o, h, RightWriteData),
			apply: func() error {
				w, err := t.store.fs.Truncate(h, stream, size)
				wcc = w.WCC
				return err
			},
			tell: func() Event { return Event{File: h, Stream: stream, Changed: changedByWrite(stream, &wcc)} },
		}, nil
	})
	return wcc, err
}

// Allocate makes sure that writes to the range find room; Deallocate turns it
// into a hole. Neither changes the size.
func (t *Tree) Allocate(ctx context.Context, o *Origin, h FileHandle, stream string, off, n uint64, hole bool) (wcc WCC, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpAllocate, object: h, stream: stream, off: off, n: n,
			authorise: t.ioRight(o, h, RightWriteData),
			apply: func() error {
				do := t.store.fs.Allocate
				if hole {
					do = t.store.fs.Deallocate
				}
				w, err := do(h, stream, off, n)
				wcc = w.WCC
				return err
			},
			tell: func() Event { return Event{File: h, Stream: stream, Changed: changedByWrite(stream, &wcc)} },
		}, nil
	})
	return wcc, err
}

// ioRight decides about data of h at the moment of the step.
func (t *Tree) ioRight(o *Origin, h FileHandle, want uint32) func() error {
	return func() error {
		a, err := t.store.fs.GetAttr(h)
		if err != nil {
			return err
		}
		return t.mayIO(o, a, want)
	}
}
