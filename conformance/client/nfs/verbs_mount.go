package nfs

import (
	"context"
	"sort"
	"strings"

	"crosswire/conformance/client"
)

func (a *Actor) echo(ctx context.Context, _ client.Call) (client.Result, error) {
	return client.Result{}, a.c.Null(ctx)
}

// exports lists what MOUNT offers.
func (a *Actor) exports(ctx context.Context, _ client.Call) (client.Result, error) {
	list, err := a.c.Exports(ctx)
	if err != nil {
		return client.Result{}, err
	}
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = string(e.Dir)
	}
	sort.Strings(names)
	return fields{"names": names, "count": uint64(len(names))}.result(nil)
}

// mount asks for the root of an export by its path, just as it is written. The
// actor's own root stays what it is; the handle is the new one's.
func (a *Actor) mount(ctx context.Context, c client.Call) (client.Result, error) {
	path, err := exportArg(c)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Mnt(ctx, []byte(path))
	if err != nil {
		return client.Result{}, err
	}
	flavors := make([]string, len(res.Flavors))
	for i, f := range res.Flavors {
		flavors[i] = flavorName(f)
	}
	return client.Result{
		Handle: handle(c, "", res.Handle),
		Fields: fields{"flavors": strings.Join(flavors, ",")},
	}, nil
}

func (a *Actor) unmount(ctx context.Context, c client.Call) (client.Result, error) {
	path, err := exportArg(c)
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{}, a.c.Umnt(ctx, []byte(path))
}

func exportArg(c client.Call) (string, error) {
	if len(c.Args) != 1 {
		return "", client.Unsupported(clientName, "%s with %d arguments: it takes the path of an export", c.Verb, len(c.Args))
	}
	return c.Args[0], nil
}

func flavorName(f uint32) string {
	switch f {
	case 0:
		return "none"
	case 1:
		return "sys"
	case 390003:
		return "krb5"
	case 390004:
		return "krb5i"
	case 390005:
		return "krb5p"
	}
	return "other"
}

// disconnect cuts every connection; calls under way fail.
func (a *Actor) disconnect(context.Context, client.Call) (client.Result, error) {
	a.c.Disconnect()
	a.locks.Disconnect()
	a.emit(client.Event{Kind: client.EventDisconnect, Detail: "by this client"})
	return client.Result{}, nil
}

// reconnect connects again and proves it by a NULL. Handles stay good, if the
// server keeps to RFC 1813.
func (a *Actor) reconnect(ctx context.Context, _ client.Call) (client.Result, error) {
	a.c.Reconnect()
	if err := a.c.Null(ctx); err != nil {
		return client.Result{}, err
	}
	a.emit(client.Event{Kind: client.EventConnect, Detail: "again"})
	return client.Result{}, nil
}
