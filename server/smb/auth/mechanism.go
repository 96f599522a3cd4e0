package auth

import "encoding/asn1"

// Mechanism is one way to authenticate, beneath SPNEGO or bare.
type Mechanism interface {
	// Name is for logs and Identity.Mechanism.
	Name() string
	// OIDs are the identifiers that clients may name it by; the first is the
	// one that the server offers.
	OIDs() []asn1.ObjectIdentifier
	// Begin starts one exchange.
	Begin() Exchange
}

// Exchange is one authentication under way.
type Exchange interface {
	// Step consumes the client's next token. A nil identity with a nil error
	// means that reply has to be sent and another token awaited. An error may be
	// a *Failure, to choose the status.
	Step(token []byte) (reply []byte, id *Identity, err error)
	// Protection gives the keys of a finished exchange, nil if it left none.
	Protection() Protection
}

// Protection signs and verifies mechListMIC (RFC 4178 5).
type Protection interface {
	Sign(message []byte) []byte
	Verify(message, mic []byte) error
	// Required says that a client that negotiated these keys must send
	// mechListMIC when its preferred mechanism was not the one selected.
	Required() bool
}
