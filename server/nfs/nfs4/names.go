package nfs4

import (
	"bytes"
	"unicode/utf8"

	"crosswire/server/vfs"
	"crosswire/server/wire/xdr/nfs4"
)

// checkName is for every name that a client gives (RFC 7530 12.7, 16.15.5; RFC
// 8881 14.5). Whether it is UTF-8 is checkNewName's and strangeName's.
func checkName(name []byte) status {
	switch {
	case len(name) == 0:
		return nfs4.NFS4ERR_INVAL
	case len(name) > vfs.NameMax:
		return nfs4.NFS4ERR_NAMETOOLONG
	case bytes.IndexByte(name, 0) >= 0 || bytes.IndexByte(name, '/') >= 0:
		return nfs4.NFS4ERR_BADCHAR
	case string(name) == "." || string(name) == "..":
		return nfs4.NFS4ERR_BADNAME
	}
	return nfs4.NFS4_OK
}

// checkNewName is for names that are to be made: they are UTF-8.
func checkNewName(name []byte) status {
	if st := checkName(name); st != nfs4.NFS4_OK {
		return st
	}
	if !utf8.Valid(name) {
		return nfs4.NFS4ERR_INVAL
	}
	return nfs4.NFS4_OK
}

// strangeName is the status of an operation that looked a name up: a name that
// is not UTF-8 is invalid unless an NFSv3 client made it, so that what exists
// stays reachable.
func strangeName(name []byte, st status) status {
	if st == nfs4.NFS4ERR_NOENT && !utf8.Valid(name) {
		return nfs4.NFS4ERR_INVAL
	}
	return st
}
