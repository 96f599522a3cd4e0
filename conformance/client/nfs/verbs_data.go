package nfs

import (
	"context"
	"errors"
	"fmt"

	"crosswire/conformance/client"
)

// maxRead bounds what one read verb brings into memory.
const maxRead = 1 << 30

// open resolves a path and keeps the handle.
func (a *Actor) open(ctx context.Context, c client.Call) (client.Result, error) {
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	attr, err := a.c.Getattr(ctx, fh)
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Handle: handle(c, c.Path, fh), Fields: fields{}.attr(&attr)}, nil
}

// close forgets a handle: NFSv3 has nothing to send.
func (a *Actor) close(_ context.Context, c client.Call) (client.Result, error) {
	if c.Handle == nil {
		return client.Result{}, client.Unsupported(clientName, "close without a handle")
	}
	if asked, err := c.Options.Bool("attributes"); err != nil || asked {
		return client.Result{}, client.Unsupported(clientName, "close attributes: NFSv3 sends nothing at a close")
	}
	_, err := handleOf(c.Handle)
	return client.Result{}, err
}

// read reads [offset, offset+length), or to the end, in READs of rtmax.
func (a *Actor) read(ctx context.Context, c client.Call) (client.Result, error) {
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	data, eof := []byte{}, false
	for first := true; !eof; first = false {
		left := uint64(maxRead)
		if c.HasLength {
			left = c.Length
		}
		left -= uint64(len(data))
		if left == 0 && !first {
			break
		}
		if len(data) >= maxRead {
			return client.Result{}, fmt.Errorf("READ: more than %d bytes in one step", maxRead)
		}
		want := uint32(min(left, uint64(a.rsize)))
		res, err := a.c.Read(ctx, fh, c.Offset+uint64(len(data)), want)
		if err != nil {
			return fields{}.attr(res.Attr).result(err)
		}
		data, eof = append(data, res.Data...), res.EOF
		if len(res.Data) == 0 && !eof && want > 0 {
			return client.Result{}, fmt.Errorf("READ of %d bytes at %d: no data and not the end", want, c.Offset+uint64(len(data)))
		}
	}
	return client.Result{Data: data, HasData: true, Fields: fields{"eof": eof, "count": uint64(len(data))}}, nil
}

// write writes data in WRITEs of wtmax.
func (a *Actor) write(ctx context.Context, c client.Call) (client.Result, error) {
	var stable StableHow
	switch c.Options.Get("stable", "file") {
	case "unstable":
		stable = Unstable
	case "data":
		stable = DataSync
	case "file":
		stable = FileSync
	default:
		return client.Result{}, badOption("stable", c.Options["stable"], "unstable, data or file")
	}
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	f, err := a.writeAll(ctx, fh, c.Offset, stable, c.Data)
	return f.result(err)
}

// writeAll writes everything. The fields are of all WRITEs together: the
// attributes before the first, the least durable commitment, the last
// verifier.
func (a *Actor) writeAll(ctx context.Context, fh FileHandle, offset uint64, stable StableHow, data []byte) (fields, error) {
	f := fields{}
	committed := FileSync
	for done := 0; ; {
		piece := data[done:min(done+int(a.wsize), len(data))]
		res, err := a.c.Write(ctx, fh, offset+uint64(done), stable, piece)
		if done == 0 {
			f.pre(res.Wcc)
		}
		if err != nil {
			return f, err
		}
		done += int(res.Count)
		committed = min(committed, res.Committed)
		f.wcc(WccData{After: res.Wcc.After}).verf(res.Verf)
		f["count"], f["committed"] = uint64(done), committed.String()
		if done == len(data) {
			return f, nil
		}
		if res.Count == 0 {
			return f, errors.New("WRITE: the server took none of the data")
		}
	}
}

// commit makes unstable writes durable, all of the file unless the call says a
// range.
func (a *Actor) commit(ctx context.Context, c client.Call) (client.Result, error) {
	if c.Length > 1<<32-1 {
		return client.Result{}, client.Unsupported(clientName, "commit of %d bytes: COMMIT counts with 32 bits", c.Length)
	}
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	res, err := a.c.Commit(ctx, fh, c.Offset, uint32(c.Length))
	f := fields{}.wcc(res.Wcc)
	if err == nil {
		f.verf(res.Verf)
	}
	return f.result(err)
}

// truncate sets the size.
func (a *Actor) truncate(ctx context.Context, c client.Call) (client.Result, error) {
	fh, err := a.object(ctx, c)
	if err != nil {
		return client.Result{}, err
	}
	size := c.Length
	wcc, err := a.c.Setattr(ctx, fh, Sattr3{Size: &size}, nil)
	return fields{}.wcc(wcc).result(err)
}
