package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
	"crosswire/conformance/target"
)

// run is the state of one run. Only its own goroutine touches it; calls under
// way hand their outcome over through call.done.
type run struct {
	engine  *Engine
	started time.Time
	limits  Limits
	res     *report.Result
	log     *log

	sc        *script.Scenario // bound to the row
	inst      target.Instance
	ownClock  bool // the target's clock is this run's alone, and movable
	noQuiesce bool
	observe   bool // the strongest grade is OBSERVE
	actors    map[string]client.Actor
	results   map[string]*call // captures and async steps by name
	taken     map[int]bool     // breaks that an expect took, by Seq
	line      int              // of the step under way
	cleanup   []func(context.Context) error
}

// runs numbers the runs of this process, for names outside a scenario's own
// folder.
var runs atomic.Int64

// all does everything between start and verdict.
func (r *run) all(ctx context.Context, sc *script.Scenario, row script.Row) (err error) {
	r.sc, err = sc.Bind(row, fmt.Sprintf("%x%d", time.Now().UnixMilli()&0xffffff, runs.Add(1)))
	if err != nil {
		return err
	}
	r.observe = strongest(sc) == script.Observe
	r.actors = map[string]client.Actor{}
	r.results = map[string]*call{}
	r.taken = map[int]bool{}

	// A target that others use may let the run wait for its turn. That is no
	// time of the run's own.
	r.inst, err = r.engine.Target.Start(ctx, r.spec(row))
	if err != nil {
		return err
	}
	r.started, r.log = time.Now(), newLog()

	ctx, cancel := context.WithTimeoutCause(ctx, r.limits.Scenario+r.waits(),
		errorf("the run did not end within %v", r.limits.Scenario+r.waits()))
	defer cancel()
	defer func() {
		// The cause says more than "context deadline exceeded".
		var v *verdict
		if cause := context.Cause(ctx); err != nil && cause != nil && (!errors.As(err, &v) || v.is == report.Error) {
			if v != nil && v.pos.Line > 0 && errors.As(cause, new(*verdict)) {
				v.reason = cause.(*verdict).reason + "; it was here: " + v.reason
			} else if v == nil {
				err = cause
			}
		}
	}()

	defer func() {
		err = r.finish(err)
	}()
	if err := r.supported(); err != nil {
		return err
	}
	r.ownClock = r.inst.Fresh() && r.inst.Plane() != nil
	if ok, _ := r.inst.Has("control.clock"); !ok {
		r.ownClock = false
	}
	if err := r.setUp(ctx); err != nil {
		return err
	}
	if err := r.connect(ctx); err != nil {
		return err
	}
	for i := range r.sc.Steps {
		if err := r.step(ctx, &r.sc.Steps[i]); err != nil {
			return err
		}
	}
	return nil
}

// spec is what the run asks of the target.
func (r *run) spec(row script.Row) target.Spec {
	s := target.Spec{
		Run: r.res.Run, Services: r.sc.Services, Only: len(r.sc.Services) == 1,
		Policies: map[string]string{}, Needs: r.sc.Capabilities(), Alone: alone(r.sc),
	}
	for _, b := range row {
		if b.Policy {
			s.Policies[b.Name] = b.Value
		}
	}
	for _, st := range r.sc.Steps {
		if c, ok := st.Do.(*script.Call); ok && c.Verb == "policy" {
			s.Switches = true
		}
	}
	return s
}

// supported compares needs with what the target has.
func (r *run) supported() error {
	for _, n := range r.sc.Capabilities() {
		if ok, reason := r.inst.Has(n); !ok {
			return &target.NotSupported{Reason: reason}
		}
	}
	return nil
}

// waits adds up what the scenario itself bounds, so that the bound of the
// whole run does not cut it short.
func (r *run) waits() time.Duration {
	var d time.Duration
	for _, st := range r.sc.Steps {
		switch a := st.Do.(type) {
		case *script.Call:
			d += a.Within
			if by, ok := a.Get("by"); ok {
				d += by.Dur
			}
		case *script.ExpectBreak:
			d += a.Within
		case *script.ExpectReply:
			d += a.Within
		case *script.ExpectValue:
			d += a.Within
		}
	}
	return d
}

