package smb

import (
	"context"
	"os"
	"sort"
	"strings"

	"crosswire/conformance/client"
)

// remove removes a file or an empty directory: the library opens it for DELETE
// and sets its disposition, whichever it is.
func (a *Actor) remove(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{}, p.session.remove(ctx, p.tree, p.name)
}

// rename never replaces.
func (a *Actor) rename(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	to, err := a.at(c.Handle, c.Path2)
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{}, p.do(ctx, "rename "+p.name, []string{p.name}, func() error { return p.tree.Rename(p.name, to.name) })
}

// symlink makes a link by FSCTL_SET_REPARSE_POINT. A '/' in the text travels
// as '\'.
func (a *Actor) symlink(ctx context.Context, c client.Call) (client.Result, error) {
	if c.Path2 == "" {
		return client.Result{}, client.Unsupported(clientName, "symlink to nothing")
	}
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{}, p.do(ctx, "symlink "+p.name, []string{p.name}, func() error { return p.tree.Symlink(c.Path2, p.name) })
}

// readlink reads a link, with '/' for '\' as scenarios write it.
func (a *Actor) readlink(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	var text string
	err = p.do(ctx, "readlink "+p.name, []string{p.name}, func() (err error) {
		text, err = p.tree.Readlink(p.name)
		return err
	})
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Data: []byte(strings.ReplaceAll(text, `\`, "/")), HasData: true}, nil
}

// list reads a whole directory. The library reads an open one only once.
func (a *Actor) list(ctx context.Context, c client.Call) (client.Result, error) {
	names := []string{}
	err := a.on(ctx, c, os.O_RDONLY, func(o *open) error {
		o.mu.Lock()
		again := o.listed
		o.listed = true
		o.mu.Unlock()
		if again {
			return client.Unsupported(clientName, "list of a handle that it has listed already")
		}
		return o.session.do(ctx, "list "+o.name, []string{o.name}, func() (err error) {
			names, err = o.file.Readdirnames(-1)
			return err
		})
	})
	if err != nil {
		return client.Result{}, err
	}
	sort.Strings(names)
	return namesResult(names), nil
}

func namesResult(names []string) client.Result {
	return client.Result{Fields: map[string]any{"names": names, "count": uint64(len(names))}}
}
