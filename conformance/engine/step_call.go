package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/script"
)

// call is a step that was sent.
type call struct {
	step   *script.Call
	actor  string
	verb   string // the client's
	send   int    // number of the event
	cancel context.CancelFunc
	answer atomic.Pointer[answer]
}

// answer is what became of a call.
type answer struct {
	seq    int // number of the event, 0 if the call was given up
	result client.Result
	err    error
}

// answered reports whether the reply is in.
func (c *call) answered() bool { return c.answer.Load() != nil }

// doCall sends a step, and unless it is async awaits and judges the reply.
func (r *run) doCall(ctx context.Context, a *script.Call) error {
	c, err := r.send(ctx, a)
	if err != nil {
		return err
	}
	if a.Async != "" {
		r.results[a.Async] = c
		return nil
	}
	bound, timed := a.Within, a.Within > 0
	if !timed {
		bound = r.limits.Call
		if by, ok := a.Get("by"); ok {
			bound += by.Dur
		}
	} else {
		r.res.Assertions++
	}
	if len(a.Statuses) > 0 {
		r.res.Assertions++
	}
	return r.join(ctx, c, bound, timed, a.Statuses)
}

// send starts a call.
func (r *run) send(ctx context.Context, a *script.Call) (*call, error) {
	cc, err := translate(a, r.handle)
	if err != nil {
		return nil, errorf("%v", err)
	}
	actor := r.actors[a.Actor]
	cctx, cancel := context.WithCancel(ctx)
	cctx, arrival := client.WithArrival(cctx)
	c := &call{step: a, actor: a.Actor, verb: cc.Verb, cancel: cancel}
	name := a.Async
	if name == "" {
		name = cc.Verb
	}
	ev := client.Event{Actor: a.Actor, Step: name, Handle: cc.Handle}
	before := ev
	before.Kind, before.Detail = client.EventCall, describe(cc, a.Async != "")
	c.send = r.log.emit(before, nil)
	go func() {
		var got answer
		got.err = r.guard(func() (err error) {
			got.result, err = r.perform(cctx, actor, cc)
			return err
		})
		after := ev
		after.Kind, after.Arrived = client.EventReply, arrival.Time()
		after.Status, after.Detail = replyText(cc.Verb, got.result, got.err)
		r.log.emit(after, func(seq int) {
			got.seq = seq
			c.answer.CompareAndSwap(nil, &got)
		})
	}()
	return c, nil
}

// perform does one call, or what the engine does itself: acknowledgments go
// to Holder, the clock and the quiesce are the run's as well as the target's.
func (r *run) perform(ctx context.Context, actor client.Actor, c client.Call) (client.Result, error) {
	switch c.Verb {
	case client.VerbAck:
		h, ok := actor.(client.Holder)
		if !ok {
			return client.Result{}, client.Unsupported(actor.Client(), "ack")
		}
		return h.Ack(ctx, c.Handle, c.Options["state"])
	case client.VerbCreate:
		if !c.HasData {
			break
		}
		data := c.Data
		c.Data, c.HasData = nil, false
		res, err := actor.Do(ctx, c)
		if err != nil {
			return res, err
		}
		_, err = actor.Do(ctx, client.Call{Verb: client.VerbWrite, Handle: res.Handle, Data: data, HasData: true, HasOffset: true, Options: client.Options{}})
		return res, err
	case client.VerbAdvance:
		d, err := time.ParseDuration(c.Args[0])
		if err != nil {
			return client.Result{}, err
		}
		return client.Result{}, r.elapse(ctx, d)
	case client.VerbQuiesce:
		return client.Result{}, r.quiesce(ctx)
	}
	return actor.Do(ctx, c)
}

// elapse lets time pass at the target: at once if its clock is ours, else as
// long as it takes.
func (r *run) elapse(ctx context.Context, d time.Duration) error {
	if r.ownClock {
		return r.advance(ctx, d)
	}
	r.until(ctx, d, func() bool { return false })
	return ctx.Err()
}

// join awaits the reply of c and judges it: want lists the outcomes, none
// means success. Captures become usable. A bound that the scenario gave is
// timed on the run's clock; the engine's own is real time, and moves nothing.
func (r *run) join(ctx context.Context, c *call, bound time.Duration, timed bool, want []string) error {
	if len(want) == 0 {
		want = []string{script.StatusOK}
	}
	answered := false
	if timed {
		answered = r.await(ctx, bound, c.answered)
	} else {
		answered = r.until(ctx, bound, c.answered)
	}
	if !answered && ctx.Err() != nil {
		return errorf("%s was waiting for the answer to %s", c.actor, c.verb)
	}
	c.cancel()
	c.answer.CompareAndSwap(nil, &answer{err: errNoAnswer})
	ans := c.answer.Load()
	for _, name := range c.step.Captures {
		r.results[name] = c
	}
	got := outcome(ans.err)
	if got == "" {
		return broken(c.actor, ans.err)
	}
	if slices.Contains(want, got) {
		if got == script.StatusOK {
			r.track(c)
		}
		return r.checkResult(c)
	}
	expected := wantText(want)
	switch got {
	case script.StatusDisconnected, script.StatusTimeout:
		if got == script.StatusTimeout {
			v := failf(expected, fmt.Sprintf("no answer within %v", bound), "%s got no answer to %s within %v", c.actor, c.verb, bound)
			v.fragment = "within"
			return v
		}
		// A lost connection says nothing about what was asked.
		return broken(c.actor, ans.err)
	}
	seen := got
	if got == script.StatusOK {
		seen = "success"
	}
	v := failf(expected, fmt.Sprintf("%s after %v", seen, r.took(c)), "%s: %s gave %s", c.actor, c.verb, seen)
	if len(c.step.Statuses) > 0 {
		v.fragment = c.step.Statuses[0]
	}
	return v
}

