// Package ntstatus names the NTSTATUS values that SMB2 carries (MS-ERREF 2.3).
//
// A Status is an error, so that a server may return one through ordinary error
// values and recover it with errors.As. Success is a Status too: compare with
// it before treating a Status as a failure. The package has no behaviour and
// imports nothing of ours; anybody may import it.
package ntstatus

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Status is a 32-bit NTSTATUS: severity in the top two bits, then the customer
// bit, a reserved bit, the facility and the code (MS-ERREF 2.3).
type Status uint32

// Severity is the top two bits of a Status.
type Severity uint8

// The four severities of MS-ERREF 2.3.
const (
	SeveritySuccess       Severity = 0
	SeverityInformational Severity = 1
	SeverityWarning       Severity = 2
	SeverityError         Severity = 3
)

// Severity gives the top two bits.
func (s Status) Severity() Severity { return Severity(s >> 30) }

// IsError reports severity error (0xC…).
func (s Status) IsError() bool { return s.Severity() == SeverityError }

// IsWarning reports severity warning (0x8…), for example BufferOverflow, which
// comes with a normal response body.
func (s Status) IsWarning() bool { return s.Severity() == SeverityWarning }

// IsSuccess reports severity success or informational, the NT_SUCCESS macro.
// Pending counts as success.
func (s Status) IsSuccess() bool { return s>>31 == 0 }

// String gives the specification's name ("STATUS_ACCESS_DENIED"), or
// "STATUS_0x%08X" for a value that this package does not know.
func (s Status) String() string {
	if n, ok := names[s]; ok {
		return n
	}
	return fmt.Sprintf("STATUS_0x%08X", uint32(s))
}

// Error makes Status an error; it is String.
func (s Status) Error() string { return s.String() }

// Err gives nil for Success and s otherwise.
func (s Status) Err() error {
	if s == Success {
		return nil
	}
	return s
}

// Of finds the Status in err's chain: Success for nil, fallback if there is none.
func Of(err error, fallback Status) Status {
	if err == nil {
		return Success
	}
	var s Status
	if errors.As(err, &s) {
		return s
	}
	return fallback
}

// Parse is the inverse of String. It also takes the name without "STATUS_", in
// any case, and a number such as "0xC0000022"; ok is false for anything else.
func Parse(name string) (s Status, ok bool) {
	n := strings.ToUpper(name)
	n = strings.TrimPrefix(n, "STATUS_")
	if hex, isHex := strings.CutPrefix(n, "0X"); isHex {
		v, err := strconv.ParseUint(hex, 16, 32)
		return Status(v), err == nil
	}
	s, ok = byName[n]
	return s, ok
}

// byName is never written after initialisation.
var byName = func() map[string]Status {
	m := make(map[string]Status, len(names))
	for s, n := range names {
		m[strings.TrimPrefix(n, "STATUS_")] = s
	}
	return m
}()
