package rawsmb

import (
	"context"
	"fmt"

	"crosswire/conformance/client"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/secdesc"
	"crosswire/server/wire/smb2"
)

// maxRead bounds what one read verb brings into memory.
const maxRead = 1 << 30

// readRequest makes a READ (MS-SMB2 3.2.4.6).
func (o *open) readRequest(offset uint64, length int) *request {
	return o.s.on(o.tree, &request{
		command: smb2.CommandRead, payload: length, handle: o.handle, what: fmt.Sprintf("%s @%d +%d", shown(o.name), offset, length),
		body: &smb2.ReadRequest{FileID: o.id, Offset: offset, Length: uint32(length)},
	})
}

// readPiece reads once. At the end of the file it gives nothing and
// STATUS_END_OF_FILE.
func (o *open) readPiece(ctx context.Context, offset uint64, length int) ([]byte, ntstatus.Status, error) {
	r, err := o.s.conn.exchange(ctx, o.readRequest(offset, length))
	if err != nil {
		return nil, 0, err
	}
	return o.readDone(r, length)
}

func (o *open) readDone(r *reply, length int) ([]byte, ntstatus.Status, error) {
	var resp smb2.ReadResponse
	st, err := o.s.conn.decode(r, &resp, ntstatus.EndOfFile, ntstatus.BufferOverflow)
	if err == nil && len(resp.Data) > length {
		err = fmt.Errorf("%s: READ response with %d bytes, asked were %d", o.s.conn.addr, len(resp.Data), length)
	}
	return resp.Data, st, err
}

// read reads [offset, offset+length), or to the end.
func (a *Actor) read(ctx context.Context, c client.Call) (client.Result, error) {
	res := client.Result{Data: []byte{}, HasData: true}
	eof := false
	err := a.on(ctx, c, how{access: secdesc.FileGenericRead}, func(o *open) error {
		for {
			want := uint64(o.s.conn.piece(o.s.neg.maxRead))
			if c.HasLength {
				want = min(want, c.Length-uint64(len(res.Data)))
			}
			if len(res.Data) >= maxRead {
				return fmt.Errorf("read %s: more than %d bytes in one step", shown(o.name), maxRead)
			}
			piece, st, err := o.readPiece(ctx, c.Offset+uint64(len(res.Data)), int(want))
			if err != nil {
				return err
			}
			res.Data = append(res.Data, piece...)
			if st == ntstatus.BufferOverflow {
				res.Status = st.String()
				return nil
			}
			eof = st == ntstatus.EndOfFile || uint64(len(piece)) < want
			if eof || c.HasLength && uint64(len(res.Data)) >= c.Length {
				return nil
			}
		}
	})
	if err != nil {
		return client.Result{}, err
	}
	res.Fields = map[string]any{"eof": eof, "count": uint64(len(res.Data))}
	return res, nil
}

// writeRequest makes a WRITE (MS-SMB2 3.2.4.7).
func (o *open) writeRequest(offset uint64, data []byte, flags uint32) *request {
	return o.s.on(o.tree, &request{
		command: smb2.CommandWrite, payload: len(data), handle: o.handle, what: fmt.Sprintf("%s @%d +%d", shown(o.name), offset, len(data)),
		body: &smb2.WriteRequest{FileID: o.id, Offset: offset, Data: data, Flags: flags},
	})
}

// write writes data in as many requests as it needs, and gives the bytes that
// the server counted.
func (o *open) write(ctx context.Context, offset uint64, data []byte, flags uint32) (uint64, error) {
	done := uint64(0)
	for {
		piece := data[done:min(uint64(len(data)), done+uint64(o.s.conn.piece(o.s.neg.maxWrite)))]
		r, err := o.s.conn.exchange(ctx, o.writeRequest(offset+done, piece, flags))
		if err != nil {
			return done, err
		}
		n, err := o.writeDone(r, len(piece))
		done += uint64(n)
		if err != nil || done == uint64(len(data)) || n < uint32(len(piece)) {
			return done, err
		}
	}
}

func (o *open) writeDone(r *reply, sent int) (uint32, error) {
	var resp smb2.WriteResponse
	_, err := o.s.conn.decode(r, &resp)
	if err == nil && int64(resp.Count) > int64(sent) {
		err = fmt.Errorf("%s: WRITE response counts %d bytes, sent were %d", o.s.conn.addr, resp.Count, sent)
		resp.Count = 0
	}
	return resp.Count, err
}

// writeVerb writes the data, or holds it back; by path into a file that exists.
func (a *Actor) writeVerb(ctx context.Context, c client.Call) (client.Result, error) {
	flags, err := a.writeFlags(c)
	if err != nil {
		return client.Result{}, err
	}
	if c.Options["cached"] == "yes" {
		return a.hold(c)
	}
	var n uint64
	err = a.on(ctx, c, how{access: secdesc.FileGenericWrite}, func(o *open) (err error) {
		n, err = o.write(ctx, c.Offset, c.Data, flags)
		return err
	})
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Fields: map[string]any{"count": n}}, nil
}

func (a *Actor) writeFlags(c client.Call) (uint32, error) {
	if c.Options["through"] != "yes" {
		return 0, nil
	}
	if a.current().neg.dialect == smb2.Dialect202 {
		return 0, client.Unsupported(clientName, "write through=yes in dialect 2.0.2")
	}
	return smb2.WriteThrough, nil
}

// flushRequest makes a FLUSH (MS-SMB2 3.2.4.8).
func (o *open) flushRequest() *request {
	return o.s.on(o.tree, &request{
		command: smb2.CommandFlush, body: &smb2.FlushRequest{FileID: o.id}, handle: o.handle, what: shown(o.name),
	})
}

// flush sends what the handle holds back, and flushes it.
func (a *Actor) flush(ctx context.Context, c client.Call) (client.Result, error) {
	return client.Result{}, a.on(ctx, c, how{access: secdesc.FileGenericWrite}, func(o *open) error {
		if err := o.writeBack(ctx); err != nil {
			return err
		}
		r, err := o.s.conn.exchange(ctx, o.flushRequest())
		if err != nil {
			return err
		}
		_, err = o.s.conn.decode(r, &smb2.FlushResponse{})
		return err
	})
}
