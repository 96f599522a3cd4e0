package engine

import (
	"context"
	"fmt"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
)

// pendingWait is how long a call gets to arrive at the target before it is
// asked whether it is idle, and how long the reply gets afterwards, before the
// step counts as pending.
const pendingWait = 25 * time.Millisecond

// doExpectReply awaits the reply of an async step, or makes sure that there
// is none yet.
func (r *run) doExpectReply(ctx context.Context, a *script.ExpectReply) error {
	r.res.Assertions++
	c := r.results[a.Name]
	if c == nil {
		return errorf("%s is not there: the step that starts it was left out", a.Name)
	}
	switch a.State {
	case script.StateOK:
		return r.join(ctx, c, a.Within, true, nil)
	case script.StateFails:
		return r.join(ctx, c, a.Within, true, a.Statuses)
	}
	how := ""
	if !r.until(ctx, pendingWait, c.answered) {
		var err error
		if how, err = r.settle(ctx, pendingWait); err != nil {
			return err
		}
	}
	ans := c.answer.Load()
	if ans == nil {
		r.res.Evidence = append(r.res.Evidence, report.Evidence{Line: r.line, Claim: a.Name + " pending", How: how})
		return nil
	}
	got := outcome(ans.err)
	switch got {
	case "", script.StatusDisconnected:
		return broken(c.actor, ans.err)
	case script.StatusOK:
		got = "success"
	}
	return failf(fmt.Sprintf("%s (%s by %s) is not answered yet", a.Name, c.verb, c.actor),
		fmt.Sprintf("%s after %v", got, r.took(c)), "%s is not pending: it was answered", a.Name)
}

// How far two receptions on two connections must be apart for their order to
// mean anything.
const (
	// seenResolution: each is seen by a goroutine of its own, and which of two
	// that are ready runs first is the scheduler's choice; on a machine with
	// more runs than processors it is a while before the other does.
	seenResolution = 100 * time.Millisecond
	// wireResolution: the kernel stamped both, so the client's scheduler has
	// no say, and what the server sent first arrived first.
	wireResolution = time.Duration(0)
)

// tooClose reports whether e came before the event that should precede it by
// too little to tell. What an actor sends is stamped before it is sent, and
// one actor's receptions by one goroutine: these are exact.
func tooClose(before, e client.Event) bool {
	received := func(e client.Event) bool { return e.Kind == client.EventBreak || e.Kind == client.EventReply }
	if !received(before) || !received(e) || before.Actor == e.Actor {
		return false
	}
	limit := seenResolution
	if !before.Arrived.IsZero() && !e.Arrived.IsZero() {
		limit = wireResolution
	}
	return before.Time-e.Time <= limit
}

// follows reports whether e is later than before on the clock, or as late and
// seen later.
func follows(e, before client.Event) bool {
	return e.Time > before.Time || (e.Time == before.Time && e.Seq > before.Seq)
}

// doOrder compares the places of events on the one clock.
func (r *run) doOrder(a *script.Order) error {
	r.res.Assertions++
	var before client.Event
	for i, want := range a.Events {
		e, err := r.event(want)
		if err != nil {
			return err
		}
		switch {
		case i == 0 || follows(e, before):
		case tooClose(before, e):
			r.res.Evidence = append(r.res.Evidence, report.Evidence{Line: r.line,
				Claim: eventName(a.Events[i-1]) + " < " + eventName(want),
				How:   fmt.Sprintf("seen in the other order, but %v apart on two connections: too close to tell", before.Time-e.Time)})
		default:
			v := failf(fmt.Sprintf("%s before %s", eventName(a.Events[i-1]), eventName(want)),
				fmt.Sprintf("%s at %s, %s at %s", eventName(want), report.Clock(e.Time), eventName(a.Events[i-1]), report.Clock(before.Time)),
				"%s came before %s", eventName(want), eventName(a.Events[i-1]))
			v.fragment = eventName(a.Events[i-1])
			return v
		}
		before = e
	}
	return nil
}

// event finds what an order names.
func (r *run) event(w script.Event) (client.Event, error) {
	missing := func() (client.Event, error) {
		v := failf(eventName(w)+" has happened", "it has not", "%s has not happened", eventName(w))
		v.fragment = eventName(w)
		return client.Event{}, v
	}
	var kind client.Kind
	switch w.What {
	case "break":
		kind = client.EventBreak
	case "ack":
		kind = client.EventAck
	case "send", "reply":
		c := r.results[w.Subject]
		if c == nil {
			return client.Event{}, errorf("%s is not there: the step that makes it was left out", w.Subject)
		}
		if w.What == "send" {
			return r.log.event(c.send), nil
		}
		ans := c.answer.Load()
		if ans == nil || ans.seq == 0 {
			return missing()
		}
		return r.log.event(ans.seq), nil
	default:
		return client.Event{}, errorf("the engine knows no event %s", eventName(w))
	}
	actor := w.Actor
	var h *client.Handle
	if w.Of == script.SubjectActor {
		actor = w.Subject
	} else {
		var err error
		if h, err = r.handle(w.Subject); err != nil {
			return client.Event{}, errorf("%v", err)
		}
	}
	found := r.log.find(func(e *client.Event) bool {
		return e.Kind == kind && e.Actor == actor && (h == nil || about(e, h))
	})
	if len(found) < max(w.Nth, 1) {
		return missing()
	}
	return found[max(w.Nth, 1)-1], nil
}

func eventName(e script.Event) string {
	s := e.Subject + "." + e.What
	if e.Nth > 1 {
		s += fmt.Sprintf("[%d]", e.Nth)
	}
	return s
}
