package rpcserver

import (
	"context"
	"errors"
	"fmt"
	"net"

	"crosswire/server/wire/rpc"
	"crosswire/server/wire/xdr/rpcmsg"
)

// Program is an RPC program: its number and the versions that are served.
type Program struct {
	Number   uint32
	Name     string // for logs and counters
	Versions map[uint32]Version
}

// Version is the procedures of one version, by number.
type Version map[uint32]Procedure

// Procedure is one procedure.
type Procedure struct {
	Name string
	// NonIdempotent: a retransmission must not be executed again, so the
	// reply is kept in the duplicate-request cache.
	NonIdempotent bool
	// Handle decodes c.Args and writes the results to reply. It must not keep
	// c.Args. Errors: ErrGarbageArgs (wrapped or not) is answered
	// GARBAGE_ARGS, *AuthError an AUTH_ERROR, ErrNoReply not at all, any other
	// is logged and answered SYSTEM_ERR.
	Handle func(ctx context.Context, c *Call, reply *Reply) error
}

// Call is a call with what the server knows of its caller.
type Call struct {
	rpc.Call
	Cred    Credential
	Network string // "tcp" or "udp"
	Peer    net.Addr
	Local   net.Addr
	// MaxReply is how many octets of results the transport can carry.
	MaxReply int
}

// Credential is who calls. With AUTH_NONE the ids are those of nobody.
type Credential struct {
	Flavor   rpcmsg.AuthFlavor // AUTH_NONE or AUTH_SYS
	UID, GID uint32
	Groups   []uint32 // at most 16
	Machine  string   // as the client calls itself
}

// Nobody is the user and group of a call without credential.
const Nobody = 65534

// Errors of Handle.
var (
	// ErrGarbageArgs: the arguments do not decode (RFC 5531 9, GARBAGE_ARGS).
	ErrGarbageArgs = errors.New("rpc: arguments do not decode")
	// ErrNoReply: the call is not answered.
	ErrNoReply = errors.New("rpc: no reply")
)

// AuthError denies a call for its credential.
type AuthError struct{ Stat rpcmsg.AuthStat }

func (e *AuthError) Error() string { return "rpc: " + rpcmsg.AuthStat_name[e.Stat] }

// Garbage wraps the error of a decoder in ErrGarbageArgs.
func Garbage(cause error) error { return fmt.Errorf("%w: %w", ErrGarbageArgs, cause) }

// versionRange is the lowest and highest version of p.
func (p *Program) versionRange() (low, high uint32) {
	first := true
	for v := range p.Versions {
		if first || v < low {
			low = v
		}
		if first || v > high {
			high = v
		}
		first = false
	}
	return low, high
}

// Null is procedure 0 of every program: it does nothing.
func Null(name string) Procedure {
	return Procedure{Name: name, Handle: func(context.Context, *Call, *Reply) error { return nil }}
}
