package nfs

import "context"

// Null does nothing but make a round trip (RFC 1813 3.3.0). It is the fence of
// an NFS actor.
func (c *Client) Null(ctx context.Context) error {
	return c.null(ctx, c.nfs, "NULL", progNFS, 3)
}
