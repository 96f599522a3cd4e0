package engine

import (
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/script"
)

// setUpName is the actor who makes what exists before the first step.
const setUpName = "set-up"

// chunk is how much set-up writes at a time: every server takes that.
const chunk = 64 << 10

// setUp makes the run's folder and the scenario's set-up lines, by a plain
// client: NFS where the target has it, since it can make everything, else SMB.
// Its events are not part of the run.
func (r *run) setUp(ctx context.Context) error {
	ep := r.inst.Endpoint()
	spec := client.Spec{Name: setUpName, Kind: "nfs", Version: "3", Options: client.Options{}}
	if ep.NFS == "" {
		spec.Kind, spec.Version = "smb", ""
		for _, v := range []string{client.VerbMkdir, client.VerbCreate, client.VerbWrite, client.VerbTruncate, client.VerbClose} {
			spec.Needs.Add(v, nil)
		}
	}
	if r.sc.Root() && ep.NFS != "" {
		spec.Options = client.Options{"uid": "0", "gid": "0"}
	}
	if !r.inst.NeedsFolder() && len(r.sc.Setup) == 0 {
		return nil
	}
	quiet := client.SinkFunc(func(client.Event) {})
	if r.inst.NeedsFolder() {
		root := ep
		root.Dir = path.Dir(ep.Dir)
		if root.Dir == "." {
			root.Dir = ""
		}
		a, err := r.dial(ctx, root, spec, quiet)
		if err != nil {
			return fmt.Errorf("set-up could not connect: %w", err)
		}
		folder := path.Base(ep.Dir)
		err = do(ctx, a, client.Call{Verb: client.VerbMkdir, Path: folder, Options: mode(spec, "0777")})
		if err != nil {
			_ = a.Close()
			return fmt.Errorf("set-up: make the folder %s: %w", ep.Dir, err)
		}
		r.cleanup = append(r.cleanup, func(ctx context.Context) error {
			defer a.Close()
			return r.removeAll(ctx, a, folder, 0)
		})
	}
	if len(r.sc.Setup) == 0 {
		return nil
	}
	a, err := r.dial(ctx, ep, spec, quiet)
	if err != nil {
		return fmt.Errorf("set-up could not connect: %w", err)
	}
	defer a.Close()
	for i := range r.sc.Setup {
		s := &r.sc.Setup[i]
		if err := r.make(ctx, a, spec, s); err != nil {
			v := errorf("set-up failed: %v", err)
			v.pos, v.source = s.Pos, s.Source
			return v
		}
	}
	return nil
}

// mode gives the mode to a client that has one: servers without NFS take what
// their SMB user makes.
func mode(spec client.Spec, m string) client.Options {
	if spec.Kind != "nfs" {
		return client.Options{}
	}
	return client.Options{"mode": m}
}

func do(ctx context.Context, a client.Actor, c client.Call) error {
	if c.Options == nil {
		c.Options = client.Options{}
	}
	_, err := a.Do(ctx, c)
	return err
}

// make makes one object.
func (r *run) make(ctx context.Context, a client.Actor, spec client.Spec, s *script.Setup) error {
	p := folderPath(s.Path.Str)
	owner := client.Options{}
	for _, o := range s.Options {
		owner[o.Name] = optionText(o)
	}
	if spec.Kind != "nfs" && len(owner) > 0 {
		return client.Unsupported(a.Client(), "the owner and mode of a set-up line, and the target has no NFS")
	}
	switch s.Kind {
	case script.SetupDir:
		m := owner.Get("mode", "0777")
		delete(owner, "mode")
		if err := do(ctx, a, client.Call{Verb: client.VerbMkdir, Path: p, Options: mode(spec, m)}); err != nil {
			return err
		}
	case script.SetupFile:
		m := owner.Get("mode", "0666")
		if err := r.makeFile(ctx, a, spec, p, m, s.Content); err != nil {
			return err
		}
	case script.SetupSymlink:
		return do(ctx, a, client.Call{Verb: client.VerbSymlink, Path: p, Path2: s.Target.Str})
	case script.SetupLink:
		return do(ctx, a, client.Call{Verb: client.VerbLink, Path: folderPath(s.Target.Str), Path2: p})
	default:
		return fmt.Errorf("no set-up line %q", s.Kind)
	}
	if len(owner) == 0 {
		return nil
	}
	return do(ctx, a, client.Call{Verb: client.VerbSetattr, Path: p, Options: owner})
}

