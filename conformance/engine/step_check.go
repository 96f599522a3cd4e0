package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/report"
	"crosswire/conformance/script"
)

// checkResult makes the comparisons which stand on the step itself.
func (r *run) checkResult(c *call) error {
	for i := range c.step.Checks {
		ch := &c.step.Checks[i]
		r.res.Assertions++
		ans := c.answer.Load()
		if ans.err != nil {
			return errorf("%s gave %s: there is nothing to compare", c.verb, outcome(ans.err))
		}
		got, ok := observed(c.verb, ans.result, ch.Left.Field)
		if !ok {
			return r.untold(c, ch.Left.Field)
		}
		if err := r.check(ch, got, c.actor, fmt.Sprintf("%s: what %s gave", c.actor, c.verb)); err != nil {
			return err
		}
	}
	return nil
}

// untold is the verdict on a field that the client does not know.
func (r *run) untold(c *call, field string) error {
	what := "the result of " + c.verb
	if field != "" {
		what = "the field " + field + " of " + c.verb
	}
	return errorf("%s: %s does not tell %s", c.actor, r.res.Clients[c.actor], what)
}

// look finds the observed value of a reference.
func (r *run) look(ref script.Ref) (any, error) {
	c, ans, err := r.find(ref.Name)
	if err != nil {
		return nil, err
	}
	got, ok := observed(c.verb, ans.result, ref.Field)
	if !ok {
		return nil, r.untold(c, ref.Field)
	}
	return got, nil
}

// refText writes a reference as the scenario does.
func refText(ref script.Ref) string {
	if ref.Field == "" {
		return ref.Name
	}
	return ref.Name + "." + ref.Field
}

// owner is the actor to whom a captured result belongs.
func (r *run) owner(name string) string {
	if c := r.results[name]; c != nil {
		return c.actor
	}
	return ""
}

// smbGrain is the unit in which SMB tells times (MS-DTYP 2.3.3).
const smbGrain = 100 * time.Nanosecond

// grain truncates two times to the coarser of the grains of those who tell
// them; other values stay.
func (r *run) grain(got, want any, actors ...string) (any, any) {
	g, ok := got.(time.Time)
	w, ok2 := want.(time.Time)
	if !ok || !ok2 {
		return got, want
	}
	for _, a := range r.sc.Actors {
		if a.Kind.SMB() && slices.Contains(actors, a.Name) {
			return g.Truncate(smbGrain), w.Truncate(smbGrain)
		}
	}
	return got, want
}

// check compares one value that actor observed; a mismatch is the verdict
// fail.
func (r *run) check(ch *script.Check, got any, actor, name string) error {
	all := ch.Op == script.NotEqual || ch.Op == script.Lacks
	var wants []string
	met := all
	for _, right := range ch.Right {
		want, err := r.wanted(right)
		if err != nil {
			return errorf("%v", err)
		}
		if s, ok := want.(string); ok && right.Kind == script.TypeEnum {
			want = clientOplock(s)
		}
		other := ""
		if right.Ref != nil {
			other = r.owner(right.Ref.Name)
		}
		left, want := r.grain(got, want, actor, other)
		ok, err := compare(left, ch.Op, want)
		if err != nil {
			return errorf("%v", err)
		}
		if all {
			met = met && ok
		} else {
			met = met || ok
		}
		wants = append(wants, show(want))
	}
	if met {
		return nil
	}
	v := failf(opText(ch.Op)+or(wants), show(got), "%s is not as expected", name)
	if len(ch.Right) > 0 {
		v.fragment = ch.Right[0].Text
	}
	v.hint = difference(ch, got)
	return v
}

// clientOplock turns the language's name of Level II into the clients'.
func clientOplock(s string) string {
	if s == "II" {
		return "level2"
	}
	return s
}

func opText(op script.Op) string {
	switch op {
	case script.Equal:
		return ""
	case script.NotEqual:
		return "anything but "
	case script.Less:
		return "less than "
	case script.LessEqual:
		return "at most "
	case script.Greater:
		return "more than "
	case script.GreaterEqual:
		return "at least "
	}
	return string(op) + " "
}

// difference tells where long data part.
func difference(ch *script.Check, got any) string {
	if ch.Op != script.Equal || len(ch.Right) != 1 || ch.Right[0].Data == nil {
		return ""
	}
	b, ok := bytesOf(got)
	want := ch.Right[0].Data
	if !ok || (len(b) <= maxShown && want.Len() <= maxShown) {
		return ""
	}
	at, err := firstDifference(b, want)
	if err != nil || at < 0 {
		return ""
	}
	near := make([]byte, 16)
	n, _ := want.ReadAt(near, at)
	return fmt.Sprintf("they part at byte %d: expected %s there, observed %s",
		at, showBytes(near[:n], uint64(n)), showBytes(b[min(at, int64(len(b))):min(at+16, int64(len(b)))], 0))
}

// doRequire checks a precondition.
func (r *run) doRequire(a *script.Require) error {
	got, err := r.look(a.Check.Left)
	if err != nil {
		return asVerdict(err)
	}
	err = r.check(&a.Check, got, r.owner(a.Check.Left.Name), refText(a.Check.Left))
	var v *verdict
	if errors.As(err, &v) && v.is == report.Fail {
		v.is = report.NotExercised
		v.reason = fmt.Sprintf("the precondition does not hold: expected %s, observed %s", v.expected, v.observed)
	}
	return err
}

// doExpectValue checks a captured result, or the reply of an async step,
// which it awaits.
func (r *run) doExpectValue(ctx context.Context, a *script.ExpectValue) error {
	r.res.Assertions++
	if c := r.results[a.Check.Left.Name]; a.Joins && c != nil && !c.answered() {
		if err := r.join(ctx, c, a.Within, true, nil); err != nil {
			return err
		}
	}
	if c := r.results[a.Check.Left.Name]; c != nil {
		if ans := c.answer.Load(); ans != nil && client.StatusName(ans.err) != "" {
			return failf("success", client.StatusName(ans.err), "%s failed: %s gave %s", a.Check.Left.Name, c.verb, client.StatusName(ans.err))
		}
	}
	got, err := r.look(a.Check.Left)
	if err != nil {
		return asVerdict(err)
	}
	return r.check(&a.Check, got, r.owner(a.Check.Left.Name), refText(a.Check.Left))
}

func asVerdict(err error) error {
	var v *verdict
	if errors.As(err, &v) {
		return v
	}
	return errorf("%v", err)
}
