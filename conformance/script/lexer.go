package script

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/tools/txtar"
)

// token is a word of a line: white space ends it, except within "quotes", (parentheses) and [brackets].
type token struct {
	col  int    // of its first byte
	text string // as written, or with matrix values in place
	orig bool   // text is as written, so that a place within it can be told
}

// at is the column of byte off of the token's text.
func (t token) at(off int) int {
	if !t.orig {
		return t.col
	}
	return t.col + off
}

// sub is the part of the token from byte from to byte to.
func (t token) sub(from, to int) token {
	return token{col: t.at(from), text: t.text[from:to], orig: t.orig}
}

// line is a line of the script part of a file.
type line struct {
	num     int
	text    string // without the line end
	toks    []token
	comment string // with its #, trailing space removed
}

// source is the line without comment and outer space, as a message or a report shows it.
func (l *line) source() string {
	text := l.text
	if l.comment != "" {
		text = text[:strings.LastIndex(text, l.comment)]
	}
	return strings.TrimSpace(text)
}

type lexer struct {
	errs func(num, col int, text, msg string)
}

// splitArchive divides a file into the script and the embedded files that may follow it. tail is the archive as
// written.
func splitArchive(src []byte) (script, tail []byte, files []File) {
	a := txtar.Parse(src)
	for _, f := range a.Files {
		files = append(files, File{Name: f.Name, Data: f.Data})
	}
	if len(files) == 0 {
		return src, nil, nil
	}
	n := min(len(a.Comment), len(src))
	return src[:n], src[n:], files
}

func (x *lexer) lines(script []byte) []line {
	var out []line
	num := 0
	for len(script) > 0 {
		num++
		text, rest, _ := bytes.Cut(script, []byte("\n"))
		script = rest
		out = append(out, x.line(num, strings.TrimSuffix(string(text), "\r")))
	}
	return out
}

func (x *lexer) line(num int, text string) line {
	l := line{num: num, text: text}
	if !utf8.ValidString(text) {
		x.errs(num, 1, text, `not UTF-8; write other bytes as "\xNN"`)
		return l
	}
	for i := 0; i < len(text); {
		if isSpace(text[i]) {
			i++
			continue
		}
		if text[i] == '#' {
			l.comment = strings.TrimRight(text[i:], " \t\r\f\v")
			break
		}
		end, msg, at := scanWord(text, i)
		if msg != "" {
			x.errs(num, at+1, text, msg)
			return l
		}
		if len(l.toks) == 0 && text[i:end] == "--" {
			x.errs(num, i+1, text, "a line that begins with -- names an embedded file, without space before it: -- name --")
			return l
		}
		l.toks = append(l.toks, token{col: i + 1, text: text[i:end], orig: true})
		i = end
	}
	return l
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' }

// scanWord finds the end of the word that begins at i.
func scanWord(s string, i int) (end int, msg string, at int) {
	var open []int
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			n := quoted(s[i:])
			if n < 0 {
				return 0, "this quote is never closed", i
			}
			i += n - 1
		case c == '(' || c == '[':
			open = append(open, i)
		case c == ')' || c == ']':
			if len(open) == 0 {
				return 0, "nothing is open that " + string(c) + " could close", i
			}
			top := open[len(open)-1]
			if (s[top] == '(') != (c == ')') {
				return 0, string(c) + " cannot close " + string(s[top]), i
			}
			open = open[:len(open)-1]
		case isSpace(c) && len(open) == 0:
			return i, "", 0
		}
	}
	if len(open) > 0 {
		top := open[len(open)-1]
		return 0, string(s[top]) + " is never closed", top
	}
	return i, "", 0
}

// quoted is the length of the quoted string that s begins with, or -1.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// split divides a token at sep, outside quotes, parentheses and brackets.
func (t token) split(sep byte) []token {
	var parts []token
	depth, from := 0, 0
	for i := 0; i < len(t.text); i++ {
		switch c := t.text[i]; {
		case c == '"':
			if n := quoted(t.text[i:]); n > 0 {
				i += n - 1
			}
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == sep && depth == 0:
			parts = append(parts, t.sub(from, i))
			from = i + 1
		}
	}
	return append(parts, t.sub(from, len(t.text)))
}

// trim removes outer white space.
func (t token) trim() token {
	from, to := 0, len(t.text)
	for from < to && isSpace(t.text[from]) {
		from++
	}
	for to > from && isSpace(t.text[to-1]) {
		to--
	}
	return t.sub(from, to)
}

// words splits the inside of brackets or parentheses at white space.
func (t token) words() []token {
	var out []token
	for i := 0; i < len(t.text); {
		if isSpace(t.text[i]) {
			i++
			continue
		}
		end, msg, _ := scanWord(t.text, i)
		if msg != "" {
			end = len(t.text)
		}
		out = append(out, t.sub(i, end))
		i = end
	}
	return out
}

// templates calls f for each {name} outside quotes.
func (t token) templates(f func(from, to int, name string)) {
	for i := 0; i < len(t.text); i++ {
		switch t.text[i] {
		case '"':
			if n := quoted(t.text[i:]); n > 0 {
				i += n - 1
			}
		case '{':
			n := strings.IndexByte(t.text[i:], '}')
			if n < 0 {
				f(i, len(t.text), "")
				return
			}
			f(i, i+n+1, t.text[i+1:i+n])
			i += n
		}
	}
}

func (t token) isTemplate() bool {
	found := false
	t.templates(func(int, int, string) { found = true })
	return found
}

// fill puts values in the place of {name}; a name without value stays.
func (t token) fill(value func(name string) (string, bool)) token {
	var b strings.Builder
	last := 0
	t.templates(func(from, to int, name string) {
		if v, ok := value(name); ok {
			b.WriteString(t.text[last:from])
			b.WriteString(v)
			last = to
		}
	})
	if last == 0 {
		return t
	}
	b.WriteString(t.text[last:])
	return token{col: t.col, text: b.String()}
}

// isName reports whether s can name an actor, a capture or a dimension: a letter, then letters, digits and _.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}
