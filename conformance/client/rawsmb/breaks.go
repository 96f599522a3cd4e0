package rawsmb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"crosswire/conformance/client"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// handleBreak takes a message that nobody asked for. It runs in the reader.
func (t *cacheTable) handleBreak(h *smb2.Header, msg []byte, arrived time.Time) error {
	if h.Command == smb2.CommandServerToClientNotification {
		var n smb2.ServerNotification
		if err := n.Decode(msg); err != nil {
			return err
		}
		t.w.emit(client.Event{Kind: client.EventNote, Detail: fmt.Sprintf("server notification of type %d", n.Type)})
		return nil
	}
	if h.Command != smb2.CommandOplockBreak {
		return fmt.Errorf("the server sent a %v that was not asked for", h.Command)
	}
	if h.Status != ntstatus.Success {
		return fmt.Errorf("the server sent a break notification with status %v", h.Status)
	}
	kind, err := smb2.BreakKindOf(msg)
	if err != nil {
		return err
	}
	switch kind {
	case smb2.BreakLeaseNotification:
		var n smb2.LeaseBreakNotification
		if err := n.Decode(msg); err != nil {
			return err
		}
		t.leaseBroken(&n, arrived)
	case smb2.BreakOplock:
		var n smb2.OplockBreak
		if err := n.Decode(msg); err != nil {
			return err
		}
		t.oplockBroken(&n, arrived)
	default:
		return errors.New("the server sent an OPLOCK_BREAK that is no notification")
	}
	return nil
}

// leaseBroken implements MS-SMB2 3.2.5.19.2.
func (t *cacheTable) leaseBroken(n *smb2.LeaseBreakNotification, arrived time.Time) {
	e := client.Event{
		Kind: client.EventBreak, Arrived: arrived, LeaseKey: n.Key.String(), From: n.CurrentState.String(), To: n.NewState.String(),
		AckRequired: n.Flags&smb2.LeaseBreakAckRequired != 0,
	}
	if n.NewEpoch != 0 {
		e.Detail = fmt.Sprintf("epoch %d", n.NewEpoch)
	}
	t.mu.Lock()
	c := t.leases[n.Key]
	if c == nil {
		t.mu.Unlock()
		e.Detail = join(e.Detail, "of a lease that no open has")
		t.w.emit(e)
		return
	}
	if c.known && c.state != n.CurrentState {
		e.Detail = join(e.Detail, "this client knew the lease as "+c.state.String())
	}
	if n.NewEpoch != 0 {
		c.epoch, c.hasEpoch = n.NewEpoch, true
	}
	t.broken(c, e, &breakAsk{state: n.NewState}, n.CurrentState)
}

// oplockBroken implements MS-SMB2 3.2.5.19.1.
func (t *cacheTable) oplockBroken(n *smb2.OplockBreak, arrived time.Time) {
	e := client.Event{Kind: client.EventBreak, Arrived: arrived, To: levelText(n.OplockLevel)}
	t.mu.Lock()
	c := t.oplocks[n.FileID]
	if c == nil {
		t.mu.Unlock()
		e.Detail = fmt.Sprintf("of a file that is not open with an oplock: %v", n.FileID)
		t.w.emit(e)
		return
	}
	e.From = c.text()
	// A Level II oplock breaks without an acknowledgment.
	e.AckRequired = c.level != smb2.OplockII
	t.broken(c, e, &breakAsk{level: n.OplockLevel}, 0)
}

// broken keeps and tells a break, and starts what the policy says. The caller
// holds mu; it is released here.
func (t *cacheTable) broken(c *cache, e client.Event, ask *breakAsk, from smb2.LeaseState) {
	if len(c.opens) > 0 {
		e.Handle = c.opens[0].handle
	}
	if e.AckRequired {
		c.asked = ask
		if c.lease {
			c.state = from
		}
	} else {
		c.state, c.level = ask.state, ask.level
	}
	p := t.fallback
	if c.policy != nil {
		p = *c.policy
	}
	act := p.Flush || p.Ack && e.AckRequired
	var before, done chan struct{}
	if act {
		before, done = c.last, make(chan struct{})
		c.last = done
	}
	t.mu.Unlock()
	t.w.emit(e)
	if !act {
		return
	}
	t.s.work.Go(func() {
		defer close(done)
		if before != nil {
			<-before
		}
		t.answer(c, ask, p, e.AckRequired)
	})
}

// answer does what a policy says about one break.
func (t *cacheTable) answer(c *cache, ask *breakAsk, p client.BreakPolicy, ackRequired bool) {
	ctx := t.s.ctx
	what := "flush"
	err := error(nil)
	if p.Flush {
		t.mu.Lock()
		opens := slices.Clone(c.opens)
		t.mu.Unlock()
		for _, o := range opens {
			if err = o.writeBack(ctx); err != nil {
				break
			}
		}
	}
	if err == nil && p.Ack && ackRequired {
		what = "acknowledgment"
		_, err = t.acknowledge(ctx, c, ask, p.State)
	}
	if err != nil && ctx.Err() == nil {
		t.w.emit(client.Event{Kind: client.EventNote, LeaseKey: c.keyText(), Status: client.StatusName(err), Detail: what + ": " + err.Error()})
	}
}

