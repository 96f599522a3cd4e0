package script

import (
	"fmt"
	"slices"
	"strings"
)

// CheckSet finds what is wrong among files that are each right: two scenarios with one id. It returns Errors.
func CheckSet(scenarios []*Scenario) error {
	seen := map[string]*Scenario{}
	var errs Errors
	for _, s := range scenarios {
		first, dup := seen[s.ID]
		if !dup {
			seen[s.ID] = s
			continue
		}
		l := s.firstLine()
		col := 1
		if len(l.toks) > 1 {
			col = l.toks[1].col
		}
		errs = append(errs, &Error{File: s.File, Line: l.num, Col: col, Source: l.text, Message: fmt.Sprintf("the id %s is that of %s too", s.ID, first.File)})
	}
	if errs = errs.sorted(); len(errs) > 0 {
		return errs
	}
	return nil
}

// checkFile checks what concerns the file as a whole, whatever the row.
func (p *parser) checkFile(s *Scenario) {
	for _, d := range s.Matrix {
		if !d.Policy && !p.used[d.Name] && len(p.errs) == 0 {
			p.errorAt(s.lineNum(d.Pos.Line), d.Pos.Col, "nothing mentions the dimension %s: each of its rows would be the same", d.Name)
		}
	}
	if len(s.Rows()) == 0 && len(s.Except) > 0 {
		p.errorAt(s.lineNum(s.Except[0].Pos.Line), s.Except[0].Pos.Col, "no row of the matrix is left")
	}
	if len(s.Steps) == 0 && len(p.errs) == 0 {
		p.errorAt(s.firstLine(), 1, "the scenario does nothing: it has no steps")
	}
	names := map[string]bool{}
	for _, f := range s.Archive {
		if names[f.Name] {
			p.errorAt(s.firstLine(), 1, "two files called %q are embedded", f.Name)
		}
		names[f.Name] = true
	}
}

func (s *Scenario) lineNum(n int) *line {
	if n < 1 || n > len(s.lines) {
		return &line{num: max(n, 1)}
	}
	return &s.lines[n-1]
}

// rowError is an error that some rows show and the general form does not.
type rowError struct {
	err  *Error
	rows []Row
}

// checkRows binds each row and follows its steps. An error that only some rows have says which.
func (p *parser) checkRows(s *Scenario) Errors {
	if s.ID == "" && len(s.Actors) == 0 || slices.ContainsFunc(p.errs, func(e *Error) bool {
		l := s.lineNum(e.Line)
		return len(l.toks) > 0 && slices.Contains([]string{"matrix", "except", "actors"}, l.toks[0].text)
	}) {
		return nil
	}
	rows := s.Rows()
	found := map[Error]*rowError{}
	var order []*rowError
	for _, r := range rows {
		q := &parser{file: p.file, reg: p.reg, bad: map[int]bool{}, archive: p.archive}
		b := q.bind(s, r, "run")
		for n := range p.bad {
			q.bad[n] = true
		}
		f := newFlow(q, b)
		f.eachWorld(func(w world) { f.run(w) })
		f.nothingAsserted(s, len(p.errs)+len(q.errs) > 0)
		for _, e := range q.errs.sorted() {
			known := found[*e]
			if known == nil {
				known = &rowError{err: e}
				found[*e] = known
				order = append(order, known)
			}
			known.rows = append(known.rows, r)
		}
	}
	var out Errors
	for _, re := range order {
		if p.bad[re.err.Line] && slices.ContainsFunc(p.errs, func(e *Error) bool { return e.Line == re.err.Line }) {
			continue
		}
		e := *re.err
		if n := len(re.rows); n < len(rows) {
			e.Message += " (when " + strings.ReplaceAll(re.rows[0].String(), ",", " ")
			if n > 1 {
				e.Message += fmt.Sprintf(", and in %d other rows", n-1)
			}
			e.Message += ")"
		}
		out = append(out, &e)
	}
	return out
}
