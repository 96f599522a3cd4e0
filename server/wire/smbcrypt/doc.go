// Package smbcrypt is the cryptography of SMB 2.x and 3.x: key derivation,
// message signing, message encryption and the preauthentication hash.
//
// It works on bytes in memory and keeps no state of a connection: the caller
// owns session keys, nonce counters and the decision what must be signed.
// AES-CMAC, AES-CCM and the SP800-108 KDF are implemented here, AES, GCM, HMAC
// and SHA are the standard library's. Server and client both import it.
package smbcrypt
