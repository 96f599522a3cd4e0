package pipe

import (
	"strings"
	"sync/atomic"

	"crosswire/server/wire/ntstatus"
)

// Config describes the machine that the pipes speak for.
type Config struct {
	ServerName string
	Domain     string // workgroup or domain; "WORKGROUP" if empty
	Comment    string
	// VersionMajor and VersionMinor of the operating system that is claimed;
	// 10.0 if both are 0.
	VersionMajor, VersionMinor uint32
	Shares                     *ShareList
	// MaxHeld bounds the octets of requests and responses that all pipes hold
	// together; 0: 256 MiB. Beyond it calls fault and writes fail.
	MaxHeld int64
}

const defaultMaxHeld = 256 << 20

// Server is the set of pipes of one SMB service.
type Server struct {
	cfg       Config
	endpoints map[string]*rpcInterface
	groups    atomic.Uint32
	held      atomic.Int64
}

// NewServer makes the pipes. cfg.Shares must not be nil.
func NewServer(cfg Config) *Server {
	if cfg.Domain == "" {
		cfg.Domain = "WORKGROUP"
	}
	if cfg.VersionMajor == 0 && cfg.VersionMinor == 0 {
		cfg.VersionMajor = 10
	}
	if cfg.MaxHeld == 0 {
		cfg.MaxHeld = defaultMaxHeld
	}
	s := &Server{cfg: cfg}
	s.endpoints = map[string]*rpcInterface{
		"srvsvc": s.serverService(),
		"wkssvc": s.workstationService(),
	}
	return s
}

// Open opens a pipe by the name of a CREATE in IPC$: "srvsvc", in any case, with
// or without a leading backslash. It gives STATUS_OBJECT_NAME_NOT_FOUND.
func (s *Server) Open(name string) (*Pipe, error) {
	name = strings.ToLower(strings.TrimPrefix(name, `\`))
	endpoint, ok := s.endpoints[name]
	if !ok {
		return nil, ntstatus.ObjectNameNotFound
	}
	return &Pipe{server: s, name: name, rpc: association{server: s, name: name, served: endpoint}}, nil
}

// Exists reports whether Open would find the pipe, for FSCTL_PIPE_WAIT.
func (s *Server) Exists(name string) bool {
	_, ok := s.endpoints[strings.ToLower(strings.TrimPrefix(name, `\`))]
	return ok
}

// Held gives the octets that all pipes hold at this moment.
func (s *Server) Held() int64 { return s.held.Load() }

// reserve accounts for n octets more, or refuses.
func (s *Server) reserve(n int) bool {
	if s.held.Add(int64(n)) > s.cfg.MaxHeld {
		s.held.Add(int64(-n))
		return false
	}
	return true
}

func (s *Server) release(n int) { s.held.Add(int64(-n)) }
