package srvsvc

import "crosswire/server/wire/ndr"

// PlatformNT is PLATFORM_ID_NT (MS-SRVS 2.2.2.6).
const PlatformNT uint32 = 500

// Server types (MS-SRVS 2.2.2.7).
const (
	SVTypeWorkstation uint32 = 0x00000001
	SVTypeServer      uint32 = 0x00000002
	SVTypeNT          uint32 = 0x00001000
	SVTypeServerNT    uint32 = 0x00008000
)

// ServerInfo holds what SERVER_INFO_100, 101 and 102 hold (MS-SRVS 2.2.4.40 to
// 2.2.4.42): level 100 PlatformID and Name, 101 up to Comment, 102 all.
type ServerInfo struct {
	PlatformID                 uint32
	Name                       string
	VersionMajor, VersionMinor uint32
	Type                       uint32
	Comment                    string
	Users                      uint32
	Disconnect                 int32 // minutes of idleness; negative: never
	Hidden                     bool
	Announce, AnnounceDelta    uint32
	Licenses                   uint32
	UserPath                   string
}

// ServerGetInfoRequest is what NetrServerGetInfo takes (MS-SRVS 3.1.4.17).
type ServerGetInfoRequest struct {
	ServerName string // "" is a null pointer
	Level      uint32
}

// Marshal gives the stub data.
func (m *ServerGetInfoRequest) Marshal() []byte {
	var w ndr.Writer
	w.UniqueString(m.ServerName)
	w.U32(m.Level)
	return w.Bytes()
}

// ParseServerGetInfoRequest reads the stub data.
func ParseServerGetInfoRequest(stub []byte) (*ServerGetInfoRequest, error) {
	r := ndr.NewReader(stub)
	m := &ServerGetInfoRequest{ServerName: r.UniqueString(), Level: r.U32()}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// ServerGetInfoResponse is what NetrServerGetInfo gives.
type ServerGetInfoResponse struct {
	Level  uint32
	Info   *ServerInfo // nil is a null pointer
	Status Status
}

// ServerLevel reports whether NetrServerGetInfo has the level here.
func ServerLevel(level uint32) bool { return level >= 100 && level <= 102 }

// serverArm reports whether SERVER_INFO has an arm for the level, so that a
// pointer is on the wire (MS-SRVS 2.2.3.7). The gaps above 1005 are not told
// apart: no client asks for them.
func serverArm(level uint32) bool {
	return level >= 100 && level <= 103 || level == 502 || level == 503 || level == 599 ||
		level >= 1005 && level <= 1556
}

// Marshal gives the stub data.
func (m *ServerGetInfoResponse) Marshal() []byte {
	var w ndr.Writer
	w.U32(m.Level)
	if serverArm(m.Level) {
		present := m.Info != nil && ServerLevel(m.Level)
		w.Pointer(present)
		if present {
			m.Info.put(&w, m.Level)
		}
	}
	w.U32(uint32(m.Status))
	return w.Bytes()
}

// ParseServerGetInfoResponse reads the stub data.
func ParseServerGetInfoResponse(stub []byte) (*ServerGetInfoResponse, error) {
	r := ndr.NewReader(stub)
	m := &ServerGetInfoResponse{Level: r.U32()}
	if serverArm(m.Level) && r.Pointer() {
		if !ServerLevel(m.Level) {
			r.Fail("information of level %d", m.Level)
		}
		m.Info = new(ServerInfo)
		m.Info.get(r, m.Level)
	}
	m.Status = Status(r.U32())
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

func (s *ServerInfo) put(w *ndr.Writer, level uint32) {
	w.U32(s.PlatformID)
	w.Pointer(true)
	if level >= 101 {
		w.U32(s.VersionMajor)
		w.U32(s.VersionMinor)
		w.U32(s.Type)
		w.Pointer(true)
	}
	if level >= 102 {
		hidden := uint32(0)
		if s.Hidden {
			hidden = 1
		}
		w.U32(s.Users)
		w.U32(uint32(s.Disconnect))
		w.U32(hidden)
		w.U32(s.Announce)
		w.U32(s.AnnounceDelta)
		w.U32(s.Licenses)
		w.Pointer(true)
	}
	w.String(s.Name)
	if level >= 101 {
		w.String(s.Comment)
	}
	if level >= 102 {
		w.String(s.UserPath)
	}
}

func (s *ServerInfo) get(r *ndr.Reader, level uint32) {
	s.PlatformID = r.U32()
	name, comment, path := r.Pointer(), false, false
	if level >= 101 {
		s.VersionMajor, s.VersionMinor, s.Type = r.U32(), r.U32(), r.U32()
		comment = r.Pointer()
	}
	if level >= 102 {
		s.Users, s.Disconnect, s.Hidden = r.U32(), int32(r.U32()), r.U32() != 0
		s.Announce, s.AnnounceDelta, s.Licenses = r.U32(), r.U32(), r.U32()
		path = r.Pointer()
	}
	if name {
		s.Name = r.String()
	}
	if comment {
		s.Comment = r.String()
	}
	if path {
		s.UserPath = r.String()
	}
}
