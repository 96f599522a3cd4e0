//go:build interop

package interop

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// session is a command that reads more commands from stdin, one at a time, so
// that what it keeps open stays open between them.
type session struct {
	t     *testing.T
	line  string
	stdin io.WriteCloser

	mu      sync.Mutex
	output  bytes.Buffer  // stdout and stderr
	changed chan struct{} // closed and replaced when output grows or ends
	ended   bool
}

// startSession starts a command that ends with the test. stdbuf has it tell at
// once what it does, though that does not go to a terminal.
func startSession(t *testing.T, dir, name string, args ...string) *session {
	t.Helper()
	// Not t.Context, which ends before the clean-up that says goodbye.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 2*commandTimeout)
	cmd := command(ctx, t, dir, "stdbuf", append([]string{"--output=L", name}, args...)...)
	s := &session{t: t, line: commandLine(cmd), changed: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = s, s
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stdin = stdin
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		err := cmd.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended = true
		close(s.changed)
		s.changed = make(chan struct{})
		record(t, result{line: s.line, stdout: s.output.String(), err: err})
		close(done)
	}()
	t.Cleanup(func() {
		defer cancel()
		_ = s.stdin.Close()
		select {
		case <-done:
		case <-time.After(5 * time.Second):
			cancel()
			<-done
		}
	})
	return s
}

// Write takes the command's output.
func (s *session) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.output.Write(b)
	close(s.changed)
	s.changed = make(chan struct{})
	return len(b), nil
}

// do sends a line and waits until the output since then has one of the texts.
// It returns that output.
func (s *session) do(line string, texts ...string) string {
	s.t.Helper()
	s.mu.Lock()
	from := s.output.Len()
	s.mu.Unlock()
	if _, err := io.WriteString(s.stdin, line+"\n"); err != nil {
		s.fatal("%q could not be sent: %v", line, err)
	}
	limit := time.After(commandTimeout)
	for {
		s.mu.Lock()
		got, changed, ended := s.output.String()[from:], s.changed, s.ended
		s.mu.Unlock()
		for _, text := range texts {
			if strings.Contains(got, text) {
				return got
			}
		}
		if ended {
			s.fatal("the command ended before %q brought one of %q", line, texts)
		}
		select {
		case <-changed:
		case <-limit:
			s.fatal("%q did not bring one of %q", line, texts)
		}
	}
}

// fatal ends the test and shows the session.
func (s *session) fatal(format string, args ...any) {
	s.t.Helper()
	s.mu.Lock()
	output := s.output.String()
	s.mu.Unlock()
	s.t.Fatalf(format+"\ncommand: %s\noutput:\n%s", append(args, s.line, tail(output))...)
}
