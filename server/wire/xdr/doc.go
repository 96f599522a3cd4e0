// Package xdr has the XDR descriptions of the NFS side's protocols, one folder
// and one generated package each: rpcmsg, portmap, rpcbind, mount3, nfs3, nfs4,
// nlm4, nsm. This package itself holds only the test that the generated code is
// current.
package xdr
