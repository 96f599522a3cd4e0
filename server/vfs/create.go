package vfs

import (
	"context"
	"errors"

	"crosswire/server/fs"
	"crosswire/server/wire/secdesc"
)

// CreateOptions qualify Create.
type CreateOptions struct {
	// Init are the attributes of a new file. Over an existing file only Size
	// counts, as with open(O_CREAT|O_TRUNC).
	Init Changes
	// Guarded refuses an existing name with ErrExist (RFC 1813 3.3.8 GUARDED).
	Guarded bool
	// Verifier makes the creation EXCLUSIVE: repeated with the same verifier
	// it finds its own file (RFC 1813 3.3.8).
	Verifier *[8]byte
}

// Create makes a regular file. Over an existing one (UNCHECKED) it is a
// change of the size, if Init has one, and breaks what that breaks.
func (t *Tree) Create(ctx context.Context, o *Origin, dir FileHandle, name string, c CreateOptions) (n NewNode, err error) {
	err = t.run(ctx, o, func() (step, error) {
		if !c.Guarded && c.Verifier == nil {
			if s, ok, err := t.createOver(ctx, o, dir, name, c, &n); ok || err != nil {
				return s, err
			}
		}
		return t.makeName(o, dir, newborn{typ: TypeRegular, init: c.Init}, &n, func(init Changes) (NewNode, error) {
			n, err := t.store.fs.Create(dir, name, fs.CreateOptions{Init: init, Exclusive: true, Verifier: c.Verifier})
			if errors.Is(err, ErrExist) && !c.Guarded && c.Verifier == nil {
				return n, fs.ErrChanged // it came into being since we looked
			}
			return n, err
		}), nil
	})
	return n, err
}

// createOver is the step for a name that exists; ok is false if it does not.
func (t *Tree) createOver(ctx context.Context, o *Origin, dir FileHandle, name string, c CreateOptions, n *NewNode) (s step, ok bool, err error) {
	e, dirAttr, err := t.Lookup(ctx, o, dir, name)
	if errors.Is(err, ErrNotExist) {
		return s, false, nil
	}
	if err != nil {
		return s, false, err
	}
	switch e.Attr.Type {
	case TypeRegular:
	case TypeDirectory:
		return s, false, ErrIsDir
	default:
		return s, false, ErrExist
	}
	h := e.Attr.Handle
	op := OpLookup // without a size nothing changes
	if c.Init.Size != nil {
		op = OpOverwrite
	}
	var wcc WCC
	return step{
		op: op, object: h,
		authorise: t.ioRight(o, h, RightWriteData),
		apply: func() error {
			if now, err := t.store.fs.Lookup(dir, name); err != nil || now.Attr.Handle != h {
				return fs.ErrChanged
			}
			var err error
			if wcc, err = t.store.fs.SetAttr(h, Changes{Size: c.Init.Size}); err != nil {
				return err
			}
			e.Attr = wcc.After
			*n = NewNode{Entry: e, Dir: WCC{Before: dirAttr, After: dirAttr}}
			return nil
		},
		tell: func() Event {
			return Event{File: h, Dir: dir, Name: name, Changed: changedBy(&Changes{Size: c.Init.Size}, &wcc)}
		},
	}, true, nil
}

// newborn is what is known of a node that is to be made.
type newborn struct {
	typ  FileType
	init Changes
	// security is the descriptor that its maker brought, nil if none.
	security *secdesc.Descriptor
}

// makeName is the step of every operation that makes a name in dir.
func (t *Tree) makeName(o *Origin, dir FileHandle, b newborn, n *NewNode, do func(init Changes) (NewNode, error)) step {
	return step{
		op: OpCreate,
		authorise: func() error {
			a, err := t.store.fs.GetAttr(dir)
			if err != nil {
				return err
			}
			if a.Type != TypeDirectory {
				return ErrNotDir
			}
			return t.mayAdd(t.squash(o), a, b.typ == TypeDirectory)
		},
		apply: func() error {
			init, err := t.ownedBy(o, dir, b)
			if err != nil {
				return err
			}
			*n, err = do(init)
			return err
		},
		tell: func() Event {
			return Event{File: n.Entry.Attr.Handle, Dir: dir, Name: n.Entry.Name, IsDir: n.Entry.Attr.Type == TypeDirectory}
		},
	}
}

// ownedBy completes the attributes of a new node: its owner is who made it
// (only root may say otherwise), its group the maker's or, in a set-group-id
// directory, the directory's. A file or directory inherits from the
// directory's ACL, which then counts instead of the mode that was asked for.
func (t *Tree) ownedBy(o *Origin, dir FileHandle, b newborn) (Changes, error) {
	cred, init := t.squash(o), b.init
	uid, gid := cred.UID, cred.GID
	a, err := t.store.fs.GetAttr(dir)
	if err != nil {
		return init, err
	}
	if a.Mode&0o2000 != 0 {
		gid = a.GID
	}
	if init.UID == nil || cred.UID != 0 {
		init.UID = &uid
	}
	if init.GID == nil || cred.UID != 0 && !cred.InGroup(*init.GID) {
		init.GID = &gid
	}
	init.Guard = nil
	if (b.security == nil && a.Security == nil) || b.typ != TypeRegular && b.typ != TypeDirectory {
		return init, nil
	}
	return withACL(cred, &a, b, init)
}

// Mkdir makes a directory. fold lets a name that differs only in case count
// as existing (SMB).
func (t *Tree) Mkdir(ctx context.Context, o *Origin, dir FileHandle, name string, init Changes, fold bool) (n NewNode, err error) {
	return t.mkdir(ctx, o, dir, name, newborn{typ: TypeDirectory, init: init}, fold)
}

func (t *Tree) mkdir(ctx context.Context, o *Origin, dir FileHandle, name string, b newborn, fold bool) (n NewNode, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return t.makeName(o, dir, b, &n, func(init Changes) (NewNode, error) {
			return t.store.fs.Mkdir(dir, name, init, fold)
		}), nil
	})
	return n, err
}

// Symlink makes a symbolic link whose text is target, kept as it is.
func (t *Tree) Symlink(ctx context.Context, o *Origin, dir FileHandle, name, target string, init Changes) (n NewNode, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return t.makeName(o, dir, newborn{typ: TypeSymlink, init: init}, &n, func(init Changes) (NewNode, error) {
			return t.store.fs.Symlink(dir, name, target, init, false)
		}), nil
	})
	return n, err
}

// Mknod makes a device, fifo or socket node. Devices need root.
func (t *Tree) Mknod(ctx context.Context, o *Origin, dir FileHandle, name string, typ FileType, rdev Rdev, init Changes) (n NewNode, err error) {
	if (typ == TypeBlock || typ == TypeChar) && t.squash(o).UID != 0 {
		return n, ErrPerm
	}
	err = t.run(ctx, o, func() (step, error) {
		return t.makeName(o, dir, newborn{typ: typ, init: init}, &n, func(init Changes) (NewNode, error) {
			return t.store.fs.Mknod(dir, name, typ, rdev, init, false)
		}), nil
	})
	return n, err
}

// Link gives the node h another name.
func (t *Tree) Link(ctx context.Context, o *Origin, h, dir FileHandle, name string, fold bool) (n NewNode, err error) {
	err = t.run(ctx, o, func() (step, error) {
		s := t.makeName(o, dir, newborn{}, &n, func(Changes) (NewNode, error) {
			return t.store.fs.Link(h, dir, name, fold)
		})
		s.op, s.object = OpLink, h
		return s, nil
	})
	return n, err
}
