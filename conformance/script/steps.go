package script

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mark notes where a name stands in a step.
type mark struct {
	name string
	pos  Pos
}

// posOf is where name stands in the step; where the step begins if it does not.
func (s *Step) posOf(name string) Pos {
	for _, m := range s.marks {
		if m.name == name {
			return m.pos
		}
	}
	return s.Pos
}

// conds parses the conditions that the line begins with.
func (p *parser) conds() (conds []Cond, rest []token, ok bool) {
	rest, ok = p.line.toks, true
	for len(rest) > 0 && strings.HasPrefix(rest[0].text, "[") {
		t := rest[0]
		rest = rest[1:]
		if !strings.HasSuffix(t.text, "]") {
			p.errorf(t, "a condition ends with ], followed by a space")
			ok = false
			continue
		}
		c, good := p.cond(t, t.text[1:len(t.text)-1], 1)
		ok = ok && good
		conds = append(conds, c)
	}
	return conds, rest, ok
}

// holds reports whether the row leaves the line in. Bad conditions, which the general form reported, leave it in.
func (p *parser) holds(l line) bool {
	if isName(word(&l)) && slices.Contains(headerWords, word(&l)) {
		return true
	}
	was, errs := p.line, p.errs
	defer func() { p.line, p.errs = was, errs }()
	p.line = &l
	conds, _, ok := p.conds()
	if !ok {
		return true
	}
	for _, c := range conds {
		if v, known := p.vars[c.Key]; known && c.Key != "" && !c.Holds(v) {
			return false
		}
	}
	return true
}

// step parses a line that is no header and no set-up.
func (p *parser) step() (Step, bool) {
	st := Step{Pos: p.pos(p.line.toks[0]), Source: p.sourceText()}
	conds, toks, ok := p.conds()
	if len(toks) == 0 {
		if ok {
			p.errorf(p.line.toks[0], "a step follows its conditions on the same line")
		}
		return st, false
	}
	for _, c := range conds {
		if _, known := p.vars[c.Key]; !known || c.Key == "" {
			st.Conds = append(st.Conds, c)
		}
	}
	head := toks[0]
	st.Pos = p.pos(head)
	good := false
	switch head.text {
	case "require":
		good = p.require(&st, toks)
	case "expect":
		good = p.expect(&st, toks)
	case "never":
		good = p.never(&st, toks)
	case "order":
		good = p.order(&st, toks)
	default:
		actor := p.actor(head)
		if actor == nil {
			return st, false
		}
		if len(toks) > 1 && toks[1].text == "on" {
			good = p.onBreak(&st, actor, toks)
		} else {
			good = p.call(&st, actor, toks)
		}
	}
	return st, ok && good
}

var controlActor = Actor{Name: "control", Kind: KindControl}

func (p *parser) actor(t token) *Actor {
	if a := p.actors[t.text]; a != nil {
		return a
	}
	if t.text == "control" {
		return &controlActor
	}
	if p.broken[t.text] || len(p.actors) == 0 && isName(t.text) && len(t.text) == 1 {
		return nil
	}
	names := append(slices.Sorted(maps.Keys(p.actors)), "control")
	if hint := didYouMean(t.text, slices.Concat(stepWords, []string{"file", "dir", "symlink", "link"})); hint != "" && didYouMean(t.text, names) == "" {
		p.errorf(t, "there is no actor %s%s", t.text, hint)
	} else {
		p.errorf(t, "there is no actor %s%s; actors are %s", t.text, didYouMean(t.text, names), oneOf(names))
	}
	return nil
}

func (p *parser) mark(st *Step, t token, name string) {
	st.marks = append(st.marks, mark{name, p.pos(t)})
}

// optionKey tells an option (key=value, but not a comparison) from other words.
func optionKey(t token) (token, bool) {
	i := strings.IndexByte(t.text, '=')
	if i <= 0 || i+1 < len(t.text) && t.text[i+1] == '=' {
		return token{}, false
	}
	for _, c := range t.text[:i] {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return token{}, false
		}
	}
	return t.sub(0, i), true
}

var ops = []string{"==", "!=", "<", "<=", ">", ">=", "contains", "lacks"}

// isTail reports whether t ends the arguments of a call.
func isTail(t token) bool {
	return t.text == "->" || len(t.text) > 1 && t.text[0] == '&' || slices.Contains(tailWords, t.text) || slices.Contains(ops, t.text) ||
		len(t.text) > 1 && t.text[0] == '.' && isName(t.text[1:])
}

