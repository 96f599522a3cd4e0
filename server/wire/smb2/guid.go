package smb2

import (
	"encoding/hex"
	"fmt"
)

// GUID is 16 bytes as they are on the wire: the first three groups
// little-endian (MS-DTYP 2.3.4.2).
type GUID [16]byte

// String gives the usual form, 8-4-4-4-12 hexadecimal digits.
func (g GUID) String() string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", le.Uint32(g[0:]), le.Uint16(g[4:]), le.Uint16(g[6:]), g[8:10], g[10:16])
}

// FileID is an SMB2_FILEID (MS-SMB2 2.2.14.1). In a related compound all ones
// stand for the file of the previous request.
type FileID struct {
	Persistent uint64
	Volatile   uint64
}

// RelatedFileID is the FileID of "the previous request's" in a related compound.
var RelatedFileID = FileID{RelatedID, RelatedID}

// IsRelated reports whether both halves are all ones.
func (f FileID) IsRelated() bool { return f == RelatedFileID }

// String gives both halves in hexadecimal.
func (f FileID) String() string { return fmt.Sprintf("%x:%x", f.Persistent, f.Volatile) }

func (f FileID) append(dst []byte) []byte { return u64(u64(dst, f.Persistent), f.Volatile) }

func fileIDAt(b []byte) FileID { return FileID{le.Uint64(b), le.Uint64(b[8:])} }

// LeaseKey identifies a lease of one client (MS-SMB2 2.2.13.2.8).
type LeaseKey [16]byte

// String gives 32 hexadecimal digits.
func (k LeaseKey) String() string { return hex.EncodeToString(k[:]) }

// IsZero reports a key of zeros only.
func (k LeaseKey) IsZero() bool { return k == LeaseKey{} }