func (c *cache) keyText() string {
	if c.lease {
		return c.key.String()
	}
	return ""
}

// acknowledge acknowledges a break of c down to state, "" for what the server
// proposed in ask (MS-SMB2 3.2.4.25). It gives what the server confirmed.
func (t *cacheTable) acknowledge(ctx context.Context, c *cache, ask *breakAsk, state string) (string, error) {
	want := breakAsk{}
	if ask != nil {
		want = *ask
	}
	if state != "" {
		var ok bool
		if c.lease {
			want.state, ok = smb2.ParseLeaseState(state)
		} else {
			want.level, ok = smb2.ParseOplockLevel(state)
		}
		if !ok {
			return "", client.Unsupported(clientName, "ack of %s to %s", map[bool]string{true: "a lease", false: "an oplock"}[c.lease], state)
		}
	}
	t.mu.Lock()
	opens := slices.Clone(c.opens)
	t.mu.Unlock()
	if len(opens) == 0 {
		return "", errors.New("acknowledgment of a break: every open with that lease or oplock is closed")
	}
	o := opens[0]
	var confirmed breakAsk
	var failed error
	req := t.s.on(o.tree, &request{
		command: smb2.CommandOplockBreak, handle: o.handle, what: o.name,
		onSend: func() {
			t.w.emit(client.Event{Kind: client.EventAck, Handle: o.handle, LeaseKey: c.keyText(), To: want.text(c.lease)})
		},
		// In the reader, because the next break may follow directly.
		onReply: func(r *reply) { confirmed, failed = t.confirmed(r, c, ask) },
	})
	if c.lease {
		req.body = &smb2.LeaseBreakAck{Key: c.key, State: want.state}
	} else {
		req.body = &smb2.OplockBreak{OplockLevel: want.level, FileID: o.id}
	}
	if _, err := t.s.conn.exchange(ctx, req); err != nil {
		return "", err
	}
	if failed != nil {
		return "", failed
	}
	return confirmed.text(c.lease), nil
}

// confirmed takes the response to an acknowledgment.
func (t *cacheTable) confirmed(r *reply, c *cache, ask *breakAsk) (breakAsk, error) {
	var got breakAsk
	if c.lease {
		var resp smb2.LeaseBreakAck
		if _, err := t.s.conn.decode(r, &resp); err != nil {
			return got, err
		}
		if resp.Key != c.key {
			return got, fmt.Errorf("%s: the response to the acknowledgment names the lease %v, not %v", t.s.conn.addr, resp.Key, c.key)
		}
		got.state = resp.State
	} else {
		var resp smb2.OplockBreak
		if _, err := t.s.conn.decode(r, &resp); err != nil {
			return got, err
		}
		got.level = resp.OplockLevel
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c.state, c.level = got.state, got.level
	if c.asked == ask {
		c.asked = nil
	}
	return got, nil
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + ", " + b
}

// OnBreak implements client.Holder. The handles of one lease share the policy
// that was set last.
func (a *Actor) OnBreak(h *client.Handle, p client.BreakPolicy) error {
	if h == nil {
		a.mu.Lock()
		a.fallback = p
		s := a.s
		a.mu.Unlock()
		s.caches.mu.Lock()
		defer s.caches.mu.Unlock()
		s.caches.fallback = p
		return nil
	}
	o, err := a.openOf(h)
	if err != nil {
		return err
	}
	if p.State != "" {
		_, lease := smb2.ParseLeaseState(p.State)
		_, oplock := smb2.ParseOplockLevel(p.State)
		if !lease && !oplock {
			return client.Unsupported(clientName, "ack-to=%s", p.State)
		}
	}
	o.s.caches.mu.Lock()
	defer o.s.caches.mu.Unlock()
	if o.cache != nil { // else there is nothing that could break
		o.cache.policy = &p
	}
	return nil
}

// Ack implements client.Holder.
func (a *Actor) Ack(ctx context.Context, h *client.Handle, state string) (client.Result, error) {
	if h == nil {
		return client.Result{}, client.Unsupported(clientName, "ack without a handle")
	}
	o, err := a.openOf(h)
	if err != nil {
		return client.Result{}, err
	}
	t := &o.s.caches
	if o.cache == nil {
		return client.Result{}, fmt.Errorf("ack %s: it holds no lease and no oplock", h.Name)
	}
	t.mu.Lock()
	ask := o.cache.asked
	t.mu.Unlock()
	if ask == nil && state == "" {
		return client.Result{}, fmt.Errorf("ack %s: no break of it awaits an acknowledgment", h.Name)
	}
	got, err := t.acknowledge(ctx, o.cache, ask, state)
	if err != nil {
		return client.Result{}, err
	}
	return client.Result{Fields: map[string]any{"state": got}}, nil
}
