package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// maxRows bounds the product of a matrix.
const maxRows = 4096

// header parses the header lines except actors, which may hold matrix values.
func (p *parser) header(s *Scenario) {
	seen := map[string]int{}
	first, inBody := true, false
	for i := range s.lines {
		p.line = &s.lines[i]
		if len(p.line.toks) == 0 {
			continue
		}
		head := p.line.toks[0]
		if !slices.Contains(headerWords, head.text) {
			if first && !p.bad[p.line.num] {
				p.errorf(head, "the first line is: scenario ID%s", didYouMean(head.text, headerWords))
			}
			first, inBody = false, true
			continue
		}
		if inBody {
			p.errorf(head, "headers come before set-up lines and steps")
		} else if first && head.text != "scenario" {
			p.errorf(head, "the first line is: scenario ID")
		}
		first = false
		if n := seen[head.text]; n != 0 && slices.Contains([]string{"scenario", "services"}, head.text) {
			p.errorf(head, "%s is on line %d already", head.text, n)
			continue
		}
		seen[head.text] = p.line.num
		args := p.line.toks[1:]
		if len(args) == 0 {
			p.errorAt(p.line, len(p.line.source())+1, "%s says nothing: %s", head.text, headerUsage[head.text])
			continue
		}
		switch head.text {
		case "scenario":
			p.parseID(s, args)
		case "covers":
			p.parseCovers(s, args)
		case "cite":
			p.parseCite(s, args)
		case "needs":
			p.parseNeeds(s, args)
		case "services":
			p.parseServices(s, args)
		case "matrix":
			p.parseMatrix(s, args)
		}
	}
	p.dims = s.Matrix
	for i := range s.lines {
		if p.line = &s.lines[i]; len(p.line.toks) > 1 && p.line.toks[0].text == "except" {
			p.parseExcept(s, p.line.toks[1:])
		}
	}
	if s.Services == nil {
		s.Services = []string{"smb", "nfs"}
	}
	at := s.firstLine()
	if len(at.toks) == 0 && len(p.errs) == 0 {
		p.errorAt(at, 1, "there is no scenario here: the first line is: scenario ID")
		return
	}
	for _, need := range []struct {
		word, why string
	}{
		{"covers", "say which entries of the catalogue it covers"},
		{"cite", "say which clause of which specification it judges"},
		{"actors", "say who acts"},
	} {
		if seen[need.word] == 0 {
			p.errorAt(at, 1, "there is no %s line: %s (%s)", need.word, need.why, headerUsage[need.word])
		}
	}
}

var headerUsage = map[string]string{
	"scenario": "scenario caching/nfs-write-breaks-rwh",
	"covers":   "covers S1 A1",
	"cite":     "cite MS-SMB2 3.3.4.7 MUST",
	"needs":    "needs smb.lease nfs.v3",
	"services": "services nfs",
	"matrix":   "matrix nfs_break = notify wait",
	"except":   "except nfs_break=wait state=R",
	"actors":   "actors A=smb(3.1.1) B=nfs(3, uid=1000)",
}

// firstLine is where errors about the whole file are shown: the first line that says something.
func (s *Scenario) firstLine() *line {
	for i := range s.lines {
		if len(s.lines[i].toks) > 0 {
			return &s.lines[i]
		}
	}
	return &line{num: 1}
}