// connect brings the actors up, in the order of their declaration.
func (r *run) connect(ctx context.Context) error {
	ep := r.inst.Endpoint()
	for i := range r.sc.Actors {
		a := &r.sc.Actors[i]
		spec := r.actorSpec(a)
		actor, err := r.dial(ctx, ep, spec, r.log)
		if err != nil {
			v := &verdict{is: report.Error, reason: fmt.Sprintf("%s could not connect: %v", a.Name, err)}
			var s *client.StatusError
			if errors.As(err, &s) {
				v = failf(fmt.Sprintf("%s (%s) connects", a.Name, a.Kind), s.Name, "%s could not connect: %s", a.Name, s.Name)
			}
			v.pos, v.source = a.Pos, "actors "+a.Name+"="+string(a.Kind)
			return v
		}
		r.actors[a.Name] = actor
		r.res.Clients[a.Name] = actor.Client()
		told := r.log.find(func(e *client.Event) bool { return e.Actor == a.Name && e.Kind == client.EventConnect })
		if len(told) == 0 {
			r.log.Emit(client.Event{Actor: a.Name, Kind: client.EventConnect, Detail: strings.TrimSpace(actor.Client() + " " + spec.Version)})
		}
	}
	return nil
}

// dial connects within the bound of a call, whatever the client does.
func (r *run) dial(ctx context.Context, ep client.Endpoint, spec client.Spec, sink client.Sink) (client.Actor, error) {
	type answer struct {
		a   client.Actor
		err error
	}
	dctx, cancel := context.WithTimeout(ctx, r.limits.Call)
	defer cancel()
	ch := make(chan answer, 1)
	go func() {
		var a client.Actor
		err := r.guard(func() (err error) {
			a, err = r.engine.Clients.Connect(dctx, ep, spec, sink)
			return err
		})
		ch <- answer{a, err}
	}()
	select {
	case got := <-ch:
		if got.err != nil && dctx.Err() != nil && ctx.Err() == nil && client.StatusName(got.err) == "" {
			return nil, fmt.Errorf("no answer within %v: %w", r.limits.Call, got.err)
		}
		return got.a, got.err
	case <-dctx.Done():
		// It may still come up: then it is not needed any more.
		go func() {
			if got := <-ch; got.err == nil {
				_ = got.a.Close()
			}
		}()
		return nil, fmt.Errorf("no answer within %v", r.limits.Call)
	}
}

// finish closes everything, in whatever state the run is, and adds what went
// wrong with that to err.
func (r *run) finish(err error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*r.limits.Call)
	defer cancel()
	for _, c := range r.results {
		c.cancel()
	}
	for _, name := range slices.Sorted(maps.Keys(r.actors)) {
		a := r.actors[name]
		if e := r.guard(a.Close); e != nil && err == nil && !isDisconnect(e) {
			err = errorf("%s: close: %v", name, e)
		}
	}
	for _, f := range slices.Backward(r.cleanup) {
		if e := r.guard(func() error { return f(ctx) }); e != nil && err == nil {
			err = errorf("cleaning up: %v", e)
		}
	}
	if e := r.guard(r.inst.Close); e != nil && err == nil {
		err = errorf("the target did not stop cleanly: %v", e)
	}
	return err
}

// step makes one step if its conditions hold.
func (r *run) step(ctx context.Context, s *script.Step) error {
	r.line = s.Pos.Line
	ok, err := r.holds(s)
	if err != nil {
		return err
	}
	if !ok {
		r.res.Skipped = append(r.res.Skipped, fmt.Sprintf("line %d", s.Pos.Line))
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	switch a := s.Do.(type) {
	case *script.Call:
		err = r.doCall(ctx, a)
	case *script.OnBreak:
		err = r.doOnBreak(a)
	case *script.Require:
		err = r.doRequire(a)
	case *script.ExpectBreak:
		err = r.doExpectBreak(ctx, a)
	case *script.ExpectReply:
		err = r.doExpectReply(ctx, a)
	case *script.ExpectValue:
		err = r.doExpectValue(ctx, a)
	case *script.Never:
		err = r.doNever(ctx, s, a)
	case *script.Order:
		err = r.doOrder(a)
	default:
		err = errorf("the engine does not know how to do %T", a)
	}
	if err == nil {
		return nil
	}
	var v *verdict
	if !errors.As(err, &v) {
		v = errorf("%v", err)
	}
	return v.at(s)
}

// holds evaluates the conditions which no row of the matrix decides.
func (r *run) holds(s *script.Step) (bool, error) {
	for _, c := range s.Conds {
		var yes bool
		if c.Needs != "" {
			yes, _ = r.inst.Has(c.Needs)
		} else {
			v, known := r.inst.Policy(c.Key)
			if !known {
				return false, (&verdict{is: report.NotSupported, reason: "the target does not say what its policy " + c.Key + " is"}).at(s)
			}
			yes = slices.Contains(c.Values, v)
		}
		if yes == c.Not {
			return false, nil
		}
	}
	return true, nil
}
