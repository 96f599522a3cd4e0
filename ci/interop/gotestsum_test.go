//go:build interop

package interop

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"
	"time"
)

// runTimeout bounds a run of the whole suite. It takes seconds; what this
// guards against is a hang.
const runTimeout = 5 * time.Minute

// TestGotestsum has gotestsum read what `crosswire run --json` prints.
func TestGotestsum(t *testing.T) {
	t.Parallel()
	crosswire, root := os.Getenv(envCrosswire), os.Getenv(envRoot)
	list := run(t, root, crosswire, "list").ok(t)
	junit := t.TempDir() + "/junit.xml"
	r := runFor(t, runTimeout, root, os.Getenv(envGotestsum), "--raw-command", "--junitfile", junit, "--", crosswire, "run", "--json").ok(t)
	text, err := os.ReadFile(junit)
	if err != nil {
		r.fatal(t, "%v", err)
	}
	var report struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Suites   []struct {
			Cases []struct {
				Name string `xml:"name,attr"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(text, &report); err != nil {
		r.fatal(t, "%v\n%s", err, tail(string(text)))
	}
	if report.Failures != 0 || report.Errors != 0 {
		r.fatal(t, "the JUnit file has %d failures and %d errors", report.Failures, report.Errors)
	}
	var names []string
	for _, s := range report.Suites {
		for _, c := range s.Cases {
			names = append(names, c.Name)
		}
	}
	if report.Tests == 0 || report.Tests != len(names) {
		r.fatal(t, "the JUnit file counts %d tests and has %d", report.Tests, len(names))
	}
	all := strings.Join(names, "\n")
	for _, line := range strings.Split(strings.TrimSpace(list.stdout), "\n") {
		id, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !strings.Contains(all, id) {
			r.fatal(t, "the JUnit file lacks the scenario %s", id)
		}
	}
}