var idSyntax = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*(/[a-z0-9]+([-.][a-z0-9]+)*)*$`)

func (p *parser) parseID(s *Scenario, args []token) {
	if len(args) > 1 {
		p.errorf(args[1], "an id is one word")
		return
	}
	s.ID = args[0].text
	if !idSyntax.MatchString(s.ID) {
		p.errorf(args[0], "%s is no id: lower-case words and digits joined by - or . within each folder: caching/nfs-write-breaks-rwh", s.ID)
		return
	}
	if want, ok := idOfPath(p.file); ok && want != s.ID {
		p.errorf(args[0], "the id is not the file's path below scenarios/: %s", want)
	}
}

// idOfPath is the path below the last folder called scenarios, without extension.
func idOfPath(file string) (string, bool) {
	parts := strings.Split(strings.ReplaceAll(file, `\`, "/"), "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if parts[i] == "scenarios" {
			id := strings.Join(parts[i+1:], "/")
			if dot := strings.LastIndexByte(id, '.'); dot > strings.LastIndexByte(id, '/')+1 {
				id = id[:dot]
			}
			return id, true
		}
	}
	return "", false
}

var coverSyntax = regexp.MustCompile(`^[SA-N]([1-9][0-9]?)?$`)

func (p *parser) parseCovers(s *Scenario, args []token) {
	for _, t := range args {
		switch {
		case !coverSyntax.MatchString(t.text):
			p.errorf(t, "%s is no entry of the catalogue: a group (S or A to N) and a number, as in S1", t.text)
		case slices.ContainsFunc(s.Covers, func(c Cover) bool { return c.Entry == t.text }):
			p.errorf(t, "%s is covered twice", t.text)
		default:
			s.Covers = append(s.Covers, Cover{Pos: p.pos(t), Entry: t.text})
		}
	}
}

// parseCite reads SPEC SECTION… GRADE, where the specification of an RFC is two words.
func (p *parser) parseCite(s *Scenario, args []token) {
	last := args[len(args)-1]
	grade := Grade(last.text)
	grades := []Grade{Must, Should, Observe}
	if !slices.Contains(grades, grade) {
		if slices.Contains(grades, Grade(strings.ToUpper(last.text))) {
			p.errorf(last, "a grade is written %s", strings.ToUpper(last.text))
		} else {
			p.errorAt(p.line, len(strings.TrimRight(p.line.text[:last.col-1], " \t"))+len(last.text)+2, "a cite ends with its grade: MUST, SHOULD or OBSERVE%s", didYouMean(last.text, []string{"MUST", "SHOULD", "OBSERVE"}))
		}
		return
	}
	args = args[:len(args)-1]
	n := 1
	if len(args) > 0 && args[0].text == "RFC" {
		n = 2
	}
	if len(args) <= n {
		p.errorf(last, "a cite names a specification, a section and a grade: %s", headerUsage["cite"])
		return
	}
	spec := args[0].text
	if n == 2 {
		spec += " " + args[1].text
	}
	for _, t := range args[n:] {
		section, msg, off := text(t.text)
		if msg != "" {
			p.errorAt(p.line, t.at(off), "%s", msg)
			continue
		}
		s.Cites = append(s.Cites, Cite{Pos: p.pos(t), Spec: spec, Section: section, Grade: grade})
	}
}

func (p *parser) parseNeeds(s *Scenario, args []token) {
	for _, t := range args {
		switch {
		case !p.capability(t):
		case slices.Contains(s.Needs, t.text):
			p.errorf(t, "%s is needed twice", t.text)
		default:
			s.Needs = append(s.Needs, t.text)
		}
	}
}

func (p *parser) capability(t token) bool {
	if p.reg.hasCapability(t.text) {
		return true
	}
	p.errorf(t, "there is no capability %s%s", t.text, didYouMean(t.text, p.reg.capabilityNames()))
	return false
}

func (p *parser) parseServices(s *Scenario, args []token) {
	for _, t := range args {
		if all := []string{"smb", "nfs"}; !slices.Contains(all, t.text) {
			p.errorf(t, "%s is no service: smb or nfs%s", t.text, didYouMean(t.text, all))
		} else if slices.Contains(s.Services, t.text) {
			p.errorf(t, "%s is said twice", t.text)
		} else {
			s.Services = append(s.Services, t.text)
		}
	}
}

// parseMatrix reads NAME = VALUE….
func (p *parser) parseMatrix(s *Scenario, args []token) {
	if len(args) < 3 || args[1].text != "=" {
		p.errorf(args[0], "a dimension is written: %s", headerUsage["matrix"])
		return
	}
	name := args[0]
	if !isName(name.text) || slices.Contains(reserved, name.text) {
		p.errorf(name, "%s cannot name a dimension", name.text)
		return
	}
	if slices.ContainsFunc(s.Matrix, func(d Dim) bool { return d.Name == name.text }) {
		p.errorf(name, "the dimension %s is there already", name.text)
		return
	}
	d := Dim{Pos: p.pos(name), Name: name.text}
	pol, isPolicy := p.reg.policy(d.Name)
	d.Policy = isPolicy
	if near := didYouMean(d.Name, p.reg.policyNames()); !isPolicy && near != "" {
		p.errorf(name, "%s is no policy%s", d.Name, near)
	}
	for _, t := range args[2:] {
		switch {
		case isPolicy && !slices.Contains(pol.Values, t.text):
			p.errorf(t, "%s is no value of the policy %s: %s%s", t.text, d.Name, oneOf(pol.Values), didYouMean(t.text, pol.Values))
		case slices.Contains(d.Values, t.text):
			p.errorf(t, "%s is there already", t.text)
		case strings.ContainsAny(t.text, "|{}*") && !strings.HasPrefix(t.text, `"`):
			p.errorf(t, "a matrix value holds none of | { } * outside quotes")
		default:
			d.Values = append(d.Values, t.text)
		}
	}
	s.Matrix = append(s.Matrix, d)
	rows := 1
	for _, d := range s.Matrix {
		rows *= max(len(d.Values), 1)
	}
	if rows > maxRows {
		p.errorf(name, "the matrix has more than %d rows", maxRows)
		s.Matrix = s.Matrix[:len(s.Matrix)-1]
	}
}

