package smb2

import (
	"fmt"

	"crosswire/server/wire/fscc"
)

// ResumeKey is the opaque key of an open for server-side copies (MS-SMB2 2.2.32.3).
type ResumeKey [24]byte

// ResumeKeyResponse is the output of FSCTL_SRV_REQUEST_RESUME_KEY (MS-SMB2
// 2.2.32.3). Its context is always empty.
type ResumeKeyResponse struct{ Key ResumeKey }

// Append appends the 32 bytes that Windows sends: key, ContextLength 0 and
// 4 bytes of empty context.
func (r *ResumeKeyResponse) Append(dst []byte) []byte {
	return u64(append(dst, r.Key[:]...), 0)
}

// Decode reads the structure.
func (r *ResumeKeyResponse) Decode(b []byte) error {
	if len(b) < 28 {
		return truncated("SRV_REQUEST_RESUME_KEY", len(b), 28)
	}
	r.Key = ResumeKey(b[:24])
	return nil
}

// CopyChunk is one SRV_COPYCHUNK (MS-SMB2 2.2.31.1.1).
type CopyChunk struct {
	SourceOffset uint64
	TargetOffset uint64
	Length       uint32
}

// CopyChunkCopy is SRV_COPYCHUNK_COPY, the input of FSCTL_SRV_COPYCHUNK and
// FSCTL_SRV_COPYCHUNK_WRITE (MS-SMB2 2.2.31.1).
type CopyChunkCopy struct {
	SourceKey ResumeKey
	Chunks    []CopyChunk
}

// Append appends the structure.
func (c *CopyChunkCopy) Append(dst []byte) []byte {
	dst = append(dst, c.SourceKey[:]...)
	dst = u32(dst, uint32(len(c.Chunks)))
	dst = u32(dst, 0)
	for _, k := range c.Chunks {
		dst = u64(dst, k.SourceOffset)
		dst = u64(dst, k.TargetOffset)
		dst = u32(dst, k.Length)
		dst = u32(dst, 0)
	}
	return dst
}

// Decode reads the structure.
func (c *CopyChunkCopy) Decode(b []byte) error {
	const name = "SRV_COPYCHUNK_COPY"
	if len(b) < 32 {
		return truncated(name, len(b), 32)
	}
	count := uint64(le.Uint32(b[24:]))
	if count*24 > uint64(len(b)-32) {
		return badValue(name, "ChunkCount", "%d in %d bytes", count, len(b))
	}
	*c = CopyChunkCopy{SourceKey: ResumeKey(b[:24]), Chunks: make([]CopyChunk, count)}
	for i := range c.Chunks {
		e := b[32+24*i:]
		c.Chunks[i] = CopyChunk{le.Uint64(e), le.Uint64(e[8:]), le.Uint32(e[16:])}
	}
	return nil
}

// CopyChunkResponse is SRV_COPYCHUNK_RESPONSE (MS-SMB2 2.2.32.1). With
// STATUS_INVALID_PARAMETER it carries the server's limits instead: chunks,
// bytes of a chunk, bytes in all.
type CopyChunkResponse struct {
	ChunksWritten     uint32
	ChunkBytesWritten uint32
	TotalBytesWritten uint32
}

// Append appends the 12 bytes.
func (r *CopyChunkResponse) Append(dst []byte) []byte {
	return u32(u32(u32(dst, r.ChunksWritten), r.ChunkBytesWritten), r.TotalBytesWritten)
}

// Decode reads the structure.
func (r *CopyChunkResponse) Decode(b []byte) error {
	if len(b) < 12 {
		return truncated("SRV_COPYCHUNK_RESPONSE", len(b), 12)
	}
	*r = CopyChunkResponse{le.Uint32(b), le.Uint32(b[4:]), le.Uint32(b[8:])}
	return nil
}

// SnapshotArray is SRV_SNAPSHOT_ARRAY, the output of
// FSCTL_SRV_ENUMERATE_SNAPSHOTS (MS-SMB2 2.2.32.2). Snapshots are names such as
// "@GMT-2026.01.31-12.00.00"; none are returned when they do not all fit.
type SnapshotArray struct {
	NumberOfSnapshots uint32
	// ArraySize is the bytes that the names need, set by Append from Snapshots
	// unless there are none.
	ArraySize uint32
	Snapshots []string
}

// Append appends the structure.
func (s *SnapshotArray) Append(dst []byte) []byte {
	var names []byte
	for _, n := range s.Snapshots {
		names = append(fscc.AppendUTF16(names, n), 0, 0)
	}
	size := s.ArraySize
	if len(s.Snapshots) > 0 {
		names = append(names, 0, 0)
		size = uint32(len(names))
	}
	dst = u32(dst, s.NumberOfSnapshots)
	dst = u32(dst, uint32(len(s.Snapshots)))
	dst = u32(dst, size)
	return append(dst, names...)
}

// Decode reads the structure.
func (s *SnapshotArray) Decode(b []byte) error {
	const name = "SRV_SNAPSHOT_ARRAY"
	if len(b) < 12 {
		return truncated(name, len(b), 12)
	}
	*s = SnapshotArray{NumberOfSnapshots: le.Uint32(b), ArraySize: le.Uint32(b[8:])}
	units := fscc.DecodeUnits(b[12:])
	for range le.Uint32(b[4:]) {
		end := 0
		for end < len(units) && units[end] != 0 {
			end++
		}
		if end == len(units) {
			return badValue(name, "SnapShots", "name %d has no end", len(s.Snapshots))
		}
		s.Snapshots = append(s.Snapshots, fscc.UnitsToString(units[:end]))
		units = units[end+1:]
	}
	return nil
}

