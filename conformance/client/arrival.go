package client

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// Two actors' receptions are read by two goroutines, and which of them runs
// first on a busy machine says nothing about which bytes came first. So a
// connection may tell when its bytes arrived (package stamp asks the kernel);
// a client hands that on, in Event.Arrived and by NoteArrival.

// Stamped is a connection that knows when the bytes of its last Read arrived.
type Stamped interface {
	net.Conn
	// Arrived is zero if nobody knows. Only the reader may call it.
	Arrived() time.Time
}

// ArrivedAt is when the bytes that c read last arrived; zero if c cannot tell.
func ArrivedAt(c net.Conn) time.Time {
	if s, ok := c.(Stamped); ok {
		return s.Arrived()
	}
	return time.Time{}
}

// Arrival takes the time of arrival of the reply to a call.
type Arrival struct{ at atomic.Pointer[time.Time] }

// Time is when the last reply arrived; zero if nobody told.
func (a *Arrival) Time() time.Time {
	if t := a.at.Load(); t != nil {
		return *t
	}
	return time.Time{}
}

type arrivalKey struct{}

// WithArrival gives a context in which NoteArrival fills the Arrival.
func WithArrival(ctx context.Context) (context.Context, *Arrival) {
	a := &Arrival{}
	return context.WithValue(ctx, arrivalKey{}, a), a
}

// NoteArrival tells the engine when a reply to the call of ctx arrived. A call
// of several requests tells each; the last counts.
func NoteArrival(ctx context.Context, at time.Time) {
	if a, ok := ctx.Value(arrivalKey{}).(*Arrival); ok && !at.IsZero() {
		a.at.Store(&at)
	}
}