// call parses ACTOR VERB ARGUMENTS [-> capture…] [&name] [outcome] [within D].
func (p *parser) call(st *Step, actor *Actor, toks []token) bool {
	c := &Call{Actor: actor.Name}
	st.Do = c
	p.mark(st, toks[0], actor.Name)
	if len(toks) == 1 {
		p.errorAt(p.line, p.endCol(), "%s does nothing: a verb is missing", actor.Name)
		return false
	}
	if toks[1].isTemplate() && !p.bound {
		p.looseCall(c, toks)
		return true
	}
	v, n := p.verb(toks)
	kind := actor.Kind
	if strings.Contains(string(kind), "{") {
		kind = ""
	}
	if v == nil {
		p.unknownVerb(actor, kind, toks)
		return false
	}
	c.Verb = v.Name
	if kind != "" && !v.Does(kind) {
		p.errorf(toks[1], "%s is an actor of kind %s, which cannot %s: %s can", actor.Name, kind, v.Name, kindList(v.Kinds))
		return false
	}
	toks = toks[1+n:]
	args := slices.IndexFunc(toks, isTail)
	if args < 0 {
		args = len(toks)
	}
	ok := p.args(st, c, v, kind, toks[:args], toks[args:])
	return p.tail(st, c, v, kind, toks[args:]) && ok
}

// looseCall keeps the words of a call whose verb is a matrix value.
func (p *parser) looseCall(c *Call, toks []token) {
	c.Verb = toks[1].text
	for i, t := range toks[2:] {
		c.Args = append(c.Args, Arg{"word" + strconv.Itoa(i+1), Value{Pos: p.pos(t), Kind: TypeTemplate, Text: t.text}})
	}
}

func kindList(kinds []ActorKind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return oneOf(words)
}

func (p *parser) unknownVerb(actor *Actor, kind ActorKind, toks []token) {
	var names, seconds []string
	word := toks[1].text
	for _, v := range Verbs() {
		if kind != "" && !v.Does(kind) {
			continue
		}
		first, second, two := strings.Cut(v.Name, " ")
		names = append(names, first)
		if two && first == word {
			seconds = append(seconds, second)
		}
	}
	switch {
	case seconds != nil && len(toks) > 2:
		p.errorf(toks[2], "there is no verb %s %s%s: %s %s", word, toks[2].text, didYouMean(toks[2].text, seconds), word, oneOf(seconds))
	case seconds != nil:
		p.errorAt(p.line, p.endCol(), "%s what? %s", word, oneOf(seconds))
	default:
		p.errorf(toks[1], "there is no verb %s%s", word, didYouMean(word, names))
	}
}

// args parses the arguments of a call. tail, what follows them, tells whether the call may fail.
func (p *parser) args(st *Step, c *Call, v *Verb, kind ActorKind, toks, tail []token) bool {
	var positional []*Param
	for i := range v.Params {
		if prm := &v.Params[i]; prm.Form == Positional {
			positional = append(positional, prm)
		}
	}
	mayFail := slices.ContainsFunc(tail, func(t token) bool { return t.text == "fails" || t.text == "gives" || t.text[0] == '&' })
	ok := true
	add := func(prm *Param, at, t token) {
		if kind != "" && !prm.allows(kind) {
			p.errorf(at, "an actor of kind %s cannot use %s of %s: %s can", kind, prm.Name, v.Name, kindList(prm.Kinds))
			ok = false
			return
		}
		if _, dup := c.Get(prm.Name); dup {
			p.errorf(at, "%s is said twice", prm.Name)
			ok = false
			return
		}
		val, good := p.arg(st, prm, t, mayFail)
		ok = ok && good
		c.Args = append(c.Args, Arg{prm.Name, val})
	}
	for _, t := range toks {
		key, isOption := optionKey(t)
		switch {
		case t.text[0] == '@':
			if prm := v.param("offset", kind, At); prm != nil {
				add(prm, t, t.sub(1, len(t.text)))
			} else {
				p.errorf(t, "%s takes no @offset", v.Name)
				ok = false
			}
		case t.text[0] == '+':
			i := slices.IndexFunc(v.Params, func(prm Param) bool { return prm.Form == Plus })
			if i < 0 {
				p.errorf(t, "%s takes no +length", v.Name)
				ok = false
				continue
			}
			add(&v.Params[i], t, t.sub(1, len(t.text)))
		case isOption:
			value := t.sub(len(key.text)+1, len(t.text))
			if i := slices.IndexFunc(v.Params, func(prm Param) bool { return prm.Form == Pair }); i >= 0 {
				ok = p.pair(c, &v.Params[i], key, value) && ok
				continue
			}
			prm := v.param(key.text, kind, Option)
			if prm == nil {
				p.noOption(v, kind, key)
				ok = false
				continue
			}
			add(prm, key, value)
		default:
			if prm := v.param(t.text, kind, Flag); prm != nil {
				add(prm, t, t)
				continue
			}
			if len(positional) == 0 {
				var flags []string
				for _, prm := range v.Params {
					if prm.Form == Flag {
						flags = append(flags, prm.Name)
					}
				}
				p.errorf(t, "%s takes no more arguments%s: %s", v.Name, didYouMean(t.text, append(flags, tailWords...)), v.Usage())
				return false
			}
			prm := positional[0]
			positional = positional[1:]
			add(prm, t, t)
		}
	}
	for i := range v.Params {
		prm := &v.Params[i]
		if _, given := c.Get(prm.Name); prm.Required && !given && ok && (kind == "" || prm.allows(kind)) {
			if prm.Form == Pair && len(c.Args) > 0 {
				continue
			}
			p.errorAt(p.line, p.endCol(), "%s wants its %s: %s", v.Name, prm.label(), v.Usage())
			return false
		}
	}
	return ok && p.together(c, v)
}

