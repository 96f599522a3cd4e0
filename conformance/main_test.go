package conformance

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain makes sure that no run leaves anything running: no server, no
// client, no call that nobody awaits.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
