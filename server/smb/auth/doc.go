// Package auth decides who an SMB peer is. It is the acceptor behind
// SESSION_SETUP (MS-SMB2 3.3.5.5.3): an [Authority] holds the server's name,
// users and policies, and gives one [Authenticator] for each exchange, be it a
// first authentication, a channel binding or a re-authentication.
//
// SPNEGO (RFC 4178, MS-SPNG) and bare NTLMSSP are understood. A mechanism is a
// [Mechanism]; NTLM version 2 is built in, Kerberos can be added beside it.
//
// Only server/smb imports this package. An Authority is safe for concurrent
// use, an Authenticator is not.
package auth
