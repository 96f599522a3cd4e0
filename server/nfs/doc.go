// Package nfs is the NFS service of the reference server: the adapter that puts
// NFSv3, the mount protocol, the lock manager, the status monitor and a port
// mapper on the network, over server/vfs.
//
//	rpcserver   ONC RPC over TCP and UDP
//	portmapper  portmap v2 and rpcbind v3, v4
//	export      shares as exports, files as file handles
//	mount       the mount protocol
//	nfs3        NFSv3, one file a procedure
//	nfs4        NFSv4.0 and v4.1, one file an operation; TCP only
//	nlm         the network lock manager, and callback to reach clients
//	nsm         the network status monitor
//
// It never imports server/smb nor server/fs, and never asks anyone to break a
// cache: the road does. The assembly (server, cmd) imports this package only.
package nfs
