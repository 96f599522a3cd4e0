package rawsmb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"crosswire/conformance/client"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// request is one message to send.
type request struct {
	command smb2.Command
	body    interface{ Append([]byte) []byte }
	treeID  uint32
	encrypt bool // the tree or the session wants it
	related bool // acts on the result of the message before it in the frame
	sign    bool // even if the session does not sign
	payload int  // bytes that move, the greater of both directions

	unverified bool // the caller verifies the response: NEGOTIATE, SESSION_SETUP
	anyCommand bool // the response may have another command: SMB1 NEGOTIATE

	// onSend runs just before the bytes are written, onReply when the response
	// has come, in the reader: it must not block.
	onSend  func()
	onReply func(*reply)

	handle *client.Handle // for events
	what   string         // for events and errors: "f.dat"

	// Set by send.
	charge    uint16
	msg       []byte // as it was sent, in clear
	encrypted bool
}

// describe is the request for people: "CREATE f.dat".
func (r *request) describe() string {
	if r.what == "" {
		return r.command.String()
	}
	return r.command.String() + " " + r.what
}

// chargeFor gives the CreditCharge for a payload (MS-SMB2 3.1.5.2); 0 where
// the dialect has none.
func (c *conn) chargeFor(payload int) uint16 {
	if !c.wide.Load() {
		return 0
	}
	return uint16(max(1, (payload+creditUnit-1)/creditUnit))
}

// piece is how many bytes one READ or WRITE should move, by the credits at
// hand and the server's limit.
func (c *conn) piece(limit uint32) int {
	if !c.wide.Load() {
		return int(min(limit, creditUnit))
	}
	c.mu.Lock()
	have := c.credits
	c.mu.Unlock()
	// Some credits stay for what must not wait: acknowledgments, ECHO.
	units := min(max(have-4, 1), maxPayload/creditUnit)
	return int(min(limit, uint32(units*creditUnit)))
}

// takeCredits waits for n credits.
func (c *conn) takeCredits(ctx context.Context, n int) error {
	for {
		c.mu.Lock()
		if c.err != nil {
			defer c.mu.Unlock()
			return c.err
		}
		if c.credits >= n {
			c.credits -= n
			c.mu.Unlock()
			return nil
		}
		have, more := c.credits, c.more
		c.mu.Unlock()
		select {
		case <-more:
		case <-c.over:
		case <-ctx.Done():
			return fmt.Errorf("%s: waiting for %d credits, the server has granted %d: %w", c.addr, n, have, ctx.Err())
		}
	}
}

func (c *conn) returnCredits(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.credits += n
	close(c.more)
	c.more = make(chan struct{})
}

// lockTurn waits for the right to write.
func (c *conn) lockTurn(ctx context.Context) error {
	select {
	case c.turn <- struct{}{}:
		return nil
	case <-c.over:
		return c.cause()
	case <-ctx.Done():
		return fmt.Errorf("%s: waiting to send: %w", c.addr, ctx.Err())
	}
}

func (c *conn) unlockTurn() { <-c.turn }

// send sends the requests as one frame.
func (c *conn) send(ctx context.Context, reqs ...*request) ([]*call, error) {
	total := 0
	for _, r := range reqs {
		r.charge = c.chargeFor(r.payload)
		total += max(1, int(r.charge))
	}
	if err := c.takeCredits(ctx, total); err != nil {
		return nil, err
	}
	if err := c.lockTurn(ctx); err != nil {
		c.returnCredits(total)
		return nil, err
	}
	defer c.unlockTurn()
	s := c.session.Load()
	calls, err := c.enrol(reqs, s)
	if err != nil {
		return nil, err
	}
	frame := c.seal(reqs, s)
	for _, r := range reqs {
		if r.onSend != nil {
			r.onSend()
		}
	}
	if err := c.write(ctx, frame); err != nil {
		return nil, err
	}
	return calls, nil
}

// enrol gives the requests their ids, encodes them and awaits their responses.
func (c *conn) enrol(reqs []*request, s *session) ([]*call, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	calls := make([]*call, len(reqs))
	for i, r := range reqs {
		h := smb2.Header{
			Command: r.command, CreditCharge: r.charge, MessageID: c.nextID, TreeID: r.treeID,
			Credits: uint16(max(1, int(r.charge)) + max(0, min(creditsGoal-c.credits, creditsGoal))),
		}
		if s != nil {
			h.SessionID = s.id
		}
		if r.related {
			h.Flags |= smb2.FlagRelatedOperations
			h.SessionID, h.TreeID = smb2.RelatedID, smb2.RelatedID&0xFFFFFFFF
		}
		r.msg = smb2.AppendMessage(nil, &h, r.body)
		r.encrypted = s != nil && s.enc != nil && (s.encryptAll || r.encrypt)
		calls[i] = &call{req: r, id: h.MessageID, done: make(chan struct{})}
		c.calls[h.MessageID] = calls[i]
		c.nextID += uint64(max(1, r.charge))
	}
	return calls, nil
}

