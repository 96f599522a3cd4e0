package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"crosswire/conformance/client"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
)

// verdict ends a run. It is an error so that a step can return it.
type verdict struct {
	is       report.Verdict
	reason   string
	expected string
	observed string
	hint     string
	// fragment of the step's source which the caret points to.
	fragment string

	pos    script.Pos
	source string
	caret  int
}

// Error implements error.
func (v *verdict) Error() string { return string(v.is) + ": " + v.reason }

// at gives the verdict its place, unless it has one.
func (v *verdict) at(s *script.Step) *verdict {
	if v.pos.Line > 0 {
		return v
	}
	v.pos, v.source = s.Pos, s.Source
	act := actionOffset(s.Source)
	v.caret = act
	if i := strings.Index(s.Source[act:], v.fragment); i > 0 && v.fragment != "" {
		v.caret += i
		v.pos.Col += i
	}
	return v
}

// actionOffset is where the act begins in a line: after its conditions, which
// is what a step's position tells.
func actionOffset(source string) int {
	rest := source
	for strings.HasPrefix(rest, "[") {
		_, after, ok := strings.Cut(rest, "]")
		if !ok {
			break
		}
		rest = strings.TrimLeft(after, " \t")
	}
	return len(source) - len(rest)
}

func failf(expected, observed, format string, args ...any) *verdict {
	return &verdict{is: report.Fail, reason: fmt.Sprintf(format, args...), expected: expected, observed: observed}
}

func errorf(format string, args ...any) *verdict {
	return &verdict{is: report.Error, reason: fmt.Sprintf(format, args...)}
}

// broken is the verdict on an error that is no answer of the target.
func broken(actor string, err error) *verdict {
	var v *verdict
	switch {
	case errors.As(err, &v):
		v.reason = actor + ": " + v.reason
		return v
	case isDisconnect(err):
		return errorf("%s lost its connection: %v", actor, err)
	}
	return errorf("%s: %v", actor, err)
}

// isDisconnect recognises the end of a connection.
func isDisconnect(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}

// outcome names what a call came to, in the words of the language: "ok", a
// status, DISCONNECTED or TIMEOUT; "" if the error is none of these.
func outcome(err error) string {
	switch {
	case err == nil:
		return script.StatusOK
	case client.StatusName(err) != "":
		return client.StatusName(err)
	case isDisconnect(err):
		return script.StatusDisconnected
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errNoAnswer):
		return script.StatusTimeout
	}
	return ""
}

// errNoAnswer is the outcome of a call whose bound passed.
var errNoAnswer = errors.New("no answer")

// or lists alternatives: "a, b or c".
func or(words []string) string {
	switch n := len(words); n {
	case 0:
		return "nothing"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
}
