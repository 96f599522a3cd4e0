package rawsmb

import (
	"context"
	"fmt"
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// notify waits for changes in a directory (MS-SMB2 3.2.4.11).
func (a *Actor) notify(ctx context.Context, c client.Call) (client.Result, error) {
	if c.Handle == nil {
		return client.Result{}, client.Unsupported(clientName, "notify without a handle")
	}
	o, err := a.openOf(c.Handle)
	if err != nil {
		return client.Result{}, err
	}
	filter, err := bits(c.Options, "filter", notifyFilters)
	if err != nil {
		return client.Result{}, err
	}
	if filter == 0 {
		for _, f := range notifyFilters {
			filter |= f
		}
	}
	q := &smb2.ChangeNotifyRequest{OutputBufferLength: creditUnit, FileID: o.id, CompletionFilter: filter}
	if c.Options["recursive"] == "yes" {
		q.Flags = smb2.WatchTree
	}
	n := &notification{open: o}
	_, err = o.s.conn.exchange(ctx, o.s.on(o.tree, &request{
		command: smb2.CommandChangeNotify, body: q, payload: creditUnit, handle: o.handle, what: shown(o.name), onReply: n.answered,
	}))
	if err == nil {
		err = n.err
	}
	if err != nil {
		return client.Result{}, err
	}
	res := client.Result{Fields: map[string]any{"names": n.names, "actions": n.actions}}
	if n.status != ntstatus.Success {
		res.Status = n.status.String()
	}
	return res, nil
}

// notification is the answer to a CHANGE_NOTIFY.
type notification struct {
	open           *open
	names, actions []string
	status         ntstatus.Status
	err            error
}

// answered reads it and tells it. It runs in the reader.
func (n *notification) answered(r *reply) {
	c := n.open.s.conn
	n.names, n.actions = []string{}, []string{}
	var resp smb2.ChangeNotifyResponse
	if n.status, n.err = c.decode(r, &resp, ntstatus.NotifyEnumDir, ntstatus.NotifyCleanup); n.err != nil {
		return
	}
	list, err := fscc.DecodeNotify(resp.Output)
	if err != nil {
		n.err = fmt.Errorf("%s: %w", c.addr, err)
		return
	}
	var detail []string
	for _, e := range list {
		action := e.Action.String()
		switch e.Action {
		case fscc.ActionRenamedOldName:
			action = "renamed-old"
		case fscc.ActionRenamedNewName:
			action = "renamed-new"
		}
		name := strings.ReplaceAll(e.Name, `\`, "/")
		n.names, n.actions = append(n.names, name), append(n.actions, action)
		detail = append(detail, action+" "+name)
	}
	e := client.Event{Kind: client.EventNotify, Handle: n.open.handle, Detail: strings.Join(detail, ", ")}
	if n.status != ntstatus.Success {
		e.Status = n.status.String()
	}
	n.open.s.caches.w.emit(e)
}
