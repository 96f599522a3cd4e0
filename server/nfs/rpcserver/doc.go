// Package rpcserver serves ONC RPC programs (RFC 5531) over TCP and UDP. It
// knows no program: portmapper, mount and nfs3 register theirs.
//
// The contract. Each call runs in its own goroutine, at most Options.MaxInFlight
// of one connection at a time (the reader stops reading then); replies go out
// whole, in the order in which calls finish. What a peer can cost is what one
// connection costs: records are capped before they are read, a record begun
// must be finished, a reply must be taken. A call that is none, a record that
// is cut off or too long, and a panic in a procedure end the connection and
// leave a log line that names the peer. A non-idempotent call that comes twice
// is executed once.
//
// Only server/nfs and the packages below it import it.
package rpcserver
