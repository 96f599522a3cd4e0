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

// comparison parses REF OP VALUE and gives what follows.
func (p *parser) comparison(st *Step, toks []token) (Check, []token, bool) {
	t := toks[0]
	name, fieldName, _ := strings.Cut(t.text, ".")
	left := Ref{Name: name, Field: fieldName}
	defs := p.names[name]
	if defs == nil {
		p.unknownName(t.sub(0, len(name)), "capture or step")
		return Check{}, nil, false
	}
	p.mark(st, t, name)
	field, ok := p.fieldOf(t, name, fieldName, defs)
	if !ok {
		return Check{}, nil, false
	}
	left.Type = field.Type
	if len(toks) < 3 {
		p.errorAt(p.line, p.endCol(), "a comparison is written %s == VALUE", t.text)
		return Check{}, nil, false
	}
	chk, ok := p.check(st, left, field, toks[1], toks[2:])
	return chk, toks[3:], ok
}

// fieldOf finds the type of a field of a captured name. In general several lines may define the name, each in rows of
// its own; the type is unknown then unless they agree.
func (p *parser) fieldOf(t token, name, fieldName string, defs []*def) (Field, bool) {
	var found []Field
	for _, d := range defs {
		if d.verb == nil {
			return Field{Name: fieldName, Type: TypeTemplate}, true
		}
		if f, ok := d.verb.Field(fieldName); ok && !slices.ContainsFunc(found, func(g Field) bool { return g.Type == f.Type }) {
			found = append(found, f)
		}
	}
	switch len(found) {
	case 0:
		return p.field(t, defs[0].verb, fieldName, name)
	case 1:
		return found[0], true
	}
	if !p.bound {
		return Field{Name: fieldName, Type: TypeTemplate}, true
	}
	p.errorf(t, "%s is defined on several lines whose results differ: give them names of their own", name)
	return Field{}, false
}

func (p *parser) field(t token, v *Verb, name, of string) (Field, bool) {
	f, ok := v.Field(name)
	switch {
	case ok:
	case name == "" && len(v.Fields) == 0:
		p.errorf(t, "%s has no value: %s gives none", of, v.Name)
	case name == "":
		p.errorf(t, "%s has no value of its own, only fields: %s", of, oneOf(v.fieldNames()))
	case len(v.Fields) == 0:
		p.errorf(t, "%s has no field %s: %s gives none", of, name, v.Name)
	default:
		p.errorf(t, "%s has no field %s%s; fields of %s: %s", of, name, didYouMean(name, v.fieldNames()), v.Name, oneOf(v.fieldNames()))
	}
	return f, ok
}

// check parses OP VALUE, where left has been parsed.
func (p *parser) check(st *Step, left Ref, field Field, op token, toks []token) (Check, bool) {
	c := Check{Left: left, Op: Op(op.text)}
	if !slices.Contains(ops, op.text) {
		p.errorf(op, "%s is no comparison: %s", op.text, oneOf(ops))
		return c, false
	}
	if len(toks) == 0 {
		p.errorf(op, "a value follows %s", op.text)
		return c, false
	}
	w := want{field.Type, field.Words}
	switch c.Op {
	case Contains, Lacks:
		switch field.Type {
		case TypeList:
			w.typ = TypeString
		case TypeSet:
			w.typ = TypeEnum
		case TypeBytes, TypeString, TypeTemplate:
		default:
			p.errorf(op, "%s looks into lists, sets, bytes and strings, not into a value of type %s", op.text, field.Type)
			return c, false
		}
	case Less, LessEqual, Greater, GreaterEqual:
		if !slices.Contains([]Type{TypeNumber, TypeTime, TypeDuration, TypeTemplate}, field.Type) {
			p.errorf(op, "%s compares numbers and times, not values of type %s", op.text, field.Type)
			return c, false
		}
	}
	ok := true
	for _, t := range toks[0].split('|') {
		v, good := p.operand(st, w, t)
		ok = ok && good
		c.Right = append(c.Right, v)
	}
	if len(c.Right) > 1 && slices.Contains([]Op{Less, LessEqual, Greater, GreaterEqual}, c.Op) {
		p.errorf(toks[0], "%s takes one value", op.text)
		return c, false
	}
	return c, ok
}

// operand parses the right hand of a comparison: a value, or another result.
func (p *parser) operand(st *Step, w want, t token) (Value, bool) {
	if t.isTemplate() && !p.bound {
		return Value{Pos: p.pos(t), Kind: TypeTemplate, Text: t.text}, true
	}
	if ref, ok := p.reference(t); ok && !isWord(w, t) {
		f, ok := p.fieldOf(t, ref.Name, ref.Field, p.names[ref.Name])
		if !ok {
			return Value{}, false
		}
		ref.Type = f.Type
		p.mark(st, t, ref.Name)
		if f.Type != w.typ && f.Type != TypeTemplate && w.typ != TypeTemplate && !cacheLike(f.Type, w.typ) {
			p.errorf(t, "%s is a value of type %s and cannot be compared with one of type %s", t.text, f.Type, w.typ)
			return Value{}, false
		}
		if ref.Add != 0 && f.Type != TypeNumber && f.Type != TypeTemplate {
			p.errorf(t, "only a number can be added to")
			return Value{}, false
		}
		return Value{Pos: p.pos(t), Kind: TypeRef, Text: t.text, Ref: &ref}, true
	}
	if w.typ == TypeTemplate {
		return Value{Pos: p.pos(t), Kind: TypeTemplate, Text: t.text}, true
	}
	return p.value(t, w)
}

// isWord reports whether t is a value of a type whose values are bare words, so that it is no reference.
func isWord(w want, t token) bool {
	switch w.typ {
	case TypeEnum, TypeSet, TypeAccess, TypeLease, TypeOplock, TypeCache, TypeBool:
		_, msg, _ := literal(t, w, nil)
		return msg == ""
	}
	return false
}

func cacheLike(a, b Type) bool {
	all := []Type{TypeLease, TypeOplock, TypeCache}
	return slices.Contains(all, a) && slices.Contains(all, b)
}

// reference reads NAME, NAME.field, NAME+1 or NAME.field-1 if NAME is a captured name.
func (p *parser) reference(t token) (Ref, bool) {
	s := t.text
	var r Ref
	if i := strings.IndexAny(s, "+-"); i > 0 {
		n, err := strconv.ParseInt(s[i:], 10, 64)
		if err != nil {
			return r, false
		}
		r.Add, s = n, s[:i]
	}
	r.Name, r.Field, _ = strings.Cut(s, ".")
	return r, p.names[r.Name] != nil
}
