package smb2

import (
	"crosswire/server/wire/fscc"
	"crosswire/server/wire/ntstatus"
)

// AllocationSizeContext is AlSi (MS-SMB2 2.2.13.2.6).
func AllocationSizeContext(size uint64) CreateContext {
	return CreateContext{ContextAlSi, u64(nil, size)}
}

// DecodeAllocationSize reads the data of AlSi.
func DecodeAllocationSize(data []byte) (uint64, error) {
	if len(data) != 8 {
		return 0, badValue("SMB2_CREATE_ALLOCATION_SIZE", "DataLength", "%d, want 8", len(data))
	}
	return le.Uint64(data), nil
}

// TimewarpContext is TWrp, the snapshot to open (MS-SMB2 2.2.13.2.7).
func TimewarpContext(t fscc.Filetime) CreateContext {
	return CreateContext{ContextTWrp, u64(nil, uint64(t))}
}

// DecodeTimewarp reads the data of TWrp.
func DecodeTimewarp(data []byte) (fscc.Filetime, error) {
	if len(data) != 8 {
		return 0, badValue("SMB2_CREATE_TIMEWARP_TOKEN", "DataLength", "%d, want 8", len(data))
	}
	return fscc.Filetime(le.Uint64(data)), nil
}

// MaximalAccessRequest is MxAc of a request (MS-SMB2 2.2.13.2.5): no data, or a
// timestamp that lets the server leave the answer out.
type MaximalAccessRequest struct {
	HasTimestamp bool
	Timestamp    fscc.Filetime
}

// Context wraps it as a create context.
func (c *MaximalAccessRequest) Context() CreateContext {
	if !c.HasTimestamp {
		return CreateContext{ContextMxAc, nil}
	}
	return CreateContext{ContextMxAc, u64(nil, uint64(c.Timestamp))}
}

// Decode reads the context's data, 0 or 8 bytes.
func (c *MaximalAccessRequest) Decode(data []byte) error {
	switch len(data) {
	case 0:
		*c = MaximalAccessRequest{}
	case 8:
		*c = MaximalAccessRequest{true, fscc.Filetime(le.Uint64(data))}
	default:
		return badValue("SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST", "DataLength", "%d, want 0 or 8", len(data))
	}
	return nil
}

// MaximalAccessResponse is MxAc of a response (MS-SMB2 2.2.14.2.5).
type MaximalAccessResponse struct {
	QueryStatus   ntstatus.Status
	MaximalAccess uint32
}

// Context wraps it as a create context.
func (c *MaximalAccessResponse) Context() CreateContext {
	return CreateContext{ContextMxAc, u32(u32(nil, uint32(c.QueryStatus)), c.MaximalAccess)}
}

// Decode reads the context's data.
func (c *MaximalAccessResponse) Decode(data []byte) error {
	if len(data) < 8 {
		return truncated("SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE", len(data), 8)
	}
	*c = MaximalAccessResponse{ntstatus.Status(le.Uint32(data)), le.Uint32(data[4:])}
	return nil
}

// OnDiskIDRequestContext is QFid of a request: no data (MS-SMB2 2.2.13.2.9).
func OnDiskIDRequestContext() CreateContext { return CreateContext{ContextQFid, nil} }

// OnDiskID is QFid of a response (MS-SMB2 2.2.14.2.9): DiskFileId and VolumeId,
// each 64 bits, and 16 reserved bytes.
type OnDiskID struct {
	FileID   uint64
	VolumeID uint64
}

// Context wraps it as a create context.
func (c *OnDiskID) Context() CreateContext {
	return CreateContext{ContextQFid, zeros(u64(u64(nil, c.FileID), c.VolumeID), 16)}
}

// Decode reads the context's data.
func (c *OnDiskID) Decode(data []byte) error {
	if len(data) < 32 {
		return truncated("SMB2_CREATE_QUERY_ON_DISK_ID", len(data), 32)
	}
	*c = OnDiskID{le.Uint64(data), le.Uint64(data[8:])}
	return nil
}
