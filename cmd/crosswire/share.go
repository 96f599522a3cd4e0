package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"crosswire/conformance/client/control"
)

// shareTimeout bounds how long a control plane may take to answer.
const shareTimeout = 30 * time.Second

type shareCmd struct {
	API      string `default:"http://${api}" env:"CROSSWIRE_API" placeholder:"URL" help:"Control plane of the server (default: http://${api})."`
	TokenEnv string `placeholder:"NAME" help:"Environment variable that has the bearer token of the control plane."`

	Ls  shareLs  `cmd:"" help:"Print the names of all shares, one a line."`
	Add shareAdd `cmd:"" help:"Publish a share: NAME over SMB, /NAME over NFS."`
	Rm  shareRm  `cmd:"" help:"Withdraw a share."`
}

type shareLs struct{}

type shareAdd struct {
	Name       string `arg:"" name:"NAME"`
	Comment    string `help:"What SMB clients see beside the name."`
	Store      string `placeholder:"NAME" help:"Show the tree of this store; shares of one store show one tree (default: a store of its own)."`
	ReadOnly   bool   `help:"Refuse changes."`
	Encrypt    bool   `help:"Want encryption from SMB clients."`
	Hidden     bool   `help:"Leave it out of enumerations."`
	RootSquash bool   `help:"Map uid 0 of NFS clients to nobody."`
	Capacity   uint64 `placeholder:"BYTES" help:"Size of the store (default: 1 TiB)."`
}

type shareRm struct {
	Name string `arg:"" name:"NAME"`
}

// Run prints the names, sorted.
func (shareLs) Run(ctx context.Context, c *cli, s streams) error {
	return c.Share.plane(ctx, func(ctx context.Context, p *control.Plane) error {
		names, err := p.Shares(ctx)
		for _, n := range names {
			fmt.Fprintln(s.out, n)
		}
		return err
	})
}

// Run adds a share.
func (a *shareAdd) Run(ctx context.Context, c *cli) error {
	members := map[string]any{}
	set := func(name string, value any, given bool) {
		if given {
			members[name] = value
		}
	}
	set("comment", a.Comment, a.Comment != "")
	set("store", a.Store, a.Store != "")
	set("read_only", true, a.ReadOnly)
	set("encrypt", true, a.Encrypt)
	set("hidden", true, a.Hidden)
	set("root_squash", true, a.RootSquash)
	set("capacity_bytes", a.Capacity, a.Capacity != 0)
	return c.Share.plane(ctx, func(ctx context.Context, p *control.Plane) error {
		return p.AddShareWith(ctx, a.Name, members)
	})
}

// Run removes a share.
func (r *shareRm) Run(ctx context.Context, c *cli) error {
	return c.Share.plane(ctx, func(ctx context.Context, p *control.Plane) error {
		return p.RemoveShare(ctx, r.Name)
	})
}

// plane does something with the control plane. What the server refuses is a
// failure; a server that is not there is an error.
func (c *shareCmd) plane(ctx context.Context, do func(context.Context, *control.Plane) error) error {
	token := ""
	if c.TokenEnv != "" {
		var ok bool
		if token, ok = os.LookupEnv(c.TokenEnv); !ok {
			return fmt.Errorf("--token-env: the environment has no variable %s", c.TokenEnv)
		}
	}
	url := c.API
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
	p, err := control.New(url, token)
	if err != nil {
		return fmt.Errorf("--api: %w", err)
	}
	defer p.Close()
	ctx, cancel := context.WithTimeoutCause(ctx, shareTimeout, fmt.Errorf("no answer from %s within %v", url, shareTimeout))
	defer cancel()
	err = do(ctx, p)
	var refused *control.Error
	switch {
	case errors.As(err, &refused):
		return failure{err}
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return err
}
