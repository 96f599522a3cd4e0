package smb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"crosswire/server/vfs"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/smbcrypt"
)

// body is an encodable response body.
type body interface{ Append(dst []byte) []byte }

// handler answers one command. The error is a status of its own (an
// ntstatus.Status), or one of vfs that errors.go maps; with a warning such as
// STATUS_BUFFER_OVERFLOW the body is sent too.
type handler func(r *request) (body, error)

// request is one request of a chain.
type request struct {
	c       *conn
	chain   *chain
	h       smb2.Header
	msg     []byte // header and body, with the padding that signatures cover
	session *session
	tree    *tree
	ctx     context.Context
	cancel  context.CancelFunc

	asyncID   atomic.Uint64 // 0: answered in order
	cancelled atomic.Bool   // by CANCEL
	granted   bool          // credits were given in the interim response
	// whole, if set by the handler, is the encoded response with room for the
	// header: READ fills its data in place.
	whole []byte
	// pinned says that whole has its final header already.
	pinned *smb2.Header
	// signWith overrides the session's signer, for SESSION_SETUP.
	signWith smbcrypt.Signer
	// answered: the handler queued its response itself.
	answered bool
	// announces is the open that the response tells the client of.
	announces uint64
}

// chain is one frame: a request or a compound (MS-SMB2 3.3.5.2.7).
type chain struct {
	c        *conn
	pdu      []byte
	sealedBy *session // the frame was encrypted with its keys

	released    chan struct{}
	releaseOnce sync.Once

	ready   [][]byte // responses not queued yet
	signers []smbcrypt.Signer
	opened  []uint64 // opens that they tell of
	cur     atomic.Pointer[request]

	// What related requests inherit from the one before.
	prev struct {
		valid     bool
		lost      bool // the session or the tree of the one before does not exist
		sessionID uint64
		treeID    uint32
		hasFile   bool // the one before had or made a file id
		fileID    smb2.FileID
		err       error // of the CREATE that should have made the file id
	}
}

// release lets the reader go on.
func (ch *chain) release() { ch.releaseOnce.Do(func() { close(ch.released) }) }

// current names the request under way, for a log.
func (ch *chain) current() string {
	if r := ch.cur.Load(); r != nil {
		return fmt.Sprintf("%v, message %d", r.h.Command, r.h.MessageID)
	}
	return "none"
}

// process works off all requests of the frame. An error is a violation that
// ends the connection.
func (ch *chain) process() error {
	defer ch.cur.Store(nil)
	rest := ch.pdu
	for n := 0; rest != nil; n++ {
		if n == maxChain {
			return fmt.Errorf("more than %d requests in one compound", maxChain)
		}
		msg, next, err := smb2.NextMessage(rest)
		if err != nil {
			ch.flush()
			return err
		}
		rest = next
		if err := ch.one(msg, n); err != nil {
			ch.flush()
			return err
		}
	}
	ch.flush()
	return nil
}

// one handles one request of the chain.
func (ch *chain) one(msg []byte, index int) error {
	r := &request{c: ch.c, chain: ch, msg: msg}
	if err := r.h.Decode(msg); err != nil {
		return err
	}
	if r.h.IsResponse() {
		return errors.New("a response, where requests are expected")
	}
	if r.h.Command == smb2.CommandCancel {
		ch.c.handleCancel(r)
		return nil
	}
	if err := ch.c.credits.use(r.h.MessageID, r.charge()); err != nil {
		return fmt.Errorf("%v, message %d: %w", r.h.Command, r.h.MessageID, err)
	}
	r.ctx, r.cancel = context.WithCancel(ch.c.ctx)
	defer r.cancel()
	ch.cur.Store(r)
	b, err := ch.dispatch(r, index)
	var fatal *fatalError
	if errors.As(err, &fatal) {
		return fatal.cause
	}
	ch.finish(r, b, err)
	return nil
}

// fatalError ends the connection instead of being answered.
type fatalError struct{ cause error }

func (e *fatalError) Error() string { return e.cause.Error() }

func fatal(format string, args ...any) error { return &fatalError{fmt.Errorf(format, args...)} }

