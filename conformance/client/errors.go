package client

import (
	"errors"
	"fmt"
)

// StatusError is a refusal by the target, in the protocol's own words.
type StatusError struct {
	// Protocol is "smb", "nfs", "mount", "nlm", "rpc", "srvsvc" or "control".
	Protocol string
	// Name is the specification's: "NFS3ERR_ACCES", "MNT3ERR_NOENT",
	// "STATUS_SHARING_VIOLATION", "NLM4_DENIED", "PROC_UNAVAIL". A code
	// without a name is written "0xC0000123" or "12345".
	Name string
	Code uint32
	// Fields that came with the refusal: the wcc data of an NFS failure.
	Fields map[string]any
}

// Error implements error.
func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: %s", e.Protocol, e.Name)
}

// UnsupportedError tells that a client cannot do what the step asks. It says
// nothing about the target.
type UnsupportedError struct {
	Client string // "go-smb2 v1.1.0"
	What   string // "lease=RWH", "verb lock"
}

// Error implements error.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s cannot do %s", e.Client, e.What)
}

// Unsupported builds an *UnsupportedError.
func Unsupported(client, format string, args ...any) error {
	return &UnsupportedError{Client: client, What: fmt.Sprintf(format, args...)}
}

// StatusName returns the protocol's name of err, "" if it is no StatusError.
func StatusName(err error) string {
	var s *StatusError
	if errors.As(err, &s) {
		return s.Name
	}
	return ""
}

// IsUnsupported reports whether a client refused the step by itself.
func IsUnsupported(err error) bool {
	var u *UnsupportedError
	return errors.As(err, &u)
}
