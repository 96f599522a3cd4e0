package smb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sort"
	"strings"
	"sync"

	smb "github.com/hirochachacha/go-smb2"

	"crosswire/conformance/client"
	"crosswire/server/wire/smb2"
)

// clientName is what reports call this client.
const clientName = "go-smb2 v1.1.0"

// Entry offers this client for actors of kind "gosmb2", and of kind "smb"
// where it can do all their steps. dial makes its connections; nil is
// net.Dialer.
func Entry(dial Dialer) client.Entry {
	return client.Entry{Client: "gosmb2", Kinds: []string{"smb"}, Cannot: cannot, New: Factory(dial)}
}

// Factory connects actors: dial, negotiate, log on, and connect the tree of
// the endpoint's share unless that is "".
func Factory(dial Dialer) client.Factory {
	return func(ctx context.Context, ep client.Endpoint, spec client.Spec, sink client.Sink) (client.Actor, error) {
		a, err := newActor(dial, ep, spec, sink)
		if err != nil {
			return nil, err
		}
		if err := a.connect(ctx); err != nil {
			return nil, err
		}
		return a, nil
	}
}

// Actor acts in a scenario as one SMB client with one session. It is safe for
// concurrent use; a call that the server holds back holds up no other.
type Actor struct {
	dial  Dialer
	logon logon
	share string
	dir   string // the scenario's folder below the share
	name  string
	sink  client.Sink

	mu    sync.Mutex
	conn  *session
	tree  *smb.Share           // nil without a share
	files map[*open]struct{}   // keeps finalizers, which send CLOSE, from running
	trees map[*treeOf]struct{} // trees besides the first
}

// open is what the Handle.Ref of a file holds, treeOf that of a tree.
type open struct {
	session *session
	file    *smb.File
	name    string // as sent
	mu      sync.Mutex
	listed  bool
}

type treeOf struct {
	session *session
	tree    *smb.Share
}

func newActor(dial Dialer, ep client.Endpoint, spec client.Spec, sink client.Sink) (*Actor, error) {
	if what := cannotBe(spec); what != "" {
		return nil, client.Unsupported(clientName, "%s", what)
	}
	if err := spec.Options.Only(clientName, "smb", actorOptions...); err != nil {
		return nil, err
	}
	if ep.SMB == "" {
		return nil, client.Unsupported(clientName, "SMB: the target does not serve it")
	}
	a := &Actor{
		dial: dial, share: ep.Share, dir: ep.Dir, name: spec.Name, sink: sink,
		logon: logon{
			addr: ep.SMB,
			user: spec.Options.Get("user", ep.User),
			pass: spec.Options.Get("password", ep.Password),
			// The empty domain is any.
			domain:  spec.Options.Get("domain", ep.Domain),
			signing: spec.Options["sign"] == "required",
		},
	}
	if a.logon.user == "" {
		return nil, client.Unsupported(clientName, "an anonymous log-on")
	}
	version := spec.Version
	if d, ok := spec.Options["dialects"]; ok && version == "" {
		version = d
	}
	if version != "" {
		a.logon.dialect = dialects[version]
	}
	if port, ok := spec.Options["port"]; ok {
		host, _, err := net.SplitHostPort(ep.SMB)
		if err != nil {
			return nil, fmt.Errorf("port=%s: %w", port, err)
		}
		a.logon.addr = net.JoinHostPort(host, port)
	}
	if s, ok := spec.Options["share"]; ok {
		// The scenario's folder is below the endpoint's own share only.
		a.share, a.dir = s, ""
	}
	return a, nil
}

// connect makes the session and the tree.
func (a *Actor) connect(ctx context.Context) error {
	s, err := openSession(ctx, a.dial, a.logon, a.pending)
	if err != nil {
		return err
	}
	var tree *smb.Share
	if a.share != "" {
		if tree, err = s.mount(ctx, a.share); err != nil {
			s.close()
			return err
		}
	}
	a.mu.Lock()
	a.conn, a.tree = s, tree
	a.files, a.trees = map[*open]struct{}{}, map[*treeOf]struct{}{}
	a.mu.Unlock()
	a.emit(client.Event{Kind: client.EventConnect, Detail: strings.TrimSpace(a.logon.user + "@" + a.logon.addr + " " + a.share)})
	return nil
}

