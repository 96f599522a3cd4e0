package vfs

import (
	"context"
	"errors"
)

// Close ends an open (MS-FSA 2.1.5.5): its byte-range locks and its share
// reservation go, and with the last open of a name that is to be deleted the
// name goes too. attr is what the node looked like before that. Closing twice
// is ErrClosed.
func (t *Tree) Close(ctx context.Context, o *Origin, op *Open) (attr Attr, err error) {
	if !op.closed.CompareAndSwap(false, true) {
		return attr, ErrClosed
	}
	op.endWaits()
	t.vfs.endWatch(op)
	fs := t.store.fs
	attr, err = fs.GetAttr(op.Handle)
	if op.deleteOnClose.Load() {
		t.markDelete(ctx, o, op)
	}
	t.vfs.locks.UnlockAll(op.Handle, op.StreamKey(), op.owner)
	t.vfs.locks.Release(op.Handle, op.StreamKey(), op.owner)
	stream, name := t.vfs.opens.remove(op)
	if stream {
		t.deleteStream(ctx, o, op)
	}
	if name {
		t.deleteName(ctx, o, op)
	}
	fs.Unpin(op.Handle)
	return attr, err
}

// markDelete is what a close does for an open with delete on close: the name
// is to go with its last open, and holders of handle caching are told, so that
// they close what they only keep.
func (t *Tree) markDelete(ctx context.Context, o *Origin, op *Open) {
	mark := func() error {
		t.vfs.opens.setPending(op, true)
		if op.Stream == "" {
			t.vfs.doomed(op.Handle)
		}
		return nil
	}
	who := *o
	who.Open = op.ID
	// Nothing refuses it: the right was granted with the open.
	_ = t.run(ctx, &who, func() (step, error) {
		return step{op: OpDeleteOnClose, object: op.Handle, stream: op.Stream, apply: mark}, nil
	})
}

// deleteName removes the name of a closed open. A directory that is not empty
// any more stays (its deletion was refused when it was asked for while it had
// entries; who adds one afterwards wins).
func (t *Tree) deleteName(ctx context.Context, o *Origin, op *Open) {
	l, err := t.linkOf(op)
	if err != nil {
		return // gone already, by another protocol
	}
	who := *o
	who.Open = op.ID // rights were granted to this open
	err = t.run(ctx, &who, func() (step, error) {
		return step{
			op: OpDeleteOnClose, object: op.Handle,
			apply: func() error {
				do := t.store.fs.Remove
				if op.IsDir {
					do = t.store.fs.Rmdir
				}
				_, err := do(l.Dir, l.Name, op.Handle)
				return err
			},
		}, nil
	})
	if err == nil {
		t.vfs.announce(t, o, Event{Op: OpRemove, File: op.Handle, Dir: l.Dir, Name: l.Name, IsDir: op.IsDir})
	}
}

// deleteStream removes the named stream of a closed open.
func (t *Tree) deleteStream(ctx context.Context, o *Origin, op *Open) {
	who := *o
	who.Open = op.ID
	err := t.run(ctx, &who, func() (step, error) {
		return step{
			op: OpDeleteOnClose, object: op.Handle, stream: op.Stream,
			apply: func() error {
				_, err := t.store.fs.RemoveStream(op.Handle, op.Stream)
				return err
			},
		}, nil
	})
	if err == nil {
		t.vfs.announce(t, o, Event{Op: OpStream, File: op.Handle, Stream: op.Stream, Changed: ChangedStreamName, StreamAction: StreamRemoved})
	}
}

// SetDelete marks the open's name, or its named stream, for deletion at the
// last close, or takes the mark away (MS-FSA 2.1.5.15.3 FileDispositionInformation). Others' handle
// caching ends first.
func (t *Tree) SetDelete(ctx context.Context, o *Origin, op *Open, on bool) error {
	if op.closed.Load() {
		return ErrClosed
	}
	if !on {
		t.vfs.opens.setPending(op, false)
		return nil
	}
	return t.run(ctx, o, func() (step, error) {
		return step{
			op: OpDispose, object: op.Handle, stream: op.Stream,
			authorise: func() error {
				a, err := t.store.fs.GetAttr(op.Handle)
				if err != nil {
					return err
				}
				if a.DOS&DOSReadOnly != 0 || op.LinkID == 0 && op.Stream == "" {
					return ErrCannotDelete
				}
				if op.IsDir && op.Stream == "" {
					return t.isEmpty(op.Handle)
				}
				return nil
			},
			apply: func() error {
				t.vfs.opens.setPending(op, true)
				if op.Stream == "" {
					t.vfs.doomed(op.Handle)
				}
				return nil
			},
		}, nil
	})
}

// DeletePending reports whether the open's name is marked for deletion.
func (t *Tree) DeletePending(op *Open) bool {
	return t.vfs.opens.isPending(op.Handle, op.LinkID, op.Stream)
}

func (t *Tree) isEmpty(dir FileHandle) error {
	list, _, err := t.store.fs.ReadDir(dir, 0, 1)
	if err == nil && len(list) > 0 {
		return ErrNotEmpty
	}
	return err
}

// GoneName reports whether the open's name no longer exists.
func (t *Tree) GoneName(op *Open) bool {
	_, err := t.linkOf(op)
	return errors.Is(err, ErrNotExist)
}
