//go:build interop

package interop

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The first process of a run builds what is tested and starts the second one
// in a namespace; these variables tell the second what the first did.
const (
	envStage     = "INTEROP_STAGE"     // set in the second process
	envRoot      = "INTEROP_ROOT"      // top folder of the module
	envOut       = "INTEROP_OUT"       // where logs go
	envCrosswire = "INTEROP_CROSSWIRE" // the command under test
	envGotestsum = "INTEROP_GOTESTSUM"
	envNamespace = "INTEROP_NAMESPACE" // why there is no namespace; empty: there is one
)

// parallel is how many tests run at once. They wait for timeouts of the
// protocols more than they compute, so this is not about processors.
const parallel = 16

func TestMain(m *testing.M) {
	flag.Parse()
	if os.Getenv(envStage) != "" {
		os.Exit(inside(m))
	}
	code, err := outside(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		code = 1
	}
	os.Exit(code)
}

// outside prepares a run and hands it over to a process in a namespace.
func outside(m *testing.M) (int, error) {
	if flag.Lookup("test.list").Value.String() != "" {
		return m.Run(), nil
	}
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return 0, fmt.Errorf("go env GOMOD: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	bin, err := os.MkdirTemp("", "interop")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(bin)
	out := filepath.Join(root, "build", "interop")
	if err := os.RemoveAll(out); err != nil {
		return 0, err
	}
	if err := os.MkdirAll(out, 0o777); err != nil {
		return 0, err
	}
	for _, b := range []struct{ env, pkg string }{
		{envCrosswire, "./cmd/crosswire"},
		{envGotestsum, "gotest.tools/gotestsum"},
	} {
		file := filepath.Join(bin, filepath.Base(b.pkg))
		build := exec.Command("go", "build", "-o", file, b.pkg)
		build.Dir = root
		if text, err := build.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%v: %w\n%s", build, err, text)
		}
		if err := os.Setenv(b.env, file); err != nil {
			return 0, err
		}
	}
	for name, value := range map[string]string{envRoot: root, envOut: out, envStage: "inside"} {
		if err := os.Setenv(name, value); err != nil {
			return 0, err
		}
	}
	code, err := runInNamespace()
	if err != nil {
		if err := os.Setenv(envNamespace, err.Error()); err != nil {
			return 0, err
		}
		return inside(m), nil
	}
	return code, nil
}

// inside runs the tests.
func inside(m *testing.M) int {
	if os.Getenv(envNamespace) == "" {
		if err := raiseLoopback(); err != nil {
			fmt.Fprintln(os.Stderr, "interop: lo of the new network namespace:", err)
			return 1
		}
	}
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", strconv.Itoa(parallel)); err != nil {
			fmt.Fprintln(os.Stderr, "interop:", err)
			return 1
		}
	}
	return m.Run()
}

// outDir is the folder for what t leaves to its reader.
func outDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(os.Getenv(envOut), filepath.FromSlash(t.Name()))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}
