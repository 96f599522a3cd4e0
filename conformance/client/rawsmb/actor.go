package rawsmb

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/smb2"
)

// Entry offers this client for actors of kind "rawsmb", and of kind "smb" where
// no stock client can do all their steps. dial makes its connections; nil is
// net.Dialer.
func Entry(dial Dialer) client.Entry {
	return client.Entry{Client: "rawsmb", Kinds: []string{"smb"}, Cannot: cannot, New: Factory(dial)}
}

// Factory connects actors: dial, negotiate, log on, and connect the tree of
// the endpoint's share unless that is "".
func Factory(dial Dialer) client.Factory {
	return func(ctx context.Context, ep client.Endpoint, spec client.Spec, sink client.Sink) (client.Actor, error) {
		cfg, err := newConfig(ep, spec)
		if err != nil {
			return nil, err
		}
		a := &Actor{dial: dial, cfg: cfg, needs: spec.Needs, watch: &watcher{name: spec.Name, sink: sink}}
		rand.Read(a.guid[:])
		if err := a.connect(ctx); err != nil {
			return nil, err
		}
		return a, nil
	}
}

// Actor acts in a scenario as one SMB client with one session. It is safe for
// concurrent use; a request that the server holds back holds up no other.
type Actor struct {
	dial  Dialer
	cfg   config
	needs client.Needs
	watch *watcher
	guid  smb2.GUID

	mu       sync.Mutex
	s        *session
	fallback client.BreakPolicy
}

var _ client.Holder = (*Actor)(nil)

// connect makes the session and the tree.
func (a *Actor) connect(ctx context.Context) error {
	s, err := openSession(ctx, a.dial, &a.cfg, a.guid, a.watch)
	if err != nil {
		return err
	}
	if a.cfg.share != "" {
		if s.main, err = s.connectTree(ctx, a.cfg.share); err == nil {
			err = s.validate(ctx, s.main)
		}
		if err != nil {
			s.close()
			return fmt.Errorf("connect the share %s: %w", a.cfg.share, err)
		}
	}
	a.mu.Lock()
	s.caches.mu.Lock()
	s.caches.fallback = a.fallback
	s.caches.mu.Unlock()
	a.s = s
	a.mu.Unlock()
	user := a.cfg.user
	if a.cfg.anonymous {
		user = ""
	}
	a.watch.emit(client.Event{Kind: client.EventConnect, Detail: strings.TrimSpace(user + "@" + a.cfg.addr + " " + a.cfg.share + " " + s.describe())})
	return nil
}

func (a *Actor) current() *session {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.s
}

// Client implements client.Actor.
func (a *Actor) Client() string { return clientName }

// Do implements client.Actor.
func (a *Actor) Do(ctx context.Context, c client.Call) (client.Result, error) {
	v, ok := verbs[c.Verb]
	if !ok {
		return client.Result{}, client.Unsupported(clientName, "verb %s", c.Verb)
	}
	keys := make([]string, 0, len(c.Options))
	for k := range c.Options {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		if !v.takes(k, c.Options[k]) {
			return client.Result{}, client.Unsupported(clientName, "%s %s=%s", c.Verb, k, c.Options[k])
		}
	}
	if c.Path == "." {
		c.Path = ""
	}
	return v.do(a, ctx, c)
}

// Fence implements client.Actor: an ECHO. The reader has emitted what came
// before its response.
func (a *Actor) Fence(ctx context.Context) error {
	if err := a.current().echo(ctx); err != nil {
		return fmt.Errorf("fence: %w", err)
	}
	return nil
}

// Close implements client.Actor.
func (a *Actor) Close() error {
	a.watch.mu.Lock()
	a.watch.closed = true
	a.watch.mu.Unlock()
	a.current().close()
	return nil
}

// disconnect cuts the connection, without CLOSE or LOGOFF.
func (a *Actor) disconnect(ctx context.Context, _ client.Call) (client.Result, error) {
	s := a.current()
	s.conn.hangUp(ctx)
	s.close()
	return client.Result{}, nil
}

// reconnect makes a new session; earlier handles are gone.
func (a *Actor) reconnect(ctx context.Context, _ client.Call) (client.Result, error) {
	a.current().close()
	return client.Result{}, a.connect(ctx)
}

func (a *Actor) logoff(ctx context.Context, _ client.Call) (client.Result, error) {
	return client.Result{}, a.current().logOff(ctx)
}

func (a *Actor) echo(ctx context.Context, _ client.Call) (client.Result, error) {
	return client.Result{}, a.current().echo(ctx)
}

// openOf is the open file of a handle.
func (a *Actor) openOf(h *client.Handle) (*open, error) {
	o, ok := h.Ref.(*open)
	if !ok {
		return nil, client.Unsupported(clientName, "the handle %s here", h.Name)
	}
	if o.s != a.current() {
		return nil, errStale
	}
	return o, nil
}

// leaseKey is the key of a name: one for each name of this actor, also after a
// reconnect.
func (a *Actor) leaseKey(name string) smb2.LeaseKey {
	h := sha256.New()
	h.Write(a.guid[:])
	h.Write([]byte(name))
	return smb2.LeaseKey(h.Sum(nil)[:16])
}

// place is where a call acts: a tree, and the name in it.
type place struct {
	s    *session
	tree *tree
	name string
}

// at finds the place of a path: below the tree of h, or in the scenario's
// folder.
func (a *Actor) at(h *client.Handle, path string) (place, error) {
	s := a.current()
	p := place{s: s, tree: s.main}
	if h != nil {
		t, ok := h.Ref.(*tree)
		if !ok {
			return p, client.Unsupported(clientName, "a path below the handle %s", h.Name)
		}
		if t.s != s {
			return p, errStale
		}
		p.tree = t
	} else {
		path = a.cfg.dir + "/" + path
	}
	if p.tree == nil {
		return p, client.Unsupported(clientName, "files: this actor has connected no tree")
	}
	name, err := wireName(path)
	p.name = name
	return p, err
}

// wireName is a path as SMB carries it.
func wireName(path string) (string, error) {
	if s, ok := fscc.DecodeUTF16(fscc.EncodeUTF16(path)); !ok || s != path {
		return "", client.Unsupported(clientName, "the name %q: it is no Unicode", path)
	}
	if strings.Contains(path, `\`) {
		return "", client.Unsupported(clientName, `the name %q: a backslash separates components`, path)
	}
	return strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), `\`), nil
}

// cannot is Entry.Cannot.
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
		if name == "break" || name == client.VerbAck {
			continue
		}
		v, ok := verbs[name]
		if !ok {
			return use
		}
		key, value, hasValue := strings.Cut(option, "=")
		if key != "" && (!v.knows(key) || hasValue && !v.takes(key, value)) {
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