// current is the session and the first tree.
func (a *Actor) current() (*session, *smb.Share) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.conn, a.tree
}

// Client implements client.Actor.
func (a *Actor) Client() string { return clientName }

// Do implements client.Actor.
func (a *Actor) Do(ctx context.Context, c client.Call) (client.Result, error) {
	v, ok := verbs[c.Verb]
	if !ok {
		return client.Result{}, client.Unsupported(clientName, "verb %s", c.Verb)
	}
	for key, value := range c.Options {
		if !v.takes(key, value) {
			return client.Result{}, client.Unsupported(clientName, "%s %s=%s", c.Verb, key, value)
		}
	}
	if c.Path == "." {
		c.Path = ""
	}
	return v.do(a, ctx, c)
}

// Fence implements client.Actor. The library has no ECHO and is told of no
// break, so any round trip that changes nothing does: the attributes of the
// share's root, opened for FILE_READ_ATTRIBUTES, which breaks no lease; without
// a share a tree connect of IPC$.
func (a *Actor) Fence(ctx context.Context) error {
	s, tree := a.current()
	if tree != nil {
		return s.do(ctx, "fence", nil, func() error {
			_, err := tree.Lstat("")
			return err
		})
	}
	tree, err := s.mount(ctx, "IPC$")
	if err != nil {
		return err
	}
	return s.do(ctx, "fence", nil, tree.Umount)
}

// Close implements client.Actor.
func (a *Actor) Close() error {
	s, _ := a.current()
	s.close()
	return nil
}

func (a *Actor) emit(e client.Event) {
	if a.sink != nil {
		e.Actor = a.name
		a.sink.Emit(e)
	}
}

// pending tells of an interim response.
func (a *Actor) pending(x *exchange) {
	a.emit(client.Event{Kind: client.EventPending, Status: "STATUS_PENDING", Detail: strings.TrimSpace(x.command.String() + " " + x.name)})
}

// keep holds on to an open file.
func (a *Actor) keep(o *open) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files[o] = struct{}{}
}

func (a *Actor) forget(o *open) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.files, o)
}

var errStale = errors.New("the handle is of a connection that has ended")

// openOf is the open file of a handle.
func (a *Actor) openOf(h *client.Handle) (*open, error) {
	o, ok := h.Ref.(*open)
	if !ok {
		return nil, client.Unsupported(clientName, "the handle %s here", h.Name)
	}
	if s, _ := a.current(); o.session != s {
		return nil, errStale
	}
	return o, nil
}

var dialects = map[string]smb2.Dialect{
	"2.0.2": 0x0202, "2.1": 0x0210, "3.0": 0x0300, "3.0.2": 0x0302, "3.1.1": 0x0311,
}

var actorOptions = []string{"user", "password", "domain", "sign", "encrypt", "dialects", "share", "port", "guest", "anonymous"}

// cannotBe names what of an actor's declaration this client is unable to be.
func cannotBe(spec client.Spec) string {
	if v := spec.Version; v != "" {
		if _, ok := dialects[v]; !ok {
			return "dialect " + v
		}
	}
	keys := make([]string, 0, len(spec.Options))
	for k := range spec.Options {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		v := spec.Options[k]
		ok := slices.Contains(actorOptions, k)
		switch k {
		case "sign":
			// It always signs, unless the server makes it a guest.
			ok = v == "yes" || v == "required"
		case "encrypt", "guest", "anonymous":
			ok = v == "no"
		case "dialects":
			_, ok = dialects[v]
			ok = ok && (spec.Version == "" || spec.Version == v)
		}
		if !ok {
			return k + "=" + v
		}
	}
	return ""
}

