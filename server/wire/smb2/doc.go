// Package smb2 is the codec of MS-SMB2: headers, the nineteen commands, their
// negotiate and create contexts, compounds, transforms and the direct-TCP frame.
//
// It has no behaviour, keeps no state and does no I/O; the server's SMB adapter
// and the suite's raw client share it.
//
// # Conventions
//
// A message is one SMB2 header (64 bytes) and one body. Offsets in a body count
// from the header's first byte, so every Decode takes the whole message, header
// included, and every Append appends only the body, for a header of 64 bytes
// directly before it:
//
//	msg := hdr.Append(nil)      // 64 bytes
//	msg = req.Append(msg)       // body; in a compound, msg starts at its own header
//	err := req.Decode(msg)
//
// Decode checks StructureSize and every offset and length against the message
// and gives a *DecodeError; it never checks what a clause wants the server to
// answer with a status of its own (a DesiredAccess of 0, say). Byte fields of a
// decoded structure are sub-slices of the message: no copy is made of READ and
// WRITE payloads, and the caller must not reuse the message while it uses them.
//
// Names are WTF-8 strings, see fscc.DecodeUTF16.
package smb2
