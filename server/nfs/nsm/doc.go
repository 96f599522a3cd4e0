// Package nsm is the network status monitor, version 1 (The Open Group XNFS C702
// chapter 11), of the host that the server is.
//
// SM_NOTIFY, by which a client says that it restarted, frees what the client
// had locked. SM_MON and its kin serve lock managers of this host, and
// SM_SIMU_CRASH makes this host restart as far as locks go; only callers on
// loopback may use them, for they make us call others.
//
// Nothing is kept on disk: a server in memory has no locks that could be
// reclaimed after its end, so it tells nobody when it starts.
//
// Only server/nfs imports it.
package nsm
