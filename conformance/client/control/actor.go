package control

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"crosswire/conformance/client"
)

// Entry offers this client for actors of kind "control". token is the bearer
// token of the target, "" for none.
func Entry(token string) client.Entry {
	return client.Entry{Client: clientName, New: func(_ context.Context, ep client.Endpoint, spec client.Spec, _ client.Sink) (client.Actor, error) {
		if err := spec.Options.Only(clientName, clientName); err != nil {
			return nil, err
		}
		if ep.API == "" {
			return nil, client.Unsupported(clientName, "anything: the target has no control plane")
		}
		p, err := New(ep.API, token)
		if err != nil {
			return nil, err
		}
		return NewActor(p), nil
	}}
}

// NewActor is the actor over any plane, such as that of a target in process.
// Its Close closes the plane if the plane can be closed.
func NewActor(p client.Plane) client.Actor { return &actor{p} }

type actor struct{ plane client.Plane }

// Client implements client.Actor.
func (a *actor) Client() string { return clientName }

// Fence implements client.Actor: a plane notifies nobody.
func (a *actor) Fence(context.Context) error { return nil }

// Close implements client.Actor.
func (a *actor) Close() error {
	if c, ok := a.plane.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Do implements client.Actor. "share add" is the verb share with the argument
// add, or a verb of its own.
func (a *actor) Do(ctx context.Context, c client.Call) (client.Result, error) {
	if verb, sub, ok := strings.Cut(c.Verb, " "); ok {
		c.Verb, c.Args = verb, append([]string{sub}, c.Args...)
	}
	switch c.Verb {
	case client.VerbShare:
		return a.share(ctx, c)
	case client.VerbPolicy:
		return a.policy(ctx, c)
	case client.VerbCounter:
		if err := c.Options.Only(clientName, c.Verb); err != nil {
			return client.Result{}, err
		}
		if len(c.Args) != 1 {
			return client.Result{}, client.Unsupported(clientName, "counter without exactly one name")
		}
		v, err := a.plane.Counter(ctx, c.Args[0])
		if err != nil {
			return client.Result{}, err
		}
		return result("value", v), nil
	case client.VerbAdvance, "clock":
		return client.Result{}, a.advance(ctx, c)
	case client.VerbQuiesce:
		if err := c.Options.Only(clientName, c.Verb); err != nil {
			return client.Result{}, err
		}
		return client.Result{}, a.plane.Quiesce(ctx)
	}
	return client.Result{}, client.Unsupported(clientName, "verb %s", c.Verb)
}

func result(field string, v any) client.Result {
	return client.Result{Fields: map[string]any{field: v}}
}

// shareMaker is a plane that can add shares with further properties.
type shareMaker interface {
	AddShareWith(ctx context.Context, name string, members map[string]any) error
}

func (a *actor) share(ctx context.Context, c client.Call) (client.Result, error) {
	if err := c.Options.Only(clientName, c.Verb, "readonly", "capacity"); err != nil {
		return client.Result{}, err
	}
	members, err := shareMembers(c.Options)
	if err != nil {
		return client.Result{}, err
	}
	what := strings.Join(c.Args[:min(1, len(c.Args))], "")
	switch {
	case (what == "ls" || what == "list") && len(c.Args) == 1:
		names, err := a.plane.Shares(ctx)
		if err != nil {
			return client.Result{}, err
		}
		res := result("names", names)
		res.Fields["count"] = int64(len(names))
		return res, nil
	case what == "add" && len(c.Args) == 2 && len(members) > 0:
		m, ok := a.plane.(shareMaker)
		if !ok {
			return client.Result{}, client.Unsupported(clientName, "share add with properties")
		}
		return client.Result{}, m.AddShareWith(ctx, c.Args[1], members)
	case what == "add" && len(c.Args) == 2:
		return client.Result{}, a.plane.AddShare(ctx, c.Args[1])
	case what == "remove" && len(c.Args) == 2:
		return client.Result{}, a.plane.RemoveShare(ctx, c.Args[1])
	}
	return client.Result{}, client.Unsupported(clientName, "share %s", strings.Join(c.Args, " "))
}

// shareMembers are the properties of a new share, as the API names them.
func shareMembers(o client.Options) (map[string]any, error) {
	members := map[string]any{}
	readonly, err := o.Bool("readonly")
	if err != nil {
		return nil, err
	}
	if readonly {
		members["read_only"] = true
	}
	capacity, given, err := o.Uint("capacity", 64)
	if err != nil {
		return nil, err
	}
	if given {
		members["capacity_bytes"] = capacity
	}
	return members, nil
}

// policy sets each option, or tells the value of the argument.
func (a *actor) policy(ctx context.Context, c client.Call) (client.Result, error) {
	if len(c.Args) == 1 && len(c.Options) == 0 {
		m, err := a.plane.Policies(ctx)
		if err != nil {
			return client.Result{}, err
		}
		v, ok := m[c.Args[0]]
		if !ok {
			return client.Result{}, client.Unsupported(clientName, "policy %s: the target has none of that name", c.Args[0])
		}
		return result("value", v), nil
	}
	if len(c.Args) > 0 || len(c.Options) == 0 {
		return client.Result{}, client.Unsupported(clientName, "policy %s", strings.Join(c.Args, " "))
	}
	for k, v := range c.Options {
		if err := a.plane.SetPolicy(ctx, k, v); err != nil {
			return client.Result{}, err
		}
	}
	return client.Result{}, nil
}

func (a *actor) advance(ctx context.Context, c client.Call) error {
	if err := c.Options.Only(clientName, c.Verb, "by"); err != nil {
		return err
	}
	args := c.Args
	if by, ok := c.Options["by"]; ok {
		args = append(args[:len(args):len(args)], by)
	}
	if len(args) != 1 {
		return client.Unsupported(clientName, "%s without exactly one duration", c.Verb)
	}
	d, err := time.ParseDuration(args[0])
	if err != nil || d < 0 {
		return fmt.Errorf("%s %s: want a duration like 35s", c.Verb, args[0])
	}
	return a.plane.Advance(ctx, d.Seconds())
}
