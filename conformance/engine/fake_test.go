package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"crosswire/conformance/client"
	"crosswire/conformance/target"
)

// fakeServer is a file server of a few lines: files, one lease a file, an NFS
// write that breaks it. Its knobs make it wrong in one way each.
type fakeServer struct {
	mu       sync.Mutex
	files    map[string][]byte
	leases   map[string]*fakeLease
	policies map[string]string
	shares   []string
	caps     []string
	clock    time.Duration // moved by advance
	timers   []fakeTimer
	advanced int
	closed   int

	// Knobs.
	grant      string        // "" grants what is asked for
	noBreak    bool          // never breaks
	breakTo    string        // "" breaks to none
	noWait     bool          // ignores nfs_break=wait
	breakStats bool          // breaks on stat too
	hang       string        // this verb is not answered
	cut        string        // this verb cuts the connection
	panics     string        // this verb panics in the client
	deaf       chan struct{} // a new actor's connection is not answered until it is closed
	refuse     string        // a new actor is refused with this status
	blind      string        // no result has this field
	slow       time.Duration // a read takes that long
	closeErr   error
	noQuiesce  bool
}

type fakeTimer struct {
	at time.Duration
	f  func()
}

type fakeLease struct {
	holder *fakeActor
	handle *client.Handle
	state  string
	done   chan struct{} // closed when the break under way ends
	to     string
}

func newFake() *fakeServer {
	return &fakeServer{
		files: map[string][]byte{}, leases: map[string]*fakeLease{},
		policies: map[string]string{"nfs_break": "notify"}, shares: []string{"data"},
		caps: []string{"smb.*", "nfs.*", "control.*"},
	}
}

// Start implements target.Target.
func (s *fakeServer) Start(_ context.Context, spec target.Spec) (target.Instance, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, v := range spec.Policies {
		if _, ok := s.policies[k]; !ok {
			return nil, &target.NotSupported{Reason: "the fake has no policy " + k}
		}
		s.policies[k] = v
	}
	return &fakeInstance{s}, nil
}

// Name implements target.Target.
func (s *fakeServer) Name() string { return "fake" }

type fakeInstance struct{ s *fakeServer }

func (i *fakeInstance) Endpoint() client.Endpoint {
	return client.Endpoint{SMB: "fake:1", NFS: "fake:2", Share: "data", Export: "/data"}
}
func (i *fakeInstance) Policy(n string) (string, bool) { v, ok := i.s.policies[n]; return v, ok }
func (i *fakeInstance) Plane() client.Plane            { return &fakePlane{s: i.s} }
func (i *fakeInstance) NeedsFolder() bool              { return false }
func (i *fakeInstance) Fresh() bool                    { return true }
func (i *fakeInstance) Close() error                   { i.s.closed++; return i.s.closeErr }
func (i *fakeInstance) Has(c string) (bool, string) {
	for _, k := range i.s.caps {
		if k == c || strings.HasPrefix(c, strings.TrimSuffix(k, "*")) {
			return true, ""
		}
	}
	return false, "the fake cannot do " + c
}

type fakePlane struct {
	client.Plane
	s *fakeServer
}

func (p *fakePlane) Quiesce(context.Context) error {
	if p.s.noQuiesce {
		return client.Unsupported("fake", "quiesce")
	}
	return nil
}

func (p *fakePlane) Advance(_ context.Context, seconds float64) error {
	s := p.s
	s.mu.Lock()
	s.clock += time.Duration(seconds * float64(time.Second))
	s.advanced++
	var due []func()
	s.timers = slices.DeleteFunc(s.timers, func(t fakeTimer) bool {
		if t.at <= s.clock {
			due = append(due, t.f)
		}
		return t.at <= s.clock
	})
	s.mu.Unlock()
	for _, f := range due {
		f()
	}
	return nil
}

func (p *fakePlane) Counter(context.Context, string) (int64, error) { return 7, nil }

