package adapter

import "context"

// Cred is who asks, in the terms of the file system.
type Cred struct {
	UID    uint32
	GID    uint32
	Groups []uint32
	// User is the name of the account, for SMB; "" for AUTH_SYS.
	User string
}

// InGroup reports whether gid is the primary or a supplementary group.
func (c Cred) InGroup(gid uint32) bool {
	if c.GID == gid {
		return true
	}
	for _, g := range c.Groups {
		if g == gid {
			return true
		}
	}
	return false
}

// LeaseKey is the client's name for a lease (MS-SMB2 2.2.13.2.8); all zero: none.
type LeaseKey [16]byte

// Origin is where an operation comes from. A break excepts the origin's own
// cached state: the same open, or the same lease key of the same client.
type Origin struct {
	Protocol   string   // "nfs", "smb"
	Client     string   // address or client GUID, for logs and lock owners
	Cred       Cred     // who
	Open       uint64   // the SMB open, 0 if none
	LeaseKey   LeaseKey // of that open
	ClientGUID [16]byte // of its connection (MS-SMB2 2.2.3)
	// OnWait, if set, is called once before the operation blocks on a break
	// or a lock: SMB answers STATUS_PENDING there (MS-SMB2 3.3.4.2).
	OnWait func()
}

type originKey struct{}

// WithOrigin attaches the origin to ctx for the breaker.
func WithOrigin(ctx context.Context, o *Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginFrom returns the origin of the operation, or nil.
func OriginFrom(ctx context.Context) *Origin {
	o, _ := ctx.Value(originKey{}).(*Origin)
	return o
}
