package nfs3

import (
	"bytes"

	"crosswire/server/vfs"
)

// checkName is for every name that a client gives (RFC 1813 3.2, "General
// comments on filenames"): an empty one is refused with NFS3ERR_ACCES, one
// that no file can have with NFS3ERR_INVAL, one over 255 octets with
// NFS3ERR_NAMETOOLONG.
func checkName(name []byte) error {
	switch {
	case len(name) == 0:
		return vfs.ErrAccess
	case len(name) > vfs.NameMax:
		return vfs.ErrNameTooLong
	case bytes.IndexByte(name, 0) >= 0 || bytes.IndexByte(name, '/') >= 0:
		return vfs.ErrInval
	}
	return nil
}

// checkNewName is for names that are to be made: "." and ".." exist.
func checkNewName(name []byte) error {
	if isDots(name) {
		return vfs.ErrExist
	}
	return checkName(name)
}

func isDots(name []byte) bool { return string(name) == "." || string(name) == ".." }
