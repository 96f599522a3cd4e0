package rawsmb

import (
	"context"
	"fmt"

	"crosswire/conformance/client"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// lockRequest makes a LOCK of one range (MS-SMB2 3.2.4.19).
func (o *open) lockRequest(offset, length uint64, flags smb2.LockFlags) *request {
	return o.s.on(o.tree, &request{
		command: smb2.CommandLock, handle: o.handle, what: fmt.Sprintf("%s @%d +%d", shown(o.name), offset, length),
		body: &smb2.LockRequest{FileID: o.id, Locks: []smb2.LockElement{{Offset: offset, Length: length, Flags: flags}}},
	})
}

func (o *open) lock(ctx context.Context, offset, length uint64, flags smb2.LockFlags) error {
	r, err := o.s.conn.exchange(ctx, o.lockRequest(offset, length, flags))
	if err != nil {
		return err
	}
	_, err = o.s.conn.decode(r, &smb2.LockResponse{})
	return err
}

// lockFlags are those of a lock or unlock step.
func lockFlags(c client.Call) smb2.LockFlags {
	if c.Verb == client.VerbUnlock {
		return smb2.LockUnlock
	}
	f := smb2.LockExclusive
	if c.Options["mode"] == "shared" {
		f = smb2.LockShared
	}
	if c.Options["wait"] != "yes" {
		f |= smb2.LockFailImmediately
	}
	return f
}

// lockVerb locks or unlocks. By path the lock ends with the close that follows,
// so the step only tells whether it could be had.
func (a *Actor) lockVerb(ctx context.Context, c client.Call) (client.Result, error) {
	return client.Result{}, a.on(ctx, c, how{access: secdesc.FileGenericRead | secdesc.FileGenericWrite}, func(o *open) error {
		return o.lock(ctx, c.Offset, c.Length, lockFlags(c))
	})
}
