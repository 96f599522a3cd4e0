package script

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing that is wrong with a scenario file.
type Error struct {
	File    string
	Line    int // from 1
	Col     int // from 1, in bytes
	Message string
	Source  string // the line
}

// Error gives "file:line:col: message", the line, and a caret below the place.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s\n\t%s\n\t%s^", e.File, e.Line, e.Col, e.Message, e.Source, indent(e.Source, e.Col))
}

// indent is white space as wide as the first col-1 bytes of source; tabs stay tabs.
func indent(source string, col int) string {
	if col-1 < len(source) {
		source = source[:max(col-1, 0)]
	}
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, source)
}

// Errors are all that is wrong, sorted by place. Parse, Bind and Format return errors of this type only.
type Errors []*Error

func (l Errors) Error() string {
	var b strings.Builder
	for i, e := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.Error())
	}
	return b.String()
}

// Unwrap lets errors.As find each *Error.
func (l Errors) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// sorted gives the list by place, each error once; nil if there are none.
func (l Errors) sorted() Errors {
	slices.SortStableFunc(l, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(l, func(a, b *Error) bool { return *a == *b })
}

// didYouMean is " (did you mean x?)" for the name nearest to s, or "" if none is near.
func didYouMean(s string, names []string) string {
	best, bestDist := "", 3
	if len(s) <= 4 {
		bestDist = 2
	}
	for _, n := range names {
		if strings.EqualFold(n, s) && n != s {
			best = n
			break
		}
		if abs(len(n)-len(s)) >= bestDist || n == s {
			continue
		}
		if d := distance(s, n); d < bestDist && d < len(s) {
			best, bestDist = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

func abs(n int) int { return max(n, -n) }

// distance is the optimal string alignment distance: edits, with a swap of neighbours counted once.
func distance(a, b string) int {
	two, one := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range one {
		one[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			d := one[j]
			if a[i] != b[j] {
				d++
			}
			row[j+1] = min(d, one[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], two[j-1]+1)
			}
		}
		two, one = one, row
	}
	return one[len(b)]
}

// oneOf names a choice for a message: "a, b or c".
func oneOf(words []string) string {
	switch n := len(words); n {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
}
