package engine

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
)

// runAll runs every row of a scenario against the fake in a bubble, so that
// waits cost nothing, and returns the results by the row's name.
func runAll(t *testing.T, src string, fake func() *fakeServer) map[string]*report.Result {
	t.Helper()
	sc, err := script.Parse("scenarios/t/x.cw", []byte(src))
	require.NoError(t, err)
	results := map[string]*report.Result{}
	for _, row := range sc.Rows() {
		synctest.Test(t, func(t *testing.T) {
			s := fake()
			e := &Engine{Target: s, Clients: s.registry()}
			res := e.Run(context.Background(), sc, row)
			results[row.String()] = res
			assert.Positive(t, s.closed, "the target is closed whatever happens")
			// A bubble must not end while goroutines wait; a client that
			// hangs for ever is the fake's own affair.
			time.Sleep(2 * time.Hour)
		})
	}
	return results
}

const holdAndWrite = `
A open f.dat access=rw share=rwd lease=RWH -> h
require h.lease == RWH
B write f.dat @0 "CHANGED!"
expect A break h RWH->none within 2s
A read h @0 +8 == "CHANGED!"`

func TestVerdicts(t *testing.T) {
	tests := []struct {
		name    string
		steps   string
		fake    func(*fakeServer)
		want    report.Verdict
		reason  string
		where   string // "line:col" of the failure
		expect  string
		observe string
	}{
		{name: "pass", steps: holdAndWrite, want: report.Pass},
		{name: "no break", steps: holdAndWrite, fake: func(s *fakeServer) { s.noBreak = true },
			want: report.Fail, reason: "no break of h came to A",
			expect: "a break of h at A from RWH to none within 2s", observe: "no break within 2s (quiesced, fenced A)"},
		{name: "break to another state", steps: holdAndWrite, fake: func(s *fakeServer) { s.breakTo = "RH" },
			want: report.Fail, reason: "h broke to another state", observe: "RWH->RH"},
		{name: "require does not hold", steps: holdAndWrite, fake: func(s *fakeServer) { s.grant = "R" },
			want: report.NotExercised, reason: "the precondition does not hold: expected RWH, observed R"},
		{name: "capability missing", steps: "needs smb.lease\n" + holdAndWrite, fake: func(s *fakeServer) { s.caps = []string{"nfs.*"} },
			want: report.NotSupported, reason: "the fake cannot do smb.lease"},
		{name: "data differs", steps: `A read f.dat == "OTHER"`,
			want: report.Fail, reason: "A: what read gave is not as expected", expect: `"OTHER" (5 bytes)`, observe: `"ORIGINAL" (8 bytes)`},
		{name: "alternatives", steps: `A read f.dat == "OTHER"|"ORIGINAL"`, want: report.Pass},
		{name: "field", steps: `A stat f.dat -> s
			expect s.size == 9`, want: report.Fail, expect: "9", observe: "8"},
		{name: "field compared with another", steps: `A stat f.dat -> s
			B stat f.dat -> n
			expect s.size == n.size
			expect s.size < n.size`, want: report.Fail, reason: "s.size is not as expected", expect: "less than 8", observe: "8"},
		{name: "counter grows", steps: `control counter x -> c0
			control counter x -> c1
			expect c1 == c0+1`, want: report.Fail, expect: "8", observe: "7"},
		{name: "list contains", steps: `A list . contains "f.dat"
			A list . lacks "f.dat"`, want: report.Fail, expect: `lacks f.dat`, observe: `("f.dat")`},
		{name: "refused where success is wanted", steps: `B read none.dat == "x"`,
			want: report.Fail, reason: "B: read gave NFS3ERR_NOENT", expect: "success"},
		{name: "refused as wanted", steps: `B remove none.dat fails NFS3ERR_NOENT`, want: report.Pass},
		{name: "success where a refusal is wanted", steps: `B remove f.dat fails NFS3ERR_ACCES|NFS3ERR_PERM`,
			want: report.Fail, reason: "B: remove gave success", expect: "NFS3ERR_ACCES or NFS3ERR_PERM"},
		{name: "another refusal", steps: `B remove none.dat fails NFS3ERR_ACCES`,
			want: report.Fail, reason: "B: remove gave NFS3ERR_NOENT", expect: "NFS3ERR_ACCES"},
		{name: "cut", steps: `B read f.dat == "x"`, fake: func(s *fakeServer) { s.cut = "read" },
			want: report.Error, reason: "B lost its connection: unexpected EOF"},
		{name: "cut as wanted", steps: `B read f.dat fails DISCONNECTED`, fake: func(s *fakeServer) { s.cut = "read" }, want: report.Pass},
		{name: "hang", steps: `B read f.dat == "x"`, fake: func(s *fakeServer) { s.hang = "read" },
			want: report.Fail, reason: "B got no answer to read within 20s"},
		{name: "hang as wanted", steps: `B read f.dat fails TIMEOUT within 3s`, fake: func(s *fakeServer) { s.hang = "read" }, want: report.Pass},
		{name: "panic of a client", steps: `B read f.dat == "x"`, fake: func(s *fakeServer) { s.panics = "read" },
			want: report.Error, reason: "B: panicked: a client's bug"},
		{name: "actor refused", steps: `B read f.dat == "x"`, fake: func(s *fakeServer) { s.refuse = "STATUS_LOGON_FAILURE" },
			want: report.Fail, reason: "A could not connect: STATUS_LOGON_FAILURE"},
		{name: "client cannot", steps: `A mkdir d
			A stat f.dat -> s
			expect s.size == 8`, want: report.Error, reason: "A: fake-smb cannot do verb mkdir"},
		{name: "client does not tell", steps: `A stat f.dat -> s
			expect s.size == 8`, fake: func(s *fakeServer) { s.blind = "size" },
			want: report.Error, reason: "A: fake-smb does not tell the field size of stat"},
		{name: "target does not stop", steps: holdAndWrite, fake: func(s *fakeServer) { s.closeErr = errFake },
			want: report.Error, reason: "the target did not stop cleanly: port still in use"},
		{name: "a failure outranks a bad stop", steps: `A read f.dat == "OTHER"`, fake: func(s *fakeServer) { s.closeErr = errFake },
			want: report.Fail},
		{name: "nothing judged", steps: `A stat f.dat
			[nfs_break=wait] A read f.dat == "x"`, want: report.Error, reason: "the run judged nothing: it passed by no line with an expectation; the conditions left out line 9"},
		{name: "never holds", steps: `A open f.dat lease=R -> h
			B stat f.dat
			never A break h`, want: report.Pass},
		{name: "never fails", steps: `A open f.dat lease=R -> h
			B stat f.dat
			never A break h`, fake: func(s *fakeServer) { s.breakStats = true },
			want: report.Fail, reason: "a break of h came to A", expect: "no break of h at A", observe: "a break R->none at +0.000ms"},
		{name: "never after a break that was expected", steps: holdAndWrite + "\nnever A break h", want: report.Pass},
		{name: "SHOULD does not gate", steps: "cite MS-SMB2 3.3.4.7 SHOULD\nA read f.dat == \"OTHER\"", want: report.Fail},
		{name: "OBSERVE is not judged", steps: "cite MS-SMB2 3.3.4.7 OBSERVE\nA read f.dat == \"OTHER\"",
			want: report.Pass, reason: "observed, not judged: A: what read gave is not as expected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := runAll(t, scenario(t, tt.steps), func() *fakeServer {
				s := newFake()
				if tt.fake != nil {
					tt.fake(s)
				}
				return s
			})[""]
			require.NotNil(t, res)
			assert.Equal(t, tt.want, res.Verdict, res.Reason)
			if tt.reason != "" {
				assert.Equal(t, tt.reason, res.Reason)
			}
			assert.Equal(t, !strings.Contains(tt.steps, "SHOULD") && !strings.Contains(tt.steps, "OBSERVE"), res.Gates)
			if tt.expect != "" || tt.observe != "" {
				require.NotNil(t, res.Failure)
				assert.Contains(t, res.Failure.Expected, tt.expect)
				assert.Contains(t, res.Failure.Observed, tt.observe)
			}
		})
	}
}

