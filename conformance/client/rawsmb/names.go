package rawsmb

import (
	"context"
	"sort"
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// remove opens the file for DELETE with delete-on-close, and closes it.
func (a *Actor) remove(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	o, err := p.openFor(ctx, how{
		access:      secdesc.Delete,
		options:     smb2.FileDeleteOnClose | smb2.FileNonDirectoryFile | smb2.FileOpenReparsePoint,
		disposition: smb2.FileOpen,
	})
	if err != nil {
		return client.Result{}, err
	}
	_, err = o.close(ctx, 0)
	return client.Result{}, err
}

// rmdir sets the disposition, which tells whether the directory is empty;
// delete-on-close would not.
func (a *Actor) rmdir(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	w := how{access: secdesc.Delete, options: smb2.FileDirectoryFile | smb2.FileOpenReparsePoint, disposition: smb2.FileOpen}
	return client.Result{}, p.with(ctx, w, func(o *open) error {
		return o.set(ctx, fscc.FileDispositionInformation, &fscc.DispositionInfo{DeletePending: true})
	})
}

// rename sets FileRenameInformation.
func (a *Actor) rename(ctx context.Context, c client.Call) (client.Result, error) {
	info, err := a.newName(c)
	if err != nil {
		return client.Result{}, err
	}
	w := how{access: secdesc.Delete | always, options: smb2.FileOpenReparsePoint}
	return client.Result{}, a.on(ctx, c, w, func(o *open) error {
		return o.set(ctx, fscc.FileRenameInformation, info)
	})
}

// link sets FileLinkInformation.
func (a *Actor) link(ctx context.Context, c client.Call) (client.Result, error) {
	info, err := a.newName(c)
	if err != nil {
		return client.Result{}, err
	}
	f := map[string]any{}
	w := how{access: secdesc.FileWriteAttributes | always, options: smb2.FileOpenReparsePoint}
	err = a.on(ctx, c, w, func(o *open) error {
		if err := o.set(ctx, fscc.FileLinkInformation, info); err != nil || !a.looksAt(c.Verb, "nlink") {
			return err
		}
		var i fscc.StandardInfo
		err := o.query(ctx, smb2.InfoFile, uint8(fscc.FileStandardInformation), &i)
		f["nlink"] = uint64(i.NumberOfLinks)
		return err
	})
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Fields: f}, nil
}

// newName is where rename and link lead, from the share's root.
func (a *Actor) newName(c client.Call) (*fscc.RenameInfo, error) {
	h := c.Handle
	if h != nil {
		if _, tree := h.Ref.(*tree); !tree {
			h = nil
		}
	}
	p, err := a.at(h, c.Path2)
	if err != nil {
		return nil, err
	}
	return &fscc.RenameInfo{ReplaceIfExists: c.Options["replace"] == "yes", Name: p.name}, nil
}

// mkdir makes a directory, and closes it unless it is captured.
func (a *Actor) mkdir(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	k := p.newCreation(&client.Handle{Name: c.As, Path: c.Path})
	k.body.DesiredAccess, k.body.Disposition = secdesc.FileGenericRead, smb2.FileCreate
	k.body.Options, k.body.FileAttributes = smb2.FileDirectoryFile, fscc.AttributeDirectory
	if err := k.do(ctx); err != nil {
		return client.Result{}, err
	}
	if c.As != "" {
		return client.Result{Handle: k.open.handle, Fields: k.fields()}, nil
	}
	_, err = k.open.close(ctx, 0)
	return client.Result{}, err
}

// symlink makes a file and turns it into a link (MS-FSCC 2.3.81). A '/' in the
// text travels as '\'.
func (a *Actor) symlink(ctx context.Context, c client.Call) (client.Result, error) {
	if s, ok := fscc.DecodeUTF16(fscc.EncodeUTF16(c.Path2)); !ok || s != c.Path2 || c.Path2 == "" {
		return client.Result{}, client.Unsupported(clientName, "symlink to %q", c.Path2)
	}
	text := strings.ReplaceAll(c.Path2, "/", `\`)
	link := fscc.LinkReparse{SubstituteName: text, PrintName: text, Relative: !strings.HasPrefix(text, `\`)}
	data := link.Symlink()
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	w := how{
		access:      secdesc.FileWriteAttributes | secdesc.Delete | always,
		options:     smb2.FileOpenReparsePoint | smb2.FileNonDirectoryFile,
		disposition: smb2.FileCreate,
	}
	return client.Result{}, p.with(ctx, w, func(o *open) error {
		_, _, err := o.ioctl(ctx, fscc.FsctlSetReparsePoint, data.Append(nil))
		if err != nil {
			// The file that was to become the link must not stay.
			_ = o.set(ctx, fscc.FileDispositionInformation, &fscc.DispositionInfo{DeletePending: true})
		}
		return err
	})
}

// readlink reads a link, with '/' for '\' as scenarios write it.
func (a *Actor) readlink(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	var text string
	w := how{access: secdesc.FileReadAttributes, options: smb2.FileOpenReparsePoint, disposition: smb2.FileOpen}
	err = p.with(ctx, w, func(o *open) error {
		out, _, err := o.ioctl(ctx, fscc.FsctlGetReparsePoint, nil)
		if err != nil {
			return err
		}
		text, err = linkText(out)
		return err
	})
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Data: []byte(strings.ReplaceAll(text, `\`, "/")), HasData: true}, nil
}

// linkText is what a reparse point links to.
func linkText(data []byte) (string, error) {
	var r fscc.ReparseData
	if err := r.Decode(data); err != nil {
		return "", err
	}
	if r.Tag == fscc.ReparseTagNFS {
		var n fscc.NFSReparse
		if err := n.Decode(&r); err != nil {
			return "", err
		}
		return n.Target, nil
	}
	var l fscc.LinkReparse
	if err := l.Decode(&r); err != nil {
		return "", err
	}
	return l.SubstituteName, nil
}

func namesResult(names []string) client.Result {
	sort.Strings(names)
	return client.Result{Fields: map[string]any{"names": names, "count": uint64(len(names))}}
}
