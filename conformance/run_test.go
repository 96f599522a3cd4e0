package conformance

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gotest.tools/gotestsum/testjson"

	"crosswire/conformance/client"
	"crosswire/conformance/engine"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
	"crosswire/conformance/target"
)

// stubTarget answers every stat with a size of 8 and nothing else.
type stubTarget struct{}

func (stubTarget) Name() string { return "stub" }

func (stubTarget) Start(context.Context, target.Spec) (target.Instance, error) {
	return stubInstance{}, nil
}

type stubInstance struct{}

func (stubInstance) Endpoint() client.Endpoint    { return client.Endpoint{SMB: "s:1", NFS: "s:2"} }
func (stubInstance) Policy(string) (string, bool) { return "notify", true }
func (stubInstance) Has(c string) (bool, string)  { return c != "smb.lease", "no leases" }
func (stubInstance) Plane() client.Plane          { return nil }
func (stubInstance) NeedsFolder() bool            { return false }
func (stubInstance) Fresh() bool                  { return true }
func (stubInstance) Close() error                 { return nil }

type stubActor struct{}

func (stubActor) Client() string              { return "stub" }
func (stubActor) Fence(context.Context) error { return nil }
func (stubActor) Close() error                { return nil }
func (stubActor) Do(context.Context, client.Call) (client.Result, error) {
	return client.Result{Fields: map[string]any{"size": int64(8)}}, nil
}

func stubEngine() *engine.Engine {
	connect := func(context.Context, client.Endpoint, client.Spec, client.Sink) (client.Actor, error) {
		return stubActor{}, nil
	}
	return &engine.Engine{Target: stubTarget{}, Limits: engine.DefaultLimits,
		Clients: client.NewRegistry(client.Entry{Client: "stub", Kinds: []string{"smb", "nfs"}, New: connect})}
}

// files writes scenarios below a fresh folder called scenarios.
func files(t *testing.T, byID map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "scenarios")
	for id, steps := range byID {
		head, actors := "", "actors A=nfs(3)"
		for {
			line, after, _ := strings.Cut(steps, "\n")
			word, _, _ := strings.Cut(line, " ")
			switch {
			case word == "actors":
				actors += strings.TrimPrefix(line, word)
			case slices.Contains([]string{"needs", "matrix", "services"}, word):
				head += line + "\n"
			default:
				word = ""
			}
			if word == "" {
				break
			}
			steps = after
		}
		name := filepath.Join(root, filepath.FromSlash(id)+Ext)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte("# A test.\nscenario "+id+"\ncovers S1\ncite RFC1813 3.3.1 MUST\n"+head+actors+"\n\n"+steps+"\n"), 0o644))
	}
	return root
}

func passing() map[string]string {
	return map[string]string{
		"caching/a": "A stat . -> s\nexpect s.size == 8",
		"caching/b": "matrix nfs_break = notify wait\n[nfs_break=notify] A stat . -> s\n[nfs_break=notify] expect s.size == 8\n[nfs_break=wait] A stat . -> s\n[nfs_break=wait] expect s.size == 9",
		"shares/c":  "needs smb.lease\nA stat . -> s\nexpect s.size == 8",
	}
}

func runStub(t *testing.T, o Options) (report.Summary, string, error) {
	t.Helper()
	var out bytes.Buffer
	o.Stdout = &out
	cases, err := Select(o)
	require.NoError(t, err)
	sum, err := runCases(context.Background(), o, stubEngine(), cases)
	return sum, out.String(), err
}

func TestRunPrintsInOrder(t *testing.T) {
	root := files(t, passing())
	sum, out, err := runStub(t, Options{Paths: []string{root}, Parallel: 4})
	require.NoError(t, err)
	assert.Equal(t, map[report.Verdict]int{report.Pass: 2, report.Fail: 1, report.NotSupported: 1}, sum.Counts)
	assert.Equal(t, report.ExitFailed, sum.ExitStatus())
	var names []string
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 1 && !strings.HasPrefix(line, " ") {
			names = append(names, f[0]+" "+f[1])
		}
	}
	assert.Equal(t, []string{"PASS caching/a", "PASS caching/b/nfs_break=notify", "FAIL caching/b/nfs_break=wait", "NOT-SUPPORTED shares/c", "4 runs:"}, names)
	assert.Contains(t, out, "caching/b.scenario:")
	assert.Contains(t, out, "rerun     go run ./cmd/crosswire run "+root+" --run '^caching/b/nfs_break=wait$'")
}

func TestReports(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	_, stdout, err := runStub(t, Options{Paths: []string{files(t, passing())}, JSON: true, Out: out, JUnit: filepath.Join(out, "more", "j.xml")})
	require.NoError(t, err)
	exec, err := testjson.ScanTestOutput(testjson.ScanConfig{Stdout: strings.NewReader(stdout)})
	require.NoError(t, err)
	assert.Len(t, exec.Failed(), 3, "the row, its scenario and the root")

	f, err := os.Open(filepath.Join(out, "results.json"))
	require.NoError(t, err)
	defer f.Close()
	res, err := report.ReadJSON(f)
	require.NoError(t, err)
	assert.Len(t, res.Results, 4)
	assert.Equal(t, "stub", res.Target)
	for _, name := range []string{"junit.xml", "more/j.xml", "runs/caching/b/nfs_break=wait/events.jsonl"} {
		info, err := os.Stat(filepath.Join(out, name))
		if assert.NoError(t, err) {
			assert.Positive(t, info.Size(), name)
		}
	}
}

