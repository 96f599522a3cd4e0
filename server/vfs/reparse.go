package vfs

import "context"

// Reparse is what a node stands for that is neither file nor directory: the
// target of a symbolic link, the number of a device.
type Reparse struct {
	Type   FileType // TypeRegular: it is a file like any other
	Target string   // of a symbolic link
	Rdev   Rdev     // of a device
}

// SetReparse makes an empty file a symbolic link or special file, or what was
// one an empty file again; its name, identity and attributes stay. ErrNotEmpty,
// ErrIsDir, ErrPerm (a device needs root), ErrInval, ErrNameTooLong (MS-FSA
// 2.1.5.10, FSCTL_SET_REPARSE_POINT and FSCTL_DELETE_REPARSE_POINT).
func (t *Tree) SetReparse(ctx context.Context, o *Origin, h FileHandle, p Reparse) (wcc WCC, err error) {
	if (p.Type == TypeBlock || p.Type == TypeChar) && t.squash(o).UID != 0 {
		return wcc, ErrPerm
	}
	err = t.run(ctx, o, func() (step, error) {
		return step{
			op: OpSetReparse, object: h,
			authorise: t.ioRight(o, h, RightWriteData),
			apply: func() error {
				var err error
				wcc, err = t.store.fs.Convert(h, p.Type, p.Target, p.Rdev)
				return err
			},
			tell: func() Event { return Event{File: h, Changed: ChangedAttributes} },
		}, nil
	})
	return wcc, err
}
