package script

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// onBreak parses ACTOR on break HANDLE hold|ack|ack-to=STATE|flush+ack|flush+ack-to=STATE.
func (p *parser) onBreak(st *Step, actor *Actor, toks []token) bool {
	o := &OnBreak{Actor: actor.Name}
	st.Do = o
	p.mark(st, toks[0], actor.Name)
	const usage = "write: A on break h hold|ack|ack-to=R|flush+ack|flush+ack-to=R"
	if len(toks) != 5 || toks[2].text != "break" {
		p.errorf(toks[1], "%s", usage)
		return false
	}
	if !p.holder(st, actor, toks[3]) {
		return false
	}
	o.Handle = toks[3].text
	t := toks[4]
	if t.isTemplate() && !p.bound {
		o.Do = BreakReply(t.text)
		return true
	}
	mode := t
	if rest, ok := strings.CutPrefix(t.text, "flush+"); ok {
		o.Flush = true
		mode = t.sub(len(t.text)-len(rest), len(t.text))
	}
	switch to, isTo := strings.CutPrefix(mode.text, "ack-to="); {
	case isTo:
		o.Do = ReplyAck
		state, ok := p.state(mode.sub(len(mode.text)-len(to), len(mode.text)))
		o.To = &state
		return ok
	case mode.text == "ack":
		o.Do = ReplyAck
	case mode.text == "hold" && !o.Flush:
		o.Do = ReplyHold
	default:
		p.errorf(t, "%s is no answer to a break%s: %s", t.text, didYouMean(t.text, []string{"hold", "ack", "flush+ack"}), usage)
		return false
	}
	return true
}

// holder checks that t names an open that can see a break at actor.
func (p *parser) holder(st *Step, actor *Actor, t token) bool {
	if k := actor.Kind; !strings.Contains(string(k), "{") && !slices.Contains(rawSMB, k) {
		p.errorf(t, "%s is an actor of kind %s, which never sees a break", actor.Name, k)
		return false
	}
	defs := p.names[t.text]
	if defs == nil {
		p.unknownName(t, "capture")
		return false
	}
	p.mark(st, t, t.text)
	return p.holdsWhat(t, defs, HoldsFile)
}

// state parses one caching state.
func (p *parser) state(t token) (Cache, bool) {
	if t.isTemplate() && !p.bound {
		return Cache{Kind: CacheTemplate, Text: t.text}, true
	}
	v, ok := p.value(t, want{typ: TypeCache})
	if !ok {
		return Cache{}, false
	}
	return *v.Cache, true
}

// require parses require REF OP VALUE.
func (p *parser) require(st *Step, toks []token) bool {
	r := &Require{}
	st.Do = r
	if len(toks) < 2 {
		p.errorAt(p.line, p.endCol(), "require what? require h.lease == RWH")
		return false
	}
	chk, rest, ok := p.comparison(st, toks[1:])
	r.Check = chk
	if ok && len(rest) > 0 {
		p.errorf(rest[0], "nothing may follow the comparison")
		return false
	}
	return ok
}

// expect parses the three kinds of expectation: of a break, of a reply, of a value.
func (p *parser) expect(st *Step, toks []token) bool {
	if len(toks) < 3 {
		p.errorAt(p.line, p.endCol(), "expect what? expect A break h RWH->RH within 2s, expect w ok within 2s, expect h.action == created")
		return false
	}
	if toks[2].text == "break" {
		actor := p.actor(toks[1])
		return actor != nil && p.expectBreak(st, actor, toks)
	}
	switch s := toks[2]; {
	case s.text == "ok", s.text == "pending", s.text == "fails", s.text == "gives", s.isTemplate() && !p.bound:
		return p.expectReply(st, toks)
	}
	e := &ExpectValue{}
	st.Do = e
	chk, rest, ok := p.comparison(st, toks[1:])
	if !ok {
		return false
	}
	e.Check = chk
	d, ok := p.atEnd(rest)
	if e.Within = d; ok && d != 0 && !slices.ContainsFunc(p.names[chk.Left.Name], func(d *def) bool { return d.async }) {
		p.errorf(rest[0], "%s is not awaited: only the reply of a step with & is", chk.Left.Name)
		return false
	}
	return ok
}

// atEnd parses an optional within D that nothing may follow.
func (p *parser) atEnd(toks []token) (d time.Duration, ok bool) {
	if len(toks) == 0 {
		return 0, true
	}
	if toks[0].text != "within" {
		p.errorf(toks[0], "only within and a duration may follow here%s", didYouMean(toks[0].text, []string{"within"}))
		return 0, false
	}
	if d, ok = p.within(toks[0], toks[1:]); ok && len(toks) > 2 {
		p.errorf(toks[2], "nothing may follow the duration")
		return 0, false
	}
	return d, ok
}

