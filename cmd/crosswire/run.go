package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"crosswire/conformance"
	"crosswire/conformance/report"
)

// selection says which scenarios a command is about.
type selection struct {
	Run   string   `placeholder:"REGEXP" help:"Only runs whose name (ID, or ID/ROW for a row of a matrix) matches."`
	Tags  string   `placeholder:"TAG,!TAG" help:"Only scenarios that have these tags: entries and groups of the catalogue, folders, capabilities, kinds of actors, specifications, grades. A tag with ! must be missing."`
	Paths []string `arg:"" optional:"" name:"PATH" help:"Scenario files and folders of them (default: the folder scenarios)."`
}

type runCmd struct {
	selection `embed:""`

	Target   string `placeholder:"FILE" help:"Profile of the server under test, in YAML (default: the reference server in this process)."`
	Parallel int    `placeholder:"N" help:"How many runs at once (default: four for each processor)."`
	JSON     bool   `name:"json" help:"Write the events of go test -json to stdout, for gotestsum --raw-command."`
	JUnit    string `name:"junit" placeholder:"FILE" help:"Write JUnit XML."`
	Out      string `placeholder:"DIR" help:"Write results.json, junit.xml and every run's events.jsonl."`
	Strict   bool   `help:"Count as failures what is only a SHOULD, what the target does not support and what was not exercised."`
	Quiet    bool   `short:"q" help:"Leave out the lines of runs that passed."`

	TestRun string `hidden:"" help:"A -test.run pattern, with which gotestsum reruns what failed."`
}

// Run runs the suite. What it tells is conformance's business; here is only
// the status.
func (c *runCmd) Run(ctx context.Context, s streams) error {
	pattern := c.selection.Run
	if c.TestRun != "" {
		pattern = conformance.FromGoTest(c.TestRun)
	}
	stderr := s.err
	if c.JSON {
		// The summary is for people; gotestsum counts a line on stderr as an
		// error.
		stderr = io.Discard
	}
	sum, err := conformance.Run(ctx, conformance.Options{
		Paths: c.Paths, Run: pattern, Tags: c.Tags,
		Target: c.Target, Parallel: c.Parallel,
		JSON: c.JSON, JUnit: c.JUnit, Out: c.Out,
		Strict: c.Strict, Quiet: c.Quiet,
		Stdout: s.out, Stderr: stderr,
	})
	switch {
	case err != nil:
		return err
	case sum.ExitStatus() == report.ExitFailed:
		return errFailed
	case sum.ExitStatus() != report.ExitOK:
		return errNotJudged
	}
	return nil
}

// goTestArgs rewrites what gotestsum appends to a raw command when it reruns
// failures, -test.run=PATTERN and the package, so that the parser knows it.
func goTestArgs(args []string) []string {
	rerun := slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "-test.run=") })
	if !rerun {
		return args
	}
	var out []string
	for _, a := range args {
		switch {
		case a == report.Package:
		case strings.HasPrefix(a, "-test.run="):
			out = append(out, "-"+strings.Replace(a, ".", "-", 1))
		default:
			out = append(out, a)
		}
	}
	return out
}
