package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"crosswire/server"
	"crosswire/server/adapter"
)

// stopTimeout bounds how long the server may take to stop.
const stopTimeout = 2 * time.Second

type serveCmd struct {
	Config string `placeholder:"FILE" help:"Settings in YAML. What the command line gives too, wins: an address, all shares, all users, a policy."`

	Settings `embed:""`

	Share  []string          `sep:"none" placeholder:"NAME" help:"Share NAME over SMB and /NAME over NFS; may be repeated (default: data)."`
	User   []string          `sep:"none" placeholder:"NAME:PASSWORD" help:"Account for SMB; the first has uid and gid 1000, the next 1001; may be repeated (default: alice:secret)."`
	Policy map[string]string `mapsep:"none" placeholder:"K=V" help:"Policy in force, such as nfs_break=wait; may be repeated."`
}

// Run serves until ctx ends or a service breaks.
func (c *serveCmd) Run(ctx context.Context, s streams) error {
	cfg, err := c.config()
	if err != nil {
		return err
	}
	cfg.Logger = slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: c.logLevel}))
	return serve(ctx, cfg, s.out)
}

// serve runs a server and says on ready where its services are.
func serve(ctx context.Context, cfg server.Config, ready io.Writer) error {
	srv, err := server.Start(cfg)
	if err != nil {
		return err
	}
	if _, err = io.WriteString(ready, readyLine(srv.Addresses())); err == nil {
		select {
		case <-ctx.Done():
			cfg.Logger.Info("stopping")
		case <-srv.Failed():
			err = srv.Err()
		}
	}
	// ctx has ended, stopping may still take its time.
	stop, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), stopTimeout, fmt.Errorf("not stopped within %v", stopTimeout))
	defer cancel()
	if stopErr := srv.Stop(stop); stopErr != nil {
		err = errors.Join(err, fmt.Errorf("stop: %w", stopErr))
	}
	return err
}

// readyLine has a word for every service; that of a service which is off ends
// with its "=".
func readyLine(a server.Addresses) string {
	return fmt.Sprintf("ready smb=%s nfs=%s mount=%s portmap=%s api=%s\n", a.SMB, a.NFS, a.Mount, a.Portmap, a.API)
}

// serverConfig is the server's configuration of settings that are complete and
// checked.
func (c config) serverConfig() server.Config {
	cfg := server.Config{
		SMB: *c.SMB, NFS: *c.NFS, Mount: *c.Mount, Portmap: *c.Portmap, API: *c.API,
		Shares: c.Shares, Users: c.Users, Policies: c.Policies,
	}
	cfg.SMBOptions.Guest = *c.Guest
	cfg.SMBOptions.Anonymous = *c.Anonymous
	cfg.SMBOptions.RequireSigning = *c.RequireSigning
	cfg.SMBOptions.RequireEncryption = *c.RequireEncryption
	cfg.SMBOptions.MinDialect, _ = dialect(*c.MinDialect)
	cfg.SMBOptions.MaxDialect, _ = dialect(*c.MaxDialect)
	return cfg
}

// defaultUsers and defaultShares are there if nobody says otherwise.
func defaultUsers() []adapter.User {
	return []adapter.User{{Name: "alice", Password: "secret", UID: firstUID, GID: firstUID}}
}

func defaultShares() []adapter.Share { return []adapter.Share{{Name: "data"}} }
