package vfs

import (
	"context"
	"errors"
	"strings"

	"crosswire/server/fs"
)

// XattrFlags qualify SetXattr.
type XattrFlags = fs.XattrFlags

// The flags of SetXattr (RFC 8276 8.4.3).
const (
	XattrCreate  = fs.XattrCreate
	XattrReplace = fs.XattrReplace
)

// Limits of extended attributes.
const (
	XattrNameMax  = fs.XattrNameMax - len(userXattr)
	XattrValueMax = fs.XattrValueMax
)

// userXattr is the storage's prefix of the extended attributes that clients
// see, by whatever protocol: an SMB EA and an NFSv4.2 xattr of one name are one
// attribute. What the road keeps for itself has another prefix, so that no
// client can reach it.
const (
	userXattr     = "user."
	reservedXattr = "crosswire."
)

// Xattr is one extended attribute; the name is the client's, without a prefix.
type Xattr struct {
	Name  string
	Value []byte
}

// XattrChange is one change of SetXattrs: a nil Value removes, and removing
// what is not there changes nothing.
type XattrChange struct {
	Name  string
	Value []byte
}

// Xattrs lists the extended attributes with their values, by name.
func (t *Tree) Xattrs(_ context.Context, o *Origin, h FileHandle) ([]Xattr, error) {
	if err := t.mayXattr(o, h, RightReadEA); err != nil {
		return nil, err
	}
	names, err := t.store.fs.ListXattr(h)
	if err != nil {
		return nil, err
	}
	var list []Xattr
	for _, n := range names {
		name, ok := strings.CutPrefix(n, userXattr)
		if !ok {
			continue
		}
		v, err := t.store.fs.GetXattr(h, n)
		if errors.Is(err, ErrNoAttr) {
			continue // removed since
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Xattr{name, v})
	}
	return list, nil
}

// GetXattr is one extended attribute; ErrNoAttr.
func (t *Tree) GetXattr(_ context.Context, o *Origin, h FileHandle, name string) ([]byte, error) {
	if err := t.mayXattr(o, h, RightReadEA); err != nil {
		return nil, err
	}
	return t.store.fs.GetXattr(h, userXattr+name)
}

// SetXattr sets one extended attribute: ErrExist, ErrNoAttr (by the flags),
// ErrRange (a limit), ErrInval (the name).
func (t *Tree) SetXattr(ctx context.Context, o *Origin, h FileHandle, name string, value []byte, f XattrFlags) (wcc WCC, err error) {
	if name == "" {
		return wcc, ErrInval
	}
	return t.changeXattrs(ctx, o, h, func() (WCC, error) {
		return t.store.fs.SetXattr(h, userXattr+name, value, f)
	})
}

// RemoveXattr removes one extended attribute; ErrNoAttr.
func (t *Tree) RemoveXattr(ctx context.Context, o *Origin, h FileHandle, name string) (wcc WCC, err error) {
	return t.changeXattrs(ctx, o, h, func() (WCC, error) {
		return t.store.fs.RemoveXattr(h, userXattr+name)
	})
}

// SetXattrs makes several changes in their order, told as one. If one fails,
// those before it have been made.
func (t *Tree) SetXattrs(ctx context.Context, o *Origin, h FileHandle, changes []XattrChange) error {
	_, err := t.changeXattrs(ctx, o, h, func() (WCC, error) {
		for _, c := range changes {
			var err error
			if c.Value == nil {
				if _, err = t.store.fs.RemoveXattr(h, userXattr+c.Name); errors.Is(err, ErrNoAttr) {
					err = nil
				}
			} else {
				_, err = t.store.fs.SetXattr(h, userXattr+c.Name, c.Value, 0)
			}
			if err != nil {
				return WCC{}, err
			}
		}
		return WCC{}, nil
	})
	return err
}

func (t *Tree) changeXattrs(ctx context.Context, o *Origin, h FileHandle, do func() (WCC, error)) (wcc WCC, err error) {
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpSetXattr, object: h,
			authorise: func() error { return t.mayXattr(o, h, RightWriteEA) },
			apply: func() error {
				var err error
				wcc, err = do()
				return err
			},
			tell: func() Event { return Event{File: h, Changed: ChangedEA} },
		}, nil
	})
	return wcc, err
}

// mayXattr: who may read (write) the data may read (write) its attributes, as
// for user xattrs on other systems; an SMB open carries what it was granted.
func (t *Tree) mayXattr(o *Origin, h FileHandle, want uint32) error {
	if err := t.alive(); err != nil {
		return err
	}
	a, err := t.store.fs.GetAttr(h)
	if err != nil || o.Open != 0 {
		return err
	}
	return t.may(t.squash(o), a, want)
}

// Note is what an adapter keeps with a file for itself, out of every client's
// reach as an attribute; ErrNoAttr if there is none.
func (t *Tree) Note(_ context.Context, h FileHandle, name string) ([]byte, error) {
	if err := t.alive(); err != nil {
		return nil, err
	}
	return t.store.fs.GetXattr(h, reservedXattr+name)
}

// SetNote sets a note; nil removes it.
func (t *Tree) SetNote(ctx context.Context, o *Origin, h FileHandle, name string, value []byte) error {
	return t.run(ctx, o, func() (step, error) {
		return step{
			op: OpSetXattr, object: h,
			apply: func() error {
				if value != nil {
					_, err := t.store.fs.SetXattr(h, reservedXattr+name, value, 0)
					return err
				}
				_, err := t.store.fs.RemoveXattr(h, reservedXattr+name)
				if errors.Is(err, ErrNoAttr) {
					return nil
				}
				return err
			},
		}, nil
	})
}
