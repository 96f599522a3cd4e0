package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

// Run prints one line: the module's version, the commit it was built from if
// that is known, and the tool chain.
func (versionCmd) Run(s streams) error {
	version, commit := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, kv := range info.Settings {
			switch {
			case kv.Key == "vcs.revision":
				commit = " " + kv.Value[:min(len(kv.Value), 12)]
			case kv.Key == "vcs.modified" && kv.Value == "true":
				commit += "+changes"
			}
		}
	}
	_, err := fmt.Fprintf(s.out, "crosswire %s%s %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
