package script

import (
	"fmt"
	"slices"
	"strings"
)

// flow follows the steps of a bound scenario in order, as the engine will, and finds what cannot go well: a name used
// before it is there, an asynchronous step that nothing joins, a `never` that nothing can close.
//
// Conditions that no row decides (policies outside the matrix, capabilities) split it into worlds, one for each
// combination of answers, and each world is followed.
type flow struct {
	p       *parser
	s       *Scenario
	kinds   map[string]ActorKind
	asserts bool
}

// world answers the conditions that the row leaves open: the value of a policy, or "yes" or "no" for "needs x".
type world map[string]string

// maxWorlds bounds the combinations; beyond it only the first are followed.
const maxWorlds = 1024

func newFlow(p *parser, s *Scenario) *flow {
	f := &flow{p: p, s: s, kinds: map[string]ActorKind{"control": KindControl}}
	for _, a := range s.Actors {
		f.kinds[a.Name] = a.Kind
	}
	return f
}

func (f *flow) eachWorld(visit func(world)) {
	type question struct {
		key     string
		answers []string
	}
	var questions []question
	for _, st := range f.s.Steps {
		for _, c := range st.Conds {
			q := question{key: c.Key}
			if c.Needs != "" {
				q = question{"needs " + c.Needs, []string{"yes", "no"}}
			} else if pol, ok := f.p.reg.policy(c.Key); ok {
				q.answers = pol.Values
			} else {
				continue
			}
			if !slices.ContainsFunc(questions, func(x question) bool { return x.key == q.key }) {
				questions = append(questions, q)
			}
		}
	}
	w := world{}
	left := maxWorlds
	var ask func(i int)
	ask = func(i int) {
		if i == len(questions) {
			if left--; left >= 0 {
				visit(w)
			}
			return
		}
		for _, a := range questions[i].answers {
			w[questions[i].key] = a
			ask(i + 1)
		}
	}
	ask(0)
}

func (w world) has(conds []Cond) bool {
	for _, c := range conds {
		if c.Needs != "" {
			if (w["needs "+c.Needs] == "yes") == c.Not {
				return false
			}
		} else if !c.Holds(w[c.Key]) {
			return false
		}
	}
	return true
}

// thing is what a name stands for at some point of the run.
type thing struct {
	verb    *Verb
	call    *Call
	actor   string
	async   bool
	capture bool
	pending *thing // the asynchronous step that this capture comes from, until it is joined
	joined  int    // line of the step that joined it
	closed  int    // line of the step that closed it
	acts    int    // how many calls had been made when it came to be
	pos     Pos
	line    int
}

// state is where a run has come to.
type state struct {
	names   map[string]*thing
	off     map[string]int // actors that are disconnected, by the line that did it
	acts    int
	asyncs  []*thing
	skipped map[string]bool // names of lines with errors: nothing is said about them
}

func (f *flow) errorf(pos Pos, format string, args ...any) {
	f.p.errs = append(f.p.errs, &Error{File: f.p.file, Line: pos.Line, Col: pos.Col, Message: fmt.Sprintf(format, args...), Source: f.p.sourceLine(pos.Line).text})
}

func (f *flow) run(w world) {
	st := &state{names: map[string]*thing{}, off: map[string]int{}, skipped: map[string]bool{}}
	for name, defs := range f.p.names {
		for _, d := range defs {
			if f.p.bad[d.line] {
				st.skipped[name] = true
			}
		}
	}
	for i := range f.s.Steps {
		step := &f.s.Steps[i]
		if !w.has(step.Conds) || f.p.bad[step.Pos.Line] {
			continue
		}
		switch do := step.Do.(type) {
		case *Call:
			f.call(st, step, do)
		case *OnBreak:
			f.holder(st, step, do.Handle, do.Actor)
		case *Require:
			f.check(st, step, &do.Check)
		case *ExpectBreak:
			f.asserts = true
			f.holder(st, step, do.Handle, do.Actor)
		case *ExpectReply:
			f.asserts = true
			f.reply(st, step, do)
		case *ExpectValue:
			f.asserts = true
			f.value(st, step, do)
		case *Never:
			f.asserts = true
			f.never(st, step, do)
		case *Order:
			f.asserts = true
			f.order(st, do)
		}
	}
	for _, a := range st.asyncs {
		if a.joined == 0 && !f.inBadLine(a.name()) {
			f.errorf(a.pos, "nothing joins this step: expect %s ok, fails or gives must follow", a.name())
		}
	}
}

