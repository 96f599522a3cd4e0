package vfs

import (
	"context"
	"errors"
	"strings"
)

// maxLinksFollowed bounds a walk through symbolic links (SYMLOOP_MAX).
const maxLinksFollowed = 40

// Place is where a path leads: a directory, the last name in it, and the
// entry if there is one.
type Place struct {
	Dir   Attr
	Name  string // "" for the root itself
	Entry Entry
	Found bool
}

// Walk resolves a path of names separated by '/', from the root, without
// case, as SMB does. Symbolic links are followed inside the share: an
// absolute target starts at the share's root, ".." stops there. The last name
// is followed only if followLast is set. A missing or unsuitable parent is
// ErrPathNotFound.
func (t *Tree) Walk(ctx context.Context, o *Origin, path string, followLast bool) (Place, error) {
	root, err := t.GetAttr(ctx, o, t.Root())
	if err != nil {
		return Place{}, err
	}
	names := splitPath(path)
	p := Place{Dir: root, Entry: Entry{Attr: root}, Found: true}
	followed := 0
	for i := 0; i < len(names); i++ {
		if !p.Found || p.Entry.Attr.Type != TypeDirectory {
			return Place{}, ErrPathNotFound
		}
		p.Dir = p.Entry.Attr
		name := names[i]
		e, _, err := t.LookupFold(ctx, o, p.Dir.Handle, name)
		switch {
		case errors.Is(err, ErrNotExist):
			p.Name, p.Entry, p.Found = name, Entry{}, false
			continue
		case err != nil:
			return Place{}, err
		}
		last := i == len(names)-1
		if e.Attr.Type == TypeSymlink && (!last || followLast) {
			if followed++; followed > maxLinksFollowed {
				return Place{}, ErrLoop
			}
			target, err := t.store.fs.Readlink(e.Attr.Handle)
			if err != nil {
				return Place{}, err
			}
			rest := names[i+1:]
			names = append(splitPath(target), rest...)
			i = -1
			if strings.HasPrefix(target, "/") {
				p = Place{Dir: root, Entry: Entry{Attr: root}, Found: true}
			} else {
				p = Place{Dir: p.Dir, Entry: Entry{Attr: p.Dir}, Found: true}
			}
			continue
		}
		p.Name, p.Entry, p.Found = e.Name, e, true
		if name == "." || name == ".." {
			p.Name = ""
		}
	}
	return p, nil
}

func splitPath(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// PathOf is the path of an open's own name below the share's root, without a
// leading '/', "" for the root. ErrNotExist once the name is gone.
func (t *Tree) PathOf(op *Open) (string, error) {
	if op.Handle == t.Root() {
		return "", nil
	}
	l, err := t.linkOf(op)
	if err != nil {
		return "", err
	}
	dir, err := t.pathOfDir(l.Dir)
	if err != nil || dir == "" {
		return l.Name, err
	}
	return dir + "/" + l.Name, nil
}

func (t *Tree) pathOfDir(h FileHandle) (string, error) {
	var names []string
	for h != t.Root() {
		links, err := t.store.fs.Links(h)
		if err != nil {
			return "", err
		}
		if len(links) == 0 {
			return "", ErrNotExist
		}
		names = append(names, links[0].Name)
		h = links[0].Dir
	}
	var b strings.Builder
	for i := len(names) - 1; i >= 0; i-- {
		if b.Len() > 0 {
			b.WriteByte('/')
		}
		b.WriteString(names[i])
	}
	return b.String(), nil
}

// linkOf is the name through which the open was made, as it is now.
func (t *Tree) linkOf(op *Open) (Link, error) {
	links, err := t.store.fs.Links(op.Handle)
	if err != nil {
		return Link{}, err
	}
	for _, l := range links {
		if l.LinkID == op.LinkID {
			return l, nil
		}
	}
	return Link{}, ErrNotExist
}
