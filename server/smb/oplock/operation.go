package oplock

// operation is what is about to happen to a file, as far as caches care.
type operation uint8

const (
	opRead      operation = iota // the data is read
	opWrite                      // the data or the size changes
	opDelete                     // a name goes away (adapter.OplockBreaker)
	opOpen                       // opened with data access
	opStat                       // opened to read its attributes and its security
	opOverwrite                  // opened and emptied
	opShare                      // an open that a share reservation denies
	opLock                       // a byte-range lock is taken
	opHandle                     // renamed, deleted or superseded by handle
)

// leaseTarget is the state to which a lease in state s has to fall before op.
// The result is a legal subset of s (MS-SMB2 3.3.1.4).
func leaseTarget(s State, op operation) State {
	switch op {
	case opStat:
		return s
	case opRead, opOpen:
		return s &^ Write
	case opShare, opHandle:
		return s &^ Handle
	case opDelete:
		return s &^ (Write | Handle)
	default: // opWrite, opOverwrite, opLock
		return None
	}
}

// oplockTarget is the same for an oplock: one that falls below what it is
// becomes Level II or nothing (MS-FSA 2.1.4.12).
func oplockTarget(s State, op operation) State {
	switch op {
	case opRead, opOpen, opStat, opDelete:
		return s & Read
	case opShare:
		if s&Handle != 0 {
			return s & Read
		}
		return s
	case opHandle:
		if s&Handle != 0 {
			return None
		}
		return s
	default: // opWrite, opOverwrite, opLock
		return None
	}
}

// holds is the caching that MS-FSA 2.1.4.12 waits for: while a holder that was
// asked still has it, the operation may not begin. Read caching is not among
// them: its holder loses nothing by learning late.
func (op operation) holds() State {
	switch op {
	case opShare, opHandle:
		return Handle
	case opDelete:
		return Write | Handle
	default:
		return Write
	}
}
