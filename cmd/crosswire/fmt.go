package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"crosswire/conformance"
	"crosswire/conformance/script"
)

type fmtCmd struct {
	List  bool     `short:"l" help:"List the files that are not in canonical form, and change nothing; exit with 1 if there are any."`
	Diff  bool     `short:"d" help:"Show what would change, and change nothing; exit with 1 if anything would."`
	Write bool     `short:"w" help:"With -l or -d: change the files too."`
	Paths []string `arg:"" optional:"" name:"PATH" help:"Scenario files and folders of them (default: the folder scenarios); - formats stdin to stdout."`
}

// Run formats in place and names what it changed, unless -l or -d ask only to
// look. A file that does not parse is told and left as it is.
func (c *fmtCmd) Run(s streams) error {
	if slices.Equal(c.Paths, []string{"-"}) {
		return formatStream(s)
	}
	paths, err := rewritePaths(c.Paths)
	if err != nil {
		return err
	}
	files, err := conformance.Files(paths)
	if err != nil {
		return err
	}
	look := (c.List || c.Diff) && !c.Write
	changed := false
	var errs []error
	for _, name := range files {
		differs, err := c.format(name, look, s.out)
		errs = append(errs, err)
		changed = changed || differs
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if look && changed {
		return errFailed
	}
	return nil
}

// format deals with one file and reports whether it was not canonical.
func (c *fmtCmd) format(name string, look bool, out io.Writer) (differs bool, err error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return false, err
	}
	dst, err := script.Format(src)
	if err != nil {
		return false, inFile(name, err)
	}
	if bytes.Equal(src, dst) {
		return false, nil
	}
	if c.List || !c.Diff {
		fmt.Fprintln(out, name)
	}
	if c.Diff {
		if _, err := out.Write(diff.Diff(name+".orig", src, name, dst)); err != nil {
			return true, err
		}
	}
	if look {
		return true, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return true, err
	}
	return true, os.WriteFile(name, dst, info.Mode().Perm())
}

func formatStream(s streams) error {
	src, err := io.ReadAll(s.in)
	if err != nil {
		return err
	}
	dst, err := script.Format(src)
	if err != nil {
		return inFile("<stdin>", err)
	}
	_, err = s.out.Write(dst)
	return err
}

// inFile names the file in errors of script.Format, which sees bytes only.
func inFile(name string, err error) error {
	var list script.Errors
	if errors.As(err, &list) {
		for _, e := range list {
			e.File = name
		}
	}
	return err
}
