// Package export maps shares to NFS exports and files to NFSv3 file handles.
//
// The share NAME is the export /NAME, compared exactly. A handle names the
// share, the file of the storage (lock.FileHandle) and carries a keyed check:
// what we did not make is BADHANDLE; what we made for a share that is gone, or
// for a share of that name before it was removed and added again, is STALE.
//
// Only server/nfs and the packages below it import it.
package export
