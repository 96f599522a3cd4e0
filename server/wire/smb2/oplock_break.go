package smb2

import "fmt"

// The bodies of OPLOCK_BREAK are told apart by their StructureSize.
const (
	oplockBreakSize      = 24
	leaseBreakNotifySize = 44
	leaseBreakAckSize    = 36
)

// BreakKind is which OPLOCK_BREAK body a message carries.
type BreakKind uint8

// The kinds of OPLOCK_BREAK bodies. Acknowledgment and response have the same
// form, so the direction tells them apart.
const (
	BreakUnknown           BreakKind = iota
	BreakOplock                      // OplockBreak
	BreakLeaseNotification           // LeaseBreakNotification
	BreakLeaseAck                    // LeaseBreakAck
)

// BreakKindOf looks at the StructureSize of an OPLOCK_BREAK message.
func BreakKindOf(msg []byte) (BreakKind, error) {
	if len(msg) < HeaderSize+2 {
		return BreakUnknown, truncated("SMB2 OPLOCK_BREAK", len(msg), HeaderSize+2)
	}
	switch n := le.Uint16(msg[HeaderSize:]); n {
	case oplockBreakSize:
		return BreakOplock, nil
	case leaseBreakNotifySize:
		return BreakLeaseNotification, nil
	case leaseBreakAckSize:
		return BreakLeaseAck, nil
	default:
		return BreakUnknown, &DecodeError{"SMB2 OPLOCK_BREAK", "StructureSize", ErrStructureSize, fmt.Sprint(n)}
	}
}

// OplockBreak is the Oplock Break Notification, Acknowledgment and Response,
// which have one form (MS-SMB2 2.2.23.1, 2.2.24.1, 2.2.25.1).
type OplockBreak struct {
	OplockLevel OplockLevel
	FileID      FileID
}

// Append appends the body.
func (r *OplockBreak) Append(dst []byte) []byte {
	dst = u16(dst, oplockBreakSize)
	dst = append(dst, byte(r.OplockLevel), 0)
	dst = u32(dst, 0)
	return r.FileID.append(dst)
}

// Decode reads the body.
func (r *OplockBreak) Decode(msg []byte) error {
	b, err := body("SMB2 OPLOCK_BREAK", msg, oplockBreakSize, oplockBreakSize)
	if err != nil {
		return err
	}
	*r = OplockBreak{OplockLevel(b[2]), fileIDAt(b[8:])}
	return nil
}

// LeaseBreakNotification is the Lease Break Notification (MS-SMB2 2.2.23.2).
type LeaseBreakNotification struct {
	NewEpoch     uint16     // 3.x, for a v2 lease
	Flags        LeaseFlags // LeaseBreakAckRequired
	Key          LeaseKey
	CurrentState LeaseState
	NewState     LeaseState
	BreakReason  uint32 // reserved
	AccessHint   uint32 // reserved
	ShareHint    uint32 // reserved
}

// Append appends the body.
func (r *LeaseBreakNotification) Append(dst []byte) []byte {
	dst = u16(dst, leaseBreakNotifySize)
	dst = u16(dst, r.NewEpoch)
	dst = u32(dst, uint32(r.Flags))
	dst = append(dst, r.Key[:]...)
	dst = u32(dst, uint32(r.CurrentState))
	dst = u32(dst, uint32(r.NewState))
	dst = u32(dst, r.BreakReason)
	dst = u32(dst, r.AccessHint)
	return u32(dst, r.ShareHint)
}

// Decode reads the body.
func (r *LeaseBreakNotification) Decode(msg []byte) error {
	b, err := body("SMB2 Lease Break Notification", msg, leaseBreakNotifySize, leaseBreakNotifySize)
	if err != nil {
		return err
	}
	*r = LeaseBreakNotification{
		NewEpoch:     le.Uint16(b[2:]),
		Flags:        LeaseFlags(le.Uint32(b[4:])),
		Key:          LeaseKey(b[8:24]),
		CurrentState: LeaseState(le.Uint32(b[24:])),
		NewState:     LeaseState(le.Uint32(b[28:])),
		BreakReason:  le.Uint32(b[32:]),
		AccessHint:   le.Uint32(b[36:]),
		ShareHint:    le.Uint32(b[40:]),
	}
	return nil
}

// LeaseBreakAck is the Lease Break Acknowledgment and Response, which have one
// form (MS-SMB2 2.2.24.2, 2.2.25.2).
type LeaseBreakAck struct {
	Flags    LeaseFlags
	Key      LeaseKey
	State    LeaseState
	Duration uint64 // reserved
}

// Append appends the body.
func (r *LeaseBreakAck) Append(dst []byte) []byte {
	dst = u16(dst, leaseBreakAckSize)
	dst = u16(dst, 0)
	dst = u32(dst, uint32(r.Flags))
	dst = append(dst, r.Key[:]...)
	dst = u32(dst, uint32(r.State))
	return u64(dst, r.Duration)
}

// Decode reads the body.
func (r *LeaseBreakAck) Decode(msg []byte) error {
	b, err := body("SMB2 Lease Break Acknowledgment", msg, leaseBreakAckSize, leaseBreakAckSize)
	if err != nil {
		return err
	}
	*r = LeaseBreakAck{
		Flags:    LeaseFlags(le.Uint32(b[4:])),
		Key:      LeaseKey(b[8:24]),
		State:    LeaseState(le.Uint32(b[24:])),
		Duration: le.Uint64(b[28:]),
	}
	return nil
}
