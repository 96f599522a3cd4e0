package smb2

// empty is a body of StructureSize 4 and two reserved bytes.
type empty struct{}

func (empty) append(dst []byte) []byte { return u16(u16(dst, 4), 0) }

func (empty) decode(structure string, msg []byte) error {
	_, err := body(structure, msg, 4, 4)
	return err
}
