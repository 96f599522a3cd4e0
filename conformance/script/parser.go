package script

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Parse reads the scenario file whose path is path and whose bytes are src, and checks everything that can be checked
// without a target, in every row of its matrix. The error, if any, is of type Errors and holds all that is wrong. A
// file that lies below a folder called scenarios must carry its path below that folder as its id; path is not opened.
func Parse(path string, src []byte) (*Scenario, error) {
	return DefaultRegistry().Parse(path, src)
}

// Parse is the function Parse with other policies and capabilities.
func (r *Registry) Parse(path string, src []byte) (*Scenario, error) {
	p := &parser{file: path, reg: r, bad: map[int]bool{}}
	body, _, archive := splitArchive(src)
	x := lexer{errs: func(num, col int, text, msg string) {
		p.bad[num] = true
		p.errs = append(p.errs, &Error{File: path, Line: num, Col: col, Message: msg, Source: text})
	}}
	lines := x.lines(body)
	p.unread = maps.Clone(p.bad)
	s := p.scenario(lines, archive)
	p.checkFile(s)
	errs := append(p.errs, p.checkRows(s)...).sorted()
	if len(errs) > 0 {
		return nil, errs
	}
	return s, nil
}

// parser makes the typed form of the lines of one file, either in general or for one row of the matrix.
type parser struct {
	file    string
	reg     *Registry
	row     Row               // nil in general
	bound   bool              // a row is bound: no template may be left
	vars    map[string]string // the values of the row, and run
	archive []File
	dims    []Dim
	actors  map[string]*Actor
	names   map[string][]*def // what each captured name may stand for
	made    map[string]bool   // names that some line makes
	doubts  []doubt           // words that might be mistyped captures
	bad     map[int]bool      // lines with errors, which later checks leave alone
	unread  map[int]bool      // lines whose words could not be told apart
	broken  map[string]bool   // actors whose declaration is wrong: nothing more is said about them
	used    map[string]bool   // dimensions that some line mentions
	errs    Errors
	source  []line // all lines as written
	line    *line  // the line being parsed
}

// def is a line that captures a name.
type def struct {
	name  string
	verb  *Verb // nil if the line is bad or its verb is a template
	actor string
	async bool
	line  int
}

// doubt is a bare word in the place of a file that might be a mistyped capture.
type doubt struct {
	line *line
	tok  token
}

func (p *parser) errorf(t token, format string, args ...any) {
	p.errorAt(p.line, t.col, format, args...)
}

func (p *parser) errorAt(l *line, col int, format string, args ...any) {
	if l == nil {
		l = &line{num: 1}
	}
	p.bad[l.num] = true
	p.errs = append(p.errs, &Error{File: p.file, Line: l.num, Col: max(col, 1), Message: fmt.Sprintf(format, args...), Source: l.text})
}

// sourceLine is line n as written.
func (p *parser) sourceLine(n int) *line {
	if n < 1 || n > len(p.source) {
		return &line{num: max(n, 1)}
	}
	return &p.source[n-1]
}

// pos is the place of t on the line being parsed.
func (p *parser) pos(t token) Pos { return Pos{Line: p.line.num, Col: t.col} }

// headers, set-up lines and steps by their first word.
var headerWords = []string{"scenario", "covers", "cite", "needs", "services", "matrix", "except", "actors"}

var stepWords = []string{"require", "expect", "never", "order"}

// tailWords end the arguments of a call and so cannot be names either.
var tailWords = []string{"fails", "gives", "within", "contains", "lacks"}

var otherWords = []string{"control", "on", "break", "ok", "pending", "to", "none", "run", "now"}

var reserved = slices.Concat(headerWords, stepWords, tailWords, otherWords, []string{"file", "dir", "symlink", "link"})

// Keywords are all words that cannot be the name of an actor or a capture.
func Keywords() []string { return slices.Clone(reserved) }

