package engine

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain makes sure that a run leaves nothing running.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
