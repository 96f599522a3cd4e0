package target

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Profile describes a server under test. Its YAML form:
//
//	name: filer                  # for reports; default: the file's name
//	smb: 10.0.0.7:445            # addresses; leave out what is not offered
//	nfs: 10.0.0.7:2049
//	mount: 10.0.0.7:20048        # default: ask portmap, or else the NFS port
//	portmap: 10.0.0.7:111
//	api: http://10.0.0.7:8080    # a control plane like that of crosswire serve
//	token_env: NAME              # bearer token for the api in $NAME; or token: …
//	share: data                  # SMB share and NFS export of the same tree
//	export: /data                # default: / and the share's name
//	folder: crosswire            # work below this existing folder
//	user: alice
//	password: secret             # or password_env: NAME, to read $NAME
//	domain: CORP
//	uid: 1000                    # AUTH_SYS identity
//	gid: 1000
//	policies: {nfs_break: notify}   # where products differ, what this one does
//	capabilities: [smb.lease, nfs.v3]  # "smb.*" for all; default: all of the services given
//	timeout: 5s                  # how long to wait for a first answer
type Profile struct {
	Name         string            `yaml:"name"`
	SMB          string            `yaml:"smb"`
	NFS          string            `yaml:"nfs"`
	Mount        string            `yaml:"mount"`
	Portmap      string            `yaml:"portmap"`
	API          string            `yaml:"api"`
	Token        string            `yaml:"token"`
	TokenEnv     string            `yaml:"token_env"`
	Share        string            `yaml:"share"`
	Export       string            `yaml:"export"`
	Folder       string            `yaml:"folder"`
	User         string            `yaml:"user"`
	Password     string            `yaml:"password"`
	PasswordEnv  string            `yaml:"password_env"`
	Domain       string            `yaml:"domain"`
	UID          uint32            `yaml:"uid"`
	GID          uint32            `yaml:"gid"`
	Policies     map[string]string `yaml:"policies"`
	Capabilities []string          `yaml:"capabilities"`
	Timeout      Duration          `yaml:"timeout"`
}

// Duration is a time.Duration written as Go writes it: "5s".
type Duration time.Duration

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (d *Duration) UnmarshalYAML(unmarshal func(any) error) error {
	var s string
	if err := unmarshal(&s); err != nil {
		return err
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return err
	}
	*d = Duration(v)
	return nil
}

// ProfileError is a mistake in a profile, with its place.
type ProfileError struct {
	File         string
	Line, Column int
	Msg          string
	// Source is the line, for the caret.
	Source string
}

// Error renders "file:line:col: message", the line and a caret.
func (e *ProfileError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	s := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
	if e.Source != "" {
		s += "\n    " + e.Source + "\n    " + strings.Repeat(" ", max(e.Column-1, 0)) + "^"
	}
	return s
}

// DefaultTimeout bounds the wait for a target's first answer.
const DefaultTimeout = 5 * time.Second

// ReadProfile reads and checks a profile file.
func ReadProfile(file string) (*Profile, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return ParseProfile(file, src)
}

// ParseProfile checks a profile. Errors are *ProfileError.
func ParseProfile(file string, src []byte) (*Profile, error) {
	doc, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, profileError(file, src, err)
	}
	var p Profile
	if err := yaml.UnmarshalWithOptions(src, &p, yaml.Strict()); err != nil {
		return nil, profileError(file, src, err)
	}
	at := func(key, format string, args ...any) error {
		e := &ProfileError{File: file, Msg: fmt.Sprintf(format, args...)}
		if t := keyToken(doc, key); t != nil {
			e.place(src, t)
		}
		return e
	}
	for _, a := range []struct{ key, value string }{
		{"smb", p.SMB}, {"nfs", p.NFS}, {"mount", p.Mount}, {"portmap", p.Portmap},
	} {
		if a.value == "" {
			continue
		}
		if _, port, err := net.SplitHostPort(a.value); err != nil || port == "" {
			return nil, at(a.key, "%s: %q is no address; want HOST:PORT", a.key, a.value)
		}
	}
	if p.API != "" {
		if u, err := url.Parse(p.API); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, at("api", "api: %q is no URL; want http://HOST:PORT", p.API)
		}
	}
	switch {
	case p.SMB == "" && p.NFS == "":
		return nil, at("", "neither smb nor nfs is given: nothing to test")
	case p.SMB != "" && p.Share == "":
		return nil, at("smb", "smb is given without share")
	case p.NFS != "" && p.Export == "" && p.Share == "":
		return nil, at("nfs", "nfs is given without export")
	case p.Export != "" && !strings.HasPrefix(p.Export, "/"):
		return nil, at("export", "export: %q does not begin with /", p.Export)
	case p.Password != "" && p.PasswordEnv != "":
		return nil, at("password_env", "password and password_env are both given")
	case p.Token != "" && p.TokenEnv != "":
		return nil, at("token_env", "token and token_env are both given")
	case p.Timeout < 0:
		return nil, at("timeout", "timeout is negative")
	}
	for _, secret := range []struct {
		key, name string
		value     *string
	}{{"password_env", p.PasswordEnv, &p.Password}, {"token_env", p.TokenEnv, &p.Token}} {
		if secret.name == "" {
			continue
		}
		v, ok := os.LookupEnv(secret.name)
		if !ok {
			return nil, at(secret.key, "the environment has no variable %s", secret.name)
		}
		*secret.value = v
	}
	if p.Export == "" {
		p.Export = "/" + p.Share
	}
	if p.Name == "" {
		p.Name = strings.TrimSuffix(path.Base(file), path.Ext(file))
	}
	if p.Timeout == 0 {
		p.Timeout = Duration(DefaultTimeout)
	}
	if p.Mount == "" && p.Portmap == "" {
		p.Mount = p.NFS
	}
	p.Folder = strings.Trim(p.Folder, "/")
	return &p, nil
}

// profileError takes the position out of an error of go-yaml.
func profileError(file string, src []byte, err error) error {
	e := &ProfileError{File: file, Msg: err.Error()}
	var y yaml.Error
	if errors.As(err, &y) {
		e.Msg = y.GetMessage()
		if t := y.GetToken(); t != nil {
			e.place(src, t)
		}
	}
	return e
}

func (e *ProfileError) place(src []byte, t *token.Token) {
	if t.Position == nil {
		return
	}
	e.Line, e.Column = t.Position.Line, t.Position.Column
	lines := strings.Split(string(src), "\n")
	if e.Line >= 1 && e.Line <= len(lines) {
		e.Source = strings.ReplaceAll(strings.TrimRight(lines[e.Line-1], "\r"), "\t", " ")
	}
}

// keyToken finds the token of a key of the top-level mapping.
func keyToken(doc *ast.File, key string) *token.Token {
	for _, d := range doc.Docs {
		m, ok := d.Body.(*ast.MappingNode)
		if !ok {
			continue
		}
		for _, v := range m.Values {
			if v.Key.String() == key {
				return v.Key.GetToken()
			}
		}
	}
	return nil
}
