package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// String names the row stably for reports: "nfs_break=wait,state=RWH".
func (r Row) String() string {
	var b strings.Builder
	for i, v := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v.Name)
		b.WriteByte('=')
		b.WriteString(v.Value)
	}
	return b.String()
}

// Get gives the value of a dimension.
func (r Row) Get(name string) (string, bool) {
	for _, b := range r {
		if b.Name == name {
			return b.Value, true
		}
	}
	return "", false
}

// Rows is the product of the matrix less the exceptions, in file order, the last dimension fastest. A scenario
// without a matrix has one empty row.
func (s *Scenario) Rows() []Row {
	rows := []Row{nil}
	for _, d := range s.Matrix {
		next := make([]Row, 0, len(rows)*len(d.Values))
		for _, r := range rows {
			for _, v := range d.Values {
				next = append(next, append(slices.Clip(r), Binding{Name: d.Name, Value: v, Policy: d.Policy}))
			}
		}
		rows = next
	}
	return slices.DeleteFunc(rows, s.excepted)
}

func (s *Scenario) excepted(r Row) bool {
	return slices.ContainsFunc(s.Except, func(e Exception) bool {
		for _, c := range e.Conds {
			if v, ok := r.Get(c.Key); !ok || !c.Holds(v) {
				return false
			}
		}
		return true
	})
}

// Bind gives the concrete form for one row. run replaces {run}, a token that makes the names of things outside the
// scenario's folder (shares) unique: letters and digits only. An error means that s did not come from Parse, or run is
// no such token.
func (s *Scenario) Bind(r Row, run string) (*Scenario, error) {
	return DefaultRegistry().Bind(s, r, run)
}

// Bind is Scenario.Bind for a scenario that this registry parsed.
func (reg *Registry) Bind(s *Scenario, r Row, run string) (*Scenario, error) {
	if s.lines == nil {
		return nil, errors.New("script: Bind wants a scenario that Parse made")
	}
	if run == "" || strings.IndexFunc(run, func(c rune) bool { return (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') }) >= 0 {
		return nil, fmt.Errorf("script: %q cannot stand for {run}: letters and digits", run)
	}
	p := &parser{file: s.File, reg: reg, bad: map[int]bool{}, archive: s.Archive}
	b := p.bind(s, r, run)
	if errs := p.errs.sorted(); len(errs) > 0 {
		return nil, errs
	}
	f := newFlow(p, b)
	f.eachWorld(func(w world) { f.run(w) })
	return b, nil
}

// bind makes the concrete form; what is wrong with it is in p.errs.
func (p *parser) bind(s *Scenario, r Row, run string) *Scenario {
	p.row, p.bound = r, true
	p.dims = s.Matrix
	p.vars = map[string]string{"run": run}
	for _, b := range r {
		p.vars[b.Name] = b.Value
	}
	b := &Scenario{File: s.File, ID: s.ID, Doc: s.Doc, Covers: s.Covers, Cites: s.Cites, Needs: s.Needs, Services: s.Services,
		Matrix: s.Matrix, Except: s.Except, Archive: s.Archive, Bindings: slices.Clone(r), lines: s.lines}
	p.body(b)
	b.lines = nil
	return b
}

// Root reports whether the scenario needs an NFS root that may do everything: an actor is root, or set-up gives an object
// to somebody. Set-up is then root's work.
func (s *Scenario) Root() bool {
	for i := range s.Actors {
		a := &s.Actors[i]
		if uid, ok := a.Get("uid"); ok && a.Kind == KindNFS && uid.Num == 0 {
			return true
		}
	}
	for i := range s.Setup {
		for _, name := range []string{"uid", "gid"} {
			if _, ok := s.Setup[i].Get(name); ok {
				return true
			}
		}
	}
	return false
}

// Capabilities are all that a target must be able to do: what the scenario says it needs, and what its actors, its set-up
// and the verbs of its unconditional steps need, sorted.
func (s *Scenario) Capabilities() []string {
	all := map[string]bool{}
	for _, n := range s.Needs {
		all[n] = true
	}
	kinds := map[string]ActorKind{"control": KindControl}
	for _, a := range s.Actors {
		kinds[a.Name] = a.Kind
	}
	for _, st := range s.Steps {
		c, ok := st.Do.(*Call)
		if !ok || len(st.Conds) > 0 {
			continue
		}
		v, ok := LookupVerb(c.Verb)
		if !ok {
			continue
		}
		if n := v.needs(kinds[c.Actor]); n != "" {
			all[n] = true
		}
	}
	if s.Root() {
		all["nfs.root"] = true
	}
	return slices.Sorted(maps.Keys(all))
}

func (v *Verb) needs(k ActorKind) string {
	if n, ok := v.Needs[k]; ok {
		return n
	}
	return v.Needs[""]
}
