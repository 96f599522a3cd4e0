package target

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"crosswire/conformance/client"
)

// Server is a started reference server, as Reference needs it.
type Server interface {
	// Endpoint has the addresses it listens on, its share and its user.
	Endpoint() client.Endpoint
	// Plane controls it from within the process.
	Plane() client.Plane
	// Capabilities lists what it can do: "smb.lease".
	Capabilities() []string
	// Stop ends it and frees its ports.
	Stop(ctx context.Context) error
}

// ServerConfig is what a run asks of the reference server.
type ServerConfig struct {
	SMB, NFS bool
	Share    string
	Policies map[string]string
}

// Reference starts a fresh server in this process for each run, with a clock
// of its own that can be moved: runs share nothing and go in parallel.
type Reference struct {
	// New starts a server.
	New func(context.Context, ServerConfig) (Server, error)
	// Policies are the values set unless the run asks for others.
	Policies map[string]string
}

// ReferenceShare is the share's name on every instance of Reference.
const ReferenceShare = "data"

// Name implements Target.
func (*Reference) Name() string { return "reference" }

// Start implements Target.
func (r *Reference) Start(ctx context.Context, spec Spec) (Instance, error) {
	cfg := ServerConfig{SMB: true, NFS: true, Share: ReferenceShare, Policies: map[string]string{}}
	if spec.Only {
		cfg.SMB = slices.Contains(spec.Services, "smb")
		cfg.NFS = slices.Contains(spec.Services, "nfs")
	}
	maps.Copy(cfg.Policies, r.Policies)
	maps.Copy(cfg.Policies, spec.Policies)
	s, err := r.New(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("start the reference server: %w", err)
	}
	i := &refInstance{server: s, plane: s.Plane(), caps: s.Capabilities()}
	if i.policies, err = i.plane.Policies(ctx); err != nil {
		return nil, fmt.Errorf("read the policies of the reference server: %w", closeWith(i, err))
	}
	for _, name := range sorted(cfg.Policies) {
		if got, ok := i.policies[name]; !ok || got != cfg.Policies[name] {
			return nil, closeWith(i, notSupported("the reference server has no policy %s=%s", name, cfg.Policies[name]))
		}
	}
	return i, nil
}

type refInstance struct {
	server   Server
	plane    client.Plane
	caps     []string
	policies map[string]string
}

func (i *refInstance) Endpoint() client.Endpoint { return i.server.Endpoint() }
func (i *refInstance) Plane() client.Plane       { return i.plane }
func (i *refInstance) NeedsFolder() bool         { return false }
func (i *refInstance) Fresh() bool               { return true }

func (i *refInstance) Policy(name string) (string, bool) {
	v, ok := i.policies[name]
	return v, ok
}

func (i *refInstance) Has(name string) (bool, string) {
	if hasCapability(i.caps, name) {
		return true, ""
	}
	return false, "the reference server has no " + name
}

// Close stops the server. A run that was cancelled still waits for it, so
// that nothing is left running.
func (i *refInstance) Close() error { return i.server.Stop(context.Background()) }

// closeWith closes i on the way out with err.
func closeWith(i Instance, err error) error {
	_ = i.Close()
	return err
}
