package auth

import (
	"errors"
	"fmt"

	"crosswire/server/wire/ntlm"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/spnego"
)

// Failure is every error of this package: the status for the peer and the
// reason for the log. errors.As finds the ntstatus.Status in it.
type Failure struct {
	Status ntstatus.Status
	Cause  error
}

// Error gives the status and the reason.
func (f *Failure) Error() string { return fmt.Sprintf("%v: %v", f.Status, f.Cause) }

// Unwrap gives the status and the reason.
func (f *Failure) Unwrap() []error { return []error{f.Status, f.Cause} }

// Reasons that do not come from a codec.
var (
	errNoMechanism = errors.New("auth: no mechanism in common")
	errUnknownUser = errors.New("auth: unknown user")
	errAnonymous   = errors.New("auth: anonymous users are not allowed")
	errNotAToken   = errors.New("auth: neither SPNEGO nor NTLMSSP")
	errFinished    = errors.New("auth: the exchange is over")
	errTooLong     = errors.New("auth: too many messages in one exchange")
	errMICMissing  = errors.New("auth: mechListMIC is missing though the preferred mechanism was not selected")
)

// failure maps a reason to its status. What a peer sent out of form is
// STATUS_INVALID_PARAMETER; whatever was judged is STATUS_LOGON_FAILURE and
// nothing more precise, so that a user's existence does not show.
func failure(cause error) *Failure {
	var f *Failure
	if errors.As(cause, &f) {
		return f
	}
	status := ntstatus.LogonFailure
	for _, form := range []error{
		ntlm.ErrMalformed, ntlm.ErrSequence, ntlm.ErrNegotiation, spnego.ErrMalformed,
		errNoMechanism, errNotAToken, errFinished, errTooLong,
	} {
		if errors.Is(cause, form) {
			status = ntstatus.InvalidParameter
		}
	}
	return &Failure{Status: status, Cause: cause}
}
