//go:build interop

package interop

import (
	"fmt"
	"os"
	"testing"
)

// TestServeAsTarget runs the suite as a user does who brings a server: a
// profile with every address, the control plane, and an identity that is not
// root. All runs share one server, many at a time, and all must pass. A10
// waits for break timeouts in real time and is left out.
func TestServeAsTarget(t *testing.T) {
	t.Parallel()
	s := startServer(t, serverOptions{})
	profile := fmt.Sprintf("name: serve\nsmb: %s\nnfs: %s\nmount: %s\nportmap: %s\napi: %s\nshare: data\nuser: alice\npassword: secret\nuid: 1000\ngid: 1000\n",
		s.smb, s.nfs, s.mount, s.portmap, s.api)
	if err := os.WriteFile(s.file("target.yaml"), []byte(profile), 0o644); err != nil {
		t.Fatal(err)
	}
	runFor(t, runTimeout, os.Getenv(envRoot), os.Getenv(envCrosswire), "run", "--target", s.file("target.yaml"), "--tags=!A10", "--quiet").
		ok(t).hides(t, "FAIL", "ERROR")

	// What the runs added and made is gone.
	if got := s.share(t, "ls").ok(t).stdout; got != "data\nother\n" {
		t.Errorf("the shares afterwards: %q", got)
	}
}
