package target

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFixtures reads every profile that the project ships.
func TestFixtures(t *testing.T) {
	t.Setenv("CROSSWIRE_PASSWORD", "secret")
	files, err := filepath.Glob("../../fixtures/targets/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			p, err := ReadProfile(f)
			require.NoError(t, err)
			assert.Equal(t, filepath.Base(f), p.Name+".yaml")
		})
	}
}