// charge is how many message ids the request takes (MS-SMB2 3.3.5.2.3).
func (r *request) charge() uint16 {
	if !r.c.supportsWide {
		return 1
	}
	return r.h.CreditCharge
}

// dispatch checks what is common to all commands (MS-SMB2 3.3.5.2) and calls
// the command's handler.
func (ch *chain) dispatch(r *request, index int) (body, error) {
	c := ch.c
	if int(r.h.Command) >= len(handlers) || handlers[r.h.Command].do == nil {
		return nil, ntstatus.InvalidParameter
	}
	cmd := &handlers[r.h.Command]
	if c.dialect == 0 && r.h.Command != smb2.CommandNegotiate {
		return nil, fatal("%v before NEGOTIATE", r.h.Command)
	}
	if s := ch.sealedBy; s != nil && !r.h.IsRelated() && r.h.SessionID != s.id {
		return nil, fatal("a request for session %#x in a frame encrypted for %#x", r.h.SessionID, s.id) // MS-SMB2 3.3.5.2.7
	}
	if r.h.IsRelated() {
		if index > 0 && ch.prev.valid {
			r.h.SessionID, r.h.TreeID = ch.prev.sessionID, ch.prev.treeID
		}
		if index == 0 || !ch.prev.valid || ch.prev.lost {
			r.session = c.session(r.h.SessionID)  // signs the refusal
			return nil, ntstatus.InvalidParameter // MS-SMB2 3.3.5.2.7.2
		}
	} else {
		ch.prev.hasFile, ch.prev.fileID, ch.prev.err = false, smb2.FileID{}, nil
	}
	ch.prev.valid, ch.prev.lost = true, true
	ch.prev.sessionID, ch.prev.treeID = r.h.SessionID, r.h.TreeID
	if err := ch.authenticate(r, cmd); err != nil {
		return nil, err
	}
	if cmd.tree {
		if r.tree = r.session.tree(r.h.TreeID); r.tree == nil {
			return nil, ntstatus.NetworkNameDeleted // MS-SMB2 3.3.5.2.11
		}
		if r.tree.share.Encrypt && ch.sealedBy == nil && c.dialect >= smb2.Dialect300 {
			return nil, ntstatus.AccessDenied
		}
	}
	ch.prev.lost = false
	if err := r.checkCharge(); err != nil {
		return nil, err
	}
	if r.h.IsRelated() && ch.prev.err != nil && cmd.file {
		return nil, ch.prev.err // MS-SMB2 3.3.5.2.7.2: the CREATE before failed
	}
	return cmd.do(r)
}

// authenticate finds the session and checks signature and encryption (MS-SMB2
// 3.3.5.2.4, 3.3.5.2.9).
func (ch *chain) authenticate(r *request, cmd *command) error {
	if !cmd.session {
		return nil
	}
	s := ch.c.session(r.h.SessionID)
	if s == nil || !s.valid() {
		return ntstatus.UserSessionDeleted
	}
	r.session = s
	if ch.sealedBy != nil {
		return nil
	}
	if s.encryptData && ch.c.dialect >= smb2.Dialect300 {
		return ntstatus.AccessDenied
	}
	sig := s.signer()
	switch {
	case r.h.IsSigned() && sig != nil:
		if err := sig.Verify(r.msg); err != nil {
			return ntstatus.AccessDenied
		}
	case s.signingRequired:
		return ntstatus.AccessDenied
	}
	return nil
}

// finish encodes a response and adds it to those that will be sent together.
func (ch *chain) finish(r *request, b body, err error) {
	status := statusOf(err)
	if r.cancelled.Load() && errors.Is(err, context.Canceled) {
		status = ntstatus.Cancelled
	}
	if err != nil && status == ntstatus.InternalError {
		ch.c.log.Error("internal error", "command", r.h.Command, "error", err)
	}
	if id := r.asyncID.Load(); id != 0 {
		ch.c.forgetAsync(r, id)
	}
	if r.answered {
		return
	}
	if r.pinned != nil && r.pinned.Status == status {
		ch.add(r, r.whole)
		return
	}
	h := r.responseHeader(status)
	var msg []byte
	switch {
	case r.whole != nil && !status.IsError():
		h.Append(r.whole[:0])
		msg = r.whole
	case b != nil && (err == nil || !status.IsError() || isErrorBody(b)):
		msg = smb2.AppendMessage(nil, &h, b)
	default:
		msg = smb2.AppendMessage(nil, &h, &smb2.ErrorResponse{})
	}
	ch.add(r, msg)
}