// inBadLine reports whether a line with errors mentions name: it may be the one that joins it.
func (f *flow) inBadLine(name string) bool {
	for n := range f.p.bad {
		for _, t := range f.p.sourceLine(n).toks {
			if word, _, _ := strings.Cut(t.text, "."); word == name {
				return true
			}
		}
	}
	return false
}

func (t *thing) name() string { return t.call.Async }

// find gives what a name stands for, or reports that it is not there yet.
func (f *flow) find(st *state, step *Step, name string, pos Pos) *thing {
	if t := st.names[name]; t != nil {
		return t
	}
	if st.skipped[name] {
		return nil
	}
	for _, d := range f.p.names[name] {
		if d.line > step.Pos.Line {
			f.errorf(pos, "%s is defined further down, on line %d", name, d.line)
			return nil
		}
	}
	f.errorf(pos, "%s is defined on line %d, which is left out by its condition where this line is not", name, f.p.names[name][0].line)
	return nil
}

// use finds a capture whose result is there.
func (f *flow) use(st *state, step *Step, name string) *thing {
	t := f.find(st, step, name, step.posOf(name))
	if t == nil {
		return nil
	}
	if t.pending != nil && t.pending.joined == 0 {
		f.errorf(step.posOf(name), "%s is there only when the step %s has been joined", name, t.pending.name())
		return nil
	}
	return t
}

func (f *flow) call(st *state, step *Step, c *Call) {
	v, known := LookupVerb(c.Verb)
	if !known {
		return
	}
	if len(c.Statuses) > 0 || len(c.Checks) > 0 || c.Within != 0 {
		f.asserts = true
	}
	if at := st.off[c.Actor]; at != 0 && c.Verb != "reconnect" && c.Statuses == nil {
		f.errorf(step.posOf(c.Actor), "%s is disconnected since line %d", c.Actor, at)
	}
	for _, a := range c.Args {
		if a.Value.Kind != TypeHandle {
			continue
		}
		t := f.use(st, step, a.Value.Str)
		if t == nil {
			continue
		}
		if t.actor != c.Actor {
			f.errorf(step.posOf(a.Value.Str), "%s belongs to %s: %s cannot use it", a.Value.Str, t.actor, c.Actor)
		}
		if t.closed != 0 && c.Statuses == nil && c.Async == "" {
			f.errorf(step.posOf(a.Value.Str), "%s was closed on line %d", a.Value.Str, t.closed)
		}
		if (c.Verb == "close" || c.Verb == "untree") && (c.Statuses == nil || slices.Contains(c.Statuses, StatusOK)) {
			t.closed = step.Pos.Line
		}
	}
	for i := range c.Checks {
		f.check(st, step, &c.Checks[i])
	}
	st.acts++
	switch c.Verb {
	case "disconnect":
		st.off[c.Actor] = step.Pos.Line
		f.closeAll(st, c.Actor, step.Pos.Line)
	case "reconnect":
		delete(st.off, c.Actor)
		f.closeAll(st, c.Actor, step.Pos.Line)
	case "logoff":
		f.closeAll(st, c.Actor, step.Pos.Line)
	case "crash":
		for name := range f.kinds {
			f.closeAll(st, name, step.Pos.Line)
		}
	}
	var async *thing
	if c.Async != "" {
		async = &thing{verb: v, call: c, actor: c.Actor, async: true, acts: st.acts, pos: step.posOf(c.Async), line: step.Pos.Line}
		f.define(st, c.Async, async)
		st.asyncs = append(st.asyncs, async)
	}
	for _, name := range c.Captures {
		f.define(st, name, &thing{verb: v, call: c, actor: c.Actor, capture: true, pending: async, acts: st.acts, pos: step.posOf(name), line: step.Pos.Line})
	}
}

func (f *flow) closeAll(st *state, actor string, line int) {
	for _, t := range st.names {
		if t.actor == actor && t.verb.Makes != HoldsNothing && t.closed == 0 && f.kinds[actor].SMB() {
			t.closed = line
		}
	}
}

func (f *flow) define(st *state, name string, t *thing) {
	if old := st.names[name]; old != nil {
		f.errorf(t.pos, "%s is defined on line %d already", name, old.line)
		return
	}
	st.names[name] = t
}

