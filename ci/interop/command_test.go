//go:build interop

package interop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// commandTimeout bounds a command that has no reason to wait for anything.
const commandTimeout = 60 * time.Second

// tailLines is how much of an output a failure shows.
const tailLines = 40

// result is what became of a command.
type result struct {
	line           string // as one would type it
	stdout, stderr string
	err            error // nil if it exited with 0
	code           int   // exit status, -1 if it did not exit by itself
}

// text is both outputs.
func (r result) text() string { return r.stdout + r.stderr }

// fatal ends the test: what is wrong, the command, the ends of its outputs.
func (r result) fatal(t testing.TB, format string, args ...any) {
	t.Helper()
	t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), r.describe())
}

func (r result) describe() string {
	status := "exit status 0"
	if r.err != nil {
		status = r.err.Error()
	}
	s := "command: " + r.line + "\n" + status
	for _, o := range []struct{ name, text string }{{"stdout", r.stdout}, {"stderr", r.stderr}} {
		if o.text != "" {
			s += "\n" + o.name + ":\n" + tail(o.text)
		}
	}
	return s
}

// ok ends the test unless the command exited with 0.
func (r result) ok(t testing.TB) result {
	t.Helper()
	if r.err != nil {
		r.fatal(t, "the command failed")
	}
	return r
}

// refused ends the test unless the command failed and said why.
func (r result) refused(t testing.TB, why string) result {
	t.Helper()
	if r.code <= 0 || !strings.Contains(r.text(), why) {
		r.fatal(t, "the command should fail with %q", why)
	}
	return r
}

// tells ends the test unless the command printed why. Some clients exit with 0
// when the server refuses what they were told to do.
func (r result) tells(t testing.TB, why string) result {
	t.Helper()
	if !strings.Contains(r.text(), why) {
		r.fatal(t, "the command should report %q", why)
	}
	return r
}

// shows ends the test unless stdout has every one of the texts.
func (r result) shows(t testing.TB, texts ...string) result {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.stdout, text) {
			r.fatal(t, "stdout lacks %q", text)
		}
	}
	return r
}

// hides ends the test if stdout has one of the texts.
func (r result) hides(t testing.TB, texts ...string) result {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.stdout, text) {
			r.fatal(t, "stdout should not have %q", text)
		}
	}
	return r
}

// tail is the last lines of an output, indented.
func tail(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	if n := len(lines) - tailLines; n > 0 {
		lines = append([]string{fmt.Sprintf("(%d lines before)", n)}, lines[n:]...)
	}
	return "    " + strings.Join(lines, "\n    ")
}

// run runs a command in dir, which is also its HOME, for at most
// commandTimeout.
func run(t testing.TB, dir, name string, args ...string) result {
	t.Helper()
	return runFor(t, commandTimeout, dir, name, args...)
}

// runFor is run with another bound.
func runFor(t testing.TB, limit time.Duration, dir, name string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), limit, fmt.Errorf("not finished within %v", limit))
	defer cancel()
	cmd := command(ctx, t, dir, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	r := result{line: commandLine(cmd), stdout: stdout.String(), stderr: stderr.String(), err: err, code: -1}
	if cmd.ProcessState != nil {
		r.code = cmd.ProcessState.ExitCode()
	}
	record(t, r)
	if errors.Is(err, exec.ErrNotFound) {
		t.Fatalf("%v\nci/install-peers.sh installs what is missing", err)
	}
	return r
}

// command prepares a command that ends with ctx, or with this process.
func command(ctx context.Context, t testing.TB, dir, name string, args ...string) *exec.Cmd {
	t.Helper()
	// Tools of administrators are not on everybody's PATH.
	if !strings.Contains(name, "/") {
		if _, err := exec.LookPath(name); err != nil {
			for _, d := range []string{"/usr/sbin", "/sbin"} {
				if _, err := os.Stat(filepath.Join(d, name)); err == nil {
					name = filepath.Join(d, name)
					break
				}
			}
		}
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C", "TZ=UTC"}
	cmd.WaitDelay = 5 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// commandLine quotes what a shell would not take literally.
func commandLine(cmd *exec.Cmd) string {
	words := make([]string, len(cmd.Args))
	for i, a := range cmd.Args {
		if a == "" || strings.ContainsAny(a, " \t\n'\"\\$&;|<>*?#()`") {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		words[i] = a
	}
	return strings.Join(words, " ")
}

// record adds a command to the log of its test.
func record(t testing.TB, r result) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(outDir(t), "commands.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	status := "0"
	if r.err != nil {
		status = r.err.Error()
	}
	_, err = fmt.Fprintf(f, "$ %s\n%s\n%s=> %s\n\n", r.line, r.stdout, r.stderr, status)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