const waiting = `
matrix nfs_break = notify wait jukebox
A open f.dat access=rw lease=RWH -> h
require h.lease == RWH
[nfs_break=notify wait] B write f.dat @0 "CHANGED!" &w
[nfs_break=jukebox] B write f.dat @0 "CHANGED!" fails NFS3ERR_JUKEBOX
expect A break h RWH->none within 2s
[nfs_break=wait] expect w pending
[nfs_break=notify] expect w ok
A ack h
[nfs_break=wait] expect w ok within 2s
[nfs_break=wait] order A.break < A.ack < w.reply`

func TestMatrixAndConditions(t *testing.T) {
	res := runAll(t, scenario(t, strings.ReplaceAll(waiting, "notify wait]", "notify|wait]")), newFake)
	require.Len(t, res, 3)
	for row, r := range res {
		assert.Equal(t, report.Pass, r.Verdict, "%s: %s", row, r.Reason)
		assert.Equal(t, "t/x/"+row, r.Run)
	}
	ev := res["nfs_break=wait"].Evidence
	require.Len(t, ev, 1)
	assert.Equal(t, "quiesced, waited 25ms", ev[0].How)
	assert.Equal(t, 4, res["nfs_break=wait"].Assertions, "break, pending, ok, order")
}

func TestPlaceOfAFailure(t *testing.T) {
	res := runAll(t, scenario(t, `
		[nfs_break=notify] A read f.dat == "OTHER"
		[nfs_break=wait] A read f.dat == "ORIGINAL"`), newFake)[""]
	require.NotNil(t, res.Failure)
	assert.Equal(t, []int{8, 36, 35}, []int{res.Failure.Line, res.Failure.Col, res.Failure.Caret})
	assert.Equal(t, `"OTHER"`, res.Failure.Source[res.Failure.Caret:])

	res = runAll(t, scenario(t, `
		A open f.dat lease=R -> h
		[nfs_break=notify] expect A break h
		[nfs_break=wait] A read f.dat == "ORIGINAL"`), newFake)[""]
	require.NotNil(t, res.Failure)
	assert.Equal(t, []int{9, 20, 19}, []int{res.Failure.Line, res.Failure.Col, res.Failure.Caret})
}