// expectBreak parses expect ACTOR break HANDLE [FROM->TO|TO | to TO|TO] [within D].
func (p *parser) expectBreak(st *Step, actor *Actor, toks []token) bool {
	e := &ExpectBreak{Actor: actor.Name, Within: DefaultWithin}
	st.Do = e
	p.mark(st, toks[1], actor.Name)
	if len(toks) < 4 {
		p.errorAt(p.line, p.endCol(), "a break of what? expect %s break h", actor.Name)
		return false
	}
	if !p.holder(st, actor, toks[3]) {
		return false
	}
	e.Handle = toks[3].text
	toks = toks[4:]
	ok := true
	states := token{}
	switch {
	case len(toks) > 0 && toks[0].text == "to":
		if len(toks) < 2 {
			p.errorf(toks[0], "a state follows to")
			return false
		}
		states, toks = toks[1], toks[2:]
	case len(toks) > 0 && toks[0].text != "within":
		t := toks[0]
		toks = toks[1:]
		from, to, arrow := strings.Cut(t.text, "->")
		if !arrow {
			if t.isTemplate() && !p.bound {
				break
			}
			p.errorf(t, "a break is written FROM->TO|TO, or: to TO|TO")
			return false
		}
		f, good := p.state(t.sub(0, len(from)))
		e.From, ok = &f, good
		states = t.sub(len(t.text)-len(to), len(t.text))
	}
	if states.text != "" {
		for _, s := range states.split('|') {
			c, good := p.state(s)
			ok = ok && good
			e.To = append(e.To, c)
		}
	}
	d, good := p.atEnd(toks)
	if d != 0 {
		e.Within = d
	}
	return ok && good
}

// expectReply parses expect NAME ok|pending|fails STATUS|gives STATUS [within D].
func (p *parser) expectReply(st *Step, toks []token) bool {
	e := &ExpectReply{Name: toks[1].text, Within: DefaultWithin}
	st.Do = e
	name := toks[1]
	defs := p.names[name.text]
	if defs == nil {
		p.unknownName(name, "step with &")
		return false
	}
	p.mark(st, name, name.text)
	i := slices.IndexFunc(defs, func(d *def) bool { return d.async })
	if i < 0 {
		p.errorf(name, "%s is a capture: only a step with & is awaited", name.text)
		return false
	}
	word := toks[2]
	e.State = ReplyState(word.text)
	toks = toks[3:]
	ok := true
	switch word.text {
	case "fails", "gives":
		e.State = StateFails
		if len(toks) == 0 {
			p.errorf(word, "a status follows %s", word.text)
			return false
		}
		var kind ActorKind
		if a := p.actors[defs[i].actor]; a != nil && !strings.Contains(string(a.Kind), "{") {
			kind = a.Kind
		} else if defs[i].actor == "control" {
			kind = KindControl
		}
		e.Statuses, ok = p.statuses(word.text, kind, toks[0])
		toks = toks[1:]
	case "pending":
		e.Within = 0
		if len(toks) > 0 {
			p.errorf(toks[0], "pending is looked at once, when the fence is back: nothing may follow")
			return false
		}
	}
	d, good := p.atEnd(toks)
	if d != 0 {
		e.Within = d
	}
	return ok && good
}

// never parses never ACTOR break HANDLE.
func (p *parser) never(st *Step, toks []token) bool {
	n := &Never{}
	st.Do = n
	if len(toks) != 4 || toks[2].text != "break" {
		p.errorf(toks[0], "write: never A break h")
		return false
	}
	actor := p.actor(toks[1])
	if actor == nil {
		return false
	}
	p.mark(st, toks[1], actor.Name)
	n.Actor, n.Handle = actor.Name, toks[3].text
	return p.holder(st, actor, toks[3])
}

// order parses order EVENT < EVENT….
func (p *parser) order(st *Step, toks []token) bool {
	o := &Order{}
	st.Do = o
	toks = toks[1:]
	if len(toks) < 3 || len(toks)%2 == 0 {
		p.errorAt(p.line, p.endCol(), "events in their order are joined by <, with spaces: order A.break < w.reply")
		return false
	}
	ok := true
	for i, t := range toks {
		if i%2 == 1 {
			if t.text != "<" {
				p.errorf(t, "events are joined by <")
				return false
			}
			continue
		}
		e, good := p.event(st, t)
		ok = ok && good
		o.Events = append(o.Events, e)
	}
	return ok
}

var eventsOf = map[SubjectKind][]string{
	SubjectActor:   {"break", "ack"},
	SubjectCapture: {"reply", "break", "ack"},
	SubjectAsync:   {"send", "reply"},
}

// event parses SUBJECT.WHAT or SUBJECT.WHAT[N].
func (p *parser) event(st *Step, t token) (Event, bool) {
	e := Event{Pos: p.pos(t), Nth: 1}
	subject, what, dot := strings.Cut(t.text, ".")
	if !dot {
		p.errorf(t, "an event is written A.break, h.break, h.ack, w.send or w.reply")
		return e, false
	}
	e.Subject = subject
	if i := strings.IndexByte(what, '['); i >= 0 {
		n, err := strconv.Atoi(strings.TrimSuffix(what[i+1:], "]"))
		if err != nil || n < 1 || n > 1000 || !strings.HasSuffix(what, "]") {
			p.errorAt(p.line, t.at(len(subject)+1+i), "which one? A.break[2] is the second")
			return e, false
		}
		e.Nth, what = n, what[:i]
	}
	e.What = what
	defs := p.names[subject]
	switch {
	case p.actors[subject] != nil:
		e.Of, e.Actor = SubjectActor, subject
	case defs == nil:
		names := append(p.nameList(), actorNames(p.actors)...)
		p.errorf(t, "there is no actor, capture or step %s%s", subject, didYouMean(subject, names))
		return e, false
	default:
		e.Of, e.Actor = SubjectCapture, defs[0].actor
		if defs[0].async {
			e.Of = SubjectAsync
		}
	}
	p.mark(st, t, subject)
	if !slices.Contains(eventsOf[e.Of], what) {
		p.errorAt(p.line, t.at(len(subject)+1), "%s of kind %s has no event %s%s: %s", subject, e.Of, what, didYouMean(what, eventsOf[e.Of]), oneOf(eventsOf[e.Of]))
		return e, false
	}
	return e, true
}

func actorNames(actors map[string]*Actor) []string {
	var names []string
	for n := range actors {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
