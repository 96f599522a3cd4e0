package srvsvc

import "crosswire/server/wire/ndr"

// ShareGetInfoRequest is what NetrShareGetInfo takes (MS-SRVS 3.1.4.10).
type ShareGetInfoRequest struct {
	ServerName string // "" is a null pointer
	NetName    string
	Level      uint32
}

// Marshal gives the stub data.
func (m *ShareGetInfoRequest) Marshal() []byte {
	var w ndr.Writer
	w.UniqueString(m.ServerName)
	w.String(m.NetName)
	w.U32(m.Level)
	return w.Bytes()
}

// ParseShareGetInfoRequest reads the stub data.
func ParseShareGetInfoRequest(stub []byte) (*ShareGetInfoRequest, error) {
	r := ndr.NewReader(stub)
	m := &ShareGetInfoRequest{ServerName: r.UniqueString(), NetName: r.String(), Level: r.U32()}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// ShareGetInfoResponse is what NetrShareGetInfo gives.
type ShareGetInfoResponse struct {
	Level  uint32
	Info   *ShareInfo // nil is a null pointer, beside a Status that is not Success
	Status Status
}

// unionArm reports whether SHARE_INFO has an arm for the level: a pointer is on
// the wire even where the level is not encoded here (MS-SRVS 2.2.3.6).
func unionArm(level uint32) bool {
	switch level {
	case 503, 1004, 1006, 1501:
		return true
	}
	return InfoLevel(level)
}

// Marshal gives the stub data.
func (m *ShareGetInfoResponse) Marshal() []byte {
	var w ndr.Writer
	w.U32(m.Level)
	if unionArm(m.Level) {
		present := m.Info != nil && InfoLevel(m.Level)
		w.Pointer(present)
		if present {
			m.Info.putFixed(&w, m.Level)
			m.Info.putDeferred(&w, m.Level)
		}
	}
	w.U32(uint32(m.Status))
	return w.Bytes()
}

// ParseShareGetInfoResponse reads the stub data.
func ParseShareGetInfoResponse(stub []byte) (*ShareGetInfoResponse, error) {
	r := ndr.NewReader(stub)
	m := &ShareGetInfoResponse{Level: r.U32()}
	if unionArm(m.Level) && r.Pointer() {
		if !InfoLevel(m.Level) {
			r.Fail("information of level %d", m.Level)
		}
		m.Info = new(ShareInfo)
		m.Info.getDeferred(r, m.Info.getFixed(r, m.Level))
	}
	m.Status = Status(r.U32())
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}