func TestNotPending(t *testing.T) {
	src := scenario(t, strings.ReplaceAll(waiting, "notify wait]", "notify|wait]"))
	res := runAll(t, src, func() *fakeServer { s := newFake(); s.noWait = true; return s })["nfs_break=wait"]
	assert.Equal(t, report.Fail, res.Verdict)
	assert.Equal(t, "w is not pending: it was answered", res.Reason)
	assert.Equal(t, "success after 0s", res.Failure.Observed)
}

func TestOrderFails(t *testing.T) {
	res := runAll(t, scenario(t, `
		A open f.dat access=rw lease=RWH -> h
		B write f.dat @0 "CHANGED!" &w
		expect w ok
		order w.reply < w.send`), newFake)[""]
	assert.Equal(t, report.Fail, res.Verdict)
	assert.Equal(t, "w.send came before w.reply", res.Reason)

	// Far apart on two connections.
	res = runAll(t, scenario(t, `
		matrix nfs_break = wait
		A open f.dat access=rw lease=RWH -> h
		B write f.dat @0 "CHANGED!" &w
		expect w ok within 40s
		order w.reply < A.break`), newFake)["nfs_break=wait"]
	assert.Equal(t, report.Fail, res.Verdict)
	assert.Equal(t, "A.break came before w.reply", res.Reason)

	// Too close on two connections to tell.
	res = runAll(t, scenario(t, `
		A open f.dat access=rw lease=RWH -> h
		B write f.dat @0 "CHANGED!" &w
		expect w ok
		order w.reply < A.break`), newFake)[""]
	assert.Equal(t, report.Pass, res.Verdict, res.Reason)
	require.Len(t, res.Evidence, 1)
	assert.Contains(t, res.Evidence[0].How, "too close to tell")

	res = runAll(t, scenario(t, `
		A open f.dat access=rw lease=RWH -> h
		B write f.dat @0 "CHANGED!" &w
		expect w ok
		order A.break < A.ack`), newFake)[""]
	assert.Equal(t, report.Fail, res.Verdict)
	assert.Equal(t, "A.ack has not happened", res.Reason)
}

