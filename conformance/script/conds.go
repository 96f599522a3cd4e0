package script

import (
	"fmt"
	"slices"
	"strings"
)

func (p *parser) capability(t token) bool {
	if p.reg.hasCapability(t.text) {
		return true
	}
	p.errorf(t, "there is no capability %s%s", t.text, didYouMean(t.text, p.reg.capabilityNames()))
	return false
}

// cond reads key=v|v, !key=v|v, needs cap or !needs cap; src begins at byte off of t.
func (p *parser) cond(t token, src string, off int) (Cond, bool) {
	c := Cond{Pos: Pos{Line: p.line.num, Col: t.at(off)}}
	in := t.sub(off, off+len(src)).trim()
	if strings.HasPrefix(in.text, "!") {
		c.Not = true
		in = in.sub(1, len(in.text)).trim()
	}
	if rest, ok := strings.CutPrefix(in.text, "needs "); ok {
		cap := in.sub(len(in.text)-len(rest), len(in.text)).trim()
		c.Needs = cap.text
		return c, p.capability(cap)
	}
	i := strings.IndexByte(in.text, '=')
	if i < 0 {
		p.errorf(in, "a condition is written [policy=value], [dimension=value|value] or [needs capability], with ! for not")
		return c, false
	}
	key := in.sub(0, i)
	c.Key = key.text
	var choice []string
	what := ""
	if j := slices.IndexFunc(p.dims, func(d Dim) bool { return d.Name == c.Key }); j >= 0 {
		choice, what = p.dims[j].Values, "dimension"
	} else if pol, ok := p.reg.policy(c.Key); ok {
		choice, what = pol.Values, "policy"
	} else {
		names := p.reg.policyNames()
		for _, d := range p.dims {
			names = append(names, d.Name)
		}
		p.errorf(key, "%s is neither a policy nor a dimension of the matrix%s", c.Key, didYouMean(c.Key, names))
		return c, false
	}
	if p.used != nil {
		p.used[c.Key] = true
	}
	good := true
	for _, v := range in.sub(i+1, len(in.text)).split('|') {
		c.Values = append(c.Values, v.text)
		if !slices.ContainsFunc(choice, func(s string) bool { return match(v.text, s) }) {
			p.errorf(v, "%s is no value of the %s %s: %s%s", v.text, what, c.Key, oneOf(choice), didYouMean(v.text, choice))
			good = false
		}
	}
	return c, good
}

// match compares a value with a pattern in which * stands for anything. What lies between two * may match at its first
// place: if the rest fits behind a later one it fits behind this one too.
func match(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, parts[0])
	if !ok {
		return false
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(s, part)
		if !found {
			return false
		}
		s = after
	}
	return strings.HasSuffix(s, parts[last])
}

// Holds reports whether the condition holds where its key has this value.
func (c Cond) Holds(value string) bool {
	return slices.ContainsFunc(c.Values, func(pattern string) bool { return match(pattern, value) }) != c.Not
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

// String is the condition as steps write it.
func (c Cond) String() string {
	not := ""
	if c.Not {
		not = "!"
	}
	if c.Needs != "" {
		return fmt.Sprintf("[%sneeds %s]", not, c.Needs)
	}
	return fmt.Sprintf("[%s%s=%s]", not, c.Key, strings.Join(c.Values, "|"))
}
