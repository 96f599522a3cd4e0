// Package smb is the SMB 2 and 3 service of the reference server (MS-SMB2 3.3):
// direct TCP, dialects 2.0.2 to 3.1.1. It decodes, calls the one road
// (server/vfs) and encodes; it decides nothing about files.
//
// # Structure
//
// A conn reads frames in order. Each frame is one chain of requests, worked off
// by one goroutine while the reader waits, so that the requests of a connection
// take effect in the order in which they were sent. A request that has to wait
// (for a break, for a lock) goes async: the interim response is sent, the
// reader goes on, and the goroutine answers later (MS-SMB2 3.3.4.2). What is
// sent, responses and break notifications alike, goes through one queue and one
// writer, so a slow client never blocks who queues.
//
// One file holds one command: create.go, read.go, …; handlers.go lists them.
//
// It is imported by the assembly (server) only.
package smb
