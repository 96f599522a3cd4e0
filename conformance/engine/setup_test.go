package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
	"crosswire/conformance/target"
)

// recorder is a target elsewhere, whose clients note what they are told.
type recorder struct {
	nfs   bool
	calls []string
	names map[string][]string // what list tells, by path; each answer once
	busy  int                 // so many removals are to be tried later
	uids  []string            // of the set-up actors
}

func (r *recorder) Name() string { return "elsewhere" }
func (r *recorder) Start(context.Context, target.Spec) (target.Instance, error) {
	return recorded{r}, nil
}

type recorded struct{ r *recorder }

func (i recorded) Endpoint() client.Endpoint {
	ep := client.Endpoint{SMB: "h:1", Share: "data", Dir: "work/cw-1"}
	if i.r.nfs {
		ep.NFS = "h:2"
	}
	return ep
}
func (i recorded) Policy(string) (string, bool) { return "", false }
func (i recorded) Has(string) (bool, string)    { return true, "" }
func (i recorded) Plane() client.Plane          { return nil }
func (i recorded) NeedsFolder() bool            { return true }
func (i recorded) Fresh() bool                  { return false }
func (i recorded) Close() error                 { return nil }

type recordingActor struct {
	r    *recorder
	name string
}

func (a recordingActor) Client() string              { return "recorder" }
func (a recordingActor) Fence(context.Context) error { return nil }
func (a recordingActor) Close() error                { return nil }
func (a recordingActor) Do(_ context.Context, c client.Call) (client.Result, error) {
	p := c.Path
	if c.Handle != nil {
		p = "<" + c.Handle.Path + ">"
	}
	a.r.calls = append(a.r.calls, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", a.name, c.Verb, p, c.Path2, strings.Join(optionsText(c.Options), " "))))
	switch c.Verb {
	case client.VerbCreate:
		return client.Result{Handle: &client.Handle{Path: c.Path}}, nil
	case client.VerbList:
		return client.Result{Fields: map[string]any{"names": a.r.names[c.Path]}}, nil
	case client.VerbRemove:
		if a.r.busy > 0 {
			a.r.busy--
			return client.Result{}, &client.StatusError{Protocol: "nfs", Name: "NFS3ERR_JUKEBOX"}
		}
		if strings.HasSuffix(c.Path, "dir") {
			return client.Result{}, &client.StatusError{Protocol: "nfs", Name: "NFS3ERR_ISDIR"}
		}
	case client.VerbStat:
		return client.Result{Fields: map[string]any{"size": int64(8)}}, nil
	}
	return client.Result{}, nil
}

func (r *recorder) run(t *testing.T, setup string) *report.Result {
	t.Helper()
	src := "# A test.\nscenario t/x\ncovers S1\ncite MS-SMB2 3.3.4.7 MUST\nactors A=smb\n\n" + setup + "\nA stat f -> s\nexpect s.size == 8\n"
	sc, err := script.Parse("scenarios/t/x.scenario", []byte(src))
	require.NoError(t, err)
	connect := func(_ context.Context, ep client.Endpoint, s client.Spec, _ client.Sink) (client.Actor, error) {
		if s.Name == setUpName {
			r.uids = append(r.uids, s.Options["uid"])
		}
		return recordingActor{r, s.Name + "@" + ep.Dir + ":" + s.Kind}, nil
	}
	reg := client.NewRegistry(client.Entry{Client: "x", Kinds: []string{"smb", "nfs"}, New: connect})
	return (&Engine{Target: r, Clients: reg}).Run(context.Background(), sc, nil)
}

func TestSetUpByNFS(t *testing.T) {
	r := &recorder{nfs: true, names: map[string][]string{"cw-1": {"f", "subdir"}, "cw-1/subdir": {"x"}}}
	res := r.run(t, `file f "ORIGINAL" mode=0600 uid=1000
dir subdir mode=0700
file big zeros(1GiB)
symlink l "where"
link f g`)
	require.Equal(t, report.Pass, res.Verdict, res.Reason)
	const in, out = "set-up@work/cw-1:nfs ", "set-up@work:nfs "
	assert.Equal(t, []string{
		out + "mkdir cw-1  mode=0777",
		in + "create f  disposition=guarded mode=0600",
		in + "write <f>",
		in + "setattr f  mode=0600 uid=1000",
		in + "mkdir subdir  mode=0700",
		in + "create big  disposition=guarded mode=0666",
		in + "truncate <big>",
		in + "symlink l where",
		in + "link f g",
		"A@work/cw-1:smb stat f",
		out + "list cw-1",
		out + "remove cw-1/f",
		out + "remove cw-1/subdir",
		out + "list cw-1/subdir",
		out + "remove cw-1/subdir/x",
		out + "rmdir cw-1/subdir",
		out + "rmdir cw-1",
	}, r.calls)
}

func TestSetUpBySMB(t *testing.T) {
	r := &recorder{}
	res := r.run(t, `file f "ORIGINAL"`)
	require.Equal(t, report.Pass, res.Verdict, res.Reason)
	const in = "set-up@work/cw-1:smb "
	assert.Equal(t, []string{
		"set-up@work:smb mkdir cw-1",
		in + "create f  access=rw disposition=create",
		in + "write <f>",
		in + "close <f>",
		"A@work/cw-1:smb stat f",
		"set-up@work:smb list cw-1",
		"set-up@work:smb rmdir cw-1",
	}, r.calls)

	res = r.run(t, `file f "ORIGINAL" uid=1000`)
	assert.Equal(t, report.Error, res.Verdict)
	assert.Equal(t, "set-up failed: recorder cannot do the owner and mode of a set-up line, and the target has no NFS", res.Reason)
	assert.Equal(t, 7, res.Failure.Line)
}

// TestSetUpAsRoot: set-up is root's work only where it must be.
func TestSetUpAsRoot(t *testing.T) {
	for _, tt := range []struct{ setup, uid string }{
		{`file f "ORIGINAL" mode=0600`, ""},
		{`file f "ORIGINAL" uid=2000`, "0"},
	} {
		r := &recorder{nfs: true}
		res := r.run(t, tt.setup)
		require.Equal(t, report.Pass, res.Verdict, res.Reason)
		assert.Equal(t, []string{tt.uid, tt.uid}, r.uids, tt.setup)
	}
}

// TestCleanUpTriesLater: what is still held by an actor who has just gone is
// removed when the server has noticed.
func TestCleanUpTriesLater(t *testing.T) {
	r := &recorder{nfs: true, busy: 2, names: map[string][]string{"cw-1": {"f"}}}
	res := r.run(t, `file f "ORIGINAL"`)
	require.Equal(t, report.Pass, res.Verdict, res.Reason)
	const out = "set-up@work:nfs "
	assert.Equal(t, []string{out + "list cw-1", out + "remove cw-1/f", out + "remove cw-1/f", out + "remove cw-1/f", out + "rmdir cw-1"},
		r.calls[len(r.calls)-5:])
}
