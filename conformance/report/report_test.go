package report

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gotest.tools/gotestsum/testjson"

	"crosswire/conformance/client"
)

func sample() []*Result {
	h := &client.Handle{Name: "h", Path: "f.dat"}
	return []*Result{
		{Run: "caching/a", Scenario: "caching/a", File: "scenarios/caching/a.scenario", Verdict: Pass, Gates: true, Duration: 0.02,
			Clauses: []string{"MS-SMB2 3.3.4.7 MUST"}, Clients: map[string]string{"B": "go-nfs-client", "A": "rawsmb"}, Assertions: 2},
		{Run: "caching/b/nfs_break=notify", Scenario: "caching/b", Row: map[string]string{"nfs_break": "notify"}, File: "scenarios/caching/b.scenario",
			Verdict: Fail, Gates: true, Reason: "no break of h came to A", Duration: 2.01, Clauses: []string{"MS-SMB2 3.3.4.7 MUST", "RFC1813 3.3.7 MUST"},
			Covers: []string{"S1", "A1"}, Doc: "An NFS write breaks a lease.",
			Failure: &Failure{Line: 14, Col: 5, Source: "\texpect A break h", Caret: 1, Expected: "a break", Observed: "no break\nat all", Hint: "look"},
			Events: []client.Event{
				{Seq: 1, Time: 1204 * time.Microsecond, Actor: "A", Kind: client.EventReply, Step: "open", Status: "ok", Detail: "lease=RWH"},
				{Seq: 2, Time: 2 * time.Second, Actor: "A", Kind: client.EventBreak, Handle: h, From: "RWH", To: "RH"},
			}},
		{Run: "caching/b/nfs_break=wait", Scenario: "caching/b", Verdict: NotSupported, Gates: true, Reason: "the target declares nfs_break=notify"},
		{Run: "shares/c", Scenario: "shares/c", Verdict: Error, Gates: true, Reason: "B lost its connection: \x01EOF", File: "c",
			Failure: &Failure{Line: 1, Col: 1}},
		{Run: "shares/d", Scenario: "shares/d", Verdict: Fail, Gates: false, Reason: "a SHOULD", File: "d"},
	}
}

func TestExitStatus(t *testing.T) {
	of := func(vs ...Verdict) []*Result {
		var rs []*Result
		for _, v := range vs {
			rs = append(rs, &Result{Verdict: v, Gates: true})
		}
		return rs
	}
	tests := []struct {
		name    string
		results []*Result
		strict  bool
		want    int
	}{
		{"all pass", of(Pass, Pass), false, ExitOK},
		{"known and skipped", of(Pass, Known, NotSupported, NotExercised), false, ExitOK},
		{"skipped, strictly", of(Pass, NotSupported), true, ExitFailed},
		{"not exercised, strictly", of(Pass, NotExercised), true, ExitFailed},
		{"a failure", of(Pass, Fail), false, ExitFailed},
		{"fixed", of(Pass, Fixed), false, ExitFailed},
		{"an error", of(Pass, Error), false, ExitError},
		{"a failure outranks an error", of(Error, Fail), false, ExitFailed},
		{"nothing ran", nil, false, ExitError},
		{"a SHOULD", []*Result{{Verdict: Fail}}, false, ExitOK},
		{"a SHOULD, strictly", []*Result{{Verdict: Fail}}, true, ExitFailed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, Summarize(tt.results, 0, tt.strict).ExitStatus())
		})
	}
}

func TestConsole(t *testing.T) {
	var b bytes.Buffer
	c := Console{W: &b, Rerun: "crosswire run --run %s", Events: 1}
	for _, r := range sample() {
		require.NoError(t, c.Result(r))
	}
	require.NoError(t, c.Summary(Summarize(sample(), 3*time.Second, false)))
	const want = `PASS caching/a  (0.02s)
FAIL caching/b/nfs_break=notify  (2.01s)
    scenarios/caching/b.scenario:14:5: no break of h came to A
        	expect A break h
        	^
    claim     An NFS write breaks a lease.
    expected  a break
    observed  no break
              at all
    hint      look
    events    (1 earlier ones left out)
               +2000.000ms  A       break   h RWH->RH (no ack wanted)
    clauses   MS-SMB2 3.3.4.7 MUST; RFC1813 3.3.7 MUST
    covers    S1 A1
    rerun     crosswire run --run '^caching/b/nfs_break=notify$'
NOT-SUPPORTED caching/b/nfs_break=wait  (0.00s)
    the target declares nfs_break=notify
ERROR shares/c  (0.00s)
    c:1:1: B lost its connection: ` + "\x01" + `EOF
    rerun     crosswire run --run '^shares/c$'
FAIL (should) shares/d  (0.00s)
    a SHOULD
5 runs: 1 pass, 2 fail, 1 error, 1 not-supported  (3.00s); 1 of the failures concern a SHOULD and do not count
`
	assert.Equal(t, want, b.String())
}

