package smb

import (
	"context"
	"os"
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/smb2"
)

// openFile opens and keeps a file.
func (p place) openFile(ctx context.Context, flag int) (*open, *smb2.CreateResponse, error) {
	mark := p.tap.mark()
	o := &open{session: p.session, name: p.name}
	err := p.do(ctx, "open "+p.name, []string{p.name}, func() (err error) {
		o.file, err = p.tree.OpenFile(p.name, flag, 0o666)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	x := p.tap.last(mark, func(x *exchange) bool { return x.created != nil && x.name == p.name })
	if x == nil {
		// Encrypted, or a symbolic link was followed.
		return o, nil, nil
	}
	return o, x.created, nil
}

// closeFile ends an open file.
func (o *open) close(ctx context.Context) error {
	return o.session.do(ctx, "close "+o.name, []string{o.name}, o.file.Close)
}

// with opens the place for the time of use, and closes it whatever use says.
func (p place) with(ctx context.Context, flag int, use func(*open) error) error {
	o, _, err := p.openFile(ctx, flag)
	if err != nil {
		return err
	}
	err = use(o)
	if e := o.close(ctx); err == nil {
		err = e
	}
	return err
}

// on runs use on the file of a call: its handle, or its path opened for the
// time of use.
func (a *Actor) on(ctx context.Context, c client.Call, flag int, use func(*open) error) error {
	if c.Handle != nil && c.Path == "" {
		// A tree with no path is its root.
		if _, tree := c.Handle.Ref.(*treeOf); !tree {
			o, err := a.openOf(c.Handle)
			if err != nil {
				return err
			}
			return use(o)
		}
	}
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return err
	}
	return p.with(ctx, flag, use)
}

func (a *Actor) open(ctx context.Context, c client.Call) (client.Result, error) {
	return a.openAs(ctx, c, "open", "r")
}

// create takes access=rw unless told otherwise: the library asks for
// GENERIC_WRITE with every disposition that may create.
func (a *Actor) create(ctx context.Context, c client.Call) (client.Result, error) {
	res, err := a.openAs(ctx, c, "create", "rw")
	if err != nil || !c.HasData || len(c.Data) == 0 {
		return res, err
	}
	c.Handle, c.Path = res.Handle, ""
	written, err := a.write(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	res.Fields["count"] = written.Fields["count"]
	return res, nil
}

func (a *Actor) openAs(ctx context.Context, c client.Call, disposition, access string) (client.Result, error) {
	access = c.Options.Get("access", access)
	flag := map[string]int{"r": os.O_RDONLY, "w": os.O_WRONLY, "rw": os.O_RDWR}[access]
	disposition = c.Options.Get("disposition", disposition)
	switch disposition {
	case "create":
		flag |= os.O_CREATE | os.O_EXCL
	case "open-if":
		flag |= os.O_CREATE
	case "overwrite":
		flag |= os.O_TRUNC
	case "overwrite-if":
		flag |= os.O_CREATE | os.O_TRUNC
	}
	if flag&os.O_CREATE != 0 && !strings.Contains(access, "w") {
		return client.Result{}, client.Unsupported(clientName, "%s disposition=%s access=%s: it always asks for w too", c.Verb, disposition, access)
	}
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	o, created, err := p.openFile(ctx, flag)
	if err != nil {
		return client.Result{}, err
	}
	a.keep(o)
	return client.Result{
		Handle: &client.Handle{Name: c.As, Path: c.Path, Ref: o},
		Fields: createFields(created),
	}, nil
}

func (a *Actor) close(ctx context.Context, c client.Call) (client.Result, error) {
	if c.Handle == nil {
		return client.Result{}, client.Unsupported(clientName, "close without a handle")
	}
	o, err := a.openOf(c.Handle)
	if err != nil {
		return client.Result{}, err
	}
	if err := o.close(ctx); err != nil {
		return client.Result{}, err
	}
	a.forget(o)
	return client.Result{}, nil
}

// mkdir makes a directory; the library closes it, so a captured one is opened
// again.
func (a *Actor) mkdir(ctx context.Context, c client.Call) (client.Result, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	err = p.do(ctx, "mkdir "+p.name, []string{p.name}, func() error { return p.tree.Mkdir(p.name, 0o777) })
	if err != nil || c.As == "" {
		return client.Result{}, err
	}
	o, created, err := p.openFile(ctx, os.O_RDONLY)
	if err != nil {
		return client.Result{}, err
	}
	a.keep(o)
	return client.Result{Handle: &client.Handle{Name: c.As, Path: c.Path, Ref: o}, Fields: createFields(created)}, nil
}

// disconnect cuts the connection; the server is told nothing.
func (a *Actor) disconnect(context.Context, client.Call) (client.Result, error) {
	s, _ := a.current()
	s.close()
	a.emit(client.Event{Kind: client.EventDisconnect, Detail: "by this client"})
	return client.Result{}, nil
}

// reconnect makes a new session; earlier handles are gone.
func (a *Actor) reconnect(ctx context.Context, _ client.Call) (client.Result, error) {
	old, _ := a.current()
	old.close()
	return client.Result{}, a.connect(ctx)
}
