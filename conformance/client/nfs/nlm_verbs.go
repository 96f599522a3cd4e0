package nfs

import (
	"context"

	"crosswire/conformance/client"
)

// lock takes a byte-range lock; with wait=yes it returns when it is held,
// however long that takes.
func (a *Actor) lock(ctx context.Context, c client.Call) (client.Result, error) {
	r, err := a.lockRange(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	wait, err := c.Options.Bool("wait")
	if err != nil {
		return client.Result{}, err
	}
	if wait {
		return client.Result{}, a.locks.LockWait(ctx, r)
	}
	return client.Result{}, a.locks.Lock(ctx, r)
}

func (a *Actor) unlock(ctx context.Context, c client.Call) (client.Result, error) {
	r, err := a.lockRange(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{}, a.locks.Unlock(ctx, r)
}

// testlock tells who stands against a lock.
func (a *Actor) testlock(ctx context.Context, c client.Call) (client.Result, error) {
	r, err := a.lockRange(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	h, err := a.locks.Test(ctx, r)
	if err != nil {
		return client.Result{}, err
	}
	if h == nil {
		return client.Result{Fields: fields{"held": false}}, nil
	}
	return client.Result{Fields: fields{
		"held": true, "owner": string(h.Owner), "svid": int64(h.Svid),
		"offset": h.Offset, "length": h.Length, "exclusive": h.Exclusive,
	}}, nil
}

// restart says to the server that this client's host has started again.
func (a *Actor) restart(ctx context.Context, _ client.Call) (client.Result, error) {
	return client.Result{}, a.locks.Restart(ctx)
}

// lockRange is the range that a call is about: length 0, or none, goes to the
// end.
func (a *Actor) lockRange(ctx context.Context, c client.Call) (Range, error) {
	r := Range{Owner: c.Options.Get("owner", a.name), Offset: c.Offset, Length: c.Length}
	switch mode := c.Options.Get("mode", "exclusive"); mode {
	case "exclusive":
		r.Exclusive = true
	case "shared":
	default:
		return r, badOption("mode", mode, "shared or exclusive")
	}
	var err error
	r.FH, err = a.object(ctx, c)
	return r, err
}
