package script

import (
	"slices"
	"strings"
)

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
	if in, ok := c.Get("in"); ok {
		for _, a := range c.Args {
			if a.Name != "in" && a.Value.Kind == TypeHandle {
				p.errorAt(p.line, in.Pos.Col, "in= says where a path begins, and %s is a handle", a.Value.Str)
				return false
			}
		}
	}
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
