package rawsmb

import (
	"context"

	"crosswire/conformance/client"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// closeRequest makes a CLOSE (MS-SMB2 3.2.4.5).
func (o *open) closeRequest(flags uint16) *request {
	return o.s.on(o.tree, &request{
		command: smb2.CommandClose, body: &smb2.CloseRequest{Flags: flags, FileID: o.id}, handle: o.handle, what: shown(o.name),
		onReply: func(r *reply) {
			if r.h.Status == ntstatus.Success {
				o.s.caches.closed(o)
			}
		},
	})
}

// close closes the file.
func (o *open) close(ctx context.Context, flags uint16) (*smb2.CloseResponse, error) {
	r, err := o.s.conn.exchange(ctx, o.closeRequest(flags))
	if err != nil {
		return nil, err
	}
	var resp smb2.CloseResponse
	_, err = o.s.conn.decode(r, &resp)
	return &resp, err
}

// close sends what the handle holds back, and closes it.
func (a *Actor) close(ctx context.Context, c client.Call) (client.Result, error) {
	if c.Handle == nil {
		return client.Result{}, client.Unsupported(clientName, "close without a handle")
	}
	o, err := a.openOf(c.Handle)
	if err != nil {
		return client.Result{}, err
	}
	if err := o.writeBack(ctx); err != nil {
		return client.Result{}, err
	}
	resp, err := o.close(ctx, closeFlags(c))
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Fields: closeFields(resp)}, nil
}

func closeFlags(c client.Call) uint16 {
	if c.Options["attributes"] == "yes" {
		return smb2.ClosePostQueryAttrib
	}
	return 0
}

// closeFields is what a CLOSE response tells if it was asked.
func closeFields(r *smb2.CloseResponse) map[string]any {
	if r.Flags&smb2.ClosePostQueryAttrib == 0 {
		return nil
	}
	f := map[string]any{"size": r.EndOfFile, "used": r.AllocationSize, "attributes": attributeWords(r.FileAttributes)}
	times(f, r.CreationTime, r.LastAccessTime, r.LastWriteTime, r.ChangeTime)
	return f
}