// TestTimeIsMoved shows that a long wait moves the target's clock: the write
// is answered when the break times out after 35 s of the target's time.
func TestTimeIsMoved(t *testing.T) {
	src := scenario(t, `
		matrix nfs_break = wait
		A open f.dat access=rw lease=RWH -> h
		B write f.dat @0 "CHANGED!" &w
		expect A break h
		expect w ok within 40s`)
	sc, err := script.Parse("scenarios/t/x.cw", []byte(src))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		s := newFake()
		start := time.Now()
		res := (&Engine{Target: s, Clients: s.registry()}).Run(context.Background(), sc, sc.Rows()[0])
		assert.Equal(t, report.Pass, res.Verdict, res.Reason)
		assert.Less(t, time.Since(start), time.Second, "in real time")
		assert.InDelta(t, 35, res.Advanced, 1)
		last := res.Events[len(res.Events)-1]
		assert.Equal(t, client.EventReply, last.Kind)
		assert.GreaterOrEqual(t, last.Time, 35*time.Second, "the run's clock moves along")
	})
}

// TestOwnBoundMovesNothing: a step that says no bound takes as long as it
// takes, and the target's clock stands.
func TestOwnBoundMovesNothing(t *testing.T) {
	src := scenario(t, `B read f.dat == "ORIGINAL"`)
	sc, err := script.Parse("scenarios/t/x.cw", []byte(src))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		s := newFake()
		s.slow = 15 * time.Second
		res := (&Engine{Target: s, Clients: s.registry()}).Run(context.Background(), sc, nil)
		assert.Equal(t, report.Pass, res.Verdict, res.Reason)
		assert.Zero(t, s.advanced)
	})
}

func TestTooLateIsAFailure(t *testing.T) {
	res := runAll(t, scenario(t, `
		matrix nfs_break = wait
		A open f.dat access=rw lease=RWH -> h
		B write f.dat @0 "CHANGED!" &w
		expect A break h
		expect w ok within 20s`), newFake)["nfs_break=wait"]
	assert.Equal(t, report.Fail, res.Verdict)
	assert.Equal(t, "B got no answer to write within 20s", res.Reason)
}

func TestAckPolicy(t *testing.T) {
	res := runAll(t, scenario(t, `
		matrix nfs_break = wait
		A open f.dat access=rw lease=RWH -> h
		A on break h ack
		B write f.dat @0 "CHANGED!" within 2s
		expect A break h RWH->none
		order A.break < h.ack`), newFake)["nfs_break=wait"]
	assert.Equal(t, report.Pass, res.Verdict, res.Reason)
}

func TestClientsAreChosenByTheirSteps(t *testing.T) {
	s := newFake()
	for steps, want := range map[string]string{
		`A read f.dat == "ORIGINAL"`:                                      "gosmb2",
		"A open f.dat lease=RWH -> h\nA read h == \"x\"":                  "rawsmb",
		"A open f.dat lease=none -> h\nA stat h -> s\nexpect s.size == 8": "gosmb2",
		"A lock f.dat @0 +1 fails STATUS_LOCK_NOT_GRANTED":                "rawsmb",
	} {
		sc, err := script.Parse("scenarios/t/x.cw", []byte(scenario(t, steps)))
		require.NoError(t, err, steps)
		r := &run{sc: sc}
		e, err := s.registry().Choose(r.actorSpec(&sc.Actors[0]))
		require.NoError(t, err)
		assert.Equal(t, want, e.Client, steps)
	}
}

func TestDeafTarget(t *testing.T) {
	src := scenario(t, `A read f.dat == "x"`)
	sc, err := script.Parse("scenarios/t/x.cw", []byte(src))
	require.NoError(t, err)
	s := newFake()
	s.deaf = make(chan struct{})
	defer close(s.deaf)
	e := &Engine{Target: s, Clients: s.registry(), Limits: Limits{Scenario: time.Second, Call: 20 * time.Millisecond, Fence: time.Second}}
	res := e.Run(context.Background(), sc, nil)
	assert.Equal(t, report.Error, res.Verdict)
	assert.Equal(t, "set-up could not connect: no answer within 20ms", res.Reason)
}
