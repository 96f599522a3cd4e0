package smb

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"path"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"crosswire/conformance/client"
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntlm"
	"crosswire/server/wire/ntstatus"
	"crosswire/server/wire/smb2"
	"crosswire/server/wire/spnego"
)

func ctx() context.Context { return context.Background() }

// fakeServer is an SMB 2.1 server of a few lines: one share in a map, no
// signatures, any password. Paths are as on the wire; a directory is nil.
type fakeServer struct {
	addr string

	mu      sync.Mutex
	files   map[string]*[]byte
	open    map[smb2.FileID]string
	doomed  map[smb2.FileID]bool
	next    uint64
	conns   []net.Conn
	log     []string
	refuse  map[string]ntstatus.Status                         // "CREATE f.dat" → status
	raw     func(conn net.Conn, h *smb2.Header, _ []byte) bool // true: has answered by itself
	pending map[string]chan struct{}                           // "WRITE f.dat" → answered when closed
	guest   bool
}

func newFakeServer(t *testing.T) *fakeServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	original := []byte("ORIGINAL")
	s := &fakeServer{
		addr:   ln.Addr().String(),
		files:  map[string]*[]byte{"": nil, "dir": nil, `dir\f.dat`: &original},
		open:   map[smb2.FileID]string{},
		doomed: map[smb2.FileID]bool{},
		refuse: map[string]ntstatus.Status{}, pending: map[string]chan struct{}{},
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			wg.Go(func() { s.serve(c, &wg) })
		}
	})
	t.Cleanup(func() {
		ln.Close()
		s.mu.Lock()
		for _, c := range s.conns {
			c.Close()
		}
		s.mu.Unlock()
		wg.Wait()
	})
	return s
}

func (s *fakeServer) serve(c net.Conn, wg *sync.WaitGroup) {
	var wmu sync.Mutex
	auth := ntlm.NewServer(ntlm.ServerConfig{NetBIOSComputer: "FAKE", NetBIOSDomain: "FAKE"})
	for {
		var head [4]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return
		}
		n, err := smb2.FrameLength(head, 1<<24-1)
		if err != nil {
			return
		}
		msg := make([]byte, n)
		if _, err := io.ReadFull(c, msg); err != nil {
			return
		}
		var h smb2.Header
		if h.Decode(msg) != nil {
			return
		}
		s.mu.Lock()
		raw := s.raw
		s.mu.Unlock()
		if raw != nil && raw(c, &h, msg) {
			continue
		}
		respond := func(status ntstatus.Status, body smb2.Message) {
			r := h
			r.Flags, r.Status, r.Credits = smb2.FlagServerToRedir, status, h.Credits
			if body == nil {
				body = &smb2.ErrorResponse{}
			}
			sendFrame(&wmu, c, smb2.AppendMessage(nil, &r, body))
		}
		switch h.Command {
		case smb2.CommandNegotiate:
			respond(0, &smb2.NegotiateResponse{Dialect: 0x0210, Capabilities: smb2.CapLargeMTU,
				MaxTransactSize: 1 << 16, MaxReadSize: 1 << 16, MaxWriteSize: 1 << 16})
			continue
		case smb2.CommandSessionSetup:
			var r smb2.SessionSetupRequest
			if r.Decode(msg) != nil {
				return
			}
			var flags smb2.SessionFlags
			if s.guest {
				flags = smb2.SessionIsGuest
			}
			h.SessionID = 7
			if init, err := spnego.ParseNegTokenInit(r.SecurityBuffer); err == nil {
				challenge, err := auth.Challenge(init.MechToken)
				if err != nil {
					return
				}
				tok := &spnego.NegTokenResp{State: spnego.AcceptIncomplete, SupportedMech: spnego.OIDNTLMSSP, ResponseToken: challenge}
				respond(ntstatus.MoreProcessingRequired, &smb2.SessionSetupResponse{Flags: flags, SecurityBuffer: tok.Marshal()})
				continue
			}
			if st, ok := s.refuse["SESSION_SETUP"]; ok {
				respond(st, nil)
				continue
			}
			respond(0, &smb2.SessionSetupResponse{Flags: flags, SecurityBuffer: (&spnego.NegTokenResp{State: spnego.AcceptCompleted}).Marshal()})
			continue
		}
		s.mu.Lock()
		name := s.nameOf(&h, msg)
		what := strings.TrimSpace(h.Command.String() + " " + name)
		wait := s.pending[what]
		s.mu.Unlock()
		if wait == nil {
			s.answer(&h, msg, what, name, respond)
			continue
		}
		r := h
		r.Flags, r.Status, r.AsyncID = smb2.FlagServerToRedir|smb2.FlagAsyncCommand, ntstatus.Pending, 99
		sendFrame(&wmu, c, smb2.AppendMessage(nil, &r, &smb2.ErrorResponse{}))
		wg.Go(func() {
			<-wait
			s.answer(&h, msg, what, name, func(status ntstatus.Status, body smb2.Message) {
				r.Status, r.Credits = status, 0
				if body == nil {
					body = &smb2.ErrorResponse{}
				}
				sendFrame(&wmu, c, smb2.AppendMessage(nil, &r, body))
			})
		})
	}
}

