// Package rawsmb is the suite's own SMB 2 and 3 client, for the steps that no
// stock client can do: leases and oplocks with breaks that are held, locks,
// notifications, compounds, any dialect, signing algorithm and cipher. It
// implements client.Holder (see package client for the contract) on the codecs
// of server/wire.
//
// # Structure
//
// A conn is one TCP connection. One goroutine reads it: it decrypts, verifies
// signatures, matches responses by MessageId, and hands break notifications
// over in the order in which they came, each emitted to the Sink before the
// next frame is looked at. It never writes and never waits, so a held break, a
// blocked LOCK or a slow caller stops nothing. Any number of requests may be
// under way; what they need is credits.
//
// What a CREATE was granted is put into the tables by the reader too, before
// the caller learns of it, so that a break which follows directly finds its
// handle.
//
// # Choices
//
// It does what the step says and nothing besides: no retries, no
// acknowledgment unless told, no close of handles at the end. Create contexts
// for maximal access and the on-disk id are sent only if the scenario looks at
// the fields. READ is never answered from held-back data. An open for access r,
// w, d or x asks for FILE_READ_ATTRIBUTES and SYNCHRONIZE too, as CreateFile of
// Windows does; a and A alone ask for nothing else, and so break no lease.
//
// With sign=no nothing is signed but what the protocol demands: TREE_CONNECT in
// 3.1.1 and FSCTL_VALIDATE_NEGOTIATE_INFO. Without the option requests are
// signed if the server requires it.
//
// Only the conformance engine and tests import this package.
package rawsmb
