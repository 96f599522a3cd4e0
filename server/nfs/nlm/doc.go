// Package nlm is the network lock manager, version 4 (RFC 1813 appendix II;
// The Open Group XNFS C702 chapters 10 and 14): every procedure, in the
// synchronous form, where the answer is the RPC reply, and in the asynchronous
// one, where *_MSG is answered by a call of *_RES at the client.
//
// Its locks and share reservations are those of the one table, through
// server/vfs: what an SMB client locks or denies stands against them, and the
// other way round. A lock's owner is the client (its address and the name it
// gives itself), its oh and its svid.
//
// # Waiting
//
// A blocking LOCK that meets a lock is answered NLM4_BLOCKED and queued with
// the waiters of SMB. When its turn comes the lock is taken and the client is
// called: GRANTED for a LOCK, GRANTED_MSG for a LOCK_MSG. A client that does
// not want it any more answers so, and one that cannot be reached within
// giveUp loses it; then the next in the queue gets it. Of CANCEL and GRANTED
// exactly one succeeds. Where the client listens, package callback says.
//
// Under nfs_break = jukebox a LOCK has to wait while a cache is being given up.
// NLM4_DENIED_GRACE_PERIOD would claim that this server restarted (and make
// clients believe that reclaiming is possible), so a blocking LOCK gets
// NLM4_BLOCKED and is granted later, any other NLM4_DENIED, which to the
// client is EAGAIN.
//
// # Restarts
//
// For Config.Grace after a start only what was held before is locked: others
// get NLM4_DENIED_GRACE_PERIOD. A reclaim at any other time is NLM4_DENIED, for
// somebody may have held the range in between. A client's restart (FREE_ALL,
// or SM_NOTIFY through package nsm) ends all that it held.
//
// Only server/nfs imports it.
package nlm
