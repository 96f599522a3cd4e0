package nfs

import (
	"context"
	"errors"
	"strings"

	"crosswire/conformance/client"
)

var errNotMounted = errors.New("this actor has mounted no export")

// components splits a path; empty ones do not count.
func components(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// walk looks up each component of path, from dir.
func (a *Actor) walk(ctx context.Context, dir FileHandle, path string) (FileHandle, error) {
	for _, name := range components(path) {
		res, err := a.c.Lookup(ctx, dir, []byte(name))
		if err != nil {
			return nil, err
		}
		dir = res.Object
	}
	return dir, nil
}

// start is where the paths of a call begin: its handle, or the scenario's
// folder.
func (a *Actor) start(ctx context.Context, h *client.Handle) (FileHandle, error) {
	if h != nil {
		return handleOf(h)
	}
	if a.root == nil {
		return nil, errNotMounted
	}
	return a.walk(ctx, a.root, a.dir)
}

func handleOf(h *client.Handle) (FileHandle, error) {
	r, ok := h.Ref.(*ref)
	if !ok {
		return nil, client.Unsupported(clientName, "the handle %s, which is another client's", h.Name)
	}
	return r.fh, nil
}

// object is what a call is about.
func (a *Actor) object(ctx context.Context, c client.Call) (FileHandle, error) {
	dir, err := a.start(ctx, c.Handle)
	if err != nil {
		return nil, err
	}
	return a.walk(ctx, dir, c.Path)
}

// parent is the directory of a path, and the last component.
func (a *Actor) parent(ctx context.Context, h *client.Handle, path string) (FileHandle, []byte, error) {
	names := components(path)
	if len(names) == 0 {
		return nil, nil, client.Unsupported(clientName, "this verb without a path")
	}
	last := len(names) - 1
	dir, err := a.start(ctx, h)
	if err == nil {
		dir, err = a.walk(ctx, dir, strings.Join(names[:last], "/"))
	}
	return dir, []byte(names[last]), err
}

// handle wraps a file handle for the engine.
func handle(c client.Call, path string, fh FileHandle) *client.Handle {
	return &client.Handle{Name: c.As, Path: path, Ref: &ref{fh}}
}

// made is the handle of what a call made, asked for by name if the server did
// not tell it.
func (a *Actor) made(ctx context.Context, c client.Call, dir FileHandle, name []byte, res NewRes) (*client.Handle, error) {
	if res.Object == nil {
		found, err := a.c.Lookup(ctx, dir, name)
		if err != nil {
			return nil, err
		}
		res.Object = found.Object
	}
	return handle(c, c.Path, res.Object), nil
}
