// Package fs is the storage of the reference server: inodes, names,
// attributes, sparse data, named streams and extended attributes, behind the
// interface FileSystem. NewMemory is the implementation that keeps everything
// in memory.
//
// The contract. fs knows no protocol, no policy and no permission: server/vfs
// authorises, checks share reservations and byte-range locks, and breaks
// caches before it calls fs. What fs promises is atomicity: each method takes
// effect at one instant, either wholly or (when it returns an error) not at
// all, and every method is safe for concurrent use. Attributes that a method
// returns as "before" and "after" are those of that same instant, so that
// wcc_data (RFC 1813 2.6) is never a mixture of two operations.
//
// Because vfs does slow things (a lease break) between resolving a name and
// applying an operation, the operations that remove or replace a name take
// the handle that the caller resolved, and fail with ErrChanged if the name
// now means another node; the caller resolves again.
//
// Names are byte strings (a Go string that need not be UTF-8), 1 to NameMax
// bytes, without '/' and NUL, compared exactly. LookupFold and the Fold flags
// compare without case, as SMB needs; see FoldName and NameToUTF16.
//
// Only server/vfs, server/runtime and cmd may import it.
package fs
