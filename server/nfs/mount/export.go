package mount

import (
	"context"
	"strings"

	"crosswire/server/nfs/rpcserver"
)

// export is MOUNTPROC3_EXPORT (RFC 1813 5.2.5): every share that is not
// hidden, each with an empty list of groups, which means everyone.
func (s *Service) export(_ context.Context, c *rpcserver.Call, reply *rpcserver.Reply) error {
	const end = 4
	for _, tree := range s.exports.Trees() {
		share := tree.Share()
		if share.Hidden || strings.HasSuffix(share.Name, "$") {
			continue
		}
		before := reply.Len()
		reply.Bool(true)
		reply.Opaque([]byte("/" + share.Name))
		reply.Bool(false)
		if reply.Len()+end > c.MaxReply { // a datagram holds no more
			reply.Truncate(before)
			break
		}
	}
	reply.Bool(false)
	return nil
}
