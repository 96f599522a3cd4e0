package main

import (
	"errors"
	"fmt"
	"io"

	"crosswire/conformance/report"
)

// The exit statuses of every command.
const (
	exitOK     = report.ExitOK
	exitFailed = report.ExitFailed
	exitError  = report.ExitError
)

// errFailed ends a command with status 1 and no further word: what failed has
// been told.
var errFailed = errors.New("failed")

// errNotJudged: some run ended in an error of the engine or the target; the
// console has told which.
var errNotJudged = errors.New("not every run could be judged")

// failure is an error that means status 1: the command did its work, and the
// answer is no.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// exitStatus tells err and says what to exit with.
func exitStatus(w io.Writer, err error) int {
	var no failure
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFailed):
		return exitFailed
	}
	fmt.Fprintf(w, "crosswire: %v\n", err)
	if errors.As(err, &no) {
		return exitFailed
	}
	return exitError
}
