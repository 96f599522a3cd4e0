// Package conformance is the suite: it finds the scenario files, runs each of
// them against a target with real clients and reports what came of it. The
// same files run as subtests of "go test ./conformance" and by Run, which is
// behind "crosswire run".
//
// cmd imports it; server never does.
package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"crosswire/conformance/engine"
	"crosswire/conformance/report"
	"crosswire/conformance/target"
)

// Options of a run. The zero value runs everything below scenarios/ against
// the reference server and prints to nowhere.
type Options struct {
	// Paths are scenario files and folders of them; default "scenarios".
	Paths []string
	// Target is a profile file, "" for the reference server in process.
	Target string
	// Run selects the runs whose name matches the regular expression.
	Run string
	// Tags selects scenarios; see Tagged.
	Tags string
	// Parallel bounds how many run at once; default DefaultParallel.
	Parallel int
	// JSON writes test2json to Stdout instead of verdict lines.
	JSON bool
	// JUnit is a file to write JUnit XML to.
	JUnit string
	// Out is a folder for results.json, junit.xml and a folder for each run
	// with its events.jsonl.
	Out string
	// Strict fails the run for what does not gate, what was not supported and
	// what was not exercised.
	Strict bool
	// Quiet leaves out the lines of runs that passed.
	Quiet bool

	Stdout, Stderr io.Writer
}

// DefaultParallel runs wait more than they work.
func DefaultParallel() int { return 4 * runtime.GOMAXPROCS(0) }

// Run runs the suite. The error is about usage or the target as a whole
// (exit status 2): nothing was judged, or what was judged could not be
// reported. Everything else is in the summary: see report.Summary.ExitStatus.
func Run(ctx context.Context, o Options) (report.Summary, error) {
	cases, err := Select(o)
	if err != nil {
		return report.Summary{}, err
	}
	e, err := openTarget(ctx, o.Target)
	if err != nil {
		return report.Summary{}, err
	}
	return runCases(ctx, o, e, cases)
}

// openTarget makes the engine of a target that answers.
func openTarget(ctx context.Context, profile string) (*engine.Engine, error) {
	if profile == "" {
		return &engine.Engine{Target: Reference(), Clients: Clients(""), Limits: engine.DefaultLimits}, nil
	}
	p, err := target.ReadProfile(profile)
	if err != nil {
		return nil, err
	}
	x, err := target.NewExternal(p, newPlane(p.Token))
	if err != nil {
		return nil, err
	}
	if err := x.Check(ctx); err != nil {
		return nil, err
	}
	return &engine.Engine{Target: x, Clients: Clients(p.Token), Limits: engine.DefaultLimits}, nil
}

// runCases runs the cases on e and reports them.
func runCases(ctx context.Context, o Options, e *engine.Engine, cases []Case) (report.Summary, error) {
	if o.Stdout == nil {
		o.Stdout = io.Discard
	}
	if o.Stderr == nil {
		o.Stderr = io.Discard
	}
	started := time.Now()
	rep := newReporter(o, e.Target.Name(), cases)
	results := make([]*report.Result, len(cases))
	parallel := o.Parallel
	if parallel <= 0 {
		parallel = DefaultParallel()
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(parallel, len(cases)) {
		wg.Go(func() {
			for i := range next {
				c := cases[i]
				rep.start(c)
				results[i] = e.Run(ctx, c.Scenario, c.Row)
				rep.done(i, results[i])
			}
		})
	}
feed:
	for i := range cases {
		if ctx.Err() != nil {
			break
		}
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	wg.Wait()
	var ran []*report.Result
	for _, r := range results {
		if r != nil {
			ran = append(ran, r)
		}
	}
	sum := report.Summarize(ran, time.Since(started), o.Strict)
	err := rep.finish(report.File{Target: e.Target.Name(), Started: started.UTC(), Summary: sum, Results: ran})
	if len(ran) < len(cases) {
		err = errors.Join(fmt.Errorf("interrupted: %d of %d runs were not made", len(cases)-len(ran), len(cases)), err)
	}
	return sum, err
}

// create opens a file of a report for writing.
func create(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
