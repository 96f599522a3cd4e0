// Package lock is the one table of share reservations and byte-range locks of
// every protocol, keyed by the identity of the file, so that what an SMB open
// denies or locks is denied to NFS and the other way round.
//
// Two styles of byte-range locks live side by side and conflict with each
// other:
//
//   - SMB style (MS-FSA 2.1.4.10, 2.1.5.8, 2.1.5.9): a lock belongs to an
//     open; locks of one open stack and are unlocked one by one by their exact
//     range; they are mandatory, for everybody's I/O.
//   - POSIX style (fcntl; NLM, RFC 1813 appendix II, and NFSv4): a lock belongs to a
//     lock-owner; a new lock replaces what the owner held in the range, an
//     unlock takes out any part; they are advisory among POSIX users and
//     mandatory for SMB, whose clients rely on that.
//
// The package knows neither names nor permissions nor protocols beyond that.
// Stream names are compared exactly: callers pass one form of a name
// (fs.FoldName of it).
//
// The packages server/fs (for FileHandle only), server/vfs, server/adapter,
// server/runtime and the protocol adapters may import it; it imports nothing
// of ours.
package lock
