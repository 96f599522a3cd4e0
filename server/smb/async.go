package smb

import (
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// goAsync sends the interim response (MS-SMB2 3.3.4.2), together with the
// responses before it in the chain, and lets the reader go on. Further calls
// do nothing.
func (r *request) goAsync() {
	if r.asyncID.Load() != 0 {
		return
	}
	c := r.c
	c.mu.Lock()
	if len(c.async) >= maxAsyncOfOneConn {
		c.mu.Unlock()
		return // it still waits, only that the reader waits with it
	}
	c.nextID++
	id := c.nextID
	r.asyncID.Store(id)
	c.async[id] = r
	c.pending[r.h.MessageID] = r
	c.mu.Unlock()

	if r.ended() {
		r.cancel() // whoever ended it may have looked before it was entered
	}
	h := r.responseHeader(ntstatus.Pending)
	r.chain.add(r, smb2.AppendMessage(nil, &h, &smb2.ErrorResponse{}))
	r.chain.flush()
	r.chain.release()
}

// ended reports whether the request's session or tree connect is gone.
func (r *request) ended() bool {
	if r.session == nil {
		return false
	}
	r.session.mu.Lock()
	defer r.session.mu.Unlock()
	return r.session.state == sessionGone || r.tree != nil && r.session.trees[r.tree.id] != r.tree
}

func (c *conn) forgetAsync(r *request, id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.async, id)
	delete(c.pending, r.h.MessageID)
}

// handleCancel implements CANCEL (MS-SMB2 3.3.5.16), which has no response:
// the request that it names, by AsyncId or by MessageId, is answered with
// STATUS_CANCELLED if it is still waiting.
func (c *conn) handleCancel(r *request) {
	s := c.session(r.h.SessionID)
	if s == nil || !s.valid() {
		return
	}
	if r.chain.sealedBy == nil {
		sig := s.signer()
		if r.h.IsSigned() && sig != nil && sig.Verify(r.msg) != nil || !r.h.IsSigned() && s.signingRequired {
			return
		}
	}
	c.mu.Lock()
	target := c.pending[r.h.MessageID]
	if r.h.IsAsync() {
		target = c.async[r.h.AsyncID]
	}
	c.mu.Unlock()
	if target == nil || target.session != s {
		return
	}
	target.cancelled.Store(true)
	target.cancel()
}
