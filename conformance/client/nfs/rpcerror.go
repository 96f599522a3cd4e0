package nfs

import (
	"fmt"
	"time"
)

// RPCError is a call that the server refused at the RPC layer (RFC 5531 9).
type RPCError struct {
	Addr string
	Proc string
	// Name is accept_stat, reject_stat or auth_stat by the RFC's name:
	// PROG_UNAVAIL, PROG_MISMATCH, PROC_UNAVAIL, GARBAGE_ARGS, SYSTEM_ERR,
	// RPC_MISMATCH, AUTH_BADCRED, AUTH_TOOWEAK, …
	Name string
	// Low and High are the versions the server offers, for the two mismatches.
	Low, High uint32
}

func (e *RPCError) Error() string {
	switch e.Name {
	case "PROG_MISMATCH", "RPC_MISMATCH":
		return fmt.Sprintf("%s: %s refused it: %s (it has versions %d to %d)", e.Proc, e.Addr, e.Name, e.Low, e.High)
	}
	return fmt.Sprintf("%s: %s refused it: %s", e.Proc, e.Addr, e.Name)
}

// Status is the refusal by its name, as scenarios write it.
func (e *RPCError) Status() string { return e.Name }

// TransportError is a call that got no answer, or none that can be read: the
// connection could not be made, was cut, stayed silent until the context
// ended, or carried a malformed reply. It says nothing about whether the
// server did what was asked.
type TransportError struct {
	Addr  string
	Proc  string
	After time.Duration // how long the call had run
	Err   error
}

func (e *TransportError) Error() string {
	return fmt.Sprintf("%s: no usable answer from %s after %s: %v", e.Proc, e.Addr, e.After.Round(time.Millisecond), e.Err)
}

func (e *TransportError) Unwrap() error { return e.Err }

// acceptName names an accept_stat other than SUCCESS.
func acceptName(stat uint32) string {
	switch stat {
	case 1:
		return "PROG_UNAVAIL"
	case 2:
		return "PROG_MISMATCH"
	case 3:
		return "PROC_UNAVAIL"
	case 4:
		return "GARBAGE_ARGS"
	case 5:
		return "SYSTEM_ERR"
	}
	return fmt.Sprintf("ACCEPT_STAT_%d", stat)
}

// authName names an auth_stat.
func authName(stat uint32) string {
	names := [...]string{"AUTH_OK", "AUTH_BADCRED", "AUTH_REJECTEDCRED", "AUTH_BADVERF",
		"AUTH_REJECTEDVERF", "AUTH_TOOWEAK", "AUTH_INVALIDRESP", "AUTH_FAILED"}
	if stat < uint32(len(names)) {
		return names[stat]
	}
	return fmt.Sprintf("AUTH_STAT_%d", stat)
}
