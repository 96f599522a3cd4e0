// Package client is the contract between the engine and the real clients that
// act in a scenario. The engine (conformance/engine) turns each step into a
// Call; an Actor sends it to the target and tells what the target answered.
//
// The implementations are sub-packages, one for each stock or own client:
// nfs (vmware/go-nfs-client), smb (hirochachacha/go-smb2), rawsmb (our own:
// leases, oplocks, locks, compound) and control (the target's control plane).
// They import this package; it imports none of them and nothing of the
// scenario language. Which of them acts is decided in registry.go.
//
// # Rules for an implementation
//
// One goroutine calls Do at a time for a stock client, but the engine runs a
// step that is marked async beside the later ones, so every method is safe for
// concurrent use. A client that can send only one request at a time queues
// them inside Do and honours ctx while it waits.
//
// Do never guesses: what the target answered goes into Result, or into a
// *StatusError with the protocol's own name; a verb or option that the client
// cannot express is an *UnsupportedError, before anything is sent; everything
// else (a cut connection, a reply that cannot be decoded, a timeout) is any
// other error and makes the scenario's verdict "error" unless the scenario
// awaits exactly that.
//
// A break is never acknowledged, and nothing is flushed, unless the policy of
// its handle says so (Holder). A client retries nothing: not on
// NFS3ERR_JUKEBOX, not after a lost connection.
package client

import "context"

// Actor is one client of a scenario, connected or ready to connect.
type Actor interface {
	// Client names the implementation for reports: "go-smb2 v1.1.0",
	// "go-nfs-client", "rawsmb", "control".
	Client() string

	// Do performs one step and returns when the target has answered.
	// Errors: *StatusError, *UnsupportedError, or transport (see the
	// package comment). When ctx ends Do returns ctx.Err() and the
	// connection may be given up.
	Do(ctx context.Context, c Call) (Result, error)

	// Fence makes a round trip on the connection on which the server
	// notifies this actor: an SMB ECHO, an RPC NULL. When it returns nil,
	// every break or notification that the server sent before it handled
	// the request has been emitted to the Sink.
	Fence(ctx context.Context) error

	// Close gives the connection up and frees its goroutines. It does not
	// close handles first: a server must cope. Safe to call twice.
	Close() error
}

// Holder is an Actor that can be told what to do when the server breaks a
// lease or oplock of one of its handles.
type Holder interface {
	Actor

	// OnBreak sets what happens at the next breaks of h; nil h sets it for
	// the handles which have no policy of their own. The default is Hold.
	OnBreak(h *Handle, p BreakPolicy) error

	// Ack acknowledges the break under way on h, down to the lease state
	// ("R", "RH", "none") or oplock level ("level2", "none"); "" accepts
	// what the server proposed. The result carries Field "state", what the
	// server confirmed. A refusal is a *StatusError.
	Ack(ctx context.Context, h *Handle, state string) (Result, error)
}

// Call is one step. Which members count depends on Verb; see Verbs.
type Call struct {
	Verb string

	// Path names the object below the scenario's folder (Endpoint.Dir):
	// slash-separated bytes, "" for the folder itself. A client whose
	// protocol cannot carry the bytes answers *UnsupportedError.
	Path string
	// Path2 is the new name of rename and link, the text of symlink.
	Path2 string
	// Handle is the object for a verb on an open file, nil for by-path.
	// Beside a Path it is where the path begins instead of the scenario's
	// folder: a captured tree, mount or directory.
	Handle *Handle
	// As is the name under which the scenario captures the result ("h"),
	// "" for none: an open puts it into Handle.Name.
	As string

	// Offset and Length in bytes. HasOffset and HasLength tell 0 from
	// not given.
	Offset, Length       uint64
	HasOffset, HasLength bool
	// Data is the payload of write, of create, of ioctl. HasData tells an
	// empty one from none.
	Data    []byte
	HasData bool

	// Args are the bare words after the verb that are no path, handle,
	// offset, length or data: "control share add NAME" is Verb "share",
	// Args ["add", "NAME"].
	Args []string
	// Options are the step's key=value pairs in their written form without
	// quotes, already checked against the language: see Verbs.
	Options Options

	// Related are the parts of a compound request, for Verb "compound"
	// only; a part with nil Handle acts on the handle of the part before.
	Related []Call
}

