package smb2

import "strings"

// LeaseState is the caching that a lease allows (MS-SMB2 2.2.13.2.8).
type LeaseState uint32

// The lease states.
const (
	LeaseNone          LeaseState = 0x0
	LeaseReadCaching   LeaseState = 0x1
	LeaseHandleCaching LeaseState = 0x2
	LeaseWriteCaching  LeaseState = 0x4
)

// The combinations that MS-SMB2 3.3.5.9.8 allows to be granted.
const (
	LeaseR   = LeaseReadCaching
	LeaseRH  = LeaseReadCaching | LeaseHandleCaching
	LeaseRW  = LeaseReadCaching | LeaseWriteCaching
	LeaseRWH = LeaseReadCaching | LeaseWriteCaching | LeaseHandleCaching
)

// Valid reports the states that a server may grant: none, R, RH, RW, RWH.
func (s LeaseState) Valid() bool {
	switch s {
	case LeaseNone, LeaseR, LeaseRH, LeaseRW, LeaseRWH:
		return true
	}
	return false
}

// String gives "none", or R, W, H in this order, as in "RWH". Bits that have no
// letter are shown as "?".
func (s LeaseState) String() string {
	if s == LeaseNone {
		return "none"
	}
	var b strings.Builder
	for _, l := range leaseLetters {
		if s&l.bit != 0 {
			b.WriteByte(l.letter)
		}
	}
	if s&^LeaseRWH != 0 {
		b.WriteByte('?')
	}
	return b.String()
}

// ParseLeaseState takes "none", "" and any set of the letters R, W, H in any
// order and case.
func ParseLeaseState(text string) (s LeaseState, ok bool) {
	if text == "" || strings.EqualFold(text, "none") {
		return LeaseNone, true
	}
	for i := range len(text) {
		bit := LeaseNone
		for _, l := range leaseLetters {
			if text[i]&^0x20 == l.letter {
				bit = l.bit
			}
		}
		if bit == LeaseNone || s&bit != 0 {
			return LeaseNone, false
		}
		s |= bit
	}
	return s, true
}

var leaseLetters = [...]struct {
	letter byte
	bit    LeaseState
}{{'R', LeaseReadCaching}, {'W', LeaseWriteCaching}, {'H', LeaseHandleCaching}}

// LeaseFlags of a lease context or of a break (MS-SMB2 2.2.13.2.8, 2.2.23.2).
type LeaseFlags uint32

// The lease flags.
const (
	LeaseBreakInProgress  LeaseFlags = 0x00000002 // in a response context
	LeaseParentKeySet     LeaseFlags = 0x00000004 // v2
	LeaseBreakAckRequired LeaseFlags = 0x00000001 // in a break notification
)

// LeaseContext is the data of RqLs, request or response, v1 (32 bytes) or v2
// (52 bytes) by Version (MS-SMB2 2.2.13.2.8, 2.2.13.2.10, 2.2.14.2.10, 2.2.14.2.11).
type LeaseContext struct {
	Version   int // 1 or 2
	Key       LeaseKey
	State     LeaseState
	Flags     LeaseFlags
	Duration  uint64   // reserved, 0
	ParentKey LeaseKey // v2
	Epoch     uint16   // v2
}

// Context wraps it as a create context.
func (c *LeaseContext) Context() CreateContext {
	d := make([]byte, 0, 52)
	d = append(d, c.Key[:]...)
	d = u32(d, uint32(c.State))
	d = u32(d, uint32(c.Flags))
	d = u64(d, c.Duration)
	if c.Version == 2 {
		d = append(d, c.ParentKey[:]...)
		d = u16(d, c.Epoch)
		d = u16(d, 0)
	}
	return CreateContext{ContextRqLs, d}
}

// Decode reads the context's data; its length, 32 or 52, is the version.
func (c *LeaseContext) Decode(data []byte) error {
	const name = "SMB2_CREATE_REQUEST_LEASE"
	switch len(data) {
	case 32, 52:
	default:
		return badValue(name, "DataLength", "%d, want 32 or 52", len(data))
	}
	*c = LeaseContext{
		Version:  1,
		Key:      LeaseKey(data[0:16]),
		State:    LeaseState(le.Uint32(data[16:])),
		Flags:    LeaseFlags(le.Uint32(data[20:])),
		Duration: le.Uint64(data[24:]),
	}
	if len(data) == 52 {
		c.Version = 2
		c.ParentKey = LeaseKey(data[32:48])
		c.Epoch = le.Uint16(data[48:])
	}
	return nil
}
