package engine

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosswire/conformance/script"
)

func TestAlone(t *testing.T) {
	tests := []struct {
		name, steps string
		want        bool
	}{
		{"files only", `B read f == "x"`, false},
		{"a list of files", "B list . -> l\nexpect l.count == 1", false},
		{"adds a share", "control share add n-{run}\nA shares contains n-{run}\nB exports lacks /m-{run}", false},
		{"the whole list of shares", `A shares == ["IPC$" "data"]`, true},
		{"how many shares", `A shares contains "IPC$" .count == 2`, true},
		{"a list for later", "B exports -> paths", true},
		{"the control plane's list", `control share list contains "data"`, true},
		{"a counter", "control counter smb_breaks == 0", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := "# A test.\nscenario t/x\ncovers S1\ncite MS-SMB2 3.3.4.7 MUST\nactors A=rawsmb B=nfs(3)\nfile f \"x\"\n" + tt.steps + "\nB read f == \"x\"\n"
			sc, err := script.Parse("scenarios/t/x.scenario", []byte(src))
			require.NoError(t, err)
			assert.Equal(t, tt.want, alone(sc))
		})
	}
}
