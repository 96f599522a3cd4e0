// Package target is what a scenario runs against: the reference server in
// process (Reference) or a server somewhere else described by a profile
// (External). The engine starts one Instance for each run of a scenario and
// closes it afterwards; it knows nothing else about the target.
//
// Only conformance and cmd may import it.
package target

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"crosswire/conformance/client"
)

// Target makes instances. It is safe for concurrent use.
type Target interface {
	// Name for reports: "reference", or the profile's name.
	Name() string
	// Start readies an instance for one run of one scenario. A *NotSupported
	// error is a verdict of its own: the target cannot be what the scenario
	// needs. A *DeadError means that no scenario can run.
	Start(ctx context.Context, spec Spec) (Instance, error)
}

// Spec is what one run of a scenario asks of its target.
type Spec struct {
	// Run names the run, "caching/x/nfs_break=wait"; folders and shares are
	// named after it.
	Run string
	// Services that must be there: smb, nfs. Empty means both.
	Services []string
	// Only limits the target to the Services: the others must be off.
	Only bool
	// Policies by name, which must hold: the values of the matrix.
	Policies map[string]string
	// Switches tells that the scenario changes policies while it runs.
	Switches bool
	// Alone tells that the scenario judges what runs of one target share: its
	// counters, or the whole list of its shares.
	Alone bool
	// Needs are the capabilities of the scenario's needs line: "smb.lease".
	Needs []string
}

// Instance is a target made ready for one run.
type Instance interface {
	// Endpoint has the addresses, the share, the credentials and the folder
	// which this run may use.
	Endpoint() client.Endpoint
	// Policy returns the value in force, and whether it is known.
	Policy(name string) (string, bool)
	// Has reports whether a capability is there; if not, why.
	Has(capability string) (ok bool, reason string)
	// Plane is the control plane, nil if the target has none.
	Plane() client.Plane
	// NeedsFolder reports whether the engine must make Endpoint.Dir before
	// and remove it afterwards.
	NeedsFolder() bool
	// Fresh reports that the instance belongs to this run alone, so that its
	// debris, its policies and its clock concern nobody else.
	Fresh() bool
	// Close ends the instance and everything it started.
	Close() error
}

// NotSupported says why the target cannot run a scenario.
type NotSupported struct{ Reason string }

// Error implements error.
func (e *NotSupported) Error() string { return "not supported: " + e.Reason }

// notSupported builds a *NotSupported.
func notSupported(format string, args ...any) error {
	return &NotSupported{Reason: fmt.Sprintf(format, args...)}
}

// DeadError says that the target does not answer at all: the whole run is in
// vain and ends with exit status 2.
type DeadError struct {
	Service string // smb, nfs, mount, portmap, api
	Address string
	Err     error
}

// Error implements error.
func (e *DeadError) Error() string {
	return fmt.Sprintf("target's %s at %s: %v", e.Service, e.Address, e.Err)
}

// Unwrap returns the cause.
func (e *DeadError) Unwrap() error { return e.Err }

func sorted(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// hasCapability looks for name in set. "smb.lease" in the set implies "smb",
// "smb.*" stands for all that begins with "smb.".
func hasCapability(set []string, name string) bool {
	for _, c := range set {
		if c == name || strings.HasPrefix(c, name+".") {
			return true
		}
		if below, ok := strings.CutSuffix(c, "*"); ok && strings.HasPrefix(name, below) {
			return true
		}
	}
	return false
}