// Result is what the target answered.
type Result struct {
	// Fields by name; see Verbs. Values are string, int64, uint64, bool,
	// []byte, []string or time.Time. The engine compares numbers across
	// int64 and uint64.
	Fields map[string]any
	// Data is what a read, readlink or ioctl returned. HasData tells an
	// empty read from none.
	Data    []byte
	HasData bool
	// Handle is what an open or create returned.
	Handle *Handle
	// Status is the protocol's own name of a success that is not plain
	// ("STATUS_BUFFER_OVERFLOW"), "" for plain success.
	Status string
	// Parts are the results of a compound, one for each Related call that
	// was answered.
	Parts []PartResult
}

// PartResult is the answer to one part of a compound.
type PartResult struct {
	Result Result
	Err    error
}

// Handle is an object an actor opened. The client that made it owns Ref; the
// engine only compares pointers and reads the rest.
type Handle struct {
	// Name as captured by the scenario, "h".
	Name string
	// Path below the scenario's folder at the time of the open.
	Path string
	// LeaseKey identifies the lease of the handle, "" without one. Handles
	// of one actor with the same LeaseKey share breaks.
	LeaseKey string
	// Ref is the client's own: a FileID, a file handle.
	Ref any
}

// BreakPolicy says what a holder does when it is told of a break. The zero
// value holds: it does nothing.
type BreakPolicy struct {
	// Ack acknowledges, to State if it is given, else to what the server
	// proposed.
	Ack   bool
	State string
	// Flush writes the data held back by "write … cached" first.
	Flush bool
}

// Spec is the actor as the scenario declares it, plus what its steps ask for.
type Spec struct {
	// Name in the scenario: "A".
	Name string
	// Kind as written: "smb", "gosmb2", "rawsmb", "nfs", "control", ….
	Kind string
	// Version is the first bare option: "3.1.1" for smb, "3" for nfs; ""
	// leaves the choice to the client (its newest).
	Version string
	// Options of the declaration:
	//
	//	smb: user, password, domain, sign=yes|no|required, encrypt=yes|no,
	//	     dialects=2.1,3.0, cipher=aes-128-gcm, signing=aes-gmac,
	//	     guest=yes, anonymous=yes, share=NAME, port
	//	nfs: uid, gid, gids=1,2, flavor=sys|none, export=PATH, machine
	Options Options
	// Needs are the verbs and options which the actor's steps use.
	Needs Needs
}

// Endpoint is where the actor connects. Addresses are host:port; "" means
// that the target does not offer the service.
type Endpoint struct {
	SMB, NFS, Mount, Portmap string
	// API is the control plane's URL, "" for none.
	API string
	// Share is the SMB share's name, Export the NFS export's path.
	Share, Export string
	// Dir is the scenario's own folder below the share, "" for the share's
	// root. It exists. Slash-separated, no leading slash.
	Dir string
	// User, Password and Domain for SMB, unless the Spec's options say
	// otherwise.
	User, Password, Domain string
	// UID and GID for NFS, unless the Spec's options say otherwise.
	UID, GID uint32
}

// Factory connects an actor: dials, negotiates, logs on, connects the tree or
// mounts the export. A failure by the protocol is a *StatusError. A
// *UnsupportedError tells that this client cannot act as the spec demands.
type Factory func(ctx context.Context, ep Endpoint, spec Spec, sink Sink) (Actor, error)

// Plane is a target's control plane, for the engine's own use (set-up, policy
// matrix, quiesce); the actor kind "control" acts through one too. The
// package client/control implements it over HTTP. A plane that lacks an
// operation answers *UnsupportedError.
type Plane interface {
	// Quiesce returns when the server has nothing under way except
	// requests that wait for a break, a lock or time.
	Quiesce(ctx context.Context) error
	// Advance moves the target's clock forward; seconds of time-out pass at
	// once.
	Advance(ctx context.Context, seconds float64) error

	Policies(ctx context.Context) (map[string]string, error)
	SetPolicy(ctx context.Context, name, value string) error

	Shares(ctx context.Context) ([]string, error)
	AddShare(ctx context.Context, name string) error
	RemoveShare(ctx context.Context, name string) error

	// Counter reads one counter by name; an unknown one is an error.
	Counter(ctx context.Context, name string) (int64, error)
}
