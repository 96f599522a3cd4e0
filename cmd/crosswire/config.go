package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"slices"
	"strings"

	"crosswire/server"
	"crosswire/server/adapter"
	"crosswire/server/runtime"
	"crosswire/server/wire/smb2"
)

// The defaults: loopback, and ports that need no root.
const (
	defaultSMB     = "127.0.0.1:4445"
	defaultNFS     = "127.0.0.1:12049"
	defaultPortmap = "127.0.0.1:10111"
	defaultAPI     = "127.0.0.1:8445"
	firstUID       = 1000
)

// Settings are what serve takes from the command line and, by the same names,
// from its file. nil: not given. Exported for the sake of reflection.
type Settings struct {
	SMB      *string `name:"smb" yaml:"smb" placeholder:"ADDR" help:"Serve SMB on HOST:PORT (default: 127.0.0.1:4445). The port may be 0; an empty ADDR turns the service off."`
	NFS      *string `name:"nfs" yaml:"nfs" placeholder:"ADDR" help:"Serve NFSv3, TCP and UDP, and NFSv4 without delegations, TCP (default: 127.0.0.1:12049)."`
	Mount    *string `yaml:"mount" placeholder:"ADDR" help:"Serve MOUNT; nfs is the port of NFS (default: nfs)."`
	Portmap  *string `yaml:"portmap" placeholder:"ADDR" help:"Serve the port mapper (default: 127.0.0.1:10111)."`
	API      *string `name:"api" yaml:"api" placeholder:"ADDR" help:"Serve the control plane, HTTP (default: 127.0.0.1:8445)."`
	TokenEnv *string `yaml:"token-env" placeholder:"NAME" help:"Environment variable that has the control plane's bearer token; needed off loopback."`
	LogLevel *string `yaml:"log-level" placeholder:"L" help:"What to log to stderr: debug, info, warn or error (default: info)."`

	Guest             *bool   `yaml:"guest" help:"Let unknown SMB users in as guest."`
	Anonymous         *bool   `yaml:"anonymous" help:"Let SMB null sessions reach IPC$$."`
	RequireSigning    *bool   `yaml:"require-signing" help:"Refuse SMB requests that are not signed."`
	RequireEncryption *bool   `yaml:"require-encryption" help:"Refuse SMB requests that are not encrypted."`
	MinDialect        *string `yaml:"min-dialect" placeholder:"D" help:"Lowest SMB dialect (default: 2.0.2)."`
	MaxDialect        *string `yaml:"max-dialect" placeholder:"D" help:"Highest SMB dialect (default: 3.1.1)."`

	logLevel slog.Level
}

// config is all that serve can be told. nil: not given.
type config struct {
	Settings `yaml:",inline"`

	Shares   []adapter.Share   `yaml:"shares"`
	Users    []adapter.User    `yaml:"users"`
	Policies map[string]string `yaml:"policies"`
}

// problem is a mistake in a config. path leads to it: "shares", 0, "name".
type problem struct {
	path []any
	err  error
}

func (p *problem) Error() string { return fmt.Sprintf("%v: %v", p.path[0], p.err) }

func (p *problem) Unwrap() error { return p.err }

// config puts command line, file and defaults together.
func (c *serveCmd) config() (server.Config, error) {
	given, err := c.flags()
	if err != nil {
		return server.Config{}, err
	}
	var file config
	if c.Config != "" {
		if file, err = readConfig(c.Config); err != nil {
			return server.Config{}, err
		}
	}
	all := given.over(file)
	if *all.NFS == "" {
		// Off with NFS, unless they were asked for, which is a mistake that
		// the server tells.
		if given.Mount == nil && file.Mount == nil {
			*all.Mount = ""
		}
		if given.Portmap == nil && file.Portmap == nil {
			*all.Portmap = ""
		}
	}
	cfg := all.serverConfig()
	if *all.TokenEnv != "" {
		if cfg.APIToken = os.Getenv(*all.TokenEnv); cfg.APIToken == "" {
			return server.Config{}, fmt.Errorf("token-env: the environment has no variable %s", *all.TokenEnv)
		}
	}
	c.logLevel, err = level(*all.LogLevel)
	return cfg, err
}

// flags is what the command line gives.
func (c *serveCmd) flags() (config, error) {
	cfg := config{Settings: c.Settings, Policies: c.Policy}
	for _, name := range c.Share {
		cfg.Shares = append(cfg.Shares, adapter.Share{Name: name})
	}
	for i, u := range c.User {
		name, password, ok := strings.Cut(u, ":")
		if !ok || name == "" {
			return cfg, fmt.Errorf("--user %q: want NAME:PASSWORD", u)
		}
		id := uint32(firstUID + i)
		cfg.Users = append(cfg.Users, adapter.User{Name: name, Password: password, UID: id, GID: id})
	}
	if err := cfg.check(); err != nil {
		flag, ok := map[any]string{"shares": "share", "users": "user", "policies": "policy"}[err.path[0]]
		if !ok {
			flag = fmt.Sprint(err.path[0])
		}
		return cfg, fmt.Errorf("--%s: %w", flag, err.err)
	}
	return cfg, nil
}