// parseExcept reads key=value… which must all hold for a row to be left out.
func (p *parser) parseExcept(s *Scenario, args []token) {
	e := Exception{Pos: p.pos(args[0])}
	for _, t := range args {
		c, ok := p.cond(t, t.text, 0)
		if !ok {
			continue
		}
		if c.Needs != "" || !slices.ContainsFunc(s.Matrix, func(d Dim) bool { return d.Name == c.Key }) {
			p.errorf(t, "except leaves out rows of the matrix: it speaks of its dimensions only")
			continue
		}
		e.Conds = append(e.Conds, c)
	}
	if len(e.Conds) == len(args) {
		s.Except = append(s.Except, e)
	}
}

// parseActors reads NAME=KIND(VERSION, key=value…)….
func (p *parser) parseActors(s *Scenario) {
	for _, t := range p.line.toks[1:] {
		i := strings.IndexByte(t.text, '=')
		if i < 0 {
			p.errorf(t, "an actor is written NAME=KIND(VERSION, option=value): A=smb(3.1.1)")
			p.broken[t.text] = true
			continue
		}
		if a, ok := p.actorSpec(s, t, i); ok {
			s.Actors = append(s.Actors, a)
			p.actors[a.Name] = nil
		} else {
			p.broken[a.Name] = true
		}
	}
	for i := range s.Actors {
		p.actors[s.Actors[i].Name] = &s.Actors[i]
	}
}

// actorSpec reads one actor, whose name ends at byte i of t.
func (p *parser) actorSpec(s *Scenario, t token, i int) (Actor, bool) {
	a := Actor{Pos: p.pos(t), Name: t.text[:i]}
	if _, dup := p.actors[a.Name]; dup {
		p.errorf(t, "the actor %s is there already", a.Name)
		return a, false
	}
	if !isName(a.Name) || slices.Contains(reserved, a.Name) {
		p.errorf(t, "%s cannot name an actor", a.Name)
		return a, false
	}
	spec := t.sub(i+1, len(t.text))
	kind, opts := spec, token{}
	if j := strings.IndexByte(spec.text, '('); j >= 0 {
		kind = spec.sub(0, j)
		if !strings.HasSuffix(spec.text, ")") {
			p.errorf(spec, "nothing may follow the closing parenthesis")
			return a, false
		}
		opts = spec.sub(j+1, len(spec.text)-1)
	}
	a.Kind = ActorKind(kind.text)
	if !kind.isTemplate() && !slices.Contains(kindNames(), kind.text) {
		p.errorf(kind, "%s is no kind of actor: %s%s", kind.text, oneOf(kindNames()), didYouMean(kind.text, kindNames()))
		return a, false
	}
	p.actorOptions(&a, kind, opts)
	p.checkService(s, &a, kind)
	return a, true
}

