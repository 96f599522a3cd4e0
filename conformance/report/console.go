package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"crosswire/conformance/client"
)

// Console writes verdict lines, and the text of what went wrong.
type Console struct {
	W io.Writer
	// Rerun is the command that repeats one run; %s is its name as a
	// regular expression. Empty leaves the line out.
	Rerun string
	// Events bounds how many events a failure shows, 0 for all.
	Events int
	// Quiet leaves out the lines of runs that passed.
	Quiet bool
}

// DefaultEvents is enough for the last exchange of three actors.
const DefaultEvents = 40

// Result writes one verdict.
func (c *Console) Result(r *Result) error {
	if c.Quiet && r.Verdict == Pass {
		return nil
	}
	_, err := io.WriteString(c.W, VerdictLine(r)+"\n"+indent(c.Text(r), "    "))
	return err
}

// VerdictLine is "PASS caching/x  (0.02s)".
func VerdictLine(r *Result) string {
	word := strings.ToUpper(string(r.Verdict))
	if r.Verdict == Fail && !r.Gates {
		word = "FAIL (should)"
	}
	return fmt.Sprintf("%-4s %s  (%.2fs)", word, r.Run, r.Duration)
}

// Text is everything a reader needs to understand the verdict, without
// indentation; empty for a pass that needs no word.
func (c *Console) Text(r *Result) string {
	var b strings.Builder
	switch {
	case r.Failure == nil && r.Reason == "":
		return ""
	case r.Failure == nil || r.Verdict == NotSupported:
		b.WriteString(r.Reason + "\n")
		return b.String()
	}
	f := r.Failure
	if f.Line > 0 {
		fmt.Fprintf(&b, "%s:%d:%d: ", r.File, f.Line, f.Col)
	} else {
		fmt.Fprintf(&b, "%s: ", r.File)
	}
	b.WriteString(r.Reason + "\n")
	if f.Source != "" {
		fmt.Fprintf(&b, "    %s\n    %s^\n", f.Source, blank(f.Source, f.Caret))
	}
	field(&b, "claim", r.Doc)
	field(&b, "expected", f.Expected)
	field(&b, "observed", f.Observed)
	if f.Hint != "" {
		field(&b, "hint", strings.TrimRight(f.Hint, "\n"))
	}
	if r.Verdict != NotExercised {
		c.events(&b, r)
	}
	field(&b, "clauses", strings.Join(r.Clauses, "; "))
	field(&b, "covers", strings.Join(r.Covers, " "))
	field(&b, "clients", clients(r.Clients))
	if c.Rerun != "" {
		field(&b, "rerun", fmt.Sprintf(c.Rerun, RunPattern(r.Run)))
	}
	return b.String()
}

// blank is white space as wide as the first n bytes of s; tabs stay tabs.
func blank(s string, n int) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, s[:min(max(n, 0), len(s))])
}

// RunPattern is the regular expression that selects one run, quoted for a
// shell.
func RunPattern(run string) string {
	var b strings.Builder
	for _, r := range run {
		if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return "'^" + strings.ReplaceAll(b.String(), "'", `'\''`) + "$'"
}

func field(b *strings.Builder, name, text string) {
	if text == "" {
		return
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			name = ""
		}
		fmt.Fprintf(b, "%-9s %s\n", name, line)
	}
}

func clients(m map[string]string) string {
	var s []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		s = append(s, name+"="+m[name])
	}
	return strings.Join(s, ", ")
}

// events shows the last events of all actors on the one clock.
func (c *Console) events(b *strings.Builder, r *Result) {
	evs := r.Events
	if len(evs) == 0 {
		return
	}
	label := "events"
	if c.Events > 0 && len(evs) > c.Events {
		fmt.Fprintf(b, "%-9s (%d earlier ones left out)\n", label, len(evs)-c.Events)
		evs = evs[len(evs)-c.Events:]
		label = ""
	}
	for _, e := range evs {
		fmt.Fprintf(b, "%-9s %s\n", label, EventLine(e))
		label = ""
	}
}

// EventLine is one event for people: time, actor, kind, what.
func EventLine(e client.Event) string {
	return strings.TrimRight(fmt.Sprintf("%12s  %-7s %-7s %s", Clock(e.Time), e.Actor, e.Kind, eventDetail(e)), " ")
}

// Clock shows a time since the start of the run in milliseconds, with
// microseconds as decimals: "+1.204ms".
func Clock(d time.Duration) string {
	return fmt.Sprintf("+%d.%03dms", d/time.Millisecond, d%time.Millisecond/time.Microsecond)
}

func eventDetail(e client.Event) string {
	var parts []string
	if e.Step != "" {
		parts = append(parts, e.Step)
	}
	if e.Handle != nil && e.Handle.Name != "" {
		parts = append(parts, e.Handle.Name)
	}
	switch {
	case e.From != "" && e.To != "":
		parts = append(parts, e.From+"->"+e.To)
	case e.To != "":
		parts = append(parts, "->"+e.To)
	}
	if e.Kind == client.EventBreak && !e.AckRequired {
		parts = append(parts, "(no ack wanted)")
	}
	if e.Status != "" {
		parts = append(parts, e.Status)
	}
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	}
	return strings.Join(parts, " ")
}

// Summary writes the counts and, if it matters, what they mean.
func (c *Console) Summary(s Summary) error {
	var parts []string
	for _, v := range verdicts {
		if n := s.Counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if len(parts) == 0 {
		parts = []string{"nothing ran"}
	}
	line := fmt.Sprintf("%d runs: %s  (%.2fs)", s.Total, strings.Join(parts, ", "), s.Duration)
	if s.Tolerated > 0 {
		line += fmt.Sprintf("; %d of the failures concern a SHOULD and do not count", s.Tolerated)
	}
	_, err := fmt.Fprintln(c.W, line)
	return err
}

func indent(s, by string) string {
	if s == "" {
		return ""
	}
	return by + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n"+by) + "\n"
}
