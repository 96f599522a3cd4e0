package xdr

import (
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGeneratedCodeIsCurrent compiles each description again and compares.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	descriptions, err := filepath.Glob("*/*.x")
	require.NoError(t, err)
	require.Len(t, descriptions, 8)
	for _, description := range descriptions {
		dir, file := filepath.Split(description)
		name := file[:len(file)-len(".x")]
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.go")
			compile := exec.Command("go", "tool", "xdr_compiler", "-I", dir, file, out)
			msg, err := compile.CombinedOutput()
			require.NoError(t, err, "%s", msg)
			fresh, err := os.ReadFile(out)
			require.NoError(t, err)
			fresh, err = format.Source(fresh)
			require.NoError(t, err)
			checkedIn, err := os.ReadFile(filepath.Join(dir, name+"_xdr.go"))
			require.NoError(t, err)
			require.True(t, string(fresh) == string(checkedIn), "%s is not what %s compiles to: run go generate ./server/wire/xdr/%s", name+"_xdr.go", file, name)
		})
	}
}
