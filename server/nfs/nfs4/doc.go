// Package nfs4 is NFS version 4, minor versions 0 (RFC 7530), 1 (RFC 8881) and 2
// (RFC 7862, of which SEEK, ALLOCATE and DEALLOCATE are served): the compound interpreter, one file an operation, and the state that clients
// hold. An operation decodes, asks the road (server/vfs), and encodes what the
// road answered: none decides about permissions, share reservations, locks or
// caches, and none touches the storage.
//
// # The name space
//
// PUTROOTFH leads to a pseudo file system that is one read-only directory, the
// shares by name (RFC 7530 7). It follows the runtime's share list by Refresh.
// Below a share the file handles are those of NFSv3.
//
// # State
//
// registry has every client, session, owner and stateid under one mutex, behind
// which nothing blocks and no other lock is taken. An owner's operations are
// one after the other by owner.busy, which may be held while the road waits for
// a break; it is taken before the mutex, that of an open-owner before that of a
// lock-owner. What a client loses when its lease ends is taken out of the maps
// first and given back to the road after, so an operation that is under way
// meanwhile finds itself expired when it comes to record its result.
//
// There is no grace period: the server keeps nothing over a restart, stateids
// and client ids of another start are stale, and a reclaim is NFS4ERR_NO_GRACE.
//
// Operations that are not served answer NFS4ERR_NOTSUPP, those that the minor
// version does not have NFS4ERR_OP_ILLEGAL.
//
// Only server/nfs imports it.
package nfs4
