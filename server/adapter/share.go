package adapter

import "errors"

// Errors of the share calls of Runtime.
var (
	ErrShareExists = errors.New("share exists")
	ErrNoShare     = errors.New("no such share")
	ErrShareName   = errors.New("not a valid share name")
)

// Share is one tree, published as the SMB share Name and the NFS export /Name.
type Share struct {
	Name    string `json:"name"`
	Comment string `json:"comment,omitempty"`
	// Store names the file system; shares with the same Store show the same
	// tree. Empty: a store of its own, named like the share.
	Store string `json:"store,omitempty"`
	// ReadOnly: NFS3ERR_ROFS, STATUS_MEDIA_WRITE_PROTECTED.
	ReadOnly bool `json:"read_only,omitempty"`
	// Encrypt: SMB access needs encryption (MS-SMB2 3.3.5.7).
	Encrypt bool `json:"encrypt,omitempty"`
	// Hidden: reachable but not enumerated, like a name that ends in $.
	Hidden bool `json:"hidden,omitempty"`
	// RootSquash maps uid 0 of AUTH_SYS to nobody (65534). Off by default:
	// the reference server is a test target, alone on loopback.
	RootSquash bool `json:"root_squash,omitempty"`
	// AccessBased leaves out of a directory's listing what the caller may not
	// read (access-based enumeration). The name is still found by who knows it.
	AccessBased bool `json:"access_based,omitempty"`
	// CapacityBytes bounds the store; 0: the default of 1 TiB.
	CapacityBytes uint64 `json:"capacity_bytes,omitempty"`
}

// User is an account of the SMB service and its Unix identity.
type User struct {
	Name     string   `json:"name"`
	Password string   `json:"password,omitempty"`
	UID      uint32   `json:"uid"`
	GID      uint32   `json:"gid"`
	Groups   []uint32 `json:"groups,omitempty"`
}
