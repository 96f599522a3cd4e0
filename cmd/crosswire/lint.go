package main

import (
	"fmt"

	"crosswire/conformance"
)

type lintCmd struct {
	Paths []string `arg:"" optional:"" name:"PATH" help:"Scenario files and folders of them (default: the folder scenarios)."`
}

// Run tells every mistake of every file, each with file:line:col.
func (c *lintCmd) Run(s streams) error {
	files, err := conformance.Files(c.Paths)
	if err != nil {
		return err
	}
	all, err := conformance.Load(files)
	if err != nil {
		return err
	}
	runs := 0
	for _, sc := range all {
		runs += len(sc.Rows())
	}
	_, err = fmt.Fprintf(s.out, "%d scenarios, %d runs: no mistakes\n", len(all), runs)
	return err
}
