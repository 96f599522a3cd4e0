package smb

import (
	"context"
	"sort"
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/smb2"
)

// shares asks srvsvc on IPC$ for the shares, level 1, over a pipe of its own.
func (a *Actor) shares(ctx context.Context, _ client.Call) (client.Result, error) {
	s, _ := a.current()
	var names []string
	err := s.do(ctx, "list shares", nil, func() (err error) {
		names, err = s.smb.ListSharenames()
		return err
	})
	if err != nil {
		return client.Result{}, err
	}
	// The library leaves the terminating NUL of a name on, if there is one.
	for i, n := range names {
		names[i] = strings.TrimRight(n, "\x00")
	}
	sort.Strings(names)
	return namesResult(names), nil
}

// treeConnect connects one more tree. Paths beside its handle begin at the
// share's root.
func (a *Actor) treeConnect(ctx context.Context, c client.Call) (client.Result, error) {
	if len(c.Args) != 1 {
		return client.Result{}, client.Unsupported(clientName, "tree with %d arguments: it takes the name of a share", len(c.Args))
	}
	s, _ := a.current()
	mark := s.tap.mark()
	tree, err := s.mount(ctx, c.Args[0])
	if err != nil {
		return client.Result{}, err
	}
	t := &treeOf{session: s, tree: tree}
	a.mu.Lock()
	a.trees[t] = struct{}{}
	a.mu.Unlock()
	res := client.Result{Handle: &client.Handle{Name: c.As, Ref: t}, Fields: map[string]any{}}
	if x := s.tap.last(mark, func(x *exchange) bool { return x.tree != nil }); x != nil {
		switch x.tree.ShareType {
		case smb2.ShareTypeDisk:
			res.Fields["type"] = "disk"
		case smb2.ShareTypePipe:
			res.Fields["type"] = "pipe"
		case smb2.ShareTypePrint:
			res.Fields["type"] = "print"
		}
	}
	return res, nil
}

func (a *Actor) treeDisconnect(ctx context.Context, c client.Call) (client.Result, error) {
	if c.Handle == nil {
		return client.Result{}, client.Unsupported(clientName, "untree without a handle")
	}
	t, ok := c.Handle.Ref.(*treeOf)
	if !ok {
		return client.Result{}, client.Unsupported(clientName, "untree of the file %s", c.Handle.Name)
	}
	if s, _ := a.current(); t.session != s {
		return client.Result{}, errStale
	}
	if err := t.session.do(ctx, "tree disconnect", nil, t.tree.Umount); err != nil {
		return client.Result{}, err
	}
	a.mu.Lock()
	delete(a.trees, t)
	a.mu.Unlock()
	return client.Result{}, nil
}
