package srvsvc

import "crosswire/server/wire/ndr"

// ShareEnumRequest is what NetrShareEnum and NetrShareEnumSticky take
// (MS-SRVS 3.1.4.8, 3.1.4.9).
type ShareEnumRequest struct {
	ServerName             string // "" is a null pointer
	Level                  uint32
	PreferredMaximumLength uint32
	Resume                 *uint32 // nil is a null pointer
}

// Marshal gives the stub data.
func (m *ShareEnumRequest) Marshal() []byte {
	var w ndr.Writer
	w.UniqueString(m.ServerName)
	w.U32(m.Level)
	w.U32(m.Level)
	if EnumLevel(m.Level) || m.Level == 503 {
		w.Pointer(true)
		w.U32(0)
		w.Pointer(false)
	}
	w.U32(m.PreferredMaximumLength)
	w.OptionalU32(m.Resume)
	return w.Bytes()
}

// ParseShareEnumRequest reads the stub data. A level that is not encoded here
// gives a request with that Level and nothing behind it, because what follows
// cannot be told; the answer to it is InvalidLevel.
func ParseShareEnumRequest(stub []byte) (*ShareEnumRequest, error) {
	r := ndr.NewReader(stub)
	m := &ShareEnumRequest{ServerName: r.UniqueString()}
	m.Level = r.U32()
	if tag := r.U32(); tag != m.Level {
		r.Fail("level %d with union tag %d", m.Level, tag)
	}
	if r.Err() == nil && !EnumLevel(m.Level) {
		return m, nil
	}
	getContainer(r, m.Level)
	m.PreferredMaximumLength = r.U32()
	m.Resume = r.OptionalU32()
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// ShareEnumResponse is what the two calls give.
type ShareEnumResponse struct {
	Level        uint32
	Shares       []ShareInfo
	TotalEntries uint32
	Resume       *uint32 // nil is a null pointer
	Status       Status
}

// Marshal gives the stub data.
func (m *ShareEnumResponse) Marshal() []byte {
	var w ndr.Writer
	w.U32(m.Level)
	w.U32(m.Level)
	switch {
	case EnumLevel(m.Level):
		w.Pointer(true)
		w.U32(uint32(len(m.Shares)))
		w.Pointer(len(m.Shares) > 0)
		if len(m.Shares) > 0 {
			w.U32(uint32(len(m.Shares)))
			for i := range m.Shares {
				m.Shares[i].putFixed(&w, m.Level)
			}
			for i := range m.Shares {
				m.Shares[i].putDeferred(&w, m.Level)
			}
		}
	case m.Level == 503:
		w.Pointer(false)
	}
	w.U32(m.TotalEntries)
	w.OptionalU32(m.Resume)
	w.U32(uint32(m.Status))
	return w.Bytes()
}

// ParseShareEnumResponse reads the stub data.
func ParseShareEnumResponse(stub []byte) (*ShareEnumResponse, error) {
	r := ndr.NewReader(stub)
	m := &ShareEnumResponse{Level: r.U32()}
	if tag := r.U32(); tag != m.Level {
		r.Fail("level %d with union tag %d", m.Level, tag)
	}
	if EnumLevel(m.Level) || m.Level == 503 {
		m.Shares = getContainer(r, m.Level)
	}
	m.TotalEntries = r.U32()
	m.Resume = r.OptionalU32()
	m.Status = Status(r.U32())
	if err := r.Err(); err != nil {
		return nil, err
	}
	return m, nil
}

// getContainer reads the arm of SHARE_ENUM_UNION: a pointer to a container of
// EntriesRead structures (MS-SRVS 2.2.4.32 to 2.2.4.36).
func getContainer(r *ndr.Reader, level uint32) []ShareInfo {
	if !r.Pointer() {
		return nil
	}
	entries := r.U32()
	if !r.Pointer() {
		if entries != 0 {
			r.Fail("%d entries in no buffer", entries)
		}
		return nil
	}
	size := fixedSize(level)
	if size == 0 {
		r.Fail("entries of level %d", level)
		return nil
	}
	n := r.Count(size)
	if uint32(n) != entries {
		r.Fail("%d entries in a buffer of %d", entries, n)
	}
	if r.Err() != nil || n == 0 {
		return nil
	}
	shares := make([]ShareInfo, n)
	pointers := make([]sharePointers, n)
	for i := range shares {
		pointers[i] = shares[i].getFixed(r, level)
	}
	for i := range shares {
		shares[i].getDeferred(r, pointers[i])
	}
	return shares
}
