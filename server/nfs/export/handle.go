package export

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"

	"crosswire/server/vfs"
)

// Errors of Decode.
var (
	ErrBadHandle = errors.New("nfs: not one of our file handles")     // NFS3ERR_BADHANDLE
	ErrStale     = errors.New("nfs: the handle's share is no longer") // NFS3ERR_STALE
)

// HandleSize is the size of every handle; the protocol allows 64 (RFC 1813
// 2.4, NFS3_FHSIZE).
const HandleSize = 44

// The layout of a handle: a version, the share, the file, the check.
const (
	handleVersion = 0x43573301 // "CW3", 1
	offShare      = 4
	offFSID       = 12
	offID         = 20
	offGen        = 28
	offCheck      = 36
)

// Encode is the handle of a file in a tree; ErrStale if the tree is no longer
// exported.
func (t *Table) Encode(tree *vfs.Tree, h vfs.FileHandle) ([]byte, error) {
	id, ok := t.current.Load().ids[tree]
	if !ok {
		return nil, ErrStale
	}
	b := make([]byte, HandleSize)
	binary.BigEndian.PutUint32(b, handleVersion)
	binary.BigEndian.PutUint64(b[offShare:], id)
	binary.BigEndian.PutUint64(b[offFSID:], h.FSID)
	binary.BigEndian.PutUint64(b[offID:], h.ID)
	binary.BigEndian.PutUint64(b[offGen:], h.Gen)
	check := t.check(b[:offCheck])
	copy(b[offCheck:], check[:])
	return b, nil
}

// Decode is the inverse. ErrBadHandle: it is none of ours, or garbled.
// ErrStale: its share is gone. Whether the file still exists is the road's to
// say.
func (t *Table) Decode(b []byte) (*vfs.Tree, vfs.FileHandle, error) {
	if len(b) != HandleSize || binary.BigEndian.Uint32(b) != handleVersion {
		return nil, vfs.FileHandle{}, ErrBadHandle
	}
	check := t.check(b[:offCheck])
	if subtle.ConstantTimeCompare(check[:], b[offCheck:]) != 1 {
		return nil, vfs.FileHandle{}, ErrBadHandle
	}
	tree := t.current.Load().byID[binary.BigEndian.Uint64(b[offShare:])]
	if tree == nil || tree.Gone() {
		return nil, vfs.FileHandle{}, ErrStale
	}
	h := vfs.FileHandle{
		FSID: binary.BigEndian.Uint64(b[offFSID:]),
		ID:   binary.BigEndian.Uint64(b[offID:]),
		Gen:  binary.BigEndian.Uint64(b[offGen:]),
	}
	if h.FSID != tree.FSID() {
		return nil, vfs.FileHandle{}, ErrStale
	}
	return tree, h, nil
}

// check is a MAC of the body. All bodies have one length, so a hash of key and
// body is one; it fits in one block of SHA-256.
func (t *Table) check(body []byte) (sum [8]byte) {
	var block [len(t.key) + offCheck]byte
	copy(block[:], t.key[:])
	copy(block[len(t.key):], body)
	full := sha256.Sum256(block[:])
	copy(sum[:], full[:])
	return sum
}