func (r *run) makeFile(ctx context.Context, a client.Actor, spec client.Spec, p, m string, content *script.Value) error {
	opts := client.Options{"mode": m, "disposition": "guarded"}
	if spec.Kind != "nfs" {
		opts = client.Options{"access": "rw", "disposition": "create"}
	}
	res, err := a.Do(ctx, client.Call{Verb: client.VerbCreate, Path: p, Options: opts})
	if err != nil {
		return err
	}
	if content != nil {
		if err := fill(ctx, a, res.Handle, *content); err != nil {
			return err
		}
	}
	if spec.Kind != "nfs" {
		return do(ctx, a, client.Call{Verb: client.VerbClose, Handle: res.Handle})
	}
	return nil
}

// fill writes content; zeros cost one request however many they are.
func fill(ctx context.Context, a client.Actor, h *client.Handle, content script.Value) error {
	d := content.Data
	if d == nil {
		d = &script.Data{Form: script.DataLiteral, Bytes: []byte(content.Str), Size: uint64(len(content.Str))}
	}
	if d.Form == script.DataZeros {
		return do(ctx, a, client.Call{Verb: client.VerbTruncate, Handle: h, Length: d.Size, HasLength: true})
	}
	buf := make([]byte, chunk)
	in := d.Open()
	for off := uint64(0); off < d.Size; {
		n, err := io.ReadFull(in, buf)
		if err != nil && err != io.ErrUnexpectedEOF {
			return err
		}
		if err := do(ctx, a, client.Call{Verb: client.VerbWrite, Handle: h, Offset: off, HasOffset: true, Data: buf[:n], HasData: true}); err != nil {
			return err
		}
		off += uint64(n)
	}
	return nil
}

// maxDepth bounds the clean-up of a tree that a broken server shows.
const maxDepth = 64

// removeAll empties and removes a folder.
func (r *run) removeAll(ctx context.Context, a client.Actor, p string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("%s is deeper than %d folders", p, maxDepth)
	}
	res, err := a.Do(ctx, client.Call{Verb: client.VerbList, Path: p, Options: client.Options{}})
	if err != nil {
		return fmt.Errorf("list %s: %w", p, err)
	}
	names, _ := res.Fields["names"].([]string)
	for _, name := range slices.Clone(names) {
		child := path.Join(p, name)
		err := r.remove(ctx, a, client.Call{Verb: client.VerbRemove, Path: child})
		if err == nil {
			continue
		}
		if e := r.removeAll(ctx, a, child, depth+1); e != nil {
			return fmt.Errorf("remove %s: %w", child, err)
		}
	}
	if err := r.remove(ctx, a, client.Call{Verb: client.VerbRmdir, Path: p}); err != nil {
		return fmt.Errorf("remove the folder %s: %w", p, err)
	}
	return nil
}

// removePause is how long clean-up waits before it asks again.
const removePause = 20 * time.Millisecond

// remove removes one object. The actors are gone by now, but the server may
// not yet have noticed and may ask to try later on account of what they held:
// it is given the time that a fence has.
func (r *run) remove(ctx context.Context, a client.Actor, c client.Call) error {
	ctx, cancel := context.WithTimeout(ctx, r.limits.Fence)
	defer cancel()
	for {
		err := do(ctx, a, c)
		switch client.StatusName(err) {
		case "NFS3ERR_JUKEBOX", "NFS4ERR_DELAY", "STATUS_SHARING_VIOLATION":
		default:
			return err
		}
		pause := time.NewTimer(removePause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return err
		case <-pause.C:
		}
	}
}
