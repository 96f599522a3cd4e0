// Package wkssvc encodes and decodes NetrWkstaGetInfo level 100 of the
// Workstation Service Remote Protocol (MS-WKST), which clients call to learn a
// server's name, domain and version.
//
// It is a codec; any package may import it. Stub data is NDR 2.0, without PDU
// headers.
package wkssvc

import (
	"fmt"

	"crosswire/server/wire/dcerpc"
	"crosswire/server/wire/ndr"
)

// Interface is wkssvc version 1.0 (MS-WKST 1.9), on the pipe \PIPE\wkssvc.
var Interface = dcerpc.SyntaxID{UUID: dcerpc.MustUUID("6bffd098-a112-3610-9833-46c3f87e345a"), Major: 1}

// OpNetrWkstaGetInfo is the opnum (MS-WKST 3.2.4.1).
const OpNetrWkstaGetInfo uint16 = 0

// PlatformNT is PLATFORM_ID_NT (MS-WKST 2.2.5.1).
const PlatformNT uint32 = 500

// Status is NET_API_STATUS.
type Status uint32

// The statuses that the call here gives.
const (
	Success      Status = 0
	InvalidLevel Status = 124
)

// Error names the status as MS-ERREF does.
func (s Status) Error() string {
	switch s {
	case Success:
		return "NERR_Success"
	case InvalidLevel:
		return "ERROR_INVALID_LEVEL"
	}
	return fmt.Sprintf("NET_API_STATUS %d", uint32(s))
}

// WkstaGetInfoRequest is what NetrWkstaGetInfo takes (MS-WKST 3.2.4.1).
type WkstaGetInfoRequest struct {
	ServerName string // "" is a null pointer
	Level      uint32
}

// Marshal gives the stub data.
func (m *WkstaGetInfoRequest) Marshal() []byte {
	var w ndr.Writer
	w.UniqueString(m.ServerName)
	w.U32(m.Level)
	return w.Bytes()
}

// ParseWkstaGetInfoRequest reads the stub data.
func ParseWkstaGetInfoRequest(stub []byte) (*WkstaGetInfoRequest, error) {
	r := ndr.NewReader(stub)
	m := &WkstaGetInfoRequest{ServerName: r.UniqueString(), Level: r.U32()}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// WkstaInfo is WKSTA_INFO_100 (MS-WKST 2.2.5.1).
type WkstaInfo struct {
	PlatformID                 uint32
	ComputerName               string
	LanGroup                   string
	VersionMajor, VersionMinor uint32
}

// WkstaGetInfoResponse is what NetrWkstaGetInfo gives.
type WkstaGetInfoResponse struct {
	Level  uint32
	Info   *WkstaInfo // nil is a null pointer
	Status Status
}

// arm reports whether WKSTA_INFO has an arm for the level, so that a pointer is
// on the wire (MS-WKST 2.2.4.1).
func arm(level uint32) bool {
	switch level {
	case 100, 101, 102, 502, 1013, 1018, 1046:
		return true
	}
	return false
}

// Marshal gives the stub data.
func (m *WkstaGetInfoResponse) Marshal() []byte {
	var w ndr.Writer
	w.U32(m.Level)
	present := m.Info != nil && m.Level == 100
	if arm(m.Level) {
		w.Pointer(present)
	}
	if present {
		w.U32(m.Info.PlatformID)
		w.Pointer(true)
		w.Pointer(true)
		w.U32(m.Info.VersionMajor)
		w.U32(m.Info.VersionMinor)
		w.String(m.Info.ComputerName)
		w.String(m.Info.LanGroup)
	}
	w.U32(uint32(m.Status))
	return w.Bytes()
}

// ParseWkstaGetInfoResponse reads the stub data.
func ParseWkstaGetInfoResponse(stub []byte) (*WkstaGetInfoResponse, error) {
	r := ndr.NewReader(stub)
	m := &WkstaGetInfoResponse{Level: r.U32()}
	if arm(m.Level) && r.Pointer() {
		if m.Level != 100 {
			r.Fail("information of level %d", m.Level)
		}
		m.Info = &WkstaInfo{PlatformID: r.U32()}
		name, group := r.Pointer(), r.Pointer()
		m.Info.VersionMajor, m.Info.VersionMinor = r.U32(), r.U32()
		if name {
			m.Info.ComputerName = r.String()
		}
		if group {
			m.Info.LanGroup = r.String()
		}
	}
	m.Status = Status(r.U32())
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}
