package smb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	smb "github.com/hirochachacha/go-smb2"

	"crosswire/conformance/client"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
)

// Dialer makes the connections of actors.
type Dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// session is one connection with one session of the library.
type session struct {
	tap *tap
	smb *smb.Session
}

// logon says how to connect.
type logon struct {
	addr    string
	dialect smb2.Dialect // 0 leaves the choice to both sides
	signing bool         // demand it
	user    string
	pass    string
	domain  string
}

// openSession dials, negotiates and logs on.
func openSession(ctx context.Context, dial Dialer, l logon, pending func(*exchange)) (*session, error) {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "tcp", l.addr)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", l.addr, err)
	}
	s := &session{tap: newTap(conn, l.addr, pending)}
	d := &smb.Dialer{
		Negotiator: smb.Negotiator{RequireMessageSigning: l.signing, SpecifiedDialect: uint16(l.dialect)},
		Initiator:  &smb.NTLMInitiator{User: l.user, Password: l.pass, Domain: l.domain},
	}
	var made *smb.Session
	err = s.do(ctx, "log on", nil, func() (err error) {
		made, err = d.DialContext(s.tap.ctx, s.tap)
		return err
	})
	if err != nil {
		s.close()
		return nil, err
	}
	s.smb = made.WithContext(s.tap.ctx)
	return s, nil
}

// close gives the connection up, without LOGOFF.
func (s *session) close() { s.tap.fail(errClosed) }

var errClosed = errors.New("this client closed the connection")

// mount connects a tree. The library names it by the address it dialled, port
// and all, unless share is a UNC path.
func (s *session) mount(ctx context.Context, share string) (*smb.Share, error) {
	var fs *smb.Share
	err := s.do(ctx, "tree connect "+share, nil, func() (err error) {
		fs, err = s.smb.Mount(share)
		return err
	})
	if err != nil {
		return nil, err
	}
	return fs.WithContext(s.tap.ctx), nil
}

// do runs one call of the library. names are the files that it is about, in
// the form of the wire. The error is a *client.StatusError with the exact name,
// ctx's own if it ended (and the connection with it, for the library cannot
// take a request back), or says what went wrong and where.
func (s *session) do(ctx context.Context, what string, names []string, call func() error) error {
	began := time.Now()
	wrong := func(err error) error {
		return fmt.Errorf("%s: %s, after %s: %w", what, s.tap.addr, time.Since(began).Round(time.Millisecond), err)
	}
	if err := s.tap.cause(); err != nil {
		return wrong(err)
	}
	if err := ctx.Err(); err != nil {
		return wrong(err)
	}
	mark := s.tap.mark()
	stop := context.AfterFunc(ctx, func() { s.tap.fail(ctx.Err()) })
	err := s.recovering(call)
	stop()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return wrong(ctx.Err())
	}
	if cause := s.tap.cause(); cause != nil {
		return wrong(cause)
	}
	switch status, hidden := s.status(err, mark, names); {
	case hidden != nil:
		return wrong(fmt.Errorf("%w: the session is encrypted, and go-smb2 does not tell which of %v it is", err, hidden))
	case status != ntstatus.Success:
		return &client.StatusError{Protocol: "smb", Name: status.String(), Code: uint32(status)}
	}
	return wrong(err)
}

// recovering makes a panic of the library an error that ends the connection.
func (s *session) recovering(call func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("go-smb2 cannot read the answer: %v", p)
			s.tap.fail(err)
		}
	}()
	return call()
}

// lost are the statuses that the library hides behind one error each.
var lost = []struct {
	err      error
	statuses []ntstatus.Status
}{
	{os.ErrExist, []ntstatus.Status{ntstatus.ObjectNameCollision}},
	{os.ErrNotExist, []ntstatus.Status{ntstatus.ObjectNameNotFound, ntstatus.ObjectPathNotFound}},
	{os.ErrPermission, []ntstatus.Status{ntstatus.AccessDenied, ntstatus.CannotDelete}},
}

// status is the status behind an error of the library: Success if there is
// none, or those it may be if nothing tells which.
func (s *session) status(err error, mark int, names []string) (ntstatus.Status, []ntstatus.Status) {
	var re *smb.ResponseError
	if errors.As(err, &re) {
		return ntstatus.Status(re.Code), nil
	}
	ours := func(x *exchange) bool { return len(names) == 0 || slices.Contains(names, x.name) }
	for _, l := range lost {
		if !errors.Is(err, l.err) {
			continue
		}
		if len(l.statuses) == 1 {
			return l.statuses[0], nil
		}
		hidden := func(x *exchange) bool { return slices.Contains(l.statuses, x.status) }
		x := s.tap.last(mark, func(x *exchange) bool { return ours(x) && hidden(x) })
		if x == nil {
			// The library follows symbolic links under other names.
			x = s.tap.last(mark, hidden)
		}
		if x == nil {
			return ntstatus.Success, l.statuses
		}
		return x.status, nil
	}
	// A log-on that fails early, and a call that was stopped after its
	// refusal, come as other errors.
	var ce *smb.ContextError
	var ie *smb.InvalidResponseError
	if errors.As(err, &ce) || errors.As(err, &ie) {
		if x := s.tap.last(mark, func(x *exchange) bool { return ours(x) && x.failure() && x.status != ntstatus.MoreProcessingRequired }); x != nil {
			return x.status, nil
		}
	}
	return ntstatus.Success, nil
}

// remove is the library's Remove without its second attempt: on a denial it
// clears READONLY and tries again, and what was denied would then succeed. The
// context ends for it as soon as the first attempt is over, so it sends no
// more. When that is cannot be seen in an encrypted session.
func (s *session) remove(ctx context.Context, fs *smb.Share, name string) error {
	if s.tap.isEncrypted() {
		return client.Unsupported(clientName, "remove in an encrypted session, where its second attempt cannot be stopped")
	}
	mark := s.tap.mark()
	over := func() bool {
		refused := s.tap.last(mark, func(x *exchange) bool { return x.name == name && x.failure() })
		if refused == nil {
			return false
		}
		return refused.command == smb2.CommandCreate ||
			s.tap.last(mark, func(x *exchange) bool { return x.name == name && x.command == smb2.CommandClose }) != nil
	}
	return s.do(ctx, "remove "+name, []string{name}, func() error {
		return fs.WithContext(&haltContext{s.tap.ctx, over}).Remove(name)
	})
}

// haltContext ends when over says so, besides when its parent does. Only who
// asks for Done anew sees it, as the library does before each request.
type haltContext struct {
	context.Context
	over func() bool
}

var ended = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Done implements context.Context.
func (c *haltContext) Done() <-chan struct{} {
	if c.over() {
		return ended
	}
	return c.Context.Done()
}

// Err implements context.Context.
func (c *haltContext) Err() error {
	if err := c.Context.Err(); err != nil {
		return err
	}
	if c.over() {
		return context.Canceled
	}
	return nil
}
