package vfs

import (
	"context"
	"hash/fnv"
)

// CacheHandle is how the breaker knows a stream of a file: what one stream's
// holders cache is not touched by what happens to another (MS-FSA 2.1.1.5:
// the oplock is the stream's).
func CacheHandle(h FileHandle, stream string) FileHandle {
	if stream != "" {
		f := fnv.New64a()
		f.Write([]byte(FoldName(stream)))
		h.Stream = f.Sum64() | 1
	}
	return h
}

// lockStream is how the lock table knows a stream: names differ by more than
// case.
func lockStream(stream string) string {
	if stream == "" {
		return ""
	}
	return FoldName(stream)
}

// StreamKey is the name of the open's stream in the lock table.
func (op *Open) StreamKey() string { return lockStream(op.Stream) }

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
