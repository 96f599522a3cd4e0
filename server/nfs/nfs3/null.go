package nfs3

import (
	"context"

	"crosswire/server/nfs/rpcserver"
)

// null is NFSPROC3_NULL (RFC 1813 3.3.0).
func (s *Service) null(context.Context, *rpcserver.Call, *rpcserver.Reply) error { return nil }