func (p *parser) actorOptions(a *Actor, kind, opts token) {
	var versions []string
	for _, k := range ActorKinds() {
		if k.Kind == a.Kind {
			versions = k.Versions
		}
	}
	for i, part := range opts.split(',') {
		part = part.trim()
		eq := strings.IndexByte(part.text, '=')
		switch {
		case part.text == "" && len(opts.text) == 0:
		case part.text == "":
			p.errorf(part, "an option is missing here")
		case eq < 0 && i == 0:
			a.Version = part.text
			if !part.isTemplate() && !kind.isTemplate() && !slices.Contains(versions, a.Version) {
				p.errorf(part, "%s is no version of %s: %s", a.Version, a.Kind, oneOf(versions))
			}
		case eq < 0:
			p.errorf(part, "an option is written key=value; only the version, which comes first, stands alone")
		default:
			key := part.sub(0, eq)
			all := ActorOptions()
			prm := findParam(all, key.text, a.Kind)
			if prm == nil {
				p.errorf(key, "actors have no option %s%s", key.text, didYouMean(key.text, paramNames(all, a.Kind)))
				continue
			}
			if !kind.isTemplate() && !prm.allows(a.Kind) {
				p.errorf(key, "an actor of kind %s has no option %s", a.Kind, key.text)
				continue
			}
			if _, dup := a.Get(key.text); dup {
				p.errorf(key, "%s is said twice", key.text)
				continue
			}
			if v, ok := p.value(part.sub(eq+1, len(part.text)), want{prm.Type, prm.Words}); ok {
				a.Options = append(a.Options, Arg{key.text, v})
			}
		}
	}
}

func (p *parser) checkService(s *Scenario, a *Actor, kind token) {
	for _, k := range ActorKinds() {
		if k.Kind == a.Kind && k.Service != "" && !slices.Contains(s.Services, k.Service) {
			p.errorf(kind, "the services line leaves the target without %s, so %s cannot connect", k.Service, a.Name)
		}
	}
}

func findParam(params []Param, name string, kind ActorKind) *Param {
	var other *Param
	for i := range params {
		if params[i].Name != name {
			continue
		}
		if params[i].allows(kind) {
			return &params[i]
		}
		other = &params[i]
	}
	return other
}

func paramNames(params []Param, kind ActorKind) []string {
	var names []string
	for _, prm := range params {
		if kind == "" || prm.allows(kind) {
			names = append(names, prm.Name)
		}
	}
	return names
}

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

// sourceText is the line as reports show it: with matrix values in place, without comment.
func (p *parser) sourceText() string {
	if !slices.ContainsFunc(p.line.toks, func(t token) bool { return !t.orig }) {
		return p.line.source()
	}
	words := make([]string, len(p.line.toks))
	for i, t := range p.line.toks {
		words[i] = t.text
	}
	return strings.Join(words, " ")
}

// endCol is the column after the last word of the line.
func (p *parser) endCol() int {
	last := p.line.toks[len(p.line.toks)-1]
	if !last.orig {
		return last.col
	}
	return last.col + len(last.text)
}

// value reads a literal, or in the general form lets a template stand.
func (p *parser) value(t token, w want) (Value, bool) {
	if t.isTemplate() && !p.bound {
		return Value{Pos: p.pos(t), Kind: TypeTemplate, Text: t.text}, true
	}
	v, msg, off := literal(t, w, p.embedded)
	p.place(&v)
	if msg != "" {
		p.errorAt(p.line, t.at(off), "%s", msg)
		return v, false
	}
	return v, true
}

// place puts the line number into the places of a value and its elements.
func (p *parser) place(v *Value) {
	v.Pos.Line = p.line.num
	for i := range v.List {
		p.place(&v.List[i])
	}
}

func (p *parser) embedded(name string) ([]byte, bool) {
	for _, f := range p.archive {
		if f.Name == name {
			return f.Data, true
		}
	}
	return nil, false
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
