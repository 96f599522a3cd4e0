// Package secdesc is the codec of Windows security data: SIDs, access masks,
// ACEs, ACLs and self-relative security descriptors (MS-DTYP 2.4).
//
// It has no behaviour: who may do what is decided elsewhere. Decoders check
// every size and offset and give a *DecodeError. Anybody may import it.
package secdesc

import (
	"encoding/binary"
	"fmt"
)

var le = binary.LittleEndian

// DecodeError says which structure, and which field of it, a buffer got wrong.
// A server answers it with STATUS_INVALID_SECURITY_DESCR or
// STATUS_INVALID_PARAMETER.
type DecodeError struct {
	Structure string // SID, ACE, ACL or SECURITY_DESCRIPTOR
	Field     string // empty when the fixed part itself is cut short
	Reason    string
}

func (e *DecodeError) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s: %s", e.Structure, e.Reason)
	}
	return fmt.Sprintf("%s.%s: %s", e.Structure, e.Field, e.Reason)
}
