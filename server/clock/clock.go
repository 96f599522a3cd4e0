// Package clock is the one source of time of the reference server: every
// timestamp of a file and every protocol timeout (an oplock break waits 35 s,
// MS-SMB2 3.3.2.1) is read from a Clock. Nothing else in server/ calls
// time.Now or time.AfterFunc, so that a test or a scenario can move time
// instead of sleeping through it.
//
// Every package of server/ may import it; it imports nothing of ours.
package clock

import "time"

// Clock tells the time and runs functions later.
type Clock interface {
	// Now is the current time in UTC.
	Now() time.Time
	// AfterFunc runs f in its own goroutine once d has passed.
	AfterFunc(d time.Duration, f func()) Timer
}

// Timer is a pending AfterFunc.
type Timer interface {
	// Stop prevents the function from running; false if it already ran,
	// is running, or was stopped before.
	Stop() bool
}

// System is the clock of the operating system.
type System struct{}

// Now implements Clock.
func (System) Now() time.Time { return time.Now().UTC() }

// AfterFunc implements Clock.
func (System) AfterFunc(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
