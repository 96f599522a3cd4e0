package conformance

import (
	"context"
	"errors"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/client/control"
	"crosswire/conformance/target"
	"crosswire/server"
	"crosswire/server/adapter"
	"crosswire/server/clock"
)

// The account of the reference server. NFS actors are root unless they say
// who they are; a share's root directory and what set-up makes is writable by
// everybody.
const (
	referenceUser     = "user"
	referencePassword = "password"
	referenceID       = 1000
)

// referenceStop bounds how long the reference server may take to stop, which
// is a claim that each run checks.
const referenceStop = 5 * time.Second

// referenceCapabilities are what the reference server does so far.
func referenceCapabilities(cfg target.ServerConfig) []string {
	set := []string{"control", "control.share", "control.policy", "control.clock", "control.counter", "control.quiesce", "control.service"}
	if cfg.SMB {
		set = append(set, "smb", "smb.202", "smb.210", "smb.300", "smb.302", "smb.311",
			"smb.signing", "smb.encryption", "smb.oplock", "smb.oplock.level2", "smb.lease", "smb.lease.v2",
			"smb.locks", "smb.compound", "smb.hardlink", "smb.srvsvc")
	}
	if cfg.NFS {
		set = append(set, "nfs", "nfs.v3", "nfs.v4", "nfs.v41", "nfs.mount", "nfs.portmap", "nfs.udp", "nfs.root", "nlm")
	}
	return set
}

// Reference is the reference server in this process, a fresh one with a clock
// of its own for each run.
func Reference() *target.Reference {
	return &target.Reference{New: startReference}
}

func startReference(_ context.Context, cfg target.ServerConfig) (target.Server, error) {
	const free = "127.0.0.1:0"
	c := server.Config{
		API:      free,
		Shares:   []adapter.Share{{Name: cfg.Share}},
		Users:    []adapter.User{{Name: referenceUser, Password: referencePassword, UID: referenceID, GID: referenceID}},
		Policies: cfg.Policies,
		Clock:    clock.NewVirtual(),
	}
	if cfg.SMB {
		c.SMB = free
	}
	if cfg.NFS {
		c.NFS, c.Mount, c.Portmap = free, server.OnNFSPort, free
	}
	s, err := server.Start(c)
	if err != nil {
		return nil, err
	}
	plane, err := control.New(s.Addresses().API, "")
	if err != nil {
		return nil, errors.Join(err, s.Stop(context.Background()))
	}
	return &reference{cfg: cfg, server: s, plane: plane}, nil
}

// reference is a running reference server as the suite sees it: by its
// addresses, like any other target.
type reference struct {
	cfg    target.ServerConfig
	server *server.Server
	plane  *control.Plane
}

// Endpoint implements target.Server.
func (r *reference) Endpoint() client.Endpoint {
	a := r.server.Addresses()
	return client.Endpoint{
		SMB: a.SMB, NFS: a.NFS, Mount: a.Mount, Portmap: a.Portmap, API: a.API,
		Share: r.cfg.Share, Export: "/" + r.cfg.Share,
		User: referenceUser, Password: referencePassword,
	}
}

// Plane implements target.Server.
func (r *reference) Plane() client.Plane { return r.plane }

// Capabilities implements target.Server.
func (r *reference) Capabilities() []string { return referenceCapabilities(r.cfg) }

// Stop implements target.Server. A service that ended by itself is an error.
func (r *reference) Stop(ctx context.Context) error {
	early := r.server.Err()
	ctx, cancel := context.WithTimeout(ctx, referenceStop)
	defer cancel()
	return errors.Join(early, r.plane.Close(), r.server.Stop(ctx))
}