// together refuses options that contradict each other.
func (p *parser) together(c *Call, v *Verb) bool {
	if v.Makes != HoldsFile {
		return true
	}
	said := ""
	for _, a := range c.Args {
		if a.Name != "lease" && a.Name != "oplock" && a.Name != "cache" || a.Value.Cache != nil && a.Value.Cache.Kind == CacheNone {
			continue
		}
		if said != "" {
			p.errorAt(p.line, a.Value.Pos.Col, "an open asks for one of a lease, an oplock or a cache: %s= is there already", said)
			return false
		}
		said = a.Name
	}
	return true
}

func (p *parser) noOption(v *Verb, kind ActorKind, key token) {
	var names []string
	for _, prm := range v.Params {
		if prm.Form == Option && (kind == "" || prm.allows(kind)) {
			names = append(names, prm.Name)
		}
	}
	p.errorf(key, "%s has no option %s%s; a name with = in it is written in quotes", v.Name, key.text, didYouMean(key.text, names))
}

// pair parses POLICY=VALUE.
func (p *parser) pair(c *Call, prm *Param, key, value token) bool {
	pol, ok := p.reg.policy(key.text)
	if !ok {
		p.errorf(key, "there is no policy %s%s", key.text, didYouMean(key.text, p.reg.policyNames()))
		return false
	}
	v, good := p.value(value, want{prm.Type, pol.Values})
	c.Args = append(c.Args, Arg{key.text, v})
	return good
}

// arg parses one argument.
func (p *parser) arg(st *Step, prm *Param, t token, mayFail bool) (Value, bool) {
	w := want{prm.Type, prm.Words}
	switch prm.Type {
	case TypeFlag:
		return Value{Pos: p.pos(t), Kind: TypeFlag, Text: t.text}, true
	case TypeHandle, TypeTarget:
		if t.isTemplate() && !p.bound {
			return Value{Pos: p.pos(t), Kind: TypeTemplate, Text: t.text}, true
		}
		bare := isName(t.text)
		if defs := p.names[t.text]; bare && defs != nil {
			p.mark(st, t, t.text)
			return Value{Pos: p.pos(t), Kind: TypeHandle, Text: t.text, Str: t.text}, p.holdsWhat(t, defs, prm.Holds)
		}
		if prm.Type == TypeHandle {
			p.unknownName(t, "capture")
			return Value{}, false
		}
		if bare && !mayFail && !p.bound {
			p.doubts = append(p.doubts, doubt{p.line, t})
		}
		w.typ = TypePath
	}
	return p.value(t, w)
}

// holdsWhat checks that a capture holds what an argument needs.
func (p *parser) holdsWhat(t token, defs []*def, holds Holds) bool {
	var other *Verb
	for _, d := range defs {
		if d.verb == nil || d.verb.Makes == holds {
			return true
		}
		other = d.verb
	}
	what := map[Holds]string{HoldsFile: "an open file", HoldsTree: "a tree connect"}[holds]
	p.errorf(t, "%s is the result of %s, but %s is wanted here", t.text, other.Name, what)
	return false
}

func (p *parser) unknownName(t token, what string) {
	if !isName(t.text) {
		p.errorf(t, "%s is no name of a %s", t.text, what)
		return
	}
	p.errorf(t, "there is no %s %s%s", what, t.text, didYouMean(t.text, p.nameList()))
}