func isSetup(word string) bool { return slices.Contains(setupKinds, SetupKind(word)) }

// scenario makes the general form.
func (p *parser) scenario(lines []line, archive []File) *Scenario {
	s := &Scenario{File: p.file, Archive: archive, lines: lines}
	p.archive = archive
	p.used = map[string]bool{}
	s.Doc = docSentences(lines)
	p.header(s)
	p.dims = s.Matrix
	p.checkTemplates(lines)
	p.body(s)
	for _, d := range p.doubts {
		if p.made[d.tok.text] || p.madeInOtherCase(d.tok.text) || p.bad[d.line.num] {
			continue
		}
		p.errorAt(d.line, d.tok.col, "%s is neither a capture nor a file that this scenario makes%s; a name that is meant not to exist is written in quotes",
			d.tok.text, didYouMean(d.tok.text, slices.Concat(p.nameList(), slices.Sorted(maps.Keys(p.made)))))
	}
	return s
}

func (p *parser) madeInOtherCase(name string) bool {
	for m := range p.made {
		if strings.EqualFold(m, name) {
			return true
		}
	}
	return false
}

func (p *parser) nameList() []string { return slices.Sorted(maps.Keys(p.names)) }

// body parses actors, set-up lines and steps: all that matrix values may stand in.
func (p *parser) body(s *Scenario) {
	p.source, p.broken = s.lines, map[string]bool{}
	p.actors, p.names, p.made = map[string]*Actor{}, map[string][]*def{}, map[string]bool{}
	live := make([]line, 0, len(s.lines))
	for _, l := range s.lines {
		if p.bound {
			l = p.fillLine(l)
			if !p.holds(l) {
				continue
			}
		}
		live = append(live, l)
	}
	for i := range live {
		if p.line = &live[i]; word(p.line) == "actors" {
			p.parseActors(s)
		}
	}
	for i := range live {
		p.line = &live[i]
		p.scan()
	}
	control := false
	for i := range live {
		p.line = &live[i]
		switch first := word(p.line); {
		case len(p.line.toks) == 0 || p.unread[p.line.num] || slices.Contains(headerWords, first):
		case isSetup(first):
			if len(s.Steps) > 0 {
				p.errorf(p.line.toks[0], "set-up lines come before the first step")
				continue
			}
			if u, ok := p.setup(); ok {
				s.Setup = append(s.Setup, u)
			}
		default:
			st, ok := p.step()
			if !ok {
				p.bad[p.line.num] = true
				continue
			}
			if c, isCall := st.Do.(*Call); isCall && c.Actor == "control" {
				control = true
			}
			s.Steps = append(s.Steps, st)
		}
	}
	if control && !slices.ContainsFunc(s.Actors, func(a Actor) bool { return a.Name == "control" }) {
		s.Actors = append(s.Actors, Actor{Name: "control", Kind: KindControl})
	}
}

// word is the first word of a line after its conditions.
func word(l *line) string {
	for _, t := range l.toks {
		if !strings.HasPrefix(t.text, "[") {
			return t.text
		}
	}
	return ""
}

// fillLine puts the values of the row in the place of {name}. The headers that define the row stay as they are.
func (p *parser) fillLine(l line) line {
	if w := word(&l); w == "matrix" || w == "except" {
		return l
	}
	toks := make([]token, len(l.toks))
	for i, t := range l.toks {
		toks[i] = t.fill(func(name string) (string, bool) {
			v, ok := p.vars[name]
			return v, ok
		})
	}
	l.toks = toks
	return l
}

