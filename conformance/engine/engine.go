// Package engine runs one parsed scenario against a target and says what came
// of it. It connects the actors' real clients, makes the steps one after
// another (async ones beside the rest), keeps every actor's events on one
// clock and judges only what the scenario claims.
//
// The engine knows no protocol: it translates the steps of conformance/script
// into calls of conformance/client and compares what comes back. It never
// retries, acknowledges or flushes by itself. A wait has a bound on the run's
// clock; where the target's clock is ours (target.Instance.Fresh and a control
// plane that can advance it) a long wait moves that clock instead of sleeping.
//
// conformance and cmd may import it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
	"crosswire/conformance/target"
)

// Engine runs scenarios. It is safe for concurrent use: a run shares nothing
// with another but what the target shares.
type Engine struct {
	Target  target.Target
	Clients *client.Registry
	// Limits are the bounds of waits that the scenario does not bound.
	Limits Limits
}

// Limits are real time.
type Limits struct {
	// Scenario bounds one run, besides what the scenario itself waits for.
	Scenario time.Duration
	// Call bounds the answer to a step without within.
	Call time.Duration
	// Fence bounds the answer to a fence or a quiesce.
	Fence time.Duration
	// Settle is how long the engine waits for what should not happen on a
	// target which cannot be quiesced.
	Settle time.Duration
	// Patience is how long it waits in real time before it moves a clock
	// that is ours, and how long it waits for the last effects afterwards.
	Patience time.Duration
}

// DefaultLimits suit a target on the same machine or network.
var DefaultLimits = Limits{
	Scenario: 60 * time.Second,
	Call:     20 * time.Second,
	Fence:    5 * time.Second,
	Settle:   time.Second,
	Patience: 250 * time.Millisecond,
}

// Name of a run: the scenario's id, and the row if there is one.
func Name(sc *script.Scenario, row script.Row) string {
	if len(row) == 0 {
		return sc.ID
	}
	return sc.ID + "/" + row.String()
}

// Run runs one row of a scenario. It always returns a result; a panic of the
// engine or of a client's Do becomes the verdict error.
func (e *Engine) Run(ctx context.Context, sc *script.Scenario, row script.Row) *report.Result {
	res := newResult(sc, row)
	r := &run{engine: e, started: time.Now(), limits: e.Limits, res: res, log: newLog()}
	if r.limits == (Limits{}) {
		r.limits = DefaultLimits
	}
	defer func() {
		res.Started = r.started
		res.Duration = time.Since(r.started).Seconds()
		res.Advanced = r.log.advanced().Seconds()
		res.Events = r.log.events()
	}()
	r.conclude(r.guard(func() error { return r.all(ctx, sc, row) }))
	return res
}

func newResult(sc *script.Scenario, row script.Row) *report.Result {
	res := &report.Result{
		Run: Name(sc, row), Scenario: sc.ID, File: sc.File, Doc: strings.Join(sc.Doc, " "),
		Verdict: report.Error, Gates: gates(sc), Clients: map[string]string{},
	}
	for _, b := range row {
		if res.Row == nil {
			res.Row = map[string]string{}
		}
		res.Row[b.Name] = b.Value
	}
	for _, c := range sc.Cites {
		res.Clauses = append(res.Clauses, fmt.Sprintf("%s %s %s", c.Spec, c.Section, c.Grade))
	}
	for _, c := range sc.Covers {
		res.Covers = append(res.Covers, c.Entry)
	}
	return res
}

// strongest grade cited; a scenario that cites nothing binds like a MUST.
func strongest(sc *script.Scenario) script.Grade {
	if len(sc.Cites) == 0 {
		return script.Must
	}
	g := script.Observe
	for _, c := range sc.Cites {
		switch c.Grade {
		case script.Must:
			return script.Must
		case script.Should:
			g = script.Should
		}
	}
	return g
}

func gates(sc *script.Scenario) bool { return strongest(sc) == script.Must }

// guard turns a panic into an error with its stack.
func (r *run) guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &verdict{is: report.Error, reason: fmt.Sprintf("panicked: %v", p), hint: string(debug.Stack())}
		}
	}()
	return f()
}

// conclude turns what the steps returned into the verdict.
func (r *run) conclude(err error) {
	res := r.res
	var v *verdict
	var ns *target.NotSupported
	switch {
	case err == nil && res.Assertions == 0:
		res.Verdict = report.Error
		res.Reason = "the run judged nothing: it passed by no line with an expectation"
		if len(res.Skipped) > 0 {
			res.Reason += "; the conditions left out " + strings.Join(res.Skipped, ", ")
		}
		return
	case err == nil:
		res.Verdict = report.Pass
		return
	case errors.As(err, &v):
	case errors.As(err, &ns):
		v = &verdict{is: report.NotSupported, reason: ns.Reason}
	default:
		v = &verdict{is: report.Error, reason: err.Error()}
	}
	res.Verdict, res.Reason = v.is, v.reason
	if v.is != report.NotSupported && (v.pos.Line > 0 || v.hint != "" || v.expected != "") {
		res.Failure = &report.Failure{
			Line: v.pos.Line, Col: v.pos.Col, Source: v.source, Caret: v.caret,
			Expected: v.expected, Observed: v.observed, Hint: v.hint,
		}
	}
	if v.is == report.Fail && r.observe {
		res.Verdict, res.Reason = report.Pass, "observed, not judged: "+v.reason
	}
}
