// Package nfs is the suite's NFSv3 client: all 22 procedures of RFC 1813, the
// six of MOUNT v3, and GETPORT and DUMP of the portmapper, each at any address
// and port, typed as the RFC types them.
//
// The client that acts is github.com/vmware/go-nfs-client: its RPC layer makes
// and matches every call. Its own NFS layer is not used, because it always
// asks a portmapper on port 111, wants a privileged source port, carries one
// supplementary group and turns NFS3ERR_JUKEBOX into os.ErrInvalid. What that
// RPC layer cannot do is done around it without changing what travels:
//
//   - It dials by itself and serves one call at a time. A Client therefore
//     keeps several connections, opens one more when all are busy, and runs
//     each through a relay in this process, whose far end is dialled by the
//     caller's own dialer (so that it can be captured or cut).
//   - It breaks on a reply of several fragments and believes any length. The
//     relay joins fragments and refuses a record over 16 MiB.
//   - It repeats a call that met GARBAGE_ARGS. The relay answers the repeat
//     itself: the server sees each call once. Nothing here retries, ever, not
//     even on NFS3ERR_JUKEBOX.
//   - It panics on RPC_MISMATCH and names no other refusal. The relay reads the
//     reply's header, and the error is an *RPCError with RFC 5531's names.
//
// Replies are decoded by hand: every length is checked, a short, long or
// nonsensical reply is an error. Names and paths are opaque bytes.
//
// Only the conformance engine and tests import this package.
package nfs
