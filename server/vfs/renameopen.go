package vfs

import (
	"context"
	"errors"
	"strings"

	"crosswire/server/fs"
	"crosswire/server/lock"
)

// RenameOpen gives the name of an open another place in the tree (MS-FSA
// 2.1.5.15.12 FileRenameInformation). path is as in OpenRequest.Path. An
// existing target is replaced only if replace is set, it is no directory and
// nobody has it open.
func (t *Tree) RenameOpen(ctx context.Context, o *Origin, op *Open, path string, replace bool) error {
	return t.run(ctx, o, func() (step, error) {
		from, err := t.linkOf(op)
		if err != nil {
			return step{}, err
		}
		p, opts, err := t.renameTarget(ctx, o, op, path, replace)
		if err != nil {
			return step{}, err
		}
		name := lastName(path)
		s := step{
			op: OpRenameOpen, object: op.Handle, victim: opts.ExpectTarget,
			authorise: func() error {
				if op.IsDir && t.openBelow(op) {
					return ErrAccess // MS-FSA 2.1.5.15.12: an open below keeps a directory where it is
				}
				if t.parentHeld(o, p.Dir.Handle) {
					return ErrShareDenied
				}
				return t.mayAdd(t.squash(o), p.Dir, op.IsDir)
			},
			apply: func() error {
				if victim := opts.ExpectTarget; !victim.IsZero() && victim != op.Handle && t.vfs.opens.isOpen(victim) {
					return ErrAccess // MS-FSA 2.1.5.15.12: whoever only kept it open was asked to close it
				}
				_, err := t.store.fs.Rename(from.Dir, from.Name, p.Dir.Handle, name, opts)
				if errors.Is(err, ErrExist) && opts.NoReplace && !p.Found {
					return fs.ErrChanged
				}
				return err
			},
			tell: func() Event {
				return Event{File: op.Handle, Dir: from.Dir, Name: from.Name, NewDir: p.Dir.Handle, NewName: name, IsDir: op.IsDir,
					Replaced: !opts.ExpectTarget.IsZero()}
			},
		}
		return s, nil
	})
}

// parentHeld reports whether an open of the directory stands against a name
// coming into it. Before a rename Windows opens the target's directory with
// FILE_ADD_FILE, sharing reading and writing but not deletion, so an open with
// DELETE, or one that does not share writing, is a sharing violation (Windows
// driver documentation, "Set File Information Processing"; MS-FSA 2.1.5.1.2.2).
func (t *Tree) parentHeld(o *Origin, dir FileHandle) bool {
	who := *o
	who.Open = 0
	return t.vfs.locks.CheckShare(dir, "", t.vfs.owner(&who), lock.Write, lock.Delete) != nil
}

// renameTarget resolves the new name and checks what stands there.
func (t *Tree) renameTarget(ctx context.Context, o *Origin, op *Open, path string, replace bool) (Place, fs.RenameOptions, error) {
	opts := fs.RenameOptions{Fold: true, Expect: op.Handle}
	p, err := t.Walk(ctx, o, path, false)
	if err != nil {
		return p, opts, err
	}
	if p.Name == "" {
		return p, opts, ErrAccess // the root
	}
	if !p.Found || p.Entry.LinkID == op.LinkID { // free, or its own name in another case
		opts.NoReplace = true
		return p, opts, nil
	}
	if !replace {
		return p, opts, ErrExist
	}
	target := p.Entry.Attr
	if target.Type == TypeDirectory || target.DOS&DOSReadOnly != 0 {
		return p, opts, ErrAccess
	}
	opts.ExpectTarget = target.Handle
	return p, opts, nil
}

// lastName is the name as the client wrote it; an existing entry found by
// folding may be spelled differently.
func lastName(path string) string {
	names := splitPath(path)
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1]
}

// openBelow reports whether anything below the directory is open.
func (t *Tree) openBelow(dir *Open) bool {
	prefix, err := t.PathOf(dir)
	if err != nil {
		return false
	}
	for _, other := range t.vfs.opens.all(dir.Handle.FSID) {
		if other.Handle == dir.Handle {
			continue
		}
		if p, err := t.PathOf(other); err == nil && strings.HasPrefix(p, prefix+"/") {
			return true
		}
	}
	return false
}

// LinkOpen gives the file of an open another name (MS-FSA 2.1.5.15.6
// FileLinkInformation); an existing target is ErrExist, or replaced.
func (t *Tree) LinkOpen(ctx context.Context, o *Origin, op *Open, path string, replace bool) error {
	p, err := t.Walk(ctx, o, path, false)
	if err != nil {
		return err
	}
	if p.Found && (p.Name == "" || !replace) {
		return ErrExist
	}
	if p.Found {
		who := *o
		who.Open = 0 // the replaced file's reservations count
		if _, err := t.Remove(ctx, &who, p.Dir.Handle, p.Name); err != nil {
			return err
		}
	}
	_, err = t.Link(ctx, o, op.Handle, p.Dir.Handle, lastName(path), true)
	return err
}
