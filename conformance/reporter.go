package conformance

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"crosswire/conformance/report"
)

// reporter writes results as they come in. The console shows them in the
// order of the cases, whichever ends first; test2json shows them at once.
type reporter struct {
	o       Options
	console *report.Console
	stream  *report.Test2JSON

	mu      sync.Mutex
	pending map[int]*report.Result
	next    int
	err     error
}

func newReporter(o Options, target string, cases []Case) *reporter {
	rerun := "go run ./cmd/crosswire run"
	if o.Target != "" {
		rerun += " --target " + strings.ReplaceAll(o.Target, "%", "%%")
	}
	for _, p := range o.Paths {
		rerun += " " + strings.ReplaceAll(p, "%", "%%")
	}
	r := &reporter{o: o, pending: map[int]*report.Result{}}
	r.console = &report.Console{W: o.Stdout, Rerun: rerun + " --run %s", Events: report.DefaultEvents, Quiet: o.Quiet}
	if o.JSON {
		// The stream has every verdict; people who watch get the summary.
		r.console.W = io.Discard
		r.stream = report.NewTest2JSON(o.Stdout, r.console.Text)
		rows := map[string]int{}
		for _, c := range cases {
			if len(c.Row) > 0 {
				rows[c.Scenario.ID]++
			}
		}
		r.stream.Begin(rows)
	}
	return r
}

func (r *reporter) start(c Case) {
	if r.stream != nil {
		r.stream.Start(c.Scenario.ID, c.Name)
	}
}

// done tells the result of case i.
func (r *reporter) done(i int, res *report.Result) {
	if r.stream != nil {
		r.stream.Result(res, report.Summarize([]*report.Result{res}, 0, r.o.Strict).Failed > 0)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending[i] = res
	for {
		res, ok := r.pending[r.next]
		if !ok {
			return
		}
		delete(r.pending, r.next)
		r.next++
		r.keep(r.console.Result(res))
	}
}

func (r *reporter) keep(err error) {
	if err != nil && r.err == nil {
		r.err = err
	}
}

// finish writes the summary and the files.
func (r *reporter) finish(f report.File) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stream != nil {
		r.keep(r.stream.End(f.Summary.ExitStatus() == report.ExitOK))
		r.console.W = r.o.Stderr
	}
	r.keep(r.console.Summary(f.Summary))
	junit := func(w io.Writer) error { return report.WriteJUnit(w, f, r.console.Text) }
	errs := []error{r.err}
	if r.o.JUnit != "" {
		errs = append(errs, os.MkdirAll(filepath.Dir(r.o.JUnit), 0o755), create(r.o.JUnit, junit))
	}
	if r.o.Out != "" {
		errs = append(errs, os.MkdirAll(r.o.Out, 0o755),
			create(filepath.Join(r.o.Out, "results.json"), func(w io.Writer) error { return report.WriteJSON(w, f) }),
			create(filepath.Join(r.o.Out, "junit.xml"), junit))
		for _, res := range f.Results {
			// An id has no "..", and a row no slash that leads out: both
			// are words of the scenario language.
			dir := filepath.Join(r.o.Out, "runs", filepath.FromSlash(res.Run))
			errs = append(errs, os.MkdirAll(dir, 0o755),
				create(filepath.Join(dir, "events.jsonl"), func(w io.Writer) error { return report.WriteEvents(w, res.Events) }))
		}
	}
	return errors.Join(errs...)
}
