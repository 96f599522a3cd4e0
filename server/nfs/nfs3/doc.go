// Package nfs3 is NFS version 3 (RFC 1813), all 22 procedures, one file each.
// A procedure decodes its arguments, asks the road (server/vfs), and encodes
// what the road answered: no procedure decides about permissions, locks or
// caches, and none touches the storage.
//
// Every reply carries the attributes that the protocol has room for. Where the
// road says what an operation saw right before and after it, wcc_data is that;
// where an operation failed, and so changed nothing, both halves are the one
// present state.
//
// Only server/nfs imports it.
package nfs3
