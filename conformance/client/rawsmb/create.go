package rawsmb

import (
	"context"
	"crypto/rand"
	"fmt"

	"crosswire/conformance/client"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// creation is a CREATE on its way (MS-SMB2 3.2.4.3).
type creation struct {
	body  smb2.CreateRequest
	lease *smb2.LeaseContext // asked for
	open  *open

	// Filled by the reader.
	resp    smb2.CreateResponse
	granted *smb2.LeaseContext
	err     error
}

// newCreation begins one. The handle is made now: a break may name it before
// the step that opens it has its answer.
func (p place) newCreation(h *client.Handle) *creation {
	k := &creation{open: &open{s: p.s, tree: p.tree, name: p.name, handle: h}}
	h.Ref = k.open
	k.body = smb2.CreateRequest{
		ImpersonationLevel: smb2.ImpersonationImpersonation, Name: p.name,
		ShareAccess: smb2.ShareRead | smb2.ShareWrite | smb2.ShareDelete, Disposition: smb2.FileOpen,
	}
	return k
}

// request makes the request; the contexts are complete.
func (k *creation) request() *request {
	o := k.open
	if k.lease != nil {
		k.body.OplockLevel = smb2.OplockLease
		k.body.Contexts = append(k.body.Contexts, k.lease.Context())
		o.handle.LeaseKey = k.lease.Key.String()
		o.s.caches.expect(k.lease.Key)
	}
	return o.s.on(o.tree, &request{
		command: smb2.CommandCreate, body: &k.body, handle: o.handle, what: shown(o.name),
		onReply: func(r *reply) { k.err = k.answered(r) },
	})
}

// answered takes the response (MS-SMB2 3.2.5.7). It runs in the reader.
func (k *creation) answered(r *reply) error {
	o := k.open
	_, err := o.s.conn.decode(r, &k.resp)
	if err == nil {
		err = k.takeLease()
	}
	if err != nil {
		if k.lease != nil {
			o.s.caches.refused(k.lease.Key)
		}
		return err
	}
	o.id = k.resp.FileID
	o.s.caches.granted(o, &k.resp, k.granted)
	if o.cache == nil || !o.cache.lease {
		o.handle.LeaseKey = ""
		if k.lease != nil {
			o.s.caches.refused(k.lease.Key)
		}
	}
	return nil
}

// takeLease reads the lease that was granted.
func (k *creation) takeLease() error {
	if k.resp.OplockLevel != smb2.OplockLease {
		return nil
	}
	addr := k.open.s.conn.addr
	data, ok := k.resp.Contexts.Find(smb2.ContextRqLs)
	if !ok {
		return fmt.Errorf("%s: CREATE response for %s: a lease is granted without its context", addr, shown(k.open.name))
	}
	k.granted = &smb2.LeaseContext{}
	if err := k.granted.Decode(data); err != nil {
		return fmt.Errorf("%s: %w", addr, err)
	}
	if k.lease == nil || k.granted.Key != k.lease.Key {
		return fmt.Errorf("%s: CREATE response for %s: a lease is granted with a key that was not asked for", addr, shown(k.open.name))
	}
	return nil
}

// do sends it and waits.
func (k *creation) do(ctx context.Context) error {
	if _, err := k.open.s.conn.exchange(ctx, k.request()); err != nil {
		return err
	}
	return k.err
}

// shown is a name for people.
func shown(name string) string {
	if name == "" {
		return "."
	}
	return name
}

// how says how a verb by path opens its file.
type how struct {
	access      uint32
	options     smb2.CreateOptions
	disposition smb2.CreateDisposition // only FileOpen is meant by a call on a handle
}

// openFor opens a file for the client's own use.
func (p place) openFor(ctx context.Context, w how) (*open, error) {
	k := p.newCreation(&client.Handle{Path: p.name})
	k.body.DesiredAccess, k.body.Options, k.body.Disposition = w.access, w.options, w.disposition
	if err := k.do(ctx); err != nil {
		return nil, err
	}
	return k.open, nil
}

// with opens the place for the time of use, and closes it whatever use says.
func (p place) with(ctx context.Context, w how, use func(*open) error) error {
	o, err := p.openFor(ctx, w)
	if err != nil {
		return err
	}
	if err := use(o); err != nil {
		o.abandon(ctx)
		return err
	}
	_, err = o.close(ctx, 0)
	return err
}

// abandon closes a file after a failure; if the step's time is over it does
// not wait for the answer.
func (o *open) abandon(ctx context.Context) {
	if ctx.Err() == nil {
		_, _ = o.close(ctx, 0)
		return
	}
	_, _ = o.s.conn.send(o.s.ctx, o.closeRequest(0))
}

// on runs use on the file of a call: its handle, or its path opened for the
// time of use.
func (a *Actor) on(ctx context.Context, c client.Call, w how, use func(*open) error) error {
	if c.Handle != nil && c.Path == "" {
		if _, tree := c.Handle.Ref.(*tree); !tree {
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
	w.disposition = smb2.FileOpen
	return p.with(ctx, w, use)
}

func (a *Actor) open(ctx context.Context, c client.Call) (client.Result, error) {
	return a.openAs(ctx, c, "open", "r")
}

// create takes access=rw unless told otherwise, as the stock client does: the
// data that may come with it must be written.
func (a *Actor) create(ctx context.Context, c client.Call) (client.Result, error) {
	res, err := a.openAs(ctx, c, "create", "rw")
	if err != nil || !c.HasData || len(c.Data) == 0 {
		return res, err
	}
	n, err := res.Handle.Ref.(*open).write(ctx, 0, c.Data, 0)
	if err != nil {
		return client.Result{}, err
	}
	res.Fields["count"] = n
	return res, nil
}

func (a *Actor) openAs(ctx context.Context, c client.Call, disposition, access string) (client.Result, error) {
	k, err := a.creationOf(c, disposition, access)
	if err != nil {
		return client.Result{}, err
	}
	if err := k.do(ctx); err != nil {
		return client.Result{}, err
	}
	fields := k.fields()
	if _, has := fields["fileid"]; !has && a.looksAt(c.Verb, "fileid") {
		if id, err := k.open.internalID(ctx); err == nil {
			fields["fileid"] = id
		}
	}
	return client.Result{Handle: k.open.handle, Fields: fields}, nil
}

// looksAt reports whether the scenario asks for a field of a verb.
func (a *Actor) looksAt(verb, field string) bool { return a.needs.Fields[verb+" "+field] }

// creationOf understands an open or create.
func (a *Actor) creationOf(c client.Call, disposition, access string) (*creation, error) {
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return nil, err
	}
	k := p.newCreation(&client.Handle{Name: c.As, Path: c.Path})
	b, o := &k.body, c.Options
	if b.DesiredAccess, err = parseAccess(o.Get("access", access)); err != nil {
		return nil, err
	}
	if b.ShareAccess, err = parseShare(o.Get("share", "rwd")); err != nil {
		return nil, err
	}
	if b.Disposition, err = word(o, "disposition", disposition, dispositions); err != nil {
		return nil, err
	}
	if b.Options, err = bits(o, "options", createOptions); err != nil {
		return nil, err
	}
	if b.FileAttributes, err = parseAttributes(o["attributes"]); err != nil {
		return nil, err
	}
	if b.ImpersonationLevel, err = word(o, "impersonation", "impersonation", impersonations); err != nil {
		return nil, err
	}
	level, ok := smb2.ParseOplockLevel(o.Get("oplock", "none"))
	if !ok || level == smb2.OplockLease {
		return nil, client.Unsupported(clientName, "oplock=%s", o["oplock"])
	}
	b.OplockLevel = level
	if k.lease, err = a.leaseOf(p.s, o); err != nil {
		return nil, err
	}
	if k.lease != nil && level != smb2.OplockNone {
		return nil, client.Unsupported(clientName, "a lease and an oplock in one open")
	}
	if err := durable(k, o); err != nil {
		return nil, err
	}
	if a.looksAt(c.Verb, "maxaccess") {
		b.Contexts = append(b.Contexts, (&smb2.MaximalAccessRequest{}).Context())
	}
	if a.looksAt(c.Verb, "fileid") {
		b.Contexts = append(b.Contexts, smb2.OnDiskIDRequestContext())
	}
	return k, nil
}

// leaseOf is the lease that an open asks for, nil for none.
func (a *Actor) leaseOf(s *session, o client.Options) (*smb2.LeaseContext, error) {
	word := o.Get("lease", "none")
	state, ok := smb2.ParseLeaseState(word)
	if !ok {
		return nil, client.Unsupported(clientName, "lease=%s", word)
	}
	if word == "none" {
		for _, k := range []string{"leasekey", "leaseversion", "parentkey"} {
			if o.Has(k) {
				return nil, client.Unsupported(clientName, "%s=%s without a lease", k, o[k])
			}
		}
		return nil, nil
	}
	l := &smb2.LeaseContext{Version: 2, State: state}
	switch v := o["leaseversion"]; {
	case v == "1", v == "" && s.neg.dialect < smb2.Dialect300:
		l.Version = 1
	case v != "" && v != "2":
		return nil, client.Unsupported(clientName, "leaseversion=%s", v)
	}
	if name, ok := o["leasekey"]; ok {
		l.Key = a.leaseKey(name)
	} else {
		rand.Read(l.Key[:])
	}
	if name, ok := o["parentkey"]; ok {
		if l.Version == 1 {
			return nil, client.Unsupported(clientName, "parentkey=%s in a lease of version 1", name)
		}
		l.ParentKey, l.Flags = a.leaseKey(name), smb2.LeaseParentKeySet
	}
	return l, nil
}

// durable adds the context that asks for a durable handle.
func durable(k *creation, o client.Options) error {
	var c smb2.CreateContext
	switch v := o["durable"]; v {
	case "":
		return nil
	case "v1":
		c = smb2.DurableRequestContext()
	case "v2", "persistent":
		r := smb2.DurableRequestV2{}
		rand.Read(r.CreateGUID[:])
		if v == "persistent" {
			r.Flags = smb2.DurableHandlePersistent
		}
		c = r.Context()
	default:
		return client.Unsupported(clientName, "durable=%s", v)
	}
	k.body.Contexts = append(k.body.Contexts, c)
	return nil
}

var actions = map[smb2.CreateAction]string{
	smb2.FileSuperseded: "superseded", smb2.FileOpened: "opened", smb2.FileCreated: "created", smb2.FileOverwritten: "overwritten",
}

// fields is what a CREATE response tells.
func (k *creation) fields() map[string]any {
	r := &k.resp
	f := map[string]any{
		"lease": "none", "oplock": "none", "size": r.EndOfFile, "used": r.AllocationSize, "attributes": attributeWords(r.FileAttributes),
	}
	times(f, r.CreationTime, r.LastAccessTime, r.LastWriteTime, r.ChangeTime)
	if a, ok := actions[r.Action]; ok {
		f["action"] = a
	}
	if l := k.granted; l != nil {
		f["lease"] = l.State.String()
		if l.Version == 2 {
			f["epoch"] = uint64(l.Epoch)
			if l.Flags&smb2.LeaseParentKeySet != 0 {
				f["parentkey"] = l.ParentKey.String()
			}
		}
	} else {
		f["oplock"] = levelText(r.OplockLevel)
	}
	if data, ok := r.Contexts.Find(smb2.ContextMxAc); ok {
		var m smb2.MaximalAccessResponse
		if m.Decode(data) == nil && m.QueryStatus == ntstatus.Success {
			f["maxaccess"] = accessLetters(m.MaximalAccess)
		}
	}
	if data, ok := r.Contexts.Find(smb2.ContextQFid); ok {
		var q smb2.OnDiskID
		if q.Decode(data) == nil {
			f["fileid"] = q.FileID
		}
	}
	f["durable"] = "none"
	if _, ok := r.Contexts.Find(smb2.ContextDHnQ); ok {
		f["durable"] = "v1"
	}
	if data, ok := r.Contexts.Find(smb2.ContextDH2Q); ok {
		var d smb2.DurableResponseV2
		f["durable"] = "v2"
		if d.Decode(data) == nil && d.Flags&smb2.DurableHandlePersistent != 0 {
			f["durable"] = "persistent"
		}
	}
	return f
}