// holder checks the handle of a step about breaks: it must be an open by the actor that asked for caching.
func (f *flow) holder(st *state, step *Step, handle, actor string) *thing {
	t := f.use(st, step, handle)
	if t == nil {
		return nil
	}
	pos := step.posOf(handle)
	if t.actor != actor {
		f.errorf(pos, "%s belongs to %s: %s never sees its breaks", handle, t.actor, actor)
		return nil
	}
	if !asksForCaching(t.call) {
		f.errorf(pos, "%s was opened on line %d without lease=, oplock= or cache=: it has no break", handle, t.line)
		return nil
	}
	return t
}

func asksForCaching(c *Call) bool {
	for _, name := range []string{"lease", "oplock", "cache"} {
		if v, ok := c.Get(name); ok && (v.Cache == nil || v.Cache.Kind != CacheNone) {
			return true
		}
	}
	return false
}

func (f *flow) never(st *state, step *Step, n *Never) {
	t := f.holder(st, step, n.Handle, n.Actor)
	if t == nil {
		return
	}
	switch pos := step.posOf(n.Handle); {
	case st.off[n.Actor] != 0:
		f.errorf(step.posOf(n.Actor), "nothing can close this: %s is disconnected since line %d, and the fence goes over its connection", n.Actor, st.off[n.Actor])
	case t.closed != 0:
		f.errorf(pos, "nothing can close this: %s is gone since line %d", n.Handle, t.closed)
	case st.acts <= t.acts:
		f.errorf(pos, "nothing can close this: nobody has done anything since %s was opened", n.Handle)
	}
}

func (f *flow) reply(st *state, step *Step, e *ExpectReply) {
	pos := step.posOf(e.Name)
	t := f.find(st, step, e.Name, pos)
	switch {
	case t == nil:
	case !t.async:
		f.errorf(pos, "%s is a capture: only a step with & is awaited", e.Name)
	case t.joined != 0:
		f.errorf(pos, "%s was joined on line %d", e.Name, t.joined)
	case e.State != StatePending:
		t.joined = step.Pos.Line
	}
}

func (f *flow) value(st *state, step *Step, e *ExpectValue) {
	t := f.check(st, step, &e.Check)
	if t != nil && t.async && t.joined == 0 {
		t.joined = step.Pos.Line
		e.Joins = true
		if e.Within == 0 {
			e.Within = DefaultWithin
		}
	}
}

// check checks the names of a comparison, and gives what the left one stands for.
func (f *flow) check(st *state, step *Step, c *Check) *thing {
	for _, v := range c.Right {
		if v.Ref == nil {
			continue
		}
		if t := f.use(st, step, v.Ref.Name); t != nil && t.async && t.joined == 0 {
			f.errorf(v.Pos, "%s has not been joined yet", v.Ref.Name)
		}
	}
	if c.Left.Name == "" {
		return nil
	}
	t := f.use(st, step, c.Left.Name)
	if _, awaits := step.Do.(*ExpectValue); t != nil && t.async && t.joined == 0 && !awaits {
		f.errorf(step.posOf(c.Left.Name), "%s has not been joined yet", c.Left.Name)
	}
	return t
}

func (f *flow) order(st *state, o *Order) {
	for _, e := range o.Events {
		if e.Of == SubjectActor {
			if k := f.kinds[e.Subject]; !slices.Contains(rawSMB, k) {
				f.errorf(e.Pos, "%s is an actor of kind %s, which never sees a break", e.Subject, k)
			}
			continue
		}
		t := st.names[e.Subject]
		switch {
		case t == nil && st.skipped[e.Subject]:
		case t == nil:
			f.errorf(e.Pos, "%s is not there yet", e.Subject)
		case t.async && e.What == "reply" && t.joined == 0:
			f.errorf(e.Pos, "%s has not been joined yet: its reply may be still to come", e.Subject)
		case (e.What == "break" || e.What == "ack") && !asksForCaching(t.call):
			f.errorf(e.Pos, "%s was opened on line %d without lease=, oplock= or cache=: it has no %s", e.Subject, t.line, e.What)
		}
	}
}

// nothingAsserted reports a row whose run would pass whatever the target did.
func (f *flow) nothingAsserted(s *Scenario, quiet bool) {
	if f.asserts || quiet || len(f.s.Steps) == 0 && len(s.Steps) == 0 {
		return
	}
	l := s.firstLine()
	f.p.errorAt(l, 1, "nothing is asserted: no expect, never, order, ==, fails or within")
}
