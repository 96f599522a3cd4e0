package smb2

// LockFlags of one element (MS-SMB2 2.2.26.1).
type LockFlags uint32

// The lock flags.
const (
	LockShared          LockFlags = 0x00000001
	LockExclusive       LockFlags = 0x00000002
	LockUnlock          LockFlags = 0x00000004
	LockFailImmediately LockFlags = 0x00000010
)

// LockElement is an SMB2_LOCK_ELEMENT (MS-SMB2 2.2.26.1).
type LockElement struct {
	Offset uint64
	Length uint64
	Flags  LockFlags
}

// LockRequest is the SMB2 LOCK Request (MS-SMB2 2.2.26).
type LockRequest struct {
	// LockSequence is the 4-bit LockSequenceNumber in the low bits and the 28-bit
	// LockSequenceIndex above it; reserved in 2.0.2.
	LockSequence uint32
	FileID       FileID
	Locks        []LockElement
}

// SequenceNumber is the low 4 bits of LockSequence.
func (r *LockRequest) SequenceNumber() uint8 { return uint8(r.LockSequence & 0xF) }

// SequenceIndex is the high 28 bits of LockSequence; 1 to 64 are valid.
func (r *LockRequest) SequenceIndex() uint32 { return r.LockSequence >> 4 }

// Append appends the body.
func (r *LockRequest) Append(dst []byte) []byte {
	dst = u16(dst, 48)
	dst = u16(dst, uint16(len(r.Locks)))
	dst = u32(dst, r.LockSequence)
	dst = r.FileID.append(dst)
	for _, l := range r.Locks {
		dst = u64(dst, l.Offset)
		dst = u64(dst, l.Length)
		dst = u32(dst, uint32(l.Flags))
		dst = u32(dst, 0)
	}
	if len(r.Locks) == 0 {
		dst = zeros(dst, 24)
	}
	return dst
}

// Decode reads the request. A LockCount of 0 gives no Locks; the answer to it
// is the server's (MS-SMB2 3.3.5.14).
func (r *LockRequest) Decode(msg []byte) error {
	const name = "SMB2 LOCK Request"
	b, err := body(name, msg, 48, 24)
	if err != nil {
		return err
	}
	count := int(le.Uint16(b[2:]))
	if len(b) < 24+24*count {
		return truncated(name, len(b), 24+24*count)
	}
	*r = LockRequest{LockSequence: le.Uint32(b[4:]), FileID: fileIDAt(b[8:])}
	if count > 0 {
		r.Locks = make([]LockElement, count)
	}
	for i := range r.Locks {
		e := b[24+24*i:]
		r.Locks[i] = LockElement{le.Uint64(e), le.Uint64(e[8:]), LockFlags(le.Uint32(e[16:]))}
	}
	return nil
}

// LockResponse is the SMB2 LOCK Response (MS-SMB2 2.2.27).
type LockResponse struct{}

// Append appends the body.
func (*LockResponse) Append(dst []byte) []byte { return empty{}.append(dst) }

// Decode checks the body.
func (*LockResponse) Decode(msg []byte) error { return empty{}.decode("SMB2 LOCK Response", msg) }