func sendFrame(mu *sync.Mutex, c net.Conn, msg []byte) {
	mu.Lock()
	defer mu.Unlock()
	c.Write(append(smb2.AppendFrameHeader(nil, len(msg)), msg...))
}

func (s *fakeServer) nameOf(h *smb2.Header, msg []byte) string {
	switch h.Command {
	case smb2.CommandCreate:
		var r smb2.CreateRequest
		_ = r.Decode(msg)
		return r.Name
	case smb2.CommandTreeConnect:
		var r smb2.TreeConnectRequest
		_ = r.Decode(msg)
		return path.Base(strings.ReplaceAll(r.Path, `\`, "/"))
	}
	return s.open[fileOf(h.Command, msg)]
}

const t0 = fscc.Filetime(133000000000000000)

func (s *fakeServer) answer(h *smb2.Header, msg []byte, what, name string, respond func(ntstatus.Status, smb2.Message)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, what)
	if st, ok := s.refuse[what]; ok {
		respond(st, nil)
		return
	}
	id := fileOf(h.Command, msg)
	data, exists := s.files[name]
	size := func() uint64 {
		if data == nil {
			return 0
		}
		return uint64(len(*data))
	}
	attributes := fscc.AttributeArchive
	if data == nil {
		attributes = fscc.AttributeDirectory
	}
	switch h.Command {
	case smb2.CommandTreeConnect:
		typ := smb2.ShareTypeDisk
		if name == "IPC$" {
			typ = smb2.ShareTypePipe
		}
		h.TreeID = 3
		respond(0, &smb2.TreeConnectResponse{ShareType: typ})
	case smb2.CommandTreeDisconnect:
		respond(0, &smb2.TreeDisconnectResponse{})
	case smb2.CommandCreate:
		var r smb2.CreateRequest
		_ = r.Decode(msg)
		action := smb2.FileOpened
		switch {
		case exists && r.Disposition == smb2.FileCreate:
			respond(ntstatus.ObjectNameCollision, nil)
			return
		case !exists && (r.Disposition == smb2.FileOpen || r.Disposition == smb2.FileOverwrite):
			st := ntstatus.ObjectNameNotFound
			if i := strings.LastIndex(name, `\`); i >= 0 {
				if _, ok := s.files[name[:i]]; !ok {
					st = ntstatus.ObjectPathNotFound
				}
			}
			respond(st, nil)
			return
		case !exists:
			action = smb2.FileCreated
			data, attributes = &[]byte{}, fscc.AttributeArchive
			if r.Options&smb2.FileDirectoryFile != 0 {
				data, attributes = nil, fscc.AttributeDirectory
			}
			s.files[name] = data
		case r.Disposition == smb2.FileOverwrite || r.Disposition == smb2.FileOverwriteIf:
			action = smb2.FileOverwritten
			*data = nil
		}
		s.next++
		id := smb2.FileID{Persistent: s.next, Volatile: s.next}
		s.open[id] = name
		respond(0, &smb2.CreateResponse{Action: action, EndOfFile: size(), FileAttributes: attributes, FileID: id,
			CreationTime: t0, LastAccessTime: t0, LastWriteTime: t0, ChangeTime: t0})
	case smb2.CommandClose:
		if s.doomed[id] {
			delete(s.files, name)
		}
		delete(s.open, id)
		respond(0, &smb2.CloseResponse{})
	case smb2.CommandFlush:
		respond(0, &smb2.FlushResponse{})
	case smb2.CommandRead:
		var r smb2.ReadRequest
		_ = r.Decode(msg)
		if r.Offset >= size() {
			respond(ntstatus.EndOfFile, nil)
			return
		}
		respond(0, &smb2.ReadResponse{Data: (*data)[r.Offset:min(r.Offset+uint64(r.Length), size())]})
	case smb2.CommandWrite:
		var r smb2.WriteRequest
		_ = r.Decode(msg)
		if need := int(r.Offset) + len(r.Data); len(*data) < need {
			*data = append(*data, make([]byte, need-len(*data))...)
		}
		copy((*data)[r.Offset:], r.Data)
		respond(0, &smb2.WriteResponse{Count: uint32(len(r.Data))})
	case smb2.CommandSetInfo:
		var r smb2.SetInfoRequest
		_ = r.Decode(msg)
		switch fscc.FileInfoClass(r.Class) {
		case fscc.FileEndOfFileInformation:
			n := binary.LittleEndian.Uint64(r.Buffer)
			*data = append(*data, make([]byte, 100)...)[:n]
		case fscc.FileDispositionInformation:
			s.doomed[id] = true
		case fscc.FileRenameInformation:
			to, _ := fscc.DecodeUTF16(r.Buffer[20:])
			delete(s.files, name)
			s.files[to] = data
			s.open[id] = to
		}
		respond(0, &smb2.SetInfoResponse{})
	case smb2.CommandQueryInfo:
		var r smb2.QueryInfoRequest
		_ = r.Decode(msg)
		var out []byte
		switch {
		case r.Type == smb2.InfoFileSystem:
			le := binary.LittleEndian
			out = le.AppendUint64(le.AppendUint64(le.AppendUint64(nil, 100), 80), 90)
			out = le.AppendUint32(le.AppendUint32(out, 2), 512)
		case fscc.FileInfoClass(r.Class) == fscc.FileBasicInformation:
			out = (&fscc.BasicInfo{CreationTime: t0, LastAccessTime: t0, LastWriteTime: t0, ChangeTime: t0, FileAttributes: attributes}).Append(nil)
		default:
			out = (&fscc.BasicInfo{CreationTime: t0, LastAccessTime: t0, LastWriteTime: t0, ChangeTime: t0, FileAttributes: attributes}).Append(nil)
			out = binary.LittleEndian.AppendUint64(out, 0)
			out = binary.LittleEndian.AppendUint64(out, size())
			out = append(out, make([]byte, 64)...)
		}
		respond(0, &smb2.QueryInfoResponse{Output: out})
	case smb2.CommandQueryDirectory:
		if s.doomed[id] {
			respond(ntstatus.NoMoreFiles, nil)
			return
		}
		s.doomed[id] = true // listed
		names := []string{".", ".."}
		for f := range s.files {
			if i := strings.LastIndex(f, `\`); i >= 0 && f[:i] == name {
				names = append(names, f[i+1:])
			}
		}
		sort.Sort(sort.Reverse(sort.StringSlice(names)))
		var out []byte
		for i, n := range names {
			rec := make([]byte, 64)
			raw := fscc.EncodeUTF16(n)
			binary.LittleEndian.PutUint32(rec[60:], uint32(len(raw)))
			rec = append(rec, raw...)
			if i < len(names)-1 {
				rec = append(rec, make([]byte, (8-len(rec)%8)%8)...)
				binary.LittleEndian.PutUint32(rec, uint32(len(rec)))
			}
			out = append(out, rec...)
		}
		respond(0, &smb2.QueryDirectoryResponse{Output: out})
		delete(s.doomed, smb2.FileID{})
	default:
		respond(ntstatus.NotSupported, nil)
	}
}

func (s *fakeServer) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := s.log
	s.log = nil
	return log
}

func (s *fakeServer) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *fakeServer) endpoint() client.Endpoint {
	return client.Endpoint{SMB: s.addr, Share: "data", Dir: "dir", User: "alice", Password: "pw"}
}

func (s *fakeServer) actor(t *testing.T, sink client.Sink) *Actor {
	t.Helper()
	a, err := Factory(nil)(ctx(), s.endpoint(), client.Spec{Name: "A", Kind: "gosmb2", Version: "2.1"}, sink)
	require.NoError(t, err)
	t.Cleanup(func() { a.Close() })
	s.take()
	return a.(*Actor)
}
