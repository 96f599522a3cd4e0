// Package report holds what a run of the suite found, and renders it: verdict
// lines and failure texts for a console, results.json, JUnit, test2json, the
// events of each scenario. Rendering is pure; nothing here talks to a target.
//
// The engine fills Result; conformance and cmd render. Anybody below
// conformance may import it.
package report

import (
	"time"

	"crosswire/conformance/client"
)

// Verdict is what came of one run of one scenario.
type Verdict string

// The verdicts.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"
	NotSupported Verdict = "not-supported" // the target lacks what the scenario needs
	NotExercised Verdict = "not-exercised" // a require did not hold: nothing was proved
	Known        Verdict = "known"         // failed as the ledger says
	Fixed        Verdict = "fixed"         // passed although the ledger says that it fails
	Error        Verdict = "error"         // the engine, a client or the target broke
)

// verdicts in the order of the summary.
var verdicts = [...]Verdict{Pass, Fail, Error, Known, Fixed, NotExercised, NotSupported}

// Result is one run of one scenario: a scenario without a matrix has one run,
// any other has one for each row.
type Result struct {
	// Run is the name: the scenario's id, and "/" and the row if it has a
	// matrix: "caching/x/nfs_break=wait".
	Run      string            `json:"run"`
	Scenario string            `json:"scenario"`
	Row      map[string]string `json:"row,omitempty"`
	File     string            `json:"file"`
	Doc      string            `json:"doc,omitempty"`
	Verdict  Verdict           `json:"verdict"`
	// Reason is one line for every verdict but pass.
	Reason string `json:"reason,omitempty"`
	// Gates is false if the strongest clause cited is a SHOULD: the failure
	// is told and does not fail the run.
	Gates bool `json:"gates"`
	// Started is wall time, Duration seconds of real time.
	Started  time.Time `json:"started"`
	Duration float64   `json:"duration"`
	// Advanced is how far the target's clock was moved, in seconds.
	Advanced float64  `json:"advanced,omitempty"`
	Clauses  []string `json:"clauses,omitempty"` // "MS-SMB2 3.3.4.7 MUST"
	Covers   []string `json:"covers,omitempty"`  // "S1"
	// Clients names the real client behind each actor.
	Clients map[string]string `json:"clients,omitempty"`
	// Assertions counts what was judged. A run that judged nothing is an
	// error.
	Assertions int `json:"assertions"`
	// Evidence tells how each claim of absence was closed.
	Evidence []Evidence `json:"evidence,omitempty"`
	Failure  *Failure   `json:"failure,omitempty"`
	// Skipped are the lines that did not apply to this target or row.
	Skipped []string `json:"skipped,omitempty"`

	// Events of all actors; written to events.jsonl, not to results.json.
	Events []client.Event `json:"-"`
}

// Evidence says how the engine made sure that something did not happen.
type Evidence struct {
	Line  int    `json:"line"`
	Claim string `json:"claim"` // the step as written
	How   string `json:"how"`   // "quiesced, fenced"
}

// Failure is where and how a run went wrong.
type Failure struct {
	Line int `json:"line"`
	Col  int `json:"col"`
	// Source is the step as written, Caret the byte of it to point at.
	Source   string `json:"source,omitempty"`
	Caret    int    `json:"caret,omitempty"`
	Expected string `json:"expected,omitempty"`
	Observed string `json:"observed,omitempty"`
	// Hint is further help, a sentence, or a panic's stack.
	Hint string `json:"hint,omitempty"`
}

// Failed reports whether the result should fail a run.
func (r *Result) Failed() bool {
	return (r.Verdict == Fail && r.Gates) || r.Verdict == Fixed
}

// Summary counts the results of a run.
type Summary struct {
	Counts   map[Verdict]int `json:"counts"`
	Total    int             `json:"total"`
	Duration float64         `json:"duration"` // seconds
	// Failed counts the results that fail the run, Tolerated the failures
	// that do not.
	Failed    int `json:"failed"`
	Tolerated int `json:"tolerated,omitempty"`
}

// Summarize counts. strict makes a failure of what does not gate, of what was
// not supported and of what was not exercised.
func Summarize(results []*Result, elapsed time.Duration, strict bool) Summary {
	s := Summary{Counts: map[Verdict]int{}, Total: len(results), Duration: elapsed.Seconds()}
	for _, r := range results {
		s.Counts[r.Verdict]++
		switch {
		case r.Failed():
			s.Failed++
		case strict && (r.Verdict == Fail || r.Verdict == NotSupported || r.Verdict == NotExercised):
			s.Failed++
		case r.Verdict == Fail:
			s.Tolerated++
		}
	}
	return s
}

// The exit statuses of crosswire run.
const (
	ExitOK     = 0 // all as expected
	ExitFailed = 1 // something failed
	ExitError  = 2 // usage, or the engine or the target broke, or nothing ran
)

// ExitStatus of a run. A proven failure outranks a broken scenario: the one is
// about the target, the other may be about the machine.
func (s Summary) ExitStatus() int {
	switch {
	case s.Failed > 0:
		return ExitFailed
	case s.Counts[Error] > 0, s.Total == 0:
		return ExitError
	}
	return ExitOK
}
