// Package fscc is the codec of MS-FSCC: file and file-system information
// classes, directory records, change notifications, reparse points and FSCTLs,
// with the small types that SMB2 shares with them (FILETIME, UTF-16 names,
// file attributes).
//
// It has no behaviour and does no I/O. Server and client both use it: every
// structure decodes and encodes. All integers are little-endian. Decoders take
// the whole buffer, check every offset and length in it, and give a
// *DecodeError; sub-slices of the input are returned where a structure carries
// opaque bytes, so the caller owns the buffer as long as it uses the result.
// Encoders append to a slice.
package fscc
