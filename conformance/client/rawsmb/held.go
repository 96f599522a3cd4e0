package rawsmb

import (
	"bytes"
	"context"
	"fmt"

	"crosswire/conformance/client"
)

// heldWrite is data that a holder of write caching has not sent yet.
type heldWrite struct {
	offset uint64
	data   []byte
}

// maxHeld bounds what one handle holds back.
const maxHeld = 1 << 30

// hold keeps a write back. Only who was granted write caching may.
func (a *Actor) hold(c client.Call) (client.Result, error) {
	if c.Handle == nil || c.Path != "" {
		return client.Result{}, client.Unsupported(clientName, "write cached=yes without a handle")
	}
	o, err := a.openOf(c.Handle)
	if err != nil {
		return client.Result{}, err
	}
	if ok, holds := o.s.caches.mayHold(o); !ok {
		return client.Result{}, fmt.Errorf("write %s cached: the handle was not granted write caching, it holds %s", shown(o.name), holds)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	total := len(c.Data)
	for _, h := range o.held {
		total += len(h.data)
	}
	if total > maxHeld {
		return client.Result{}, fmt.Errorf("write %s cached: more than %d bytes held back", shown(o.name), maxHeld)
	}
	o.held = append(o.held, heldWrite{c.Offset, bytes.Clone(c.Data)})
	return client.Result{Fields: map[string]any{"count": uint64(len(c.Data))}}, nil
}

// writeBack sends what is held back, in order. After a failure the rest is
// still held.
func (o *open) writeBack(ctx context.Context) error {
	for {
		o.mu.Lock()
		if len(o.held) == 0 {
			o.mu.Unlock()
			return nil
		}
		h := o.held[0]
		o.held = o.held[1:]
		o.mu.Unlock()
		o.s.caches.w.emit(client.Event{
			Kind: client.EventFlush, Handle: o.handle, LeaseKey: o.handle.LeaseKey,
			Detail: fmt.Sprintf("write %s @%d +%d", shown(o.name), h.offset, len(h.data)),
		})
		if _, err := o.write(ctx, h.offset, h.data, 0); err != nil {
			o.mu.Lock()
			o.held = append([]heldWrite{h}, o.held...)
			o.mu.Unlock()
			return err
		}
	}
}
