package vfs

import "context"

// StreamSize is the size and the allocation of the stream of an open.
func (t *Tree) StreamSize(op *Open) (size, used uint64, err error) {
	if err := t.alive(); err != nil {
		return 0, 0, err
	}
	if op.Stream == "" {
		a, err := t.store.fs.GetAttr(op.Handle)
		return a.Size, a.Used, err
	}
	s, err := t.store.fs.LookupStream(op.Handle, op.Stream)
	return s.Size, s.Used, err
}

// Streams lists the named streams of a node, in the order of their creation.
func (t *Tree) Streams(_ context.Context, _ *Origin, h FileHandle) ([]StreamInfo, error) {
	if err := t.alive(); err != nil {
		return nil, err
	}
	return t.store.fs.Streams(h)
}
