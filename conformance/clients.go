package conformance

import (
	"crosswire/conformance/client"
	"crosswire/conformance/client/control"
	"crosswire/conformance/client/nfs"
	"crosswire/conformance/client/rawsmb"
	"crosswire/conformance/client/smb"
	"crosswire/conformance/client/stamp"
)

// Clients are the real clients, the stock ones first: where a stock client
// can do every step of an actor, it acts. token is for a control plane that
// wants one.
func Clients(token string) *client.Registry {
	return client.NewRegistry(
		smb.Entry(nil),
		rawsmb.Entry(stamp.Dial),
		nfs.Entry(stamp.Dial),
		control.Entry(token),
	)
}

// newPlane connects a target's control plane.
func newPlane(token string) func(url string) (client.Plane, error) {
	return func(url string) (client.Plane, error) { return control.New(url, token) }
}
