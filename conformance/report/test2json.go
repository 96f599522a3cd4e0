package report

import (
	"encoding/json"
	"io"
	"strings"
	"sync"
	"time"
)

// Package and RootTest name the runs for tools which read the output of
// go test -json: the same names that "go test -json ./conformance" gives.
const (
	Package  = "crosswire/conformance"
	RootTest = "TestScenarios"
)

// testEvent is one line of go test -json ("go doc test2json").
type testEvent struct {
	Time    time.Time `json:"Time"`
	Action  string    `json:"Action"`
	Package string    `json:"Package"`
	Test    string    `json:"Test,omitempty"`
	Elapsed *float64  `json:"Elapsed,omitempty"`
	Output  string    `json:"Output,omitempty"`
	Key     string    `json:"Key,omitempty"`
	Value   string    `json:"Value,omitempty"`
}

// Test2JSON writes a run as the stream of events that go test -json would
// write: gotestsum --raw-command and everything else that reads it, reads
// this. A run is a subtest of RootTest; the rows of a matrix are subtests of
// their scenario. It is safe for concurrent use.
type Test2JSON struct {
	// Text renders what went wrong.
	Text func(*Result) string
	// Now is the clock, time.Now if nil.
	Now func() time.Time

	mu      sync.Mutex
	enc     *json.Encoder
	err     error
	started time.Time
	parents map[string]*parent // scenarios with rows
}

// parent is a scenario of which not all rows have ended.
type parent struct {
	left    int
	failed  bool
	skipped int
	rows    int
	started time.Time
}

// NewTest2JSON writes to w.
func NewTest2JSON(w io.Writer, text func(*Result) string) *Test2JSON {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return &Test2JSON{Text: text, enc: enc, parents: map[string]*parent{}}
}

func (t *Test2JSON) now() time.Time {
	if t.Now != nil {
		return t.Now()
	}
	return time.Now()
}

func (t *Test2JSON) emit(e testEvent) {
	e.Time, e.Package = t.now(), Package
	if err := t.enc.Encode(e); err != nil && t.err == nil {
		t.err = err
	}
}

func (t *Test2JSON) output(test, text string) {
	for _, line := range strings.SplitAfter(text, "\n") {
		if line != "" {
			t.emit(testEvent{Action: "output", Test: test, Output: line})
		}
	}
}

func (t *Test2JSON) end(test, action string, since time.Time) {
	elapsed := t.now().Sub(since).Round(10 * time.Millisecond).Seconds()
	t.emit(testEvent{Action: action, Test: test, Elapsed: &elapsed})
}

// Begin opens the stream. rows tells how many runs each scenario with a
// matrix will have.
func (t *Test2JSON) Begin(rows map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.started = t.now()
	for id, n := range rows {
		t.parents[id] = &parent{left: n}
	}
	t.emit(testEvent{Action: "start"})
	t.emit(testEvent{Action: "run", Test: RootTest})
}

// Start tells that a run begins.
func (t *Test2JSON) Start(scenario, run string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.parents[scenario]; p != nil && p.started.IsZero() {
		p.started = t.now()
		t.emit(testEvent{Action: "run", Test: RootTest + "/" + scenario})
	}
	t.emit(testEvent{Action: "run", Test: RootTest + "/" + run})
}

// Result tells how a run ended.
func (t *Test2JSON) Result(r *Result, failed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	test := RootTest + "/" + r.Run
	for _, a := range Attributes(r) {
		t.emit(testEvent{Action: "attr", Test: test, Key: a.Key, Value: a.Value})
	}
	t.output(test, VerdictLine(r)+"\n"+indent(t.Text(r), "    "))
	action := "pass"
	switch {
	case failed || r.Verdict == Error:
		action = "fail"
	case r.Verdict != Pass && r.Verdict != Known:
		action = "skip"
	}
	elapsed := r.Duration
	t.emit(testEvent{Action: action, Test: test, Elapsed: &elapsed})
	p := t.parents[r.Scenario]
	if p == nil {
		return
	}
	p.left--
	p.rows++
	p.failed = p.failed || action == "fail"
	if action == "skip" {
		p.skipped++
	}
	if p.left > 0 {
		return
	}
	action = "pass"
	if p.failed {
		action = "fail"
	} else if p.skipped == p.rows {
		action = "skip"
	}
	t.end(RootTest+"/"+r.Scenario, action, p.started)
}

// End closes the stream.
func (t *Test2JSON) End(ok bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	action := "pass"
	if !ok {
		action = "fail"
	}
	t.end(RootTest, action, t.started)
	t.output("", strings.ToUpper(action)+"\n")
	t.end("", action, t.started)
	return t.err
}
