package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"crosswire/conformance/client"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
)

// doOnBreak tells the holder what to do from now on.
func (r *run) doOnBreak(a *script.OnBreak) error {
	h, err := r.handle(a.Handle)
	if err != nil {
		return errorf("%v", err)
	}
	actor := r.actors[a.Actor]
	holder, ok := actor.(client.Holder)
	if !ok {
		return errorf("%s: %s cannot hold anything that breaks", a.Actor, actor.Client())
	}
	p := client.BreakPolicy{Ack: a.Do == script.ReplyAck, State: cacheText(a.To), Flush: a.Flush}
	if err := holder.OnBreak(h, p); err != nil {
		return broken(a.Actor, err)
	}
	return nil
}

// breaks are those of h at actor that no expect took, in order.
func (r *run) breaks(actor string, h *client.Handle) []client.Event {
	return r.log.find(func(e *client.Event) bool {
		return e.Kind == client.EventBreak && e.Actor == actor && about(e, h) && !r.taken[e.Seq]
	})
}

// doExpectBreak awaits the next break.
func (r *run) doExpectBreak(ctx context.Context, a *script.ExpectBreak) error {
	r.res.Assertions++
	h, err := r.handle(a.Handle)
	if err != nil {
		return errorf("%v", err)
	}
	expected := "a break of " + a.Handle + " at " + a.Actor
	if a.From != nil {
		expected += " from " + a.From.String()
	}
	if len(a.To) > 0 {
		expected += " to " + or(cacheWords(a.To))
	}
	expected += fmt.Sprintf(" within %v", a.Within)
	if !r.await(ctx, a.Within, func() bool { return len(r.breaks(a.Actor, h)) > 0 }) {
		if ctx.Err() != nil {
			return errorf("%s was waiting for a break", a.Actor)
		}
		how, err := r.settle(ctx, 0, a.Actor)
		if err != nil {
			return err
		}
		if late := r.breaks(a.Actor, h); len(late) > 0 && how != "" {
			// It came with the fence: too late, but it came.
			return failf(expected, fmt.Sprintf("the break %s came later than that", breakText(late[0])), "the break of %s came too late", a.Handle)
		}
		return failf(expected, fmt.Sprintf("no break within %v (%s)", a.Within, how), "no break of %s came to %s", a.Handle, a.Actor)
	}
	e := r.breaks(a.Actor, h)[0]
	r.taken[e.Seq] = true
	if !sameCache(e.From, a.From) {
		return failf(expected, breakText(e), "%s broke from another state", a.Handle)
	}
	if len(a.To) > 0 && !slices.ContainsFunc(a.To, func(c script.Cache) bool { return sameCache(e.To, &c) }) {
		return failf(expected, breakText(e), "%s broke to another state", a.Handle)
	}
	return nil
}

// sameCache compares the clients' form with a wanted state; nil wants any,
// and a client that cannot tell ("") is believed.
func sameCache(got string, want *script.Cache) bool {
	if want == nil || got == "" {
		return true
	}
	c, err := parseCache(got)
	return err == nil && c.Equal(*want)
}

func cacheWords(list []script.Cache) []string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.String()
	}
	return words
}

func breakText(e client.Event) string {
	return fmt.Sprintf("%s->%s", show(e.From), show(e.To))
}

// doNever closes the question with a fence.
func (r *run) doNever(ctx context.Context, s *script.Step, a *script.Never) error {
	r.res.Assertions++
	h, err := r.handle(a.Handle)
	if err != nil {
		return errorf("%v", err)
	}
	how, err := r.settle(ctx, 0, a.Actor)
	if err != nil {
		return err
	}
	r.res.Evidence = append(r.res.Evidence, report.Evidence{Line: s.Pos.Line, Claim: s.Source, How: how})
	if got := r.breaks(a.Actor, h); len(got) > 0 {
		var all []string
		for _, e := range got {
			all = append(all, fmt.Sprintf("%s at %s", breakText(e), report.Clock(e.Time)))
		}
		return failf("no break of "+a.Handle+" at "+a.Actor, "a break "+strings.Join(all, ", then "), "a break of %s came to %s", a.Handle, a.Actor)
	}
	return nil
}
