package smb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"crosswire/conformance/client"
)

// maxRead bounds what one read verb brings into memory, readPiece what it asks
// the library for at once.
const (
	maxRead   = 1 << 30
	readPiece = 1 << 20
)

// read reads [offset, offset+length), or to the end.
func (a *Actor) read(ctx context.Context, c client.Call) (client.Result, error) {
	data, eof := []byte{}, false
	if c.HasLength && c.Length == 0 {
		return client.Result{}, client.Unsupported(clientName, "read of no bytes: it sends nothing")
	}
	if c.Offset > 1<<63-1 {
		return client.Result{}, client.Unsupported(clientName, "read at %d: its offsets are signed", c.Offset)
	}
	err := a.on(ctx, c, os.O_RDONLY, func(o *open) error {
		for !eof {
			left := uint64(maxRead)
			if c.HasLength {
				left = c.Length
			}
			left -= uint64(len(data))
			if left == 0 {
				return nil
			}
			if len(data) >= maxRead {
				return fmt.Errorf("read %s: more than %d bytes in one step", o.name, maxRead)
			}
			piece := make([]byte, min(left, readPiece))
			err := o.session.do(ctx, "read "+o.name, []string{o.name}, func() error {
				n, err := o.file.ReadAt(piece, int64(c.Offset)+int64(len(data)))
				if errors.Is(err, io.EOF) {
					n, err = 0, nil
				}
				if err != nil {
					return err
				}
				// The library stops early only at the end of the file.
				eof = n < len(piece)
				data = append(data, piece[:n]...)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Data: data, HasData: true, Fields: map[string]any{"eof": eof, "count": uint64(len(data))}}, nil
}

// write writes the data; by path into a file that exists.
func (a *Actor) write(ctx context.Context, c client.Call) (client.Result, error) {
	if len(c.Data) == 0 {
		return client.Result{}, client.Unsupported(clientName, "write of no bytes: it sends nothing")
	}
	if c.Offset > 1<<63-1 {
		return client.Result{}, client.Unsupported(clientName, "write at %d: its offsets are signed", c.Offset)
	}
	var n int
	err := a.on(ctx, c, os.O_WRONLY, func(o *open) error {
		return o.session.do(ctx, "write "+o.name, []string{o.name}, func() (err error) {
			n, err = o.file.WriteAt(c.Data, int64(c.Offset))
			return err
		})
	})
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Fields: map[string]any{"count": uint64(n)}}, nil
}

func (a *Actor) flush(ctx context.Context, c client.Call) (client.Result, error) {
	return client.Result{}, a.on(ctx, c, os.O_RDWR, func(o *open) error {
		return o.session.do(ctx, "flush "+o.name, []string{o.name}, o.file.Sync)
	})
}

// truncate sets the size; by path the library opens for FILE_WRITE_DATA.
func (a *Actor) truncate(ctx context.Context, c client.Call) (client.Result, error) {
	return client.Result{}, a.setSize(ctx, c, c.Length)
}

func (a *Actor) setSize(ctx context.Context, c client.Call, size uint64) error {
	if size > 1<<63-1 {
		return client.Unsupported(clientName, "a size of %d: its sizes are signed", size)
	}
	if c.Handle != nil && c.Path == "" {
		o, err := a.openOf(c.Handle)
		if err != nil {
			return err
		}
		return o.session.do(ctx, "truncate "+o.name, []string{o.name}, func() error { return o.file.Truncate(int64(size)) })
	}
	p, err := a.at(c.Handle, c.Path)
	if err != nil {
		return err
	}
	return p.do(ctx, "truncate "+p.name, []string{p.name}, func() error { return p.tree.Truncate(p.name, int64(size)) })
}