// checkTemplates reports {name}s that no dimension of the matrix defines.
func (p *parser) checkTemplates(lines []line) {
	names := []string{"run"}
	for _, d := range p.dims {
		names = append(names, d.Name)
	}
	for i := range lines {
		l := &lines[i]
		for _, t := range l.toks {
			t.templates(func(from, _ int, name string) {
				p.used[name] = true
				switch w := word(l); {
				case name == "":
					p.errorAt(l, t.at(from), "{ is never closed; a brace that stands for itself is written in quotes")
				case !slices.Contains(names, name):
					p.errorAt(l, t.at(from), "{%s} is not a dimension of the matrix%s; a brace that stands for itself is written in quotes", name, didYouMean(name, names))
				case slices.Contains(headerWords, w) && w != "actors":
					p.errorAt(l, t.at(from), "matrix values stand in actors, set-up lines and steps only")
				}
			})
		}
	}
}

// scan notes what names the line captures and what paths it makes, before any line is parsed.
func (p *parser) scan() {
	l := p.line
	toks := l.toks
	for len(toks) > 0 && strings.HasPrefix(toks[0].text, "[") {
		toks = toks[1:]
	}
	if len(toks) < 2 || slices.Contains(headerWords, toks[0].text) {
		return
	}
	if isSetup(toks[0].text) {
		i := 1
		if toks[0].text == string(SetupLink) && len(toks) > 2 {
			i = 2
		}
		p.makes(toks[i])
		return
	}
	d := def{actor: toks[0].text, line: l.num}
	d.verb, _ = p.verb(toks)
	for i := 1; i < len(toks); i++ {
		switch t := toks[i].text; {
		case t == "->":
			for i+1 < len(toks) && isName(toks[i+1].text) && !slices.Contains(tailWords, toks[i+1].text) {
				i++
				p.define(d, toks[i].text, false)
			}
		case len(t) > 1 && t[0] == '&':
			p.define(d, t[1:], true)
		}
	}
	if d.verb == nil {
		return
	}
	n := 0
	for _, t := range toks[1+strings.Count(d.verb.Name, " ")+1:] {
		if _, isOption := optionKey(t); isOption || strings.ContainsAny(t.text[:1], "@+") || d.verb.param(t.text, "", Flag) != nil {
			continue
		}
		if isTail(t) {
			break
		}
		if n >= len(d.verb.Params) || d.verb.Params[n].Form != Positional {
			break
		}
		if d.verb.Params[n].Makes {
			p.makes(t)
		}
		n++
	}
}

func (p *parser) define(d def, name string, async bool) {
	d.name, d.async = name, async
	p.names[name] = append(p.names[name], &d)
}

func (p *parser) makes(t token) {
	if s, msg, _ := text(t.text); msg == "" {
		p.made[s] = true
	}
}

// verb finds the verb of a call whose first token is the actor; n is how many tokens name it.
func (p *parser) verb(toks []token) (v *Verb, n int) {
	if len(toks) > 2 {
		if v, ok := LookupVerb(toks[1].text + " " + toks[2].text); ok {
			return v, 2
		}
	}
	if len(toks) > 1 {
		if v, ok := LookupVerb(toks[1].text); ok {
			return v, 1
		}
	}
	return nil, 0
}

// docSentences are the sentences of the comment above the first header.
func docSentences(lines []line) []string {
	var b strings.Builder
	for _, l := range lines {
		if len(l.toks) > 0 {
			break
		}
		b.WriteString(strings.TrimSpace(strings.TrimLeft(l.comment, "#")))
		b.WriteByte(' ')
	}
	var out []string
	rest := strings.Join(strings.Fields(b.String()), " ")
	for rest != "" {
		i := sentenceEnd(rest)
		out = append(out, strings.TrimSpace(rest[:i]))
		rest = strings.TrimSpace(rest[i:])
	}
	return out
}

// sentenceEnd is where the first sentence ends: after . ! or ? before a space and a capital letter or the end.
func sentenceEnd(s string) int {
	for i := 0; i+2 < len(s); i++ {
		if strings.IndexByte(".!?", s[i]) >= 0 && s[i+1] == ' ' && s[i+2] >= 'A' && s[i+2] <= 'Z' {
			return i + 1
		}
	}
	return len(s)
}
