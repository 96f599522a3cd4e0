package smb2

// DurableRequestContext is DHnQ: 16 reserved bytes (MS-SMB2 2.2.13.2.3).
func DurableRequestContext() CreateContext { return CreateContext{ContextDHnQ, make([]byte, 16)} }

// DurableResponseContext is DHnQ in a response: 8 reserved bytes (MS-SMB2 2.2.14.2.3).
func DurableResponseContext() CreateContext { return CreateContext{ContextDHnQ, make([]byte, 8)} }

// DurableReconnectContext is DHnC, naming the open to get back (MS-SMB2 2.2.13.2.4).
func DurableReconnectContext(id FileID) CreateContext {
	return CreateContext{ContextDHnC, id.append(nil)}
}

// DecodeDurableReconnect reads the data of DHnC.
func DecodeDurableReconnect(data []byte) (FileID, error) {
	if len(data) != 16 {
		return FileID{}, badValue("SMB2_CREATE_DURABLE_HANDLE_RECONNECT", "DataLength", "%d, want 16", len(data))
	}
	return fileIDAt(data), nil
}

// DurableHandlePersistent is the Flags bit of DH2Q and DH2C.
const DurableHandlePersistent uint32 = 0x00000002

// DurableRequestV2 is DH2Q of a request (MS-SMB2 2.2.13.2.11).
type DurableRequestV2 struct {
	Timeout    uint32 // milliseconds
	Flags      uint32
	CreateGUID GUID
}

// Context wraps it as a create context.
func (c *DurableRequestV2) Context() CreateContext {
	d := u32(nil, c.Timeout)
	d = u32(d, c.Flags)
	d = u64(d, 0)
	return CreateContext{ContextDH2Q, append(d, c.CreateGUID[:]...)}
}

// Decode reads the context's data.
func (c *DurableRequestV2) Decode(data []byte) error {
	if len(data) != 32 {
		return badValue("SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2", "DataLength", "%d, want 32", len(data))
	}
	*c = DurableRequestV2{le.Uint32(data), le.Uint32(data[4:]), GUID(data[16:32])}
	return nil
}

// DurableReconnectV2 is DH2C (MS-SMB2 2.2.13.2.12).
type DurableReconnectV2 struct {
	FileID     FileID
	CreateGUID GUID
	Flags      uint32
}

// Context wraps it as a create context.
func (c *DurableReconnectV2) Context() CreateContext {
	d := c.FileID.append(nil)
	d = append(d, c.CreateGUID[:]...)
	return CreateContext{ContextDH2C, u32(d, c.Flags)}
}

// Decode reads the context's data.
func (c *DurableReconnectV2) Decode(data []byte) error {
	if len(data) != 36 {
		return badValue("SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2", "DataLength", "%d, want 36", len(data))
	}
	*c = DurableReconnectV2{fileIDAt(data), GUID(data[16:32]), le.Uint32(data[32:])}
	return nil
}

// DurableResponseV2 is DH2Q of a response (MS-SMB2 2.2.14.2.12).
type DurableResponseV2 struct {
	Timeout uint32 // milliseconds
	Flags   uint32
}

// Context wraps it as a create context.
func (c *DurableResponseV2) Context() CreateContext {
	return CreateContext{ContextDH2Q, u32(u32(nil, c.Timeout), c.Flags)}
}

// Decode reads the context's data.
func (c *DurableResponseV2) Decode(data []byte) error {
	if len(data) < 8 {
		return truncated("SMB2_CREATE_DURABLE_HANDLE_RESPONSE_V2", len(data), 8)
	}
	*c = DurableResponseV2{le.Uint32(data), le.Uint32(data[4:])}
	return nil
}

// AppInstanceIDContext is AppInstanceId (MS-SMB2 2.2.13.2.13).
func AppInstanceIDContext(id GUID) CreateContext {
	return CreateContext{ContextAppInstanceID, append(u16(u16(nil, 20), 0), id[:]...)}
}

// DecodeAppInstanceID reads the data of AppInstanceId.
func DecodeAppInstanceID(data []byte) (GUID, error) {
	const name = "SMB2_CREATE_APP_INSTANCE_ID"
	if len(data) < 20 {
		return GUID{}, truncated(name, len(data), 20)
	}
	if n := le.Uint16(data); n != 20 {
		return GUID{}, badValue(name, "StructureSize", "%d, want 20", n)
	}
	return GUID(data[4:20]), nil
}

// AppInstanceVersion is SMB2_CREATE_APP_INSTANCE_VERSION (MS-SMB2 2.2.13.2.15).
type AppInstanceVersion struct{ High, Low uint64 }

// Context wraps it as a create context.
func (c *AppInstanceVersion) Context() CreateContext {
	d := u16(nil, 24)
	d = zeros(d, 6)
	return CreateContext{ContextAppInstanceVersion, u64(u64(d, c.High), c.Low)}
}

// Decode reads the context's data.
func (c *AppInstanceVersion) Decode(data []byte) error {
	const name = "SMB2_CREATE_APP_INSTANCE_VERSION"
	if len(data) < 24 {
		return truncated(name, len(data), 24)
	}
	if n := le.Uint16(data); n != 24 {
		return badValue(name, "StructureSize", "%d, want 24", n)
	}
	*c = AppInstanceVersion{le.Uint64(data[8:]), le.Uint64(data[16:])}
	return nil
}