// cannot is Entry.Cannot. For an actor of kind "smb", to which the client does
// not matter, an open must not be the library's own: its share mode lacks
// DELETE, which the language's default has.
func cannot(spec client.Spec) string {
	if what := cannotBe(spec); what != "" {
		return what
	}
	uses := make([]string, 0, len(spec.Needs.Uses))
	for use := range spec.Needs.Uses {
		uses = append(uses, use)
	}
	sort.Strings(uses)
	for _, use := range uses {
		name, option, _ := strings.Cut(use, " ")
		v, ok := verbs[name]
		if !ok {
			return use
		}
		key, value, hasValue := strings.Cut(option, "=")
		switch {
		case key == "":
			if v.opens && spec.Kind == "smb" && !spec.Needs.Uses[name+" share=rw"] {
				return name + " with share=rwd"
			}
		case !v.knows(key), hasValue && !v.takes(key, value):
			return use
		}
	}
	fields := make([]string, 0, len(spec.Needs.Fields))
	for f := range spec.Needs.Fields {
		fields = append(fields, f)
	}
	sort.Strings(fields)
	for _, f := range fields {
		name, field, _ := strings.Cut(f, " ")
		if v, ok := verbs[name]; ok && !slices.Contains(v.fields, field) {
			return name + " field " + field
		}
	}
	return ""
}

// verb is one verb of the scenario language.
type verb struct {
	options []string // "key" for any value, "key=value" for that one
	fields  []string // what the result may tell
	opens   bool     // leaves a file open
	do      func(a *Actor, ctx context.Context, c client.Call) (client.Result, error)
}

func (v verb) knows(key string) bool {
	return slices.ContainsFunc(v.options, func(o string) bool { k, _, _ := strings.Cut(o, "="); return k == key })
}

func (v verb) takes(key, value string) bool {
	return slices.Contains(v.options, key) || slices.Contains(v.options, key+"="+value)
}

var (
	openOptions = []string{"access=r", "access=w", "access=rw", "share=rw", "share=wr", "lease=none", "oplock=none", "cache=none",
		"disposition=open", "disposition=create", "disposition=open-if", "disposition=overwrite", "disposition=overwrite-if"}
	openFields = []string{"lease", "oplock", "cache", "action", "size", "used", "attributes", "atime", "mtime", "ctime", "btime"}
	statFields = []string{"type", "size", "used", "attributes", "atime", "mtime", "ctime", "btime"}
)

// verbs are all that this client can do.
var verbs = map[string]verb{
	client.VerbOpen:       {openOptions, openFields, true, (*Actor).open},
	client.VerbCreate:     {openOptions, openFields, true, (*Actor).create},
	client.VerbClose:      {[]string{"attributes=no"}, nil, false, (*Actor).close},
	client.VerbRead:       {nil, []string{"eof", "count"}, false, (*Actor).read},
	client.VerbWrite:      {[]string{"through=no", "cached=no"}, []string{"count"}, false, (*Actor).write},
	client.VerbFlush:      {nil, nil, false, (*Actor).flush},
	client.VerbTruncate:   {nil, nil, false, (*Actor).truncate},
	client.VerbRemove:     {nil, nil, false, (*Actor).remove},
	client.VerbRmdir:      {nil, nil, false, (*Actor).remove},
	client.VerbRename:     {[]string{"replace=no"}, nil, false, (*Actor).rename},
	client.VerbSymlink:    {nil, nil, false, (*Actor).symlink},
	client.VerbReadlink:   {nil, nil, false, (*Actor).readlink},
	client.VerbMkdir:      {nil, nil, false, (*Actor).mkdir},
	client.VerbList:       {[]string{"pattern=*"}, []string{"names", "count"}, false, (*Actor).list},
	client.VerbStat:       {nil, statFields, false, (*Actor).stat},
	client.VerbSetattr:    {[]string{"size", "atime", "mtime", "attributes=readonly", "attributes=normal"}, nil, false, (*Actor).setattr},
	client.VerbFsstat:     {nil, []string{"total", "free", "avail"}, false, (*Actor).fsstat},
	"statfs":              {nil, []string{"total", "free", "avail"}, false, (*Actor).fsstat},
	client.VerbDisconnect: {nil, nil, false, (*Actor).disconnect},
	client.VerbReconnect:  {nil, nil, false, (*Actor).reconnect},
	client.VerbShares:     {[]string{"level=1", "pipe=new"}, []string{"names", "count"}, false, (*Actor).shares},
	client.VerbTree:       {nil, []string{"type"}, false, (*Actor).treeConnect},
	client.VerbUntree:     {nil, nil, false, (*Actor).treeDisconnect},
}
