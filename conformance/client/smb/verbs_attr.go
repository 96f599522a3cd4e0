package smb

import (
	"context"
	"fmt"
	"os"

	smb "github.com/hirochachacha/go-smb2"

	"crosswire/conformance/client"
)

// stat asks a handle by QUERY_INFO; a path is opened for
// FILE_READ_ATTRIBUTES, itself and not what it links to.
func (a *Actor) stat(ctx context.Context, c client.Call) (client.Result, error) {
	var info os.FileInfo
	if c.Handle != nil && c.Path == "" {
		if _, tree := c.Handle.Ref.(*treeOf); !tree {
			o, err := a.openOf(c.Handle)
			if err != nil {
				return client.Result{}, err
			}
			err = o.session.do(ctx, "stat "+o.name, []string{o.name}, func() (err error) {
				info, err = o.file.Stat()
				return err
			})
			return statResult(info, err)
		}
	}
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	err = p.do(ctx, "stat "+p.name, []string{p.name}, func() (err error) {
		info, err = p.tree.Lstat(p.name)
		return err
	})
	return statResult(info, err)
}

func statResult(info os.FileInfo, err error) (client.Result, error) {
	if err != nil {
		return client.Result{}, err
	}
	s, ok := info.(*smb.FileStat)
	if !ok {
		return client.Result{}, fmt.Errorf("stat: go-smb2 gave a %T", info)
	}
	return client.Result{Fields: statFieldsOf(s)}, nil
}

// setattr sets what the library can: READONLY, both times together, the size;
// in this order, each by its own open.
func (a *Actor) setattr(ctx context.Context, c client.Call) (client.Result, error) {
	atime, now1, hasAtime, err := c.Options.Time("atime")
	if err != nil {
		return client.Result{}, err
	}
	mtime, now2, hasMtime, err := c.Options.Time("mtime")
	if err != nil {
		return client.Result{}, err
	}
	size, hasSize, err := c.Options.Uint("size", 64)
	if err != nil {
		return client.Result{}, err
	}
	switch {
	case now1 || now2:
		return client.Result{}, client.Unsupported(clientName, "setattr of a time to now: SMB has no server time")
	case hasAtime != hasMtime:
		return client.Result{}, client.Unsupported(clientName, "setattr of atime or mtime alone")
	case hasAtime && c.Handle != nil && c.Path == "":
		return client.Result{}, client.Unsupported(clientName, "setattr of the times of a handle")
	}
	if words, ok := c.Options["attributes"]; ok {
		if err := a.setReadonly(ctx, c, words == "readonly"); err != nil {
			return client.Result{}, err
		}
	}
	if hasAtime {
		p, err := a.at(c.Handle, c.Path)
		if err != nil {
			return client.Result{}, err
		}
		err = p.do(ctx, "setattr "+p.name, []string{p.name}, func() error { return p.tree.Chtimes(p.name, atime, mtime) })
		if err != nil {
			return client.Result{}, err
		}
	}
	if hasSize {
		return client.Result{}, a.setSize(ctx, c, size)
	}
	return client.Result{}, nil
}

func (a *Actor) setReadonly(ctx context.Context, c client.Call, readonly bool) error {
	mode := os.FileMode(0o666)
	if readonly {
		mode = 0o444
	}
	if c.Handle != nil && c.Path == "" {
		o, err := a.openOf(c.Handle)
		if err != nil {
			return err
		}
		return o.session.do(ctx, "setattr "+o.name, []string{o.name}, func() error { return o.file.Chmod(mode) })
	}
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return err
	}
	return p.do(ctx, "setattr "+p.name, []string{p.name}, func() error { return p.tree.Chmod(p.name, mode) })
}

// fsstat asks about the file system of a directory. avail is what this user
// may take, free what there is.
func (a *Actor) fsstat(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	var info smb.FileFsInfo
	err = p.do(ctx, "statfs "+p.name, []string{p.name}, func() (err error) {
		info, err = p.tree.Statfs(p.name)
		return err
	})
	if err != nil {
		return client.Result{}, err
	}
	unit := info.FragmentSize() * info.BlockSize()
	return client.Result{Fields: map[string]any{
		"total": info.TotalBlockCount() * unit,
		"free":  info.FreeBlockCount() * unit,
		"avail": info.AvailableBlockCount() * unit,
	}}, nil
}