// took is the time from call to reply.
func (r *run) took(c *call) time.Duration {
	since := r.log.event(c.send).Time
	if ans := c.answer.Load(); ans != nil && ans.seq > 0 {
		return (r.log.event(ans.seq).Time - since).Round(time.Microsecond)
	}
	return (r.log.now() - since).Round(time.Microsecond)
}

// track remembers what a successful call changed outside the run's folder.
func (r *run) track(c *call) {
	if c.verb != client.VerbShare || r.inst.Fresh() {
		return
	}
	name, _ := c.step.Get("name")
	p := r.inst.Plane()
	if p == nil || c.step.Verb != "share add" {
		return
	}
	r.cleanup = append(r.cleanup, func(ctx context.Context) error {
		shares, err := p.Shares(ctx)
		if err != nil || !slices.Contains(shares, name.Str) {
			return err
		}
		return p.RemoveShare(ctx, name.Str)
	})
}

// handle finds a captured handle.
func (r *run) handle(name string) (*client.Handle, error) {
	c, ans, err := r.find(name)
	if err != nil {
		return nil, err
	}
	if ans.result.Handle == nil {
		return nil, fmt.Errorf("%s is no handle: %s returned none", name, c.verb)
	}
	return ans.result.Handle, nil
}

// find looks for a captured result or an async reply that is in.
func (r *run) find(name string) (*call, *answer, error) {
	c := r.results[name]
	if c == nil {
		return nil, nil, fmt.Errorf("%s is not there: the step that makes it was left out", name)
	}
	ans := c.answer.Load()
	switch {
	case ans == nil:
		return c, nil, fmt.Errorf("%s is not there yet: %s has not been answered", name, c.verb)
	case ans.err != nil:
		return c, nil, fmt.Errorf("%s holds nothing: %s gave %v", name, c.verb, ans.err)
	}
	return c, ans, nil
}

func wantText(want []string) string {
	words := make([]string, len(want))
	for i, w := range want {
		words[i] = w
		if w == script.StatusOK {
			words[i] = "success"
		}
	}
	return or(words)
}

// describe writes a call for the events: "f.dat @0 +8 lease=RWH".
func describe(c client.Call, async bool) string {
	var p []string
	if async {
		p = append(p, c.Verb)
	}
	p = append(p, c.Args...)
	if c.Path != "" || (c.Handle == nil && c.Verb == client.VerbList) {
		p = append(p, pathText(c.Path))
	}
	if c.Path2 != "" {
		p = append(p, "to", pathText(c.Path2))
	}
	if c.HasOffset {
		p = append(p, fmt.Sprintf("@%d", c.Offset))
	}
	if c.HasLength {
		p = append(p, fmt.Sprintf("+%d", c.Length))
	}
	if c.HasData {
		p = append(p, show(c.Data))
	}
	return strings.Join(append(p, optionsText(c.Options)...), " ")
}

func pathText(p string) string {
	if p == "" {
		return "."
	}
	if strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r == 0xfffd || r == '"' }) {
		return fmt.Sprintf("%q", p)
	}
	return p
}

func optionsText(o client.Options) []string {
	var p []string
	for k, v := range o {
		if k == "password" {
			v = "…"
		}
		p = append(p, k+"="+v)
	}
	slices.Sort(p)
	return p
}

// replyText is the status and the gist of a reply.
func replyText(verb string, res client.Result, err error) (status, detail string) {
	if name := client.StatusName(err); name != "" {
		return name, ""
	}
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return "", "given up"
		}
		return "", err.Error()
	}
	status = res.Status
	if status == "" {
		status = "ok"
	}
	switch {
	case res.HasData:
		detail = show(res.Data)
	case verb == client.VerbOpen || verb == client.VerbCreate:
		var p []string
		for _, f := range []string{"lease", "oplock"} {
			if s, ok := res.Fields[f].(string); ok && s != "none" && s != "" {
				p = append(p, f+"="+show(s))
			}
		}
		detail = strings.Join(p, " ")
	default:
		if v, ok := mainValue(verb, res); ok {
			detail = show(v)
		}
	}
	return status, detail
}
