// Package vfs is the one road: every operation of every protocol on files
// passes here, and nothing else may touch server/fs. An adapter decodes, calls
// a method of Tree, encodes.
//
// An operation takes its origin (who, by which protocol, through which open,
// with which lease key) and does, in this order:
//
//	resolve the names -> authorise -> share reservations -> byte-range locks
//	-> break caches, except the origin's own -> apply to the storage
//	-> announce to the watchers
//
// The order is written once, in VFS.pass. What an operation conflicts with,
// which break it needs and what it announces is declared in one table, road,
// which a reader can check against the specifications; no procedure can forget
// a step because none of them does the steps.
//
// # Between the break and the change
//
// Asking the holders to give up their caches and then changing the file would
// let a new lease slip in between. So both happen under the file's gate:
// operations hold it shared, an open (which is where leases are granted) holds
// it alone. An operation that has to wait for an acknowledgment leaves the
// gate, waits, and starts again from the names.
//
// # Access
//
// A node has a mode, and it may have an ACL: a Windows security descriptor,
// set over SMB or inherited from its directory. With an ACL, Tree.Rights is the
// access check of MS-DTYP 2.5.3.2 for every protocol, and the mode is only what
// the ACL amounts to, for who asks for it. Who knows of no ACLs has the last
// word: an NFS chmod replaces the ACL by the mode, a chown moves its owner. A
// mode that is asked for when a file is made gives way to an inherited ACL.
//
// # Watches
//
// Whatever an operation announces, from whichever protocol, reaches those who
// watch a directory (NextChanges). An event says what changed in one place,
// watchevent.go; a watch keeps a bounded number of changes between requests.
//
// # Who may import it
//
// The adapters, server/runtime's assembly and tests. It imports the contract
// (server/adapter), the storage and the lock table, and no protocol.
package vfs
