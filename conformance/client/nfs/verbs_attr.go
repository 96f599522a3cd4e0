package nfs

import (
	"context"

	"crosswire/conformance/client"
)

func (a *Actor) stat(ctx context.Context, c client.Call) (client.Result, error) {
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	attr, err := a.c.Getattr(ctx, fh)
	if err != nil {
		return client.Result{}, err
	}
	return fields{}.attr(&attr).result(nil)
}

func (a *Actor) setattr(ctx context.Context, c client.Call) (client.Result, error) {
	attr, err := sattr(c.Options, 0)
	if err != nil {
		return client.Result{}, err
	}
	var guard *Nfstime3
	t, now, given, err := c.Options.Time("guard")
	switch {
	case err != nil:
		return client.Result{}, err
	case now:
		return client.Result{}, badOption("guard", "now", "the ctime that the file must have")
	case given:
		g := Time3(t)
		guard = &g
	}
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	wcc, err := a.c.Setattr(ctx, fh, attr, guard)
	return fields{}.wcc(wcc).result(err)
}

// access asks for rights; the field "access" has the letters granted, "bits"
// the mask as the server sent it.
func (a *Actor) access(ctx context.Context, c client.Call) (client.Result, error) {
	mask := uint32(AccessAll)
	if c.Options.Has("access") {
		var err error
		if mask, err = accessBits(c.Options["access"]); err != nil {
			return client.Result{}, err
		}
	}
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Access(ctx, fh, mask)
	f := fields{}.attr(res.Attr)
	if err == nil {
		f["access"], f["bits"] = accessWord(res.Access), uint64(res.Access)
	}
	return f.result(err)
}

func (a *Actor) fsstat(ctx context.Context, c client.Call) (client.Result, error) {
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Fsstat(ctx, fh)
	if err != nil {
		return fields{}.attr(res.Attr).result(err)
	}
	return fields{
		"total": res.Tbytes, "free": res.Fbytes, "avail": res.Abytes,
		"totalfiles": res.Tfiles, "freefiles": res.Ffiles, "availfiles": res.Afiles,
		"invarsec": uint64(res.Invarsec),
	}.result(nil)
}

func (a *Actor) fsinfo(ctx context.Context, c client.Call) (client.Result, error) {
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Fsinfo(ctx, fh)
	if err != nil {
		return fields{}.attr(res.Attr).result(err)
	}
	delta := int64(res.TimeDelta.Seconds)*1e9 + int64(res.TimeDelta.Nseconds)
	return fields{
		"rtmax": uint64(res.Rtmax), "rtpref": uint64(res.Rtpref), "rtmult": uint64(res.Rtmult),
		"wtmax": uint64(res.Wtmax), "wtpref": uint64(res.Wtpref), "wtmult": uint64(res.Wtmult),
		"dtpref": uint64(res.Dtpref), "maxfilesize": res.MaxFileSize,
		"timedelta":  delta, // nanoseconds
		"properties": uint64(res.Properties),
	}.result(nil)
}

func (a *Actor) pathconf(ctx context.Context, c client.Call) (client.Result, error) {
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Pathconf(ctx, fh)
	if err != nil {
		return fields{}.attr(res.Attr).result(err)
	}
	return fields{
		"linkmax": uint64(res.Linkmax), "namemax": uint64(res.NameMax), "notrunc": res.NoTrunc,
		"chownrestricted": res.ChownRestricted, "caseinsensitive": res.CaseInsensitive,
		"casepreserving": res.CasePreserving,
	}.result(nil)
}