func TestSelect(t *testing.T) {
	root := files(t, passing())
	tests := []struct {
		name string
		o    Options
		want []string
		err  string
	}{
		{"all", Options{}, []string{"caching/a", "caching/b/nfs_break=notify", "caching/b/nfs_break=wait", "shares/c"}, ""},
		{"run", Options{Run: "nfs_break=w"}, []string{"caching/b/nfs_break=wait"}, ""},
		{"tag", Options{Tags: "shares"}, []string{"shares/c"}, ""},
		{"tag not", Options{Tags: "S1,!caching,!x"}, []string{"shares/c"}, ""},
		{"need", Options{Tags: "smb.lease"}, []string{"shares/c"}, ""},
		{"none", Options{Run: "nope"}, nil, `none of the 3 scenarios matches --run "nope" --tags ""`},
		{"bad regexp", Options{Run: "("}, nil, "--run: error parsing regexp: missing closing ): `(`"},
		{"missing file", Options{Paths: []string{"no/such.scenario"}}, nil, "stat no/such.scenario: no such file or directory"},
		{"empty folder", Options{Paths: []string{t.TempDir()}}, nil, "no file ends in .scenario"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.o.Paths == nil {
				tt.o.Paths = []string{root}
			}
			cases, err := Select(tt.o)
			if tt.err != "" {
				assert.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			var names []string
			for _, c := range cases {
				names = append(names, c.Name)
			}
			assert.Equal(t, tt.want, names)
		})
	}
}

func TestBadScenariosAreAllTold(t *testing.T) {
	root := files(t, map[string]string{"x/a": "A frobnicate .", "x/b": "A stat . -> s\nexpect q.size == 1"})
	_, err := Run(context.Background(), Options{Paths: []string{root}})
	require.Error(t, err)
	assert.Contains(t, err.Error(), "a.scenario:7:3: ")
	assert.Contains(t, err.Error(), "b.scenario:8:")
	var e *script.Error
	assert.ErrorAs(t, err, &e)
}

func TestInterrupted(t *testing.T) {
	cases, err := Select(Options{Paths: []string{files(t, passing())}})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = runCases(ctx, Options{Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}}, stubEngine(), cases)
	assert.ErrorContains(t, err, "interrupted: 4 of 4 runs were not made")
}

func TestBadTargets(t *testing.T) {
	root := files(t, passing())
	dir := t.TempDir()
	profile := func(name, text string) string {
		p := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(p, []byte(text), 0o644))
		return p
	}
	tests := []struct{ name, file, want string }{
		{"missing", filepath.Join(dir, "none.yaml"), "no such file or directory"},
		{"unknown key", profile("key.yaml", "nfs: 127.0.0.1:1\nexport: /x\nfoo: 1\n"), `key.yaml:3:1: unknown field "foo"`},
		{"nobody there", profile("dead.yaml", "nfs: 127.0.0.1:1\nexport: /x\n"), "target's nfs at 127.0.0.1:1: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Run(context.Background(), Options{Paths: []string{root}, Target: tt.file})
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

// TestResultsFromManyRuns makes sure that runs beside each other mix nothing.
func TestResultsFromManyRuns(t *testing.T) {
	many := map[string]string{}
	for _, a := range "abcdefgh" {
		for _, b := range "abcdefgh" {
			many["m/"+string(a)+string(b)] = "A stat . -> s\nexpect s.size == 8"
		}
	}
	var once sync.Map
	sum, out, err := runStub(t, Options{Paths: []string{files(t, many)}, Parallel: 16})
	require.NoError(t, err)
	assert.Equal(t, 64, sum.Counts[report.Pass])
	for line := range strings.Lines(out) {
		if name, ok := strings.CutPrefix(line, "PASS "); ok {
			_, twice := once.LoadOrStore(strings.Fields(name)[0], true)
			assert.False(t, twice, name)
		}
	}
}

func TestFromGoTest(t *testing.T) {
	tests := []struct{ pattern, name string }{
		{"^TestScenarios$/^caching$/^b$/^nfs_break=wait$", "caching/b/nfs_break=wait"},
		{"^TestScenarios$/^caching$/^b$", "caching/b/nfs_break=wait"},
		{"^TestScenarios$", "caching/a"},
		{"TestScenarios/caching", "caching/a"},
	}
	for _, tt := range tests {
		assert.Regexp(t, FromGoTest(tt.pattern), tt.name, tt.pattern)
	}
	assert.NotRegexp(t, FromGoTest("^TestScenarios$/^caching$/^b$"), "caching/bb")
}
