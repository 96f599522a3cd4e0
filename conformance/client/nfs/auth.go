package nfs

import (
	"encoding/binary"
	"fmt"

	"github.com/vmware/go-nfs-client/nfs/rpc"
)

// Cred is who calls: AUTH_SYS (RFC 5531 appendix A), or AUTH_NONE if None.
type Cred struct {
	None    bool
	Machine string // at most 255 bytes; "" is sent as "crosswire"
	UID     uint32
	GID     uint32
	GIDs    []uint32 // supplementary groups, at most 16
}

// maxGIDs and maxMachine are the bounds of authsys_parms.
const (
	maxGIDs    = 16
	maxMachine = 255
)

// auth is the credential as the RPC layer sends it. The body is built here
// because the library's own type holds exactly one group.
func (c Cred) auth() (rpc.Auth, error) {
	if c.None {
		return rpc.AuthNull, nil
	}
	if len(c.GIDs) > maxGIDs {
		return rpc.Auth{}, fmt.Errorf("AUTH_SYS carries at most %d supplementary groups, not %d", maxGIDs, len(c.GIDs))
	}
	machine := c.Machine
	if machine == "" {
		machine = "crosswire"
	}
	if len(machine) > maxMachine {
		return rpc.Auth{}, fmt.Errorf("AUTH_SYS carries a machine name of at most %d bytes, not %d", maxMachine, len(machine))
	}
	body := binary.BigEndian.AppendUint32(nil, 0) // stamp
	body = binary.BigEndian.AppendUint32(body, uint32(len(machine)))
	body = append(body, machine...)
	body = append(body, make([]byte, pad(len(machine)))...)
	body = binary.BigEndian.AppendUint32(body, c.UID)
	body = binary.BigEndian.AppendUint32(body, c.GID)
	body = binary.BigEndian.AppendUint32(body, uint32(len(c.GIDs)))
	for _, g := range c.GIDs {
		body = binary.BigEndian.AppendUint32(body, g)
	}
	return rpc.Auth{Flavor: 1, Body: body}, nil
}
