// Package adapter is the contract between the protocols of the reference
// server: what a protocol service looks like to the server (Adapter), how it
// finds the others (Runtime), and how one asks another to give up its cached
// state (OplockBreaker). It imports no protocol; every package of server/ but
// fs, lock, clock and wire may import it.
package adapter

import (
	"context"
	"net"
)

// Adapter is one protocol service: NFS, SMB.
type Adapter interface {
	// SetRuntime hands over the shared state. It is called once, before
	// Serve, for every adapter before any of them serves: here an adapter
	// registers its providers and its share-change listener.
	SetRuntime(rt Runtime)
	// Serve accepts clients until ctx ends or Stop is called; it returns nil
	// after an orderly stop. The listener is already open when New returned.
	Serve(ctx context.Context) error
	// Stop closes the listener and every connection. It returns when all of
	// the adapter's goroutines ended, or with ctx's error.
	Stop(ctx context.Context) error
	// Protocol is the name used in logs and counters: "nfs" or "smb".
	Protocol() string
	// Addr is the address on which the service listens.
	Addr() net.Addr
}

// Runtime is what the adapters share. server/runtime implements it.
type Runtime interface {
	// SetAdapterProvider publishes p under key; nil withdraws it.
	SetAdapterProvider(key string, p any)
	// GetAdapterProvider returns what is published under key, or nil.
	GetAdapterProvider(key string) any

	// OnShareChange calls f after every change of the share list with the
	// names of all shares, sorted. f runs before the call that changed the
	// list returns, so that whoever added a share finds it everywhere.
	OnShareChange(f func(shares []string))
	// ListShares returns the names of all shares, sorted.
	ListShares() []string
	// Share returns one share; names are compared without case, as SMB does
	// (MS-SMB2 3.3.5.7). Share.Name keeps the case it was added with.
	Share(name string) (Share, bool)
	// AddShare publishes a share to every protocol (ErrShareExists if the
	// name is taken, ErrShareName if it cannot be one).
	AddShare(s Share) error
	// RemoveShare withdraws a share from every protocol (ErrNoShare).
	RemoveShare(name string) error
	// UpdateShare replaces the settings of a share (ErrNoShare).
	UpdateShare(s Share) error

	// LookupUser finds a user by name, without case.
	LookupUser(name string) (User, bool)
	// Policy returns the value of a policy in force now.
	Policy(name string) string
	// Count adds n to the counter of that name.
	Count(name string, n uint64)

	// Enter says that work is under way, Leave that it ended: a request from
	// when it was read until its reply was written, a notification from when
	// it was queued until it was written. The road calls Leave and Enter
	// around a wait for a break or a lock. Quiesce waits until nothing is
	// under way.
	Enter()
	Leave()
}
