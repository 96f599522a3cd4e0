package engine

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/report"
)

var update = flag.Bool("update", false, "write the golden files")

// TestConsole shows what a reader of the console sees for each verdict.
func TestConsole(t *testing.T) {
	tests := []struct {
		name  string
		steps string
		fake  func(*fakeServer)
	}{
		{"pass", holdAndWrite, nil},
		{"no-break", holdAndWrite, func(s *fakeServer) { s.noBreak = true }},
		{"wrong-state", holdAndWrite, func(s *fakeServer) { s.breakTo = "RH" }},
		{"not-exercised", holdAndWrite, func(s *fakeServer) { s.grant = "R" }},
		{"not-supported", "needs smb.lease\n" + holdAndWrite, func(s *fakeServer) { s.caps = nil }},
		{"data", `A read f.dat == zeros(8)`, nil},
		{"cut", `B read f.dat == "x"`, func(s *fakeServer) { s.cut = "read" }},
		{"status", `B remove f.dat fails NFS3ERR_ACCES|NFS3ERR_PERM`, nil},
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
			res.Duration = 0.02
			var b bytes.Buffer
			c := report.Console{W: &b, Events: report.DefaultEvents, Rerun: "go run ./cmd/crosswire run --run %s"}
			require.NoError(t, c.Result(res))
			golden(t, tt.name+".txt", b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}
