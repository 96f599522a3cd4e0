package smb

import (
	"errors"
	"fmt"

	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// exchange is one request and what became of it.
type exchange struct {
	seq      int // of the request
	command  smb2.Command
	name     string // the file's or the tree's, as the request has it
	file     smb2.FileID
	answered bool
	status   ntstatus.Status
	created  *smb2.CreateResponse
	tree     *smb2.TreeConnectResponse
}

// keep bounds the exchanges that are remembered. A step asks about its own
// last ones.
const keep = 4096

// log is what went over one connection.
type log struct {
	seq     int
	open    map[uint64]*exchange // by MessageID, unanswered
	done    []*exchange          // in the order of the answers
	names   map[smb2.FileID]string
	pending func(*exchange) // told of each interim response, may be nil

	encrypted bool // the library has sent an encrypted frame
	keyless   bool // the server called this session guest's or nobody's
}

// request notes a frame that the library sends. The library sends no
// compounds; a frame that is not plain SMB2 is only counted.
func (l *log) request(frame []byte) {
	var h smb2.Header
	if err := h.Decode(frame); err != nil {
		if smb2.ProtocolOf(frame) == smb2.ProtocolTransform {
			l.encrypted = true
		}
		return
	}
	l.seq++
	x := &exchange{seq: l.seq, command: h.Command}
	switch h.Command {
	case smb2.CommandCreate:
		var r smb2.CreateRequest
		if r.Decode(frame) == nil {
			x.name = r.Name
		}
	case smb2.CommandTreeConnect:
		var r smb2.TreeConnectRequest
		if r.Decode(frame) == nil {
			x.name = r.Path
		}
	default:
		x.file = fileOf(h.Command, frame)
		x.name = l.names[x.file]
	}
	l.open[h.MessageID] = x
}

// fileOf is the FileID of a request, zero if it has none.
func fileOf(c smb2.Command, msg []byte) smb2.FileID {
	switch c {
	case smb2.CommandClose:
		var r smb2.CloseRequest
		if r.Decode(msg) == nil {
			return r.FileID
		}
	case smb2.CommandFlush:
		var r smb2.FlushRequest
		if r.Decode(msg) == nil {
			return r.FileID
		}
	case smb2.CommandRead:
		var r smb2.ReadRequest
		if r.Decode(msg) == nil {
			return r.FileID
		}
	case smb2.CommandWrite:
		var r smb2.WriteRequest
		if r.Decode(msg) == nil {
			return r.FileID
		}
	case smb2.CommandIoctl:
		var r smb2.IoctlRequest
		if r.Decode(msg) == nil {
			return r.FileID
		}
	case smb2.CommandQueryDirectory:
		var r smb2.QueryDirectoryRequest
		if r.Decode(msg) == nil {
			return r.FileID
		}
	case smb2.CommandQueryInfo:
		var r smb2.QueryInfoRequest
		if r.Decode(msg) == nil {
			return r.FileID
		}
	case smb2.CommandSetInfo:
		var r smb2.SetInfoRequest
		if r.Decode(msg) == nil {
			return r.FileID
		}
	}
	return smb2.FileID{}
}

// response checks a frame from the server and notes what it says. An error
// means that the library must not see it.
func (l *log) response(frame []byte) error {
	switch smb2.ProtocolOf(frame) {
	case smb2.ProtocolSMB2:
	case smb2.ProtocolTransform:
		// The library decrypts with keys that it may not have.
		if !l.encrypted || l.keyless {
			return errors.New("it is encrypted, and this session is not")
		}
		const transformHeader = 52
		if len(frame) < transformHeader+smb2.HeaderSize {
			return fmt.Errorf("it is encrypted and only %d bytes long", len(frame))
		}
		return nil
	default:
		return fmt.Errorf("it is not SMB2: % X", frame[:min(4, len(frame))])
	}
	msgs, err := smb2.SplitCompound(frame, 0)
	if err != nil {
		return err
	}
	for _, msg := range msgs {
		var h smb2.Header
		if err := h.Decode(msg); err != nil {
			return err
		}
		if !h.IsResponse() {
			return fmt.Errorf("it is a %s request", h.Command)
		}
		if h.IsSigned() && l.keyless {
			return errors.New("it is signed, and a guest has no key")
		}
		l.answer(&h, msg)
	}
	return nil
}

func (l *log) answer(h *smb2.Header, msg []byte) {
	x := l.open[h.MessageID]
	if x == nil {
		return
	}
	if h.Status == ntstatus.Pending && h.IsAsync() {
		if l.pending != nil {
			l.pending(x)
		}
		return
	}
	delete(l.open, h.MessageID)
	x.answered, x.status = true, h.Status
	switch {
	case x.command == smb2.CommandSessionSetup:
		var r smb2.SessionSetupResponse
		if h.Status == ntstatus.MoreProcessingRequired && r.Decode(msg) == nil && r.Flags&(smb2.SessionIsGuest|smb2.SessionIsNull) != 0 {
			l.keyless = true
		}
	case h.Status != ntstatus.Success:
	case x.command == smb2.CommandCreate:
		var r smb2.CreateResponse
		if r.Decode(msg) == nil {
			r.Contexts = nil
			x.created, x.file = &r, r.FileID
			l.names[r.FileID] = x.name
		}
	case x.command == smb2.CommandClose:
		delete(l.names, x.file)
	case x.command == smb2.CommandTreeConnect:
		var r smb2.TreeConnectResponse
		if r.Decode(msg) == nil {
			x.tree = &r
		}
	}
	if len(l.done) >= 2*keep {
		l.done = append(l.done[:0], l.done[len(l.done)-keep:]...)
	}
	l.done = append(l.done, x)
}

// isEncrypted reports whether the library encrypts what it sends.
func (t *tap) isEncrypted() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.encrypted
}

// mark is a moment on a connection, for last.
func (t *tap) mark() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.seq
}

// last is the last answered exchange, of a request sent after mark, that match
// takes; nil if there is none.
func (t *tap) last(mark int, match func(*exchange) bool) *exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.log.done) - 1; i >= 0; i-- {
		if x := t.log.done[i]; x.seq > mark && match(x) {
			return x
		}
	}
	return nil
}

// failure reports whether the exchange was refused.
func (x *exchange) failure() bool {
	return x.status.IsError() || x.status == ntstatus.StoppedOnSymlink
}
