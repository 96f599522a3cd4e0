//go:build interop

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// torture is a suite of smbtorture and how others fare in it.
type torture struct {
	suite string
	// Successes of Samba 4.17.12, the bar, and of DittoFS 0.29 with the same
	// version of smbtorture.
	samba, dittofs int
}

var tortures = []torture{
	{"smb2.connect", 1, 1},
	{"smb2.read", 5, 4},
	{"smb2.rw", 2, 3},
	{"smb2.lease", 34, 36},
	{"smb2.oplock", 40, 40},
	{"smb2.compound", 18, 19},
}

// tortureTimeout bounds a suite. smb2.lease takes three minutes: some of its
// tests never acknowledge a break.
const tortureTimeout = 10 * time.Minute

// TestSMBTorture runs each suite on a server of its own. It wants at least the
// successes of Samba, and an answer from every test of the suite.
func TestSMBTorture(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	scores := map[string]score{}
	t.Cleanup(func() {
		table := scoreTable(scores)
		t.Log("successes\n" + table)
		if err := os.WriteFile(filepath.Join(outDir(t), "table.txt"), []byte(table), 0o666); err != nil {
			t.Error(err)
		}
	})
	for _, tt := range tortures {
		t.Run(tt.suite, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, serverOptions{})
			user2, password2, _ := strings.Cut(bob, "%")
			r := runFor(t, tortureTimeout, s.dir, "smbtorture", sambaConfig(t, s.dir), "//"+s.host+"/data",
				"-p", portOf(t, s.smb), "-U", alice,
				"--option=torture:user2name="+user2, "--option=torture:user2password="+password2, tt.suite)
			got := parseTorture(r.stdout)
			mu.Lock()
			scores[tt.suite] = got
			mu.Unlock()
			switch {
			case got.planned == 0:
				r.fatal(t, "smbtorture announced no test")
			case got.answered() != got.planned:
				r.fatal(t, "smbtorture announced %d tests and judged %d: %v", got.planned, got.answered(), got)
			case len(got.success) < tt.samba:
				r.stdout = strings.Join(got.reasons, "\n")
				r.fatal(t, "%d successes, Samba has %d", len(got.success), tt.samba)
			}
			t.Logf("%v, Samba has %d", got, tt.samba)
		})
	}
}

// score is what smbtorture says about a suite.
type score struct {
	planned                int // tests of the suite, as announced or, in a suite of one, begun
	success, failure, skip []string
	reasons                []string // of failures and skips, with the name of the test
}

func (s score) answered() int { return len(s.success) + len(s.failure) + len(s.skip) }

func (s score) String() string {
	text := fmt.Sprintf("%d success", len(s.success))
	for _, l := range []struct {
		name  string
		tests []string
	}{{"failure", s.failure}, {"skip", s.skip}} {
		if text += fmt.Sprintf(", %d %s", len(l.tests), l.name); len(l.tests) > 0 {
			text += " (" + strings.Join(l.tests, ", ") + ")"
		}
	}
	return text
}

var (
	tortureProgress = regexp.MustCompile(`^progress: (\d+)$`)
	tortureBegin    = regexp.MustCompile(`^test: \S+$`)
	tortureVerdict  = regexp.MustCompile(`^(success|failure|error|skip): (\S+)( \[)?$`)
)

// parseTorture reads smbtorture's form of the subunit protocol. A verdict may
// be followed by a reason that ends with a line "]".
func parseTorture(stdout string) score {
	var s score
	inReason, begun := false, 0
	for _, line := range strings.Split(stdout, "\n") {
		if inReason {
			if inReason = line != "]"; inReason {
				s.reasons = append(s.reasons, "    "+line)
			}
			continue
		}
		if m := tortureProgress.FindStringSubmatch(line); m != nil {
			n := 0
			_, _ = fmt.Sscan(m[1], &n)
			s.planned += n
			continue
		}
		if tortureBegin.MatchString(line) {
			begun++
			continue
		}
		m := tortureVerdict.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		switch m[1] {
		case "success":
			s.success = append(s.success, m[2])
		case "skip":
			s.skip = append(s.skip, m[2])
		default:
			s.failure = append(s.failure, m[2])
		}
		if inReason = m[3] != ""; inReason {
			s.reasons = append(s.reasons, m[1]+": "+m[2])
		}
	}
	s.planned = max(s.planned, begun)
	return s
}

// scoreTable compares servers, a suite a line.
func scoreTable(scores map[string]score) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %5s %9s %6s %8s  %s\n", "suite", "tests", "Crosswire", "Samba", "DittoFS", "not passed")
	ours, samba, dittofs, tests := 0, 0, 0, 0
	for _, tt := range tortures {
		s, ok := scores[tt.suite]
		if !ok {
			fmt.Fprintf(&b, "%-14s %5s %9s %6d %8d\n", tt.suite, "-", "-", tt.samba, tt.dittofs)
			continue
		}
		fmt.Fprintf(&b, "%-14s %5d %9d %6d %8d  %s\n", tt.suite, s.planned, len(s.success), tt.samba, tt.dittofs,
			strings.Join(append(s.failure, s.skip...), " "))
		tests, ours, samba, dittofs = tests+s.planned, ours+len(s.success), samba+tt.samba, dittofs+tt.dittofs
	}
	fmt.Fprintf(&b, "%-14s %5d %9d %6d %8d\n", "together", tests, ours, samba, dittofs)
	return b.String()
}

// TestParseTorture has the forms of verdicts that smbtorture prints.
func TestParseTorture(t *testing.T) {
	got := parseTorture(`smbtorture 4.17.12-Debian
Using seed 1
time: 2026-11-23 21:28:35.920525
progress: 5
test: request
time: 2026-11-23 21:28:35.920959
failure: request [
(../../source4/torture/smb2/lease.c:173): wrong value
success: not-a-verdict
]
test: break_twice
success: break_twice
test: dynamic_share
skip: dynamic_share [
share not configured
]
test: compound-break
error: compound-break [
NT_STATUS_IO_TIMEOUT
]
test: last
success: last
`)
	if want := "2 success, 2 failure (request, compound-break), 1 skip (dynamic_share)"; got.String() != want || got.planned != 5 {
		t.Errorf("%v of %d, want %s of 5", got, got.planned, want)
	}
	if len(got.reasons) != 7 || !strings.Contains(got.reasons[1], "wrong value") {
		t.Errorf("reasons %q", got.reasons)
	}
}
