package smb2

// NotifySessionClosed is the only notification type (MS-SMB2 2.2.44.1).
const NotifySessionClosed uint32 = 0x00000000

// ServerNotification is the SMB2 SERVER_TO_CLIENT_NOTIFICATION (MS-SMB2 2.2.44).
// NotifySessionClosed has four reserved bytes, which are not kept.
type ServerNotification struct{ Type uint32 }

// Append appends the body.
func (r *ServerNotification) Append(dst []byte) []byte {
	dst = u16(dst, notificationSize)
	dst = u16(dst, 0)
	dst = u32(dst, r.Type)
	return u32(dst, 0)
}

// Decode reads the body.
func (r *ServerNotification) Decode(msg []byte) error {
	b, err := body("SMB2 SERVER_TO_CLIENT_NOTIFICATION", msg, notificationSize, 8)
	if err != nil {
		return err
	}
	r.Type = le.Uint32(b[4:])
	return nil
}

// notificationSize is the StructureSize MS-SMB2 2.2.44 asks for, although the
// structure has 8 bytes and a variable part.
const notificationSize = 4
