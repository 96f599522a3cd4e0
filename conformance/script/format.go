package script

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Format gives the canonical form of a scenario file: headers aligned, one space between words, comments kept and those
// after code aligned within each block, no two blank lines, one between headers and what follows. Embedded files stay as
// they are. It needs the words of each line to be right, not what they say; the error is of type Errors.
func Format(src []byte) ([]byte, error) {
	var errs Errors
	body, tail, _ := splitArchive(src)
	x := lexer{errs: func(num, col int, text, msg string) {
		errs = append(errs, &Error{File: "-", Line: num, Col: col, Message: msg, Source: text})
	}}
	lines := x.lines(body)
	if len(errs) > 0 {
		return nil, errs.sorted()
	}
	out := layOut(lines)
	if len(tail) > 0 {
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.Write(tail)
		if tail[len(tail)-1] != '\n' {
			out.WriteByte('\n')
		}
	}
	return out.Bytes(), nil
}

// row is a line to be written.
type row struct {
	code, comment string
	header        bool
}

func (r row) blank() bool { return r.code == "" && r.comment == "" }

func layOut(lines []line) *bytes.Buffer {
	var rows []row
	for i := range lines {
		l := &lines[i]
		r := row{comment: l.comment, header: len(l.toks) > 0 && slices.Contains(headerWords, l.toks[0].text)}
		words := make([]string, len(l.toks))
		for j, t := range l.toks {
			words[j] = canonical(t.text)
		}
		if r.header && len(words) > 1 {
			words[0] += strings.Repeat(" ", max(len("scenario")-len(words[0]), 0))
		}
		r.code = strings.Join(words, " ")
		if r.blank() && (len(rows) == 0 || rows[len(rows)-1].blank()) {
			continue
		}
		rows = append(rows, r)
	}
	for len(rows) > 0 && rows[len(rows)-1].blank() {
		rows = rows[:len(rows)-1]
	}
	return write(separate(rows))
}

// separate puts a blank line between the headers and what follows, before the comment of what follows.
func separate(rows []row) []row {
	body := slices.IndexFunc(rows, func(r row) bool { return r.code != "" && !r.header })
	if body <= 0 {
		return rows
	}
	at := body
	for at > 0 && rows[at-1].code == "" && rows[at-1].comment != "" {
		at--
	}
	if at > 0 && rows[at-1].header {
		rows = slices.Insert(rows, at, row{})
	}
	return rows
}

// write aligns the comments of consecutive lines that have code and comment.
func write(rows []row) *bytes.Buffer {
	out := &bytes.Buffer{}
	for i := 0; i < len(rows); {
		end, width := i, 0
		for end < len(rows) && rows[end].code != "" && rows[end].comment != "" {
			width = max(width, utf8.RuneCountInString(rows[end].code))
			end++
		}
		end = max(end, i+1)
		for _, r := range rows[i:end] {
			out.WriteString(r.code)
			if r.code != "" && r.comment != "" {
				out.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(r.code)+2))
			}
			out.WriteString(r.comment)
			out.WriteByte('\n')
		}
		i = end
	}
	return out
}

// canonical writes a word with one space where white space separates within brackets and parentheses, none at their
// ends, and one after each comma in parentheses.
func canonical(s string) string {
	if !strings.ContainsAny(s, "([") {
		return s
	}
	var b strings.Builder
	var open []byte
	space := false
	last := byte('(')
	put := func(c byte) {
		if space && !strings.ContainsRune("([", rune(last)) && (last != '!' || len(open) == 0) && !strings.ContainsRune(")],", rune(c)) {
			b.WriteByte(' ')
		}
		space = false
		b.WriteByte(c)
		last = c
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			n := quoted(s[i:])
			put(c)
			b.WriteString(s[i+1 : i+n])
			i += n - 1
		case isSpace(c):
			space = true
		case c == '(' || c == '[':
			put(c)
			open = append(open, c)
		case c == ')' || c == ']':
			open = open[:len(open)-1]
			put(c)
		case c == ',' && len(open) > 0 && open[len(open)-1] == '(':
			put(c)
			space = true
		default:
			put(c)
		}
	}
	return b.String()
}