// tail parses what follows the arguments of a call.
func (p *parser) tail(st *Step, c *Call, v *Verb, kind ActorKind, toks []token) bool {
	ok := true
	for len(toks) > 0 {
		t := toks[0]
		toks = toks[1:]
		switch {
		case t.text == "->":
			n := 0
			for n < len(toks) && isName(toks[n].text) && !slices.Contains(tailWords, toks[n].text) {
				ok = p.newName(st, toks[n], toks[n].text) && ok
				c.Captures = append(c.Captures, toks[n].text)
				n++
			}
			if n == 0 {
				p.errorf(t, "a name follows ->")
				return false
			}
			toks = toks[n:]
		case t.text[0] == '&':
			if c.Async != "" {
				p.errorf(t, "one step has one & name")
				return false
			}
			c.Async = t.text[1:]
			ok = p.newName(st, t.sub(1, len(t.text)), c.Async) && ok
		case t.text == "fails" || t.text == "gives":
			if len(toks) == 0 {
				p.errorf(t, "a status follows %s", t.text)
				return false
			}
			if c.Statuses != nil {
				p.errorf(t, "the outcome is said already")
				return false
			}
			var good bool
			c.Statuses, good = p.statuses(t.text, kind, toks[0])
			ok = ok && good
			toks = toks[1:]
		case t.text == "within":
			d, good := p.within(t, toks)
			if !good {
				return false
			}
			c.Within = d
			toks = toks[1:]
		case t.text[0] == '.' || slices.Contains(ops, t.text):
			left := Ref{}
			op := t
			if t.text[0] == '.' {
				left.Field = t.text[1:]
				if len(toks) == 0 {
					p.errorf(t, "a comparison follows %s", t.text)
					return false
				}
				op, toks = toks[0], toks[1:]
			}
			field, good := p.field(t, v, left.Field, "the result of "+v.Name)
			if !good {
				return false
			}
			left.Type = field.Type
			chk, good := p.check(st, left, field, op, toks)
			if !good {
				return false
			}
			c.Checks = append(c.Checks, chk)
			toks = toks[1:]
		default:
			p.errorf(t, "arguments come before -> and &, and outcomes are written ==, .field ==, fails, gives and within")
			return false
		}
	}
	if c.Async != "" && (c.Checks != nil || c.Statuses != nil || c.Within != 0) {
		p.errorAt(p.line, st.posOf(c.Async).Col, "the outcome of a step that runs on is said by a later: expect %s …", c.Async)
		return false
	}
	if len(c.Checks) > 0 && c.Statuses != nil && !slices.Contains(c.Statuses, StatusOK) {
		p.errorf(p.line.toks[0], "a step that fails has no result to compare")
		return false
	}
	return ok
}

// newName checks a name that the step defines.
func (p *parser) newName(st *Step, t token, name string) bool {
	p.mark(st, t, name)
	switch {
	case !isName(name):
		p.errorf(t, "%s is no name: a letter, then letters, digits and _", name)
	case slices.Contains(reserved, name):
		p.errorf(t, "%s is a word of the language and cannot be a name", name)
	case p.actors[name] != nil:
		p.errorf(t, "%s is the name of an actor", name)
	default:
		return true
	}
	return false
}

func (p *parser) within(at token, toks []token) (d time.Duration, ok bool) {
	if len(toks) == 0 {
		p.errorf(at, "a duration follows within")
		return 0, false
	}
	v, ok := p.value(toks[0], want{typ: TypeDuration})
	return v.Dur, ok
}

// statuses parses STATUS|STATUS after fails or gives.
func (p *parser) statuses(word string, kind ActorKind, t token) ([]string, bool) {
	var out []string
	ok := true
	for _, s := range t.split('|') {
		kinds, all, known := statusKinds(s.text)
		switch {
		case s.isTemplate() && !p.bound:
		case s.text == StatusOK && word == "gives":
		case s.text == StatusOK:
			p.errorf(s, "what may also succeed is written: gives ok|…")
			ok = false
			continue
		case strings.HasPrefix(s.text, "0x"):
			if _, err := strconv.ParseUint(s.text[2:], 16, 32); err != nil {
				p.errorf(s, "%s is no status", s.text)
				ok = false
				continue
			}
		case !known:
			p.errorf(s, "there is no status %s%s", s.text, didYouMean(s.text, statusNames(kind)))
			ok = false
			continue
		case !all && kind != "" && !slices.Contains(kinds, kind):
			p.errorf(s, "an actor of kind %s never gets %s", kind, s.text)
			ok = false
			continue
		}
		if slices.Contains(out, s.text) {
			p.errorf(s, "%s is said twice", s.text)
			ok = false
			continue
		}
		out = append(out, s.text)
	}
	return out, ok
}
