package script

import (
	"slices"
	"strconv"
	"strings"
)

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
