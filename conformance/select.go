package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"crosswire/conformance/engine"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
	"crosswire/scenarios"
)

// Ext ends the name of a scenario file.
const Ext = ".scenario"

// DefaultPath is where scenarios are looked for.
const DefaultPath = "scenarios"

// Case is one run to be made: a scenario and a row of its matrix.
type Case struct {
	Scenario *script.Scenario
	Row      script.Row
	Name     string
}

// Files lists the scenario files among paths: files as they are given, and
// those below folders, sorted. Without paths it is those below DefaultPath or,
// where there is no such folder, those that were built into the binary.
func Files(paths []string) ([]string, error) {
	if len(paths) == 0 {
		if _, err := os.Stat(DefaultPath); errors.Is(err, fs.ErrNotExist) {
			return builtIn()
		}
		paths = []string{DefaultPath}
	}
	var files []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, p)
			continue
		}
		n := len(files)
		err = filepath.WalkDir(p, func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Ext(name) == Ext {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(files) == n {
			return nil, fmt.Errorf("%s: no file ends in %s", p, Ext)
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}

// builtIn lists the scenario files of the binary, as if they lay below
// DefaultPath.
func builtIn() (files []string, err error) {
	err = fs.WalkDir(scenarios.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path.Join(DefaultPath, name))
		}
		return err
	})
	return files, err
}

// readFile reads a file, or the one built into the binary if there is none of
// that name.
func readFile(name string) ([]byte, error) {
	src, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if below, ok := strings.CutPrefix(filepath.ToSlash(name), DefaultPath+"/"); ok {
			if src, err := scenarios.Files.ReadFile(below); err == nil {
				return src, nil
			}
		}
	}
	return src, err
}

// Load parses and checks files. The error holds everything that is wrong,
// each with file:line:col.
func Load(files []string) ([]*script.Scenario, error) {
	var all []*script.Scenario
	var errs []error
	for _, name := range files {
		src, err := readFile(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		sc, err := script.Parse(filepath.ToSlash(name), src)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, sc)
	}
	if err := script.CheckSet(all); err != nil {
		errs = append(errs, err)
	}
	return all, errors.Join(errs...)
}

// Select finds the cases that the options ask for. No case is an error.
func Select(o Options) ([]Case, error) {
	match, err := regexp.Compile(o.Run)
	if err != nil {
		return nil, fmt.Errorf("--run: %w", err)
	}
	files, err := Files(o.Paths)
	if err != nil {
		return nil, err
	}
	all, err := Load(files)
	if err != nil {
		return nil, err
	}
	var cases []Case
	for _, sc := range all {
		if !Tagged(sc, o.Tags) {
			continue
		}
		for _, row := range sc.Rows() {
			if name := engine.Name(sc, row); match.MatchString(name) {
				cases = append(cases, Case{sc, row, name})
			}
		}
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("none of the %d scenarios matches --run %q --tags %q", len(all), o.Run, o.Tags)
	}
	return cases, nil
}

// Tagged reports whether a scenario has all the tags, which are separated by
// commas; a tag with ! before it must be missing. The tags of a scenario are
// the catalogue's entries and groups that it covers (S1, S), the folders of
// its id (caching), what it needs (smb.lease), the services it runs (smb,
// nfs), the kinds of its actors, the specifications it cites (MS-SMB2) and
// their grades (must, should, observe).
func Tagged(sc *script.Scenario, tags string) bool {
	has := map[string]bool{}
	add := func(s string) { has[strings.ToLower(s)] = true }
	for _, c := range sc.Covers {
		add(c.Entry)
		add(strings.TrimRight(c.Entry, "0123456789"))
	}
	folders := strings.Split(sc.ID, "/")
	for _, f := range folders[:len(folders)-1] {
		add(f)
	}
	for _, n := range sc.Needs {
		add(n)
	}
	for _, s := range sc.Services {
		add(s)
	}
	for _, a := range sc.Actors {
		add(string(a.Kind))
	}
	for _, c := range sc.Cites {
		add(c.Spec)
		add(string(c.Grade))
	}
	for tag := range strings.SplitSeq(tags, ",") {
		tag = strings.ToLower(strings.TrimSpace(tag))
		want := !strings.HasPrefix(tag, "!")
		tag = strings.TrimPrefix(tag, "!")
		if tag != "" && has[tag] != want {
			return false
		}
	}
	return true
}

// FromGoTest turns the -test.run of go test, with which gotestsum reruns what
// failed ("^TestScenarios$/^caching$/^x$"), into a pattern for Options.Run.
func FromGoTest(pattern string) string {
	parts := strings.Split(pattern, "/")
	if strings.Trim(parts[0], "^$") == report.RootTest {
		parts = parts[1:]
	}
	if len(parts) == 0 {
		return ""
	}
	open := !strings.HasSuffix(parts[len(parts)-1], "$")
	for i, p := range parts {
		parts[i] = strings.TrimSuffix(strings.TrimPrefix(p, "^"), "$")
	}
	s := "^" + strings.Join(parts, "/")
	if !open {
		s += "(/|$)"
	}
	return s
}
