package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"crosswire/conformance/client"
)

// longWait is the bound from which a wait moves a clock that is ours: shorter
// ones are cheap enough to wait for, and a slow machine gets the time.
const longWait = 5 * time.Second

// until waits in real time for ready, at most d.
func (r *run) until(ctx context.Context, d time.Duration, ready func() bool) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		changed := r.log.changed()
		if ready() {
			return true
		}
		select {
		case <-changed:
		case <-timer.C:
			return ready()
		case <-ctx.Done():
			return ready()
		}
	}
}

// await waits for ready until within has passed on the run's clock. If the
// target's clock is ours and the bound is long the target is moved through it
// second by second, so that its time-outs happen in their order.
func (r *run) await(ctx context.Context, within time.Duration, ready func() bool) bool {
	if within < longWait || !r.ownClock {
		return r.until(ctx, within, ready)
	}
	end := r.log.now() + within
	started := time.Now()
	if r.until(ctx, r.limits.Patience, ready) {
		return true
	}
	for r.log.now() < end && ctx.Err() == nil {
		if err := r.quiesce(ctx); err != nil || ready() {
			return ready()
		}
		if err := r.advance(ctx, min(time.Second, max(end-r.log.now(), 0))); err != nil {
			return ready()
		}
		if r.until(ctx, 2*time.Millisecond, ready) {
			return true
		}
	}
	// The target has had the time; a slow machine may need real time besides,
	// as for a transfer of many requests.
	return r.until(ctx, max(min(within, r.limits.Call)-time.Since(started), r.limits.Patience), ready)
}

// advance moves the target's clock and the run's.
func (r *run) advance(ctx context.Context, d time.Duration) error {
	// The run's clock goes first: what the target does at the new time
	// must not be stamped with the old.
	r.log.advance(d)
	ctx, cancel := context.WithTimeout(ctx, r.limits.Fence)
	defer cancel()
	if err := r.inst.Plane().Advance(ctx, d.Seconds()); err != nil {
		r.log.advance(-d)
		return err
	}
	return nil
}

// quiesce waits until the target is idle; nil too if it cannot tell, see
// canQuiesce.
func (r *run) quiesce(ctx context.Context) error {
	p := r.inst.Plane()
	if p == nil || r.noQuiesce {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.limits.Fence)
	defer cancel()
	err := p.Quiesce(ctx)
	switch {
	case err == nil:
		return nil
	case client.IsUnsupported(err):
		r.noQuiesce = true
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return errorf("the target is not idle after %v", r.limits.Fence)
	}
	return errorf("quiesce: %v", err)
}

// settle makes sure, as well as the target allows, that everything it was
// going to do has been done and seen, and says how. Actors in fences get a
// round trip each.
func (r *run) settle(ctx context.Context, brief time.Duration, fences ...string) (string, error) {
	var how []string
	if p := r.inst.Plane(); p != nil && !r.noQuiesce {
		if err := r.quiesce(ctx); err != nil {
			return "", err
		}
		if !r.noQuiesce {
			r.log.Emit(client.Event{Actor: "target", Kind: client.EventQuiesce})
			how = append(how, "quiesced")
		}
	}
	if len(how) == 0 {
		brief = r.limits.Settle
	}
	for _, name := range fences {
		fctx, cancel := context.WithTimeout(ctx, r.limits.Fence)
		err := r.actors[name].Fence(fctx)
		cancel()
		switch {
		case err == nil:
			r.log.Emit(client.Event{Actor: name, Kind: client.EventFence})
			how = append(how, "fenced "+name)
		case client.IsUnsupported(err):
			brief = max(brief, r.limits.Settle)
		case errors.Is(err, context.DeadlineExceeded):
			return "", errorf("%s: the fence was not answered within %v", name, r.limits.Fence)
		default:
			return "", broken(name, fmt.Errorf("the fence: %w", err))
		}
	}
	if brief > 0 {
		r.until(ctx, brief, func() bool { return false })
		how = append(how, fmt.Sprintf("waited %v", brief))
	}
	return strings.Join(how, ", "), nil
}
