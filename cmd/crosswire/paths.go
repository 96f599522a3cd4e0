package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"crosswire/conformance"
)

// errNoScenarios: there is no default folder here to rewrite.
var errNoScenarios = fmt.Errorf("%s: no such folder here; name scenario files or folders, or run where it is", conformance.DefaultPath)

// rewritePaths are the paths of a command line that rewrites files. Without any
// it is the default folder, which must be there: the scenarios that are built
// into the binary can be run, listed and checked, but not rewritten.
func rewritePaths(paths []string) ([]string, error) {
	if len(paths) > 0 {
		return paths, nil
	}
	if _, err := os.Stat(conformance.DefaultPath); errors.Is(err, fs.ErrNotExist) {
		return nil, errNoScenarios
	}
	return nil, nil
}
