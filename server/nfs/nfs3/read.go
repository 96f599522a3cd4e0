package nfs3

import (
	"context"
	"encoding/binary"
	"errors"

	"crosswire/server/nfs/rpcserver"
)

var errShortArgs = errors.New("nfs3: arguments are cut off or too long")

// read is NFSPROC3_READ (RFC 1813 3.3.6). The road fills the reply itself.
func (s *Service) read(ctx context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	d := dataArgs{rest: c.Args}
	handle, offset, count := d.handle(), d.uint64(), d.uint32()
	if d.short {
		return rpcserver.Garbage(errShortArgs)
	}
	q := s.request(ctx, c, reply)
	n, err := q.node(handle)
	if err != nil {
		return q.failAttr(err, n)
	}
	// Status, attributes, count, eof and length come before the data.
	const head = 4 + postOpSize + 12
	room := min(int64(count), int64(maxTransfer(c)))
	data := reply.Room(head + int(room))[head:]
	got, eof, a, err := n.tree.Read(ctx, q.origin, n.h, "", data, offset)
	if err != nil {
		return q.failAttr(err, n)
	}
	var buf [head]byte
	b := binary.BigEndian.AppendUint32(buf[:0], 0) // NFS3_OK
	b = appendPostOp(b, &a)
	b = binary.BigEndian.AppendUint32(b, uint32(got))
	if eof {
		b = binary.BigEndian.AppendUint32(b, 1)
	} else {
		b = binary.BigEndian.AppendUint32(b, 0)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(got))
	copy(reply.Results(), b)
	reply.Truncate(head + got)
	reply.Extend(-got & 3)
	return nil
}
