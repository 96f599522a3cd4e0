package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"crosswire/conformance"
)

// errNoScenarios: there is no default folder here.
var errNoScenarios = fmt.Errorf("%s: no such folder here; name scenario files or folders, or run where it is", conformance.DefaultPath)

// scenarioPaths are the paths of a command line. Without any it is the default
// folder, which must be there.
func scenarioPaths(paths []string) ([]string, error) {
	if len(paths) > 0 {
		return paths, nil
	}
	if _, err := os.Stat(conformance.DefaultPath); errors.Is(err, fs.ErrNotExist) {
		return nil, errNoScenarios
	}
	return nil, nil
}
