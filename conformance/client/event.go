package client

import "time"

// Kind says what an Event is.
type Kind string

// The kinds of event. The engine emits EventCall, EventReply, EventFence and
// EventQuiesce itself; clients emit the others, each at the moment the frame
// has been decoded and before anything is done about it. What a client sends
// (ack, flush) is emitted just before the bytes are written, so that whatever
// they cause at another actor comes later on the clock.
const (
	EventCall       Kind = "call"
	EventReply      Kind = "reply"
	EventFence      Kind = "fence"
	EventQuiesce    Kind = "quiesce"
	EventAdvance    Kind = "advance"
	EventConnect    Kind = "connect"
	EventBreak      Kind = "break"      // the server announced a lease or oplock break
	EventAck        Kind = "ack"        // the client sends an acknowledgment; To is the state it offers
	EventFlush      Kind = "flush"      // the client writes back cached data
	EventPending    Kind = "pending"    // an interim response: STATUS_PENDING
	EventNotify     Kind = "notify"     // a change notification
	EventGranted    Kind = "granted"    // a blocked lock was granted by callback
	EventDisconnect Kind = "disconnect" // the connection ended, by whichever side
	EventNote       Kind = "note"       // anything else worth seeing in a failure
)

// Event is one thing an actor saw or did.
type Event struct {
	// Seq and Time are set by the Sink. Time is monotonic, since the start
	// of the scenario.
	Seq  int
	Time time.Duration

	// Arrived is when the bytes of something received arrived, if the
	// connection knows (ArrivedAt); then Time is that moment.
	Arrived time.Time

	Actor string
	Kind  Kind
	// Handle concerned, if the actor knows it. A lease break carries any
	// one handle of the lease, and LeaseKey.
	Handle   *Handle
	LeaseKey string
	// From and To of a break, in the forms of Verbs: "RWH", "R", "none",
	// "batch". To of an ack.
	From, To string
	// AckRequired tells a break that the server awaits an acknowledgment of.
	AckRequired bool
	// Step is the async name or verb of the call a reply belongs to. Set by
	// the engine.
	Step string
	// Status is the protocol's own name, "" for success.
	Status string
	// Detail is free text for people: "epoch 3", "write f.dat @0 +8".
	Detail string
}

// Sink takes the events of all actors of one scenario. It stamps them with
// its one clock, so Emit is called at once, from the goroutine that saw the
// thing. It never blocks for long and is safe for concurrent use.
type Sink interface {
	Emit(Event)
}

// SinkFunc makes a function a Sink.
type SinkFunc func(Event)

// Emit implements Sink.
func (f SinkFunc) Emit(e Event) { f(e) }
