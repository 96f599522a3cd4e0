// Package scenarios holds the scenario files, so that a binary can run them
// where the source is not at hand.
package scenarios

import "embed"

// Files are the scenario files, by their path below this folder.
//
//go:embed */*.scenario
var Files embed.FS
