package client

import (
	"context"
	"fmt"
	"sort"
	"strings"
)

// Needs are what the steps of one actor ask of its client: each verb, and
// each option as it is written. The engine collects them from the parsed
// scenario before it connects anybody.
type Needs struct {
	// Uses holds "verb", "verb key" and "verb key=value" for every step:
	// "open", "open lease", "open lease=RWH". Steps about breaks add
	// "break" (expect) and "ack" (ack, on break).
	Uses map[string]bool
	// Fields are the fields of results which the scenario looks at, by the
	// verb: "open lease", "stat nlink".
	Fields map[string]bool
}

// Add records one use of a verb with its options.
func (n *Needs) Add(verb string, opts Options) {
	if n.Uses == nil {
		n.Uses = map[string]bool{}
	}
	n.Uses[verb] = true
	for k, v := range opts {
		n.Uses[verb+" "+k] = true
		n.Uses[verb+" "+k+"="+v] = true
	}
}

// AddField records that a field of a verb's result is looked at.
func (n *Needs) AddField(verb, field string) {
	if n.Fields == nil {
		n.Fields = map[string]bool{}
	}
	n.Fields[verb+" "+field] = true
}

// Entry is one client that can be chosen for an actor.
type Entry struct {
	// Client is the name of the implementation, unique, and itself a kind
	// that a scenario can ask for: "gosmb2", "rawsmb", "nfs", "control".
	Client string
	// Kinds are the kinds it serves besides its own name: "smb".
	Kinds []string
	// Cannot returns what of the spec the client is unable to do, "" if it
	// can do all: "open lease=RWH". It looks at Version, Options and Needs
	// only; nil means that it can do everything.
	Cannot func(Spec) string
	New    Factory
}

// Registry chooses the client for an actor. Entries come in order of
// preference: the stock client before our own.
type Registry struct {
	entries []Entry
}

// NewRegistry returns a registry of the entries, preferred first.
func NewRegistry(entries ...Entry) *Registry { return &Registry{entries: entries} }

// Choose returns the first entry that serves the actor's kind and can do all
// its steps. An explicit client name is taken at its word: what it cannot do
// is an *UnsupportedError.
func (r *Registry) Choose(spec Spec) (Entry, error) {
	var refused error
	for _, e := range r.entries {
		if !e.serves(spec.Kind) {
			continue
		}
		what := ""
		if e.Cannot != nil {
			what = e.Cannot(spec)
		}
		if what == "" {
			return e, nil
		}
		err := Unsupported(e.Client, "%s", what)
		if refused != nil {
			err = fmt.Errorf("%w; %w", refused, err)
		}
		refused = err
	}
	if refused == nil {
		return Entry{}, fmt.Errorf("actor %s: no client of kind %q; there are %s", spec.Name, spec.Kind, strings.Join(r.Kinds(), ", "))
	}
	return Entry{}, refused
}

// Connect chooses a client and connects it.
func (r *Registry) Connect(ctx context.Context, ep Endpoint, spec Spec, sink Sink) (Actor, error) {
	e, err := r.Choose(spec)
	if err != nil {
		return nil, err
	}
	return e.New(ctx, ep, spec, sink)
}

// Kinds lists every kind the registry serves, sorted.
func (r *Registry) Kinds() []string {
	seen := map[string]bool{}
	for _, e := range r.entries {
		seen[e.Client] = true
		for _, k := range e.Kinds {
			seen[k] = true
		}
	}
	kinds := make([]string, 0, len(seen))
	for k := range seen {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	return kinds
}

func (e Entry) serves(kind string) bool {
	if e.Client == kind {
		return true
	}
	for _, k := range e.Kinds {
		if k == kind {
			return true
		}
	}
	return false
}
