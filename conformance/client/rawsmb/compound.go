package rawsmb

import (
	"context"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// part is one request of a compound, and how its response becomes a result.
type part struct {
	req    *request
	result func(*reply) (client.Result, error)
}

// compound sends its parts as one frame (MS-SMB2 3.2.4.1.4). A part without a
// handle, other than an open, is related: it acts on the file of the part
// before. Parts that the server did not answer are missing at the end.
func (a *Actor) compound(ctx context.Context, c client.Call) (client.Result, error) {
	if len(c.Related) == 0 {
		return client.Result{}, client.Unsupported(clientName, "compound without parts")
	}
	parts := make([]part, len(c.Related))
	reqs := make([]*request, len(c.Related))
	var before *open
	for i, r := range c.Related {
		if r.Options == nil {
			r.Options = client.Options{}
		}
		for k, v := range r.Options {
			if w, ok := verbs[r.Verb]; !ok || !w.takes(k, v) {
				return client.Result{}, client.Unsupported(clientName, "%s %s=%s in a compound", r.Verb, k, v)
			}
		}
		p, o, err := a.part(r, before)
		if err != nil {
			return client.Result{}, err
		}
		if r.Handle == nil && r.Verb != client.VerbOpen && r.Verb != client.VerbCreate && r.Verb != client.VerbEcho {
			p.req.related = true
		}
		parts[i], reqs[i], before = p, p.req, o
	}
	conn := a.current().conn
	calls, err := conn.send(ctx, reqs...)
	if err != nil {
		return client.Result{}, err
	}
	var res client.Result
	for i, l := range calls {
		r, err := conn.wait(ctx, l)
		if err != nil {
			for _, rest := range calls[i+1:] {
				conn.cancel(rest)
			}
			return res, err
		}
		var p client.PartResult
		p.Result, p.Err = parts[i].result(r)
		res.Parts = append(res.Parts, p)
	}
	return res, nil
}

// part makes one. before is the file that a related part acts on.
func (a *Actor) part(c client.Call, before *open) (part, *open, error) {
	switch c.Verb {
	case client.VerbEcho:
		s := a.current()
		return part{&request{command: smb2.CommandEcho, body: &smb2.EchoRequest{}}, func(r *reply) (client.Result, error) {
			_, err := s.conn.decode(r, &smb2.EchoResponse{})
			return client.Result{}, err
		}}, before, nil
	case client.VerbOpen, client.VerbCreate:
		if c.HasData {
			return part{}, nil, client.Unsupported(clientName, "create with data in a compound")
		}
		access := map[string]string{client.VerbOpen: "r", client.VerbCreate: "rw"}[c.Verb]
		k, err := a.creationOf(c, c.Verb, access)
		if err != nil {
			return part{}, nil, err
		}
		return part{k.request(), func(*reply) (client.Result, error) {
			if k.err != nil {
				return client.Result{}, k.err
			}
			return client.Result{Handle: k.open.handle, Fields: k.fields()}, nil
		}}, k.open, nil
	}
	o := before
	if c.Handle != nil {
		var err error
		if o, err = a.openOf(c.Handle); err != nil {
			return part{}, nil, err
		}
	} else {
		if c.Path != "" {
			return part{}, nil, client.Unsupported(clientName, "%s by path in a compound", c.Verb)
		}
		if o == nil {
			return part{}, nil, client.Unsupported(clientName, "%s as the first part of a compound, without a handle", c.Verb)
		}
		// Its id is not known yet: the server takes that of the part before.
		o = &open{s: o.s, tree: o.tree, name: o.name, handle: o.handle, id: smb2.RelatedFileID}
	}
	p, err := a.partOn(c, o, before)
	if c.Handle == nil {
		o = before
	}
	return p, o, err
}

// partOn makes a part that acts on a file; real is the file itself where o
// stands for that of the part before.
func (a *Actor) partOn(c client.Call, o, real *open) (part, error) {
	conn := o.s.conn
	plain := func(req *request, body interface{ Decode([]byte) error }) part {
		return part{req, func(r *reply) (client.Result, error) {
			_, err := conn.decode(r, body)
			return client.Result{}, err
		}}
	}
	switch c.Verb {
	case client.VerbClose:
		req := o.closeRequest(closeFlags(c))
		if c.Handle == nil {
			req.onReply = func(r *reply) {
				if r.h.Status == ntstatus.Success {
					real.s.caches.closed(real)
				}
			}
		}
		return part{req, func(r *reply) (client.Result, error) {
			var resp smb2.CloseResponse
			if _, err := conn.decode(r, &resp); err != nil {
				return client.Result{}, err
			}
			return client.Result{Fields: closeFields(&resp)}, nil
		}}, nil
	case client.VerbRead:
		length := creditUnit
		if c.HasLength {
			if c.Length > maxPayload {
				return part{}, client.Unsupported(clientName, "read of %d bytes in a compound", c.Length)
			}
			length = int(c.Length)
		}
		return part{o.readRequest(c.Offset, length), func(r *reply) (client.Result, error) {
			data, st, err := o.readDone(r, length)
			if err != nil {
				return client.Result{}, err
			}
			return client.Result{Data: data, HasData: true, Fields: map[string]any{
				"eof": st == ntstatus.EndOfFile || len(data) < length, "count": uint64(len(data)),
			}}, nil
		}}, nil
	case client.VerbWrite:
		flags, err := a.writeFlags(c)
		if err != nil {
			return part{}, err
		}
		if len(c.Data) > maxPayload || c.Options["cached"] == "yes" {
			return part{}, client.Unsupported(clientName, "write of %d bytes in a compound", len(c.Data))
		}
		return part{o.writeRequest(c.Offset, c.Data, flags), func(r *reply) (client.Result, error) {
			n, err := o.writeDone(r, len(c.Data))
			return client.Result{Fields: map[string]any{"count": uint64(n)}}, err
		}}, nil
	case client.VerbFlush, client.VerbCommit:
		return plain(o.flushRequest(), &smb2.FlushResponse{}), nil
	case client.VerbTruncate:
		return plain(o.setRequest(fscc.FileEndOfFileInformation, endOfFile(c.Length)), &smb2.SetInfoResponse{}), nil
	case client.VerbLock, client.VerbUnlock:
		return plain(o.lockRequest(c.Offset, c.Length, lockFlags(c)), &smb2.LockResponse{}), nil
	case client.VerbRename, client.VerbLink:
		info, err := a.newName(c)
		if err != nil {
			return part{}, err
		}
		class := fscc.FileRenameInformation
		if c.Verb == client.VerbLink {
			class = fscc.FileLinkInformation
		}
		return plain(o.setRequest(class, info), &smb2.SetInfoResponse{}), nil
	case client.VerbStat:
		return part{o.queryRequest(smb2.InfoFile, uint8(fscc.FileAllInformation)), func(r *reply) (client.Result, error) {
			var i fscc.AllInfo
			if err := o.queryDone(r, &i); err != nil {
				return client.Result{}, err
			}
			return client.Result{Fields: statFields(&i)}, nil
		}}, nil
	}
	return part{}, client.Unsupported(clientName, "%s in a compound", c.Verb)
}
