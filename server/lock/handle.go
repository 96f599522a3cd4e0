package lock

import "fmt"

// FileHandle is the identity of one file, the same for every protocol: which
// file system, which inode, which generation of that inode. It is comparable
// and small, so it keys the lock table and the lease table. A handle whose
// generation no longer matches is stale, never another file.
type FileHandle struct {
	FSID uint64 // the file system (one a share)
	ID   uint64 // NFS fileid = SMB index number (RFC 1813 2.5; MS-FSCC 2.4.22)
	Gen  uint64 // generation of ID
	// Stream tells the named streams of a file apart for those who cache
	// data (oplocks are per stream, MS-FSA 2.1.1.5); 0 for the file itself,
	// which is the only handle that the storage and the locks know.
	Stream uint64
}

// String renders fs:id.gen for logs.
func (h FileHandle) String() string {
	if h.Stream != 0 {
		return fmt.Sprintf("%d:%d.%d:%x", h.FSID, h.ID, h.Gen, h.Stream)
	}
	return fmt.Sprintf("%d:%d.%d", h.FSID, h.ID, h.Gen)
}

// IsZero reports whether h names no file.
func (h FileHandle) IsZero() bool { return h == FileHandle{} }