// fakeActor is an SMB, NFS or control client of the fake.
type fakeActor struct {
	s    *fakeServer
	spec client.Spec
	sink client.Sink
	mu   sync.Mutex
	on   map[*client.Handle]client.BreakPolicy
	stop chan struct{}
	once sync.Once
}

func (s *fakeServer) registry() *client.Registry {
	connect := func(_ context.Context, _ client.Endpoint, spec client.Spec, sink client.Sink) (client.Actor, error) {
		if s.refuse != "" && spec.Name != setUpName {
			return nil, &client.StatusError{Protocol: "smb", Name: s.refuse}
		}
		if s.deaf != nil {
			<-s.deaf
		}
		return &fakeActor{s: s, spec: spec, sink: sink, on: map[*client.Handle]client.BreakPolicy{}, stop: make(chan struct{})}, nil
	}
	stock := client.Entry{Client: "gosmb2", Kinds: []string{"smb"}, New: connect, Cannot: func(s client.Spec) string {
		for _, use := range []string{"open lease", "open oplock", "break", "ack", "lock"} {
			if s.Needs.Uses[use] {
				return use
			}
		}
		return ""
	}}
	return client.NewRegistry(stock,
		client.Entry{Client: "rawsmb", Kinds: []string{"smb"}, New: connect},
		client.Entry{Client: "nfs", New: connect},
		client.Entry{Client: "control", New: connect})
}

func (a *fakeActor) Client() string { return "fake-" + a.spec.Kind }

func (a *fakeActor) Fence(context.Context) error { return nil }

func (a *fakeActor) Close() error { a.once.Do(func() { close(a.stop) }); return nil }

func (a *fakeActor) OnBreak(h *client.Handle, p client.BreakPolicy) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.on[h] = p
	return nil
}

func (a *fakeActor) Ack(_ context.Context, h *client.Handle, state string) (client.Result, error) {
	l := a.s.leases[h.Path]
	if l == nil || l.done == nil {
		return client.Result{}, &client.StatusError{Protocol: "smb", Name: "STATUS_UNSUCCESSFUL"}
	}
	if state == "" {
		state = l.to
	}
	a.sink.Emit(client.Event{Actor: a.spec.Name, Kind: client.EventAck, Handle: h, To: state})
	a.s.end(l, state)
	return client.Result{Fields: map[string]any{"state": state}}, nil
}

// end settles a break.
func (s *fakeServer) end(l *fakeLease, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.done != nil {
		l.state = state
		close(l.done)
		l.done = nil
	}
}

// breakLease announces a break and returns what to wait for, nil for nothing.
func (s *fakeServer) breakLease(path string) chan struct{} {
	s.mu.Lock()
	l := s.leases[path]
	if l == nil || s.noBreak || l.state == "none" {
		s.mu.Unlock()
		return nil
	}
	from := l.state
	l.to = s.breakTo
	if l.to == "" {
		l.to = "none"
	}
	l.done = make(chan struct{})
	done := l.done
	s.timers = append(s.timers, fakeTimer{s.clock + 35*time.Second, func() { s.end(l, "none") }})
	s.mu.Unlock()
	h := l.holder
	h.sink.Emit(client.Event{Actor: h.spec.Name, Kind: client.EventBreak, Handle: l.handle, From: from, To: l.to, AckRequired: true})
	h.mu.Lock()
	p := h.on[l.handle]
	h.mu.Unlock()
	if p.Ack {
		go func() { _, _ = h.Ack(context.Background(), l.handle, p.State) }()
	}
	return done
}

