package oplock

import "fmt"

// State is a lease state: the caching that a client may do, with the bits of
// MS-SMB2 2.2.13.2.8. The legal ones are none, R, RW, RH and RWH (MS-SMB2
// 3.3.1.12). An oplock is one of them too: Level II is R, exclusive RW, batch
// RWH.
type State uint8

// The bits of State.
const (
	Read   State = 0x1 // SMB2_LEASE_READ_CACHING
	Handle State = 0x2 // SMB2_LEASE_HANDLE_CACHING
	Write  State = 0x4 // SMB2_LEASE_WRITE_CACHING
)

// The legal states by name.
const (
	None State = 0
	R          = Read
	RH         = Read | Handle
	RW         = Read | Write
	RWH        = Read | Write | Handle
)

// String renders "none", "R", "RW", "RH", "RWH" (other combinations alike).
func (s State) String() string {
	if s == None {
		return "none"
	}
	b := make([]byte, 0, 3)
	for _, p := range [...]struct {
		bit  State
		name byte
	}{{Read, 'R'}, {Write, 'W'}, {Handle, 'H'}} {
		if s&p.bit != 0 {
			b = append(b, p.name)
		}
	}
	if rest := s &^ RWH; rest != 0 {
		return fmt.Sprintf("%s+%#x", b, uint8(rest))
	}
	return string(b)
}

// MarshalText lets a snapshot show the name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Legal reports whether s is one of the five states of MS-SMB2 3.3.1.12.
func (s State) Legal() bool {
	switch s {
	case None, R, RH, RW, RWH:
		return true
	}
	return false
}

// reduce maps what a client asked for to a state that can be granted: every
// state is built on read caching, so without it nothing is left.
func (s State) reduce() State {
	if s&Read == 0 {
		return None
	}
	return s & RWH
}

// Level is an oplock level with the values of MS-SMB2 2.2.13.
type Level uint8

// The levels of MS-SMB2 2.2.13.
const (
	LevelNone      Level = 0x00
	LevelII        Level = 0x01
	LevelExclusive Level = 0x08
	LevelBatch     Level = 0x09
	LevelLease     Level = 0xFF
)

// String names the level.
func (l Level) String() string {
	switch l {
	case LevelNone:
		return "none"
	case LevelII:
		return "II"
	case LevelExclusive:
		return "exclusive"
	case LevelBatch:
		return "batch"
	case LevelLease:
		return "lease"
	}
	return fmt.Sprintf("level %#x", uint8(l))
}

// MarshalText lets a snapshot show the name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// state is the caching that an oplock of this level allows.
func (l Level) state() State {
	switch l {
	case LevelII:
		return R
	case LevelExclusive:
		return RW
	case LevelBatch:
		return RWH
	}
	return None
}

// level is the oplock that allows s.
func (s State) level() Level {
	switch s {
	case None:
		return LevelNone
	case RW:
		return LevelExclusive
	case RWH:
		return LevelBatch
	}
	return LevelII
}
