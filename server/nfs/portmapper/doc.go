// Package portmapper is the RPC program 100000: portmap version 2 and rpcbind
// versions 3 and 4 (RFC 1833), over a registry that the services of this
// process fill. It is no port mapper of the machine: SET and UNSET answer
// FALSE to everyone, local or not, since a registration comes from a service
// that runs here and nobody else's; CALLIT, BCAST and INDIRECT, which would
// make us call on behalf of others, are PROC_UNAVAIL.
//
// Only server/nfs imports it.
package portmapper