func (a *fakeActor) Do(ctx context.Context, c client.Call) (client.Result, error) {
	s := a.s
	if a.spec.Name != setUpName {
		switch c.Verb {
		case s.hang:
			select {
			case <-a.stop:
				return client.Result{}, io.ErrClosedPipe
			case <-time.After(time.Hour):
			}
		case s.cut:
			return client.Result{}, io.ErrUnexpectedEOF
		case s.panics:
			panic("a client's bug")
		}
	}
	path := c.Path
	if c.Handle != nil {
		path = c.Handle.Path
	}
	res := client.Result{Fields: map[string]any{}}
	missing := &client.StatusError{Protocol: "nfs", Name: "NFS3ERR_NOENT"}
	s.mu.Lock()
	data, there := s.files[path]
	s.mu.Unlock()
	switch c.Verb {
	case client.VerbCreate, client.VerbOpen:
		if c.Verb == client.VerbCreate {
			s.mu.Lock()
			s.files[path] = nil
			s.mu.Unlock()
		} else if !there {
			return res, missing
		}
		res.Handle = &client.Handle{Name: c.As, Path: path}
		state := c.Options.Get("lease", "none")
		if s.grant != "" {
			state = s.grant
		}
		res.Fields["lease"] = state
		if state != "none" {
			s.mu.Lock()
			s.leases[path] = &fakeLease{holder: a, handle: res.Handle, state: state}
			s.mu.Unlock()
		}
	case client.VerbWrite:
		if !there {
			return res, missing
		}
		if a.spec.Kind == "nfs" && a.spec.Name != setUpName {
			done := s.breakLease(path)
			switch s.policies["nfs_break"] {
			case "wait":
				if done != nil && !s.noWait {
					select {
					case <-done:
					case <-a.stop:
						return res, io.ErrClosedPipe
					}
				}
			case "jukebox":
				if done != nil {
					return res, &client.StatusError{Protocol: "nfs", Name: "NFS3ERR_JUKEBOX"}
				}
			}
		}
		s.mu.Lock()
		grown := slices.Clone(data)
		if n := int(c.Offset) + len(c.Data); n > len(grown) {
			grown = append(grown, make([]byte, n-len(grown))...)
		}
		copy(grown[c.Offset:], c.Data)
		s.files[path] = grown
		s.mu.Unlock()
		res.Fields["count"] = int64(len(c.Data))
	case client.VerbRead:
		if !there {
			return res, missing
		}
		if s.slow > 0 {
			time.Sleep(s.slow)
		}
		res.Data, res.HasData = data, true
	case client.VerbStat:
		if s.breakStats {
			s.breakLease(path)
		}
		if !there {
			return res, missing
		}
		res.Fields["size"], res.Fields["nlink"] = uint64(len(data)), uint64(1)
	case client.VerbList:
		var names []string
		for n := range s.files {
			names = append(names, n)
		}
		slices.Sort(names)
		res.Fields["names"] = names
	case client.VerbRemove:
		if !there {
			return res, missing
		}
		delete(s.files, path)
	case client.VerbClose, client.VerbEcho:
	case client.VerbCounter:
		res.Fields["value"] = int64(7)
	case client.VerbShares:
		res.Fields["names"] = s.shares
	default:
		return res, client.Unsupported(a.Client(), "verb %s", c.Verb)
	}
	delete(res.Fields, s.blind)
	return res, ctx.Err()
}

var errFake = errors.New("port still in use")

// scenario puts a header before steps.
func scenario(t *testing.T, steps string) string {
	t.Helper()
	var head, body []string
	for line := range strings.Lines(strings.TrimSpace(steps)) {
		word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "matrix", "needs", "cite", "except", "services":
			head = append(head, strings.TrimSpace(line))
		default:
			body = append(body, strings.TrimSpace(line))
		}
	}
	if !strings.Contains(steps, "cite") {
		head = append(head, "cite MS-SMB2 3.3.4.7 MUST")
	}
	return fmt.Sprintf("# A test.\nscenario t/x\ncovers S1\n%s\nactors A=smb(3.1.1) B=nfs(3)\n\nfile f.dat \"ORIGINAL\"\n%s\n",
		strings.Join(head, "\n"), strings.Join(body, "\n"))
}