// over is c, where it says something, before file, before the defaults.
func (c config) over(file config) config {
	all := c
	all.Settings = Settings{
		SMB:      pick(c.SMB, file.SMB, defaultSMB),
		NFS:      pick(c.NFS, file.NFS, defaultNFS),
		Mount:    pick(c.Mount, file.Mount, server.OnNFSPort),
		Portmap:  pick(c.Portmap, file.Portmap, defaultPortmap),
		API:      pick(c.API, file.API, defaultAPI),
		TokenEnv: pick(c.TokenEnv, file.TokenEnv, ""),
		LogLevel: pick(c.LogLevel, file.LogLevel, "info"),

		Guest:             pick(c.Guest, file.Guest, false),
		Anonymous:         pick(c.Anonymous, file.Anonymous, false),
		RequireSigning:    pick(c.RequireSigning, file.RequireSigning, false),
		RequireEncryption: pick(c.RequireEncryption, file.RequireEncryption, false),
		MinDialect:        pick(c.MinDialect, file.MinDialect, smb2.Dialect202.String()),
		MaxDialect:        pick(c.MaxDialect, file.MaxDialect, smb2.Dialect311.String()),
	}
	if c.Shares == nil {
		all.Shares = file.Shares
	}
	if all.Shares == nil {
		all.Shares = defaultShares()
	}
	if c.Users == nil {
		all.Users = file.Users
	}
	if all.Users == nil {
		all.Users = defaultUsers()
	}
	all.Policies = map[string]string{}
	maps.Copy(all.Policies, file.Policies)
	maps.Copy(all.Policies, c.Policies)
	return all
}

// pick is the first that is given, as a copy.
func pick[T any](flag, file *T, otherwise T) *T {
	v := *cmp.Or(flag, file, &otherwise)
	return &v
}

// check finds the first mistake, by the rules of the server itself.
func (c *config) check() *problem {
	for _, a := range []struct {
		name  string
		value *string
	}{{"smb", c.SMB}, {"nfs", c.NFS}, {"mount", c.Mount}, {"portmap", c.Portmap}, {"api", c.API}} {
		if a.value == nil || *a.value == "" || a.name == "mount" && *a.value == server.OnNFSPort {
			continue
		}
		if _, port, err := net.SplitHostPort(*a.value); err != nil || port == "" {
			return &problem{[]any{a.name}, fmt.Errorf("%q is no address; want HOST:PORT", *a.value)}
		}
	}
	for _, d := range []struct {
		name  string
		value *string
	}{{"min-dialect", c.MinDialect}, {"max-dialect", c.MaxDialect}} {
		if d.value == nil {
			continue
		}
		if _, err := dialect(*d.value); err != nil {
			return &problem{[]any{d.name}, err}
		}
	}
	if c.LogLevel != nil {
		if _, err := level(*c.LogLevel); err != nil {
			return &problem{[]any{"log-level"}, err}
		}
	}
	return c.checkLists()
}

// checkLists enters shares, users and policies in a runtime of its own.
func (c *config) checkLists() *problem {
	rt := runtime.New()
	for i, s := range c.Shares {
		if err := rt.AddShare(s); err != nil {
			return &problem{[]any{"shares", i, "name"}, err}
		}
	}
	for i, u := range c.Users {
		err := rt.SetUser(u)
		if err == nil && slices.ContainsFunc(c.Users[:i], func(o adapter.User) bool { return strings.EqualFold(o.Name, u.Name) }) {
			err = fmt.Errorf("user %s is there twice", u.Name)
		}
		if err != nil {
			return &problem{[]any{"users", i, "name"}, err}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Policies)) {
		if err := rt.SetPolicy(name, c.Policies[name]); err != nil {
			return &problem{[]any{"policies", name}, err}
		}
	}
	return nil
}

func dialect(s string) (smb2.Dialect, error) {
	d, ok := smb2.ParseDialect(s)
	if !ok || d == smb2.DialectWildcard {
		return 0, fmt.Errorf("%q is no dialect; there are 2.0.2, 2.1, 3.0, 3.0.2 and 3.1.1", s)
	}
	return d, nil
}

func level(s string) (slog.Level, error) {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	l, ok := levels[s]
	if !ok {
		return 0, errors.New("there are debug, info, warn and error")
	}
	return l, nil
}
