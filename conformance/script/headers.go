package script

import (
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
