// Package stamp dials TCP connections which know when the bytes that they
// read arrived, by the kernel's clock (client.Stamped). Where the kernel
// cannot tell they are plain connections.
//
// The suite gives Dial to its clients; anybody may import it.
package stamp

import (
	"context"
	"net"
)

// Dial connects as net.Dialer does.
func Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return wrap(c), nil
}
