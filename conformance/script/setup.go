package script

import "strings"

// setup parses a set-up line.
func (p *parser) setup() (Setup, bool) {
	toks := p.line.toks
	u := Setup{Pos: p.pos(toks[0]), Source: p.sourceText(), Kind: SetupKind(toks[0].text)}
	params := setupParams(u.Kind)
	pos, ok := 0, true
	for _, t := range toks[1:] {
		if key, isOpt := optionKey(t); isOpt {
			prm := findParam(params, key.text, "")
			if prm == nil || prm.Form != Option {
				p.errorf(key, "%s has no option %s%s", u.Kind, key.text, didYouMean(key.text, paramNames(params, "")))
				ok = false
				continue
			}
			v, good := p.value(t.sub(len(key.text)+1, len(t.text)), want{prm.Type, prm.Words})
			ok = ok && good
			u.Options = append(u.Options, Arg{prm.Name, v})
			continue
		}
		if pos >= len(params) || params[pos].Form != Positional {
			p.errorf(t, "%s takes no more arguments", u.Kind)
			return u, false
		}
		prm := params[pos]
		pos++
		v, good := p.value(t, want{prm.Type, prm.Words})
		ok = ok && good
		switch prm.Name {
		case "path":
			u.Path = v
		case "data":
			u.Content = &v
		default:
			u.Target = &v
		}
	}
	if pos < len(params) && params[pos].Form == Positional && params[pos].Required {
		p.errorAt(p.line, p.endCol(), "%s wants its %s", u.Kind, strings.ToUpper(params[pos].Name))
		ok = false
	}
	return u, ok
}

// setupParams are the arguments of the set-up lines.
func setupParams(k SetupKind) []Param {
	owner := []Param{opt("mode", TypeNumber, ""), opt("uid", TypeNumber, ""), opt("gid", TypeNumber, "")}
	p := Param{Name: "path", Type: TypePath, Required: true, Makes: true}
	switch k {
	case SetupFile:
		return append([]Param{p, {Name: "data", Type: TypeBytes}}, owner...)
	case SetupDir:
		return append([]Param{p}, owner...)
	case SetupSymlink:
		return []Param{p, {Name: "text", Type: TypeString, Required: true}}
	case SetupLink:
		return []Param{{Name: "existing", Type: TypePath, Required: true}, p}
	}
	return nil
}

var setupKinds = []SetupKind{SetupFile, SetupDir, SetupSymlink, SetupLink}
