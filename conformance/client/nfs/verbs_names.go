package nfs

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sort"

	"crosswire/conformance/client"
)

// The modes of what a scenario makes without saying a mode. SYMLINK and the
// server's umask are left to the server.
const (
	defaultFileMode = 0o644
	defaultDirMode  = 0o755
)

// create is CREATE in one of its three modes, and a WRITE if there is data.
func (a *Actor) create(ctx context.Context, c client.Call) (client.Result, error) {
	attr, err := sattr(c.Options, defaultFileMode)
	if err != nil {
		return client.Result{}, err
	}
	verf, given, err := c.Options.Uint("verf", 64)
	if err != nil {
		return client.Result{}, err
	}
	var v [8]byte
	if binary.BigEndian.PutUint64(v[:], verf); !given {
		if _, err := rand.Read(v[:]); err != nil {
			return client.Result{}, err
		}
	}
	disposition := c.Options.Get("disposition", "unchecked")
	switch disposition {
	case "unchecked", "guarded", "create":
		if given {
			return client.Result{}, client.Unsupported(clientName, "verf= without disposition=exclusive")
		}
	case "exclusive":
		for _, key := range []string{"mode", "uid", "gid", "size"} {
			if c.Options.Has(key) {
				return client.Result{}, client.Unsupported(clientName, "create disposition=exclusive %s=: an exclusive CREATE carries no attributes", key)
			}
		}
	default:
		return client.Result{}, client.Unsupported(clientName, "create disposition=%s", disposition)
	}
	dir, name, err := a.parent(ctx, c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	var res NewRes
	switch disposition {
	case "unchecked":
		res, err = a.c.CreateUnchecked(ctx, dir, name, attr)
	case "exclusive":
		res, err = a.c.CreateExclusive(ctx, dir, name, v)
	default:
		res, err = a.c.CreateGuarded(ctx, dir, name, attr)
	}
	if err != nil {
		return fields{}.pre(res.Dir).result(err)
	}
	out := client.Result{Fields: fields{}.pre(res.Dir).attr(res.Attr)}
	if out.Handle, err = a.made(ctx, c, dir, name, res); err != nil || !c.HasData {
		return out, err
	}
	f, err := a.writeAll(ctx, out.Handle.Ref.(*ref).fh, 0, FileSync, c.Data)
	out.Fields = f
	return out, err
}

// newObject finishes MKDIR, SYMLINK and MKNOD: the handle is looked for only if the
// scenario captures it.
func (a *Actor) newObject(ctx context.Context, c client.Call, dir FileHandle, name []byte, res NewRes, err error) (client.Result, error) {
	out := client.Result{Fields: fields{}.pre(res.Dir).attr(res.Attr)}
	if err == nil && c.As != "" {
		out.Handle, err = a.made(ctx, c, dir, name, res)
	}
	return out, err
}

func (a *Actor) mkdir(ctx context.Context, c client.Call) (client.Result, error) {
	attr, err := sattr(c.Options, defaultDirMode)
	if err != nil {
		return client.Result{}, err
	}
	dir, name, err := a.parent(ctx, c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Mkdir(ctx, dir, name, attr)
	return a.newObject(ctx, c, dir, name, res, err)
}

func (a *Actor) symlink(ctx context.Context, c client.Call) (client.Result, error) {
	attr, err := sattr(c.Options, 0)
	if err != nil {
		return client.Result{}, err
	}
	dir, name, err := a.parent(ctx, c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Symlink(ctx, dir, name, attr, []byte(c.Path2))
	return a.newObject(ctx, c, dir, name, res, err)
}

var nodeTypes = map[string]FileType{
	"fifo": TypeFifo, "socket": TypeSock, "char": TypeChr, "block": TypeBlk, "file": TypeReg, "dir": TypeDir, "symlink": TypeLnk,
}

func (a *Actor) mknod(ctx context.Context, c client.Call) (client.Result, error) {
	attr, err := sattr(c.Options, defaultFileMode)
	if err != nil {
		return client.Result{}, err
	}
	typ, ok := nodeTypes[c.Options["type"]]
	if !ok {
		return client.Result{}, badOption("type", c.Options["type"], "fifo, socket, char or block")
	}
	major, _, err := c.Options.Uint("major", 32)
	if err != nil {
		return client.Result{}, err
	}
	minor, _, err := c.Options.Uint("minor", 32)
	if err != nil {
		return client.Result{}, err
	}
	dir, name, err := a.parent(ctx, c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Mknod(ctx, dir, name, typ, attr, Specdata3{uint32(major), uint32(minor)})
	return a.newObject(ctx, c, dir, name, res, err)
}

func (a *Actor) remove(ctx context.Context, c client.Call) (client.Result, error) {
	dir, name, err := a.parent(ctx, c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	wcc, err := a.c.Remove(ctx, dir, name)
	return fields{}.wcc(wcc).result(err)
}

func (a *Actor) rmdir(ctx context.Context, c client.Call) (client.Result, error) {
	dir, name, err := a.parent(ctx, c.Handle, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	wcc, err := a.c.Rmdir(ctx, dir, name)
	return fields{}.wcc(wcc).result(err)
}

// rename replaces what has the new name, as RENAME always does.
func (a *Actor) rename(ctx context.Context, c client.Call) (client.Result, error) {
	if replace, err := c.Options.Bool("replace"); err != nil || (c.Options.Has("replace") && !replace) {
		return client.Result{}, client.Unsupported(clientName, "rename replace=%s: RENAME always replaces", c.Options["replace"])
	}
	if c.Handle != nil {
		return client.Result{}, client.Unsupported(clientName, "rename of a handle: RENAME takes names")
	}
	fromDir, from, err := a.parent(ctx, nil, c.Path)
	if err != nil {
		return client.Result{}, err
	}
	toDir, to, err := a.parent(ctx, nil, c.Path2)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Rename(ctx, fromDir, from, toDir, to)
	return fields{}.wcc(res.FromDir).result(err)
}

// link never replaces.
func (a *Actor) link(ctx context.Context, c client.Call) (client.Result, error) {
	if replace, err := c.Options.Bool("replace"); err != nil || replace {
		return client.Result{}, client.Unsupported(clientName, "link replace=%s: LINK never replaces", c.Options["replace"])
	}
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	dir, name, err := a.parent(ctx, nil, c.Path2)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Link(ctx, fh, dir, name)
	return fields{}.pre(res.Dir).attr(res.Attr).result(err)
}

func (a *Actor) readlink(ctx context.Context, c client.Call) (client.Result, error) {
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Readlink(ctx, fh)
	return client.Result{Data: res.Data, HasData: err == nil, Fields: fields{}.attr(res.Attr)}, err
}

// maxEntries bounds a directory listing.
const maxEntries = 1 << 20

// list reads a whole directory with READDIR, or READDIRPLUS if plus=yes.
// count= bounds each reply in bytes.
func (a *Actor) list(ctx context.Context, c client.Call) (client.Result, error) {
	plus, err := c.Options.Bool("plus")
	if err != nil {
		return client.Result{}, err
	}
	count, given, err := c.Options.Uint("count", 32)
	if err != nil {
		return client.Result{}, err
	}
	if !given {
		count = uint64(min(a.rsize, defaultTransfer))
	}
	dir, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	names := []string{}
	var cookie uint64
	var verf [8]byte
	for {
		var res ReaddirRes
		if plus {
			res, err = a.c.Readdirplus(ctx, dir, cookie, verf, uint32(count), uint32(count))
		} else {
			res, err = a.c.Readdir(ctx, dir, cookie, verf, uint32(count))
		}
		if err != nil {
			return fields{}.attr(res.Dir).result(err)
		}
		for _, e := range res.Entries {
			if name := string(e.Name); name != "." && name != ".." {
				names = append(names, name)
			}
		}
		if res.EOF {
			break
		}
		if len(res.Entries) == 0 {
			return client.Result{}, fmt.Errorf("READDIR of at most %d bytes: no entry and not the end", count)
		}
		if len(names) > maxEntries {
			return client.Result{}, fmt.Errorf("READDIR: more than %d entries, or cookies that go round", maxEntries)
		}
		cookie, verf = res.Entries[len(res.Entries)-1].Cookie, res.CookieVerf
	}
	sort.Strings(names)
	return fields{"names": names, "count": uint64(len(names))}.result(nil)
}