// seal makes the frame: padded, chained, signed or encrypted.
func (c *conn) seal(reqs []*request, s *session) []byte {
	msgs := make([][]byte, len(reqs))
	encrypt, size := false, 0
	for i, r := range reqs {
		msgs[i] = r.msg
		encrypt = encrypt || r.encrypted
	}
	if len(msgs) > 1 {
		smb2.PadCompound(msgs)
	}
	for i, r := range reqs {
		r.msg, r.encrypted = msgs[i], encrypt
		if !encrypt && s != nil && s.signer != nil && (s.signAll || r.sign) {
			s.signer.Sign(msgs[i])
		}
		size += len(msgs[i])
	}
	plain := slices.Grow([]byte(nil), smb2.FrameHeaderSize+size)[:smb2.FrameHeaderSize]
	for _, m := range msgs {
		plain = append(plain, m...)
	}
	if encrypt {
		frame := make([]byte, smb2.FrameHeaderSize, smb2.FrameHeaderSize+smb2.TransformHeaderSize+size+64)
		plain = s.enc.Seal(frame, s.id, plain[smb2.FrameHeaderSize:])
	}
	smb2.PutFrameHeader(plain)
	return plain
}

// wait gives the response. If ctx ends first the request is cancelled.
func (c *conn) wait(ctx context.Context, l *call) (*reply, error) {
	select {
	case <-l.done:
	case <-ctx.Done():
		select {
		case <-l.done:
		default:
			c.cancel(l)
			return nil, fmt.Errorf("%s: no answer to %s: %w", c.addr, l.req.describe(), ctx.Err())
		}
	}
	if l.err != nil {
		return nil, fmt.Errorf("no answer to %s: %w", l.req.describe(), l.err)
	}
	client.NoteArrival(ctx, l.reply.arrived)
	return l.reply, nil
}

// exchange sends one request and waits.
func (c *conn) exchange(ctx context.Context, r *request) (*reply, error) {
	calls, err := c.send(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.describe(), err)
	}
	return c.wait(ctx, calls[0])
}

// cancel sends CANCEL for a request that nobody waits for any more (MS-SMB2
// 3.2.4.24). It does not wait: the response is dropped when it comes.
func (c *conn) cancel(l *call) {
	c.mu.Lock()
	if c.err != nil || l.dropped {
		c.mu.Unlock()
		return
	}
	l.dropped = true
	h := smb2.Header{Command: smb2.CommandCancel, MessageID: l.id}
	if l.asyncID != 0 {
		h.Flags, h.AsyncID = smb2.FlagAsyncCommand, l.asyncID
	}
	c.mu.Unlock()
	s := c.session.Load()
	if s != nil {
		h.SessionID = s.id
	}
	r := &request{command: smb2.CommandCancel, msg: smb2.AppendMessage(nil, &h, &smb2.CancelRequest{}), encrypted: l.req.encrypted}
	go func() {
		ctx := context.Background()
		if c.lockTurn(ctx) != nil {
			return
		}
		defer c.unlockTurn()
		// A failure ends the connection, and who cares learns it there.
		_ = c.write(ctx, c.seal([]*request{r}, s))
	}()
}

// failure makes a StatusError of a status.
func failure(s ntstatus.Status) error {
	name := s.String()
	if hex, ok := strings.CutPrefix(name, "STATUS_0x"); ok {
		name = "0x" + hex
	}
	return &client.StatusError{Protocol: "smb", Name: name, Code: uint32(s)}
}

// decode reads the body of a response. A status other than success is a
// *client.StatusError, unless it is among accept: then it is given.
func (c *conn) decode(r *reply, body interface{ Decode([]byte) error }, accept ...ntstatus.Status) (ntstatus.Status, error) {
	st := r.h.Status
	if st != ntstatus.Success && !slices.Contains(accept, st) {
		return st, failure(st)
	}
	// Of the failures and warnings only these have the body of their command.
	if !st.IsSuccess() && st != ntstatus.BufferOverflow && st != ntstatus.MoreProcessingRequired {
		return st, nil
	}
	if body == nil {
		return st, nil
	}
	if err := body.Decode(r.msg); err != nil {
		return st, fmt.Errorf("%s: %w", c.addr, err)
	}
	return st, nil
}

var errStale = errors.New("the handle is of a connection that has ended")