// isErrorBody reports whether a body may stand under the status of an error: of
// commands, only IOCTL has some that say more (MS-SMB2 3.3.4.4).
func isErrorBody(b body) bool {
	switch b.(type) {
	case *smb2.ErrorResponse, *smb2.IoctlResponse:
		return true
	}
	return false
}

// add puts one encoded response behind the others.
func (ch *chain) add(r *request, msg []byte) {
	ch.ready = append(ch.ready, msg)
	ch.signers = append(ch.signers, r.signerOf())
	if r.announces != 0 {
		ch.opened = append(ch.opened, r.announces)
	}
	if r.h.Command == smb2.CommandSessionSetup || r.h.Command == smb2.CommandNegotiate {
		ch.flush() // signed with other keys, hashed on their own
	}
}

// flush queues what is ready as one frame. If it tells the client of an open
// that caches, the break of that cache comes right behind the frame or goes out
// by itself, but never between the client's knowing and our sending: see
// oplock.Manager.Announce. (Of several opens in one compound only the last has
// that promise; the locks of two files must not be held at once.)
func (ch *chain) flush() {
	if len(ch.ready) == 0 {
		return
	}
	opened := ch.opened
	send := func() { ch.c.sendMessages(ch.ready, ch.signers, ch.sealedBy) }
	if n := len(opened); n > 0 {
		ch.c.a.oplocks.Announce(opened[n-1], send)
		for _, id := range opened[:n-1] {
			ch.c.a.oplocks.Announce(id, func() {})
		}
	} else {
		send()
	}
	ch.ready, ch.signers, ch.opened = nil, nil, nil
}

// signerOf is who signs the response (MS-SMB2 3.3.4.1.1): nobody unless the
// request was signed or the session demands it.
func (r *request) signerOf() smbcrypt.Signer {
	if r.signWith != nil {
		return r.signWith
	}
	if r.session != nil && (r.h.IsSigned() || r.session.signingRequired) {
		return r.session.signer()
	}
	return nil
}

// responseHeader answers the request's header; credits are granted at the
// first response to it, interim or final.
func (r *request) responseHeader(status ntstatus.Status) smb2.Header {
	h := smb2.Header{
		CreditCharge: r.h.CreditCharge, Status: status, Command: r.h.Command,
		Flags:     smb2.FlagServerToRedir | r.h.Flags&(smb2.FlagRelatedOperations|smb2.FlagPriorityMask|smb2.FlagReplayOperation),
		MessageID: r.h.MessageID, ProcessID: r.h.ProcessID, TreeID: r.h.TreeID, SessionID: r.h.SessionID,
	}
	if id := r.asyncID.Load(); id != 0 {
		h.Flags |= smb2.FlagAsyncCommand
		h.AsyncID = id
	}
	if !r.granted {
		r.granted = true
		h.Credits = r.c.credits.grant(r.h.Credits)
	}
	return h
}

// origin is where the request comes from, for the road. open may be nil.
func (r *request) origin(open *openFile) *vfs.Origin {
	o := &vfs.Origin{
		Protocol: vfs.ProtocolSMB, Client: r.c.clientName(), ClientGUID: [16]byte(r.c.clientGUID),
		OnWait: func() { r.goAsync() },
	}
	if r.session != nil {
		o.Cred = r.session.cred
	}
	if open != nil && open.file != nil {
		o.Open = open.file.ID
		o.LeaseKey = open.leaseKey
	}
	return o
}

// clientName identifies the client to the lock table: its GUID, which all of
// its connections share, or its address in 2.0.2.
func (c *conn) clientName() string {
	if c.clientGUID != (smb2.GUID{}) {
		return c.clientGUID.String()
	}
	return c.nc.RemoteAddr().String()
}
