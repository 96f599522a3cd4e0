// Package interop drives clients that share no code with Crosswire against a
// `crosswire serve` process: smbclient, rpcclient and smbtorture of Samba,
// impacket, the tools of libnfs, showmount and rpcinfo; and it has tshark
// dissect what they and Crosswire's own clients sent. All of it is in tests
// with the build tag interop, which `make interop` sets.
//
// The tests run in a network namespace of their own, which takes no root where
// users may have namespaces. So the port mapper can have its port 111, and
// every server its own address 127.0.0.N. Where no namespace can be made, the
// tests that need one fail and say why; the rest run as ever.
//
// What was executed, what it printed and what the servers logged is in
// build/interop, a folder for each test.
//
// Nobody imports this package.
package interop
