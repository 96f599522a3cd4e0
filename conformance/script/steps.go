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
