// Package pipe serves the named pipes of IPC$: srvsvc, which enumerates and
// describes shares, and wkssvc. A [Server] knows the pipes, a [Pipe] is one open
// with its RPC association (C706 chapter 12, MS-RPCE 3.3), a [ShareList] caches
// what srvsvc tells.
//
// Pipes are in message mode (MS-FSCC 2.4.34): each RPC fragment is one message,
// a read never crosses the end of a message, and a message that does not fit is
// read in parts with STATUS_BUFFER_OVERFLOW. What a peer can make the server
// hold is bounded for each pipe and for all pipes together.
//
// Only server/smb imports this package. Every type is safe for concurrent use.
// Errors are ntstatus.Status values.
package pipe