// ResiliencyRequest is NETWORK_RESILIENCY_REQUEST, the input of
// FSCTL_LMR_REQUEST_RESILIENCY (MS-SMB2 2.2.31.3).
type ResiliencyRequest struct{ Timeout uint32 } // milliseconds

// Append appends the 8 bytes.
func (r *ResiliencyRequest) Append(dst []byte) []byte { return u32(u32(dst, r.Timeout), 0) }

// Decode reads the structure.
func (r *ResiliencyRequest) Decode(b []byte) error {
	if len(b) < 8 {
		return truncated("NETWORK_RESILIENCY_REQUEST", len(b), 8)
	}
	r.Timeout = le.Uint32(b)
	return nil
}

// ValidateNegotiateInfoRequest is the input of FSCTL_VALIDATE_NEGOTIATE_INFO
// (MS-SMB2 2.2.31.4).
type ValidateNegotiateInfoRequest struct {
	Capabilities Capabilities
	ClientGUID   GUID
	SecurityMode SecurityMode
	Dialects     []Dialect
}

// Append appends the structure.
func (r *ValidateNegotiateInfoRequest) Append(dst []byte) []byte {
	dst = u32(dst, uint32(r.Capabilities))
	dst = append(dst, r.ClientGUID[:]...)
	dst = u16(dst, uint16(r.SecurityMode))
	return appendUint16List(dst, r.Dialects)
}

// Decode reads the structure.
func (r *ValidateNegotiateInfoRequest) Decode(b []byte) (err error) {
	const name = "VALIDATE_NEGOTIATE_INFO Request"
	if len(b) < 24 {
		return truncated(name, len(b), 24)
	}
	*r = ValidateNegotiateInfoRequest{
		Capabilities: Capabilities(le.Uint32(b)),
		ClientGUID:   GUID(b[4:20]),
		SecurityMode: SecurityMode(le.Uint16(b[20:])),
	}
	r.Dialects, err = decodeUint16List[Dialect](name, b[22:])
	return err
}

// ValidateNegotiateInfoResponse is the output (MS-SMB2 2.2.32.6).
type ValidateNegotiateInfoResponse struct {
	Capabilities Capabilities
	ServerGUID   GUID
	SecurityMode SecurityMode
	Dialect      Dialect
}

// Append appends the 24 bytes.
func (r *ValidateNegotiateInfoResponse) Append(dst []byte) []byte {
	dst = u32(dst, uint32(r.Capabilities))
	dst = append(dst, r.ServerGUID[:]...)
	dst = u16(dst, uint16(r.SecurityMode))
	return u16(dst, uint16(r.Dialect))
}

// Decode reads the structure.
func (r *ValidateNegotiateInfoResponse) Decode(b []byte) error {
	if len(b) < 24 {
		return truncated("VALIDATE_NEGOTIATE_INFO Response", len(b), 24)
	}
	*r = ValidateNegotiateInfoResponse{
		Capabilities(le.Uint32(b)), GUID(b[4:20]), SecurityMode(le.Uint16(b[20:])), Dialect(le.Uint16(b[22:])),
	}
	return nil
}

// The Capability bits of a NetworkInterface.
const (
	NetworkInterfaceRSS  uint32 = 0x00000001
	NetworkInterfaceRDMA uint32 = 0x00000002
)

// NetworkInterface is one NETWORK_INTERFACE_INFO of the output of
// FSCTL_QUERY_NETWORK_INTERFACE_INFO (MS-SMB2 2.2.32.5). Address has 4 or 16 bytes.
type NetworkInterface struct {
	IfIndex    uint32
	Capability uint32
	LinkSpeed  uint64 // bits a second
	Address    []byte
}

const (
	networkInterfaceSize = 152
	familyInet           = 0x0002
	familyInet6          = 0x0017
)

// AppendNetworkInterfaces appends the list.
func AppendNetworkInterfaces(dst []byte, list []NetworkInterface) []byte {
	for i, n := range list {
		start := len(dst)
		next := uint32(networkInterfaceSize)
		if i == len(list)-1 {
			next = 0
		}
		dst = u32(dst, next)
		dst = u32(dst, n.IfIndex)
		dst = u32(dst, n.Capability)
		dst = u32(dst, 0)
		dst = u64(dst, n.LinkSpeed)
		if len(n.Address) == 4 {
			dst = u16(dst, familyInet)
			dst = u16(dst, 0)
			dst = append(dst, n.Address...)
		} else {
			dst = u16(dst, familyInet6)
			dst = zeros(dst, 6) // Port, FlowInfo
			dst = append(dst, n.Address...)
		}
		dst = zeros(dst, networkInterfaceSize-(len(dst)-start))
	}
	return dst
}

// DecodeNetworkInterfaces reads the list.
func DecodeNetworkInterfaces(b []byte) ([]NetworkInterface, error) {
	const name = "NETWORK_INTERFACE_INFO"
	var l []NetworkInterface
	for len(b) > 0 {
		if len(b) < networkInterfaceSize {
			return nil, truncated(name, len(b), networkInterfaceSize)
		}
		n := NetworkInterface{IfIndex: le.Uint32(b[4:]), Capability: le.Uint32(b[8:]), LinkSpeed: le.Uint64(b[16:])}
		switch f := le.Uint16(b[24:]); f {
		case familyInet:
			n.Address = b[28:32]
		case familyInet6:
			n.Address = b[32:48]
		default:
			return nil, badValue(name, "SockAddr_Storage", "family 0x%04X", f)
		}
		l = append(l, n)
		next := le.Uint32(b)
		if next == 0 {
			break
		}
		if next < networkInterfaceSize || uint64(next) >= uint64(len(b)) {
			return nil, &DecodeError{name, "Next", ErrOffset, fmt.Sprint(next)}
		}
		b = b[next:]
	}
	return l, nil
}
