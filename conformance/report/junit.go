package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// The JUnit form that GitLab, Jenkins and GitHub's reporters read. A suite is
// a folder of scenarios, a test case one run.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Time      string      `xml:"time,attr"`
	Timestamp string      `xml:"timestamp,attr,omitempty"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Classname  string           `xml:"classname,attr"`
	Name       string           `xml:"name,attr"`
	File       string           `xml:"file,attr,omitempty"`
	Time       string           `xml:"time,attr"`
	Properties *junitProperties `xml:"properties,omitempty"`
	Failure    *junitMessage    `xml:"failure,omitempty"`
	Error      *junitMessage    `xml:"error,omitempty"`
	Skipped    *junitMessage    `xml:"skipped,omitempty"`
	SystemOut  string           `xml:"system-out,omitempty"`
}

type junitProperties struct {
	Properties []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the results as JUnit XML. text renders what went wrong,
// as on the console.
func WriteJUnit(w io.Writer, f File, text func(*Result) string) error {
	doc := junitSuites{Name: "crosswire " + xmlText(f.Target), Time: seconds(f.Summary.Duration)}
	bySuite := map[string]*junitSuite{}
	for _, r := range f.Results {
		name := path.Dir(r.Scenario)
		s := bySuite[name]
		if s == nil {
			s = &junitSuite{Name: xmlText(name), Timestamp: f.Started.UTC().Format("2006-01-02T15:04:05Z")}
			bySuite[name] = s
		}
		c := junitCase{
			Classname: xmlText(name), Name: xmlText(strings.TrimPrefix(r.Run, name+"/")), File: xmlText(r.File),
			Time: seconds(r.Duration), Properties: properties(r),
		}
		m := &junitMessage{Message: xmlText(r.Reason), Type: string(r.Verdict), Text: xmlText(text(r))}
		switch {
		case r.Failed():
			c.Failure = m
			s.Failures++
		case r.Verdict == Error:
			c.Error = m
			s.Errors++
		case r.Verdict == Pass:
			c.SystemOut = m.Text
		default:
			c.Skipped = m
			s.Skipped++
		}
		s.Tests++
		s.Cases = append(s.Cases, c)
	}
	for _, name := range slices.Sorted(maps.Keys(bySuite)) {
		s := bySuite[name]
		var d float64
		for _, r := range f.Results {
			if path.Dir(r.Scenario) == name {
				d += r.Duration
			}
		}
		s.Time = seconds(d)
		doc.Suites = append(doc.Suites, *s)
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Errors += s.Errors
		doc.Skipped += s.Skipped
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func properties(r *Result) *junitProperties {
	p := &junitProperties{}
	for _, a := range Attributes(r) {
		p.Properties = append(p.Properties, junitProperty{Name: a.Key, Value: xmlText(a.Value)})
	}
	return p
}

// Attr is one attribute of a run for test2json, T.Attr and JUnit.
type Attr struct{ Key, Value string }

// Attributes of a run: id, clauses, covers, clients, verdict.
func Attributes(r *Result) []Attr {
	all := []Attr{
		{"id", r.Scenario},
		{"clauses", strings.Join(r.Clauses, "; ")},
		{"covers", strings.Join(r.Covers, " ")},
		{"clients", clients(r.Clients)},
		{"verdict", string(r.Verdict)},
	}
	return slices.DeleteFunc(all, func(a Attr) bool { return a.Value == "" })
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }

// xmlText drops what XML 1.0 cannot carry.
func xmlText(s string) string {
	ok := func(r rune) bool {
		return r == '\t' || r == '\n' || r == '\r' || (r >= 0x20 && r <= 0xd7ff) || (r >= 0xe000 && r <= 0xfffd) || r >= 0x10000
	}
	if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !ok(r) }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if ok(r) {
			return r
		}
		return utf8.RuneError
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}