func TestRunPattern(t *testing.T) {
	assert.Equal(t, `'^a/b\.c/x=\(1\)$'`, RunPattern("a/b.c/x=(1)"))
	assert.Equal(t, `'^it'\''s$'`, RunPattern("it's"))
}

func TestJSONRoundTrip(t *testing.T) {
	in := File{Target: "reference", Results: sample(), Summary: Summarize(sample(), time.Second, false)}
	var b bytes.Buffer
	require.NoError(t, WriteJSON(&b, in))
	out, err := ReadJSON(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, Version, out.Version)
	assert.Equal(t, in.Summary, out.Summary)
	require.Len(t, out.Results, len(in.Results))
	for i := range in.Results {
		want := *in.Results[i]
		want.Events = nil // they are in events.jsonl
		assert.Equal(t, &want, out.Results[i])
	}
	_, err = ReadJSON(strings.NewReader(`{"version": 99}`))
	assert.EqualError(t, err, "results.json has version 99, this reads version 1")
}

func TestEventsFile(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteEvents(&b, sample()[1].Events))
	assert.Equal(t, `{"seq":1,"time":0.001204,"actor":"A","kind":"reply","step":"open","status":"ok","detail":"lease=RWH"}
{"seq":2,"time":2,"actor":"A","kind":"break","handle":"h","path":"f.dat","from":"RWH","to":"RH"}
`, b.String())
}

func TestJUnit(t *testing.T) {
	var b bytes.Buffer
	c := Console{}
	f := File{Target: "reference", Results: sample(), Summary: Summarize(sample(), time.Second, false)}
	require.NoError(t, WriteJUnit(&b, f, c.Text))
	var doc junitSuites
	require.NoError(t, xml.Unmarshal(b.Bytes(), &doc))
	assert.Equal(t, []int{5, 1, 1, 2}, []int{doc.Tests, doc.Failures, doc.Errors, doc.Skipped})
	require.Len(t, doc.Suites, 2)
	assert.Equal(t, "caching", doc.Suites[0].Name)
	broken := doc.Suites[0].Cases[1]
	assert.Equal(t, "b/nfs_break=notify", broken.Name)
	require.NotNil(t, broken.Failure)
	assert.Equal(t, "no break of h came to A", broken.Failure.Message)
	assert.Contains(t, broken.Failure.Text, "RWH->RH")
	assert.Equal(t, "B lost its connection: \ufffdEOF", doc.Suites[1].Cases[0].Error.Message, "XML cannot carry \\x01")
	assert.Equal(t, junitProperty{Name: "clients", Value: "A=rawsmb, B=go-nfs-client"}, doc.Suites[0].Cases[0].Properties.Properties[2])
}

// TestTest2JSON reads the stream with gotestsum's own reader.
func TestTest2JSON(t *testing.T) {
	var b bytes.Buffer
	c := Console{}
	s := NewTest2JSON(&b, c.Text)
	s.Begin(map[string]int{"caching/b": 2})
	for _, r := range sample() {
		s.Start(r.Scenario, r.Run)
	}
	for _, r := range sample() {
		s.Result(r, r.Failed())
	}
	require.NoError(t, s.End(false))

	exec, err := testjson.ScanTestOutput(testjson.ScanConfig{Stdout: bytes.NewReader(b.Bytes())})
	require.NoError(t, err)
	assert.Empty(t, exec.Errors())
	pkg := exec.Package(Package)
	require.NotNil(t, pkg)
	assert.Equal(t, testjson.ActionFail, pkg.Result())
	names := func(cases []testjson.TestCase) []string {
		var n []string
		for _, c := range cases {
			n = append(n, c.Test.Name())
		}
		return n
	}
	assert.ElementsMatch(t, []string{"TestScenarios/caching/a"}, names(pkg.Passed))
	assert.ElementsMatch(t, []string{"TestScenarios/caching/b/nfs_break=wait", "TestScenarios/shares/d"}, names(pkg.Skipped))
	assert.ElementsMatch(t, []string{"TestScenarios/caching/b/nfs_break=notify", "TestScenarios/caching/b", "TestScenarios/shares/c", "TestScenarios"}, names(pkg.Failed))
	for _, tc := range pkg.Failed {
		if tc.Test == "TestScenarios/caching/b/nfs_break=notify" {
			assert.Equal(t, "caching/b", tc.Attributes["id"])
			assert.Equal(t, "MS-SMB2 3.3.4.7 MUST; RFC1813 3.3.7 MUST", tc.Attributes["clauses"])
			assert.Contains(t, strings.Join(pkg.OutputLines(tc), ""), "b.scenario:14:5: no break of h came to A")
		}
	}
}
