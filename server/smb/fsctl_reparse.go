package smb

import (
	"errors"
	"strings"

	"crosswire/server/vfs"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// nfsTypes are the special files as NFS reparse points have them (MS-FSCC
// 2.1.2.6).
var nfsTypes = []struct {
	node vfs.FileType
	nfs  fscc.NFSType
}{
	{vfs.TypeChar, fscc.NFSTypeChar},
	{vfs.TypeBlock, fscc.NFSTypeBlock},
	{vfs.TypeFIFO, fscc.NFSTypeFifo},
	{vfs.TypeSocket, fscc.NFSTypeSocket},
	{vfs.TypeSymlink, fscc.NFSTypeLink},
}

// getReparsePoint implements FSCTL_GET_REPARSE_POINT (MS-FSCC 2.3.30, MS-FSA
// 2.1.5.10): a symbolic link is one whoever made it, other special files are
// NFS reparse points.
func (r *request) getReparsePoint(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	a, err := o.file.Tree.GetAttr(r.ctx, r.origin(o), o.file.Handle)
	if err != nil {
		return nil, err
	}
	var d fscc.ReparseData
	switch a.Type {
	case vfs.TypeRegular, vfs.TypeDirectory:
		return nil, ntstatus.NotAReparsePoint
	case vfs.TypeSymlink:
		target, err := o.file.Tree.Readlink(r.ctx, r.origin(o), o.file.Handle)
		if err != nil {
			return nil, err
		}
		d = linkReparse(target)
	default:
		n := fscc.NFSReparse{Major: a.Rdev.Major, Minor: a.Rdev.Minor}
		for _, t := range nfsTypes {
			if t.node == a.Type {
				n.Type = t.nfs
			}
		}
		d = n.Reparse()
	}
	out := d.Append(nil)
	if len(out) > int(q.MaxOutputResponse) {
		return out[:q.MaxOutputResponse], ntstatus.BufferOverflow
	}
	return out, nil
}

// linkReparse is a link's target as Windows writes it: with backslashes, and
// absolute if it begins with one.
func linkReparse(target string) fscc.ReparseData {
	name := smbName(strings.ReplaceAll(target, "/", `\`))
	return (&fscc.LinkReparse{SubstituteName: name, PrintName: name, Relative: !strings.HasPrefix(target, "/")}).Symlink()
}

// setReparsePoint implements FSCTL_SET_REPARSE_POINT (MS-FSCC 2.3.81, MS-FSA
// 2.1.5.10). Only what this file system knows can be set: symbolic links, and
// the special files of NFS.
func (r *request) setReparsePoint(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if err := o.needs(vfs.RightWriteData | vfs.RightWriteAttributes); err != nil {
		return nil, err
	}
	var d fscc.ReparseData
	if len(q.Input) > fscc.MaxReparseDataSize || d.Decode(q.Input) != nil {
		return nil, ntstatus.IOReparseDataInvalid
	}
	p, err := reparseOf(&d)
	if err != nil {
		return nil, err
	}
	a, err := o.file.Tree.GetAttr(r.ctx, r.origin(o), o.file.Handle)
	switch {
	case err != nil:
		return nil, err
	case o.file.IsDir || o.file.Stream != "":
		return nil, ntstatus.NotSupported
	case a.Type != vfs.TypeRegular && reparseTag(a) != tagOf(p.Type):
		return nil, ntstatus.IOReparseTagMismatch
	}
	_, err = o.file.Tree.SetReparse(r.ctx, r.origin(o), o.file.Handle, p)
	if errors.Is(err, vfs.ErrNotEmpty) {
		err = ntstatus.IOReparseDataInvalid
	}
	return nil, err
}

// reparseOf reads what a client wants to make of a file.
func reparseOf(d *fscc.ReparseData) (vfs.Reparse, error) {
	var target string
	switch d.Tag {
	case fscc.ReparseTagNone, 1, 2: // reserved (MS-FSCC 2.1.2.1)
		return vfs.Reparse{}, ntstatus.IOReparseTagInvalid
	case fscc.ReparseTagSymlink:
		var l fscc.LinkReparse
		if l.Decode(d) != nil {
			return vfs.Reparse{}, ntstatus.IOReparseDataInvalid
		}
		target = l.SubstituteName
		if l.Relative == strings.HasPrefix(target, `\`) {
			return vfs.Reparse{}, ntstatus.IOReparseDataInvalid
		}
	case fscc.ReparseTagNFS:
		var n fscc.NFSReparse
		if n.Decode(d) != nil {
			return vfs.Reparse{}, ntstatus.IOReparseDataInvalid
		}
		for _, t := range nfsTypes {
			if t.nfs == n.Type && t.node != vfs.TypeSymlink {
				return vfs.Reparse{Type: t.node, Rdev: vfs.Rdev{Major: n.Major, Minor: n.Minor}}, nil
			}
		}
		target = n.Target
	default:
		return vfs.Reparse{}, ntstatus.NotSupported
	}
	name, ok := vfs.NameFromUTF16(fscc.StringToUnits(strings.ReplaceAll(target, `\`, "/")))
	if !ok || name == "" || strings.Contains(name, "\x00") || len(name) > vfs.SymlinkMax {
		return vfs.Reparse{}, ntstatus.IOReparseDataInvalid
	}
	return vfs.Reparse{Type: vfs.TypeSymlink, Target: name}, nil
}

// tagOf is the tag of nodes of a type.
func tagOf(t vfs.FileType) fscc.ReparseTag { return reparseTag(vfs.Attr{Type: t}) }

// deleteReparsePoint implements FSCTL_DELETE_REPARSE_POINT (MS-FSCC 2.3.6,
// MS-FSA 2.1.5.10): an empty file remains.
func (r *request) deleteReparsePoint(o *openFile, q *smb2.IoctlRequest) ([]byte, error) {
	if err := o.needs(vfs.RightWriteData | vfs.RightWriteAttributes); err != nil {
		return nil, err
	}
	var d fscc.ReparseData
	if d.Decode(q.Input) != nil || len(d.Data) != 0 {
		return nil, ntstatus.IOReparseDataInvalid
	}
	a, err := o.file.Tree.GetAttr(r.ctx, r.origin(o), o.file.Handle)
	switch {
	case err != nil:
		return nil, err
	case a.Type == vfs.TypeRegular || a.Type == vfs.TypeDirectory:
		return nil, ntstatus.NotAReparsePoint
	case d.Tag != reparseTag(a):
		return nil, ntstatus.IOReparseTagMismatch
	}
	_, err = o.file.Tree.SetReparse(r.ctx, r.origin(o), o.file.Handle, vfs.Reparse{Type: vfs.TypeRegular})
	return nil, err
}
