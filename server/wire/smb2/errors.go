package smb2

import (
	"errors"
	"fmt"
)

// The kinds of fault a DecodeError wraps.
var (
	ErrTruncated     = errors.New("message is shorter than its structure")
	ErrStructureSize = errors.New("wrong StructureSize")
	ErrOffset        = errors.New("offset or length points outside the message")
	ErrProtocolID    = errors.New("not an SMB2 message")
	ErrValue         = errors.New("value not allowed")
)

// DecodeError says which field of which structure a message got wrong. A server
// answers it with STATUS_INVALID_PARAMETER, or ends the connection where
// MS-SMB2 3.3.5.2 says so.
type DecodeError struct {
	Structure string // the specification's name, "SMB2 CREATE Request"
	Field     string // empty when the fixed part itself is at fault
	Err       error  // one of the Err values above
	Detail    string
}

func (e *DecodeError) Error() string {
	s := e.Structure
	if e.Field != "" {
		s += "." + e.Field
	}
	s += ": " + e.Err.Error()
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	return s
}

// Unwrap gives the kind of fault.
func (e *DecodeError) Unwrap() error { return e.Err }

func truncated(structure string, have, want int) error {
	return &DecodeError{structure, "", ErrTruncated, fmt.Sprintf("%d bytes, need %d", have, want)}
}

func badValue(structure, field, format string, args ...any) error {
	return &DecodeError{structure, field, ErrValue, fmt.Sprintf(format, args...)}
}
