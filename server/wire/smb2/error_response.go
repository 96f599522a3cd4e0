package smb2

import "crosswire/server/wire/fscc"

// ErrorResponse is the body of every failed response, and of an interim
// STATUS_PENDING (MS-SMB2 2.2.2). Before 3.1.1 and without ErrorContexts the
// ErrorData stands by itself; with ErrorContexts (3.1.1) Data is not used.
type ErrorResponse struct {
	Contexts []ErrorContext
	Data     []byte
}

// ErrorContext is one SMB2 ERROR Context of 3.1.1 (MS-SMB2 2.2.2.1).
type ErrorContext struct {
	ID   uint32
	Data []byte
}

// The ids of error contexts.
const (
	ErrorIDDefault       uint32 = 0
	ErrorIDShareRedirect uint32 = 0x72645253
)

// Append appends the body: 9 bytes when there is no data, since the
// specification counts one byte of ErrorData even then.
func (r *ErrorResponse) Append(dst []byte) []byte {
	dst = u16(dst, 9)
	dst = append(dst, byte(len(r.Contexts)), 0)
	countAt := len(dst)
	dst = u32(dst, 0)
	start := len(dst)
	for i, c := range r.Contexts {
		if i > 0 {
			dst = align8(dst, start)
		}
		dst = u32(dst, uint32(len(c.Data)))
		dst = u32(dst, c.ID)
		dst = append(dst, c.Data...)
	}
	if len(r.Contexts) == 0 {
		dst = append(dst, r.Data...)
	}
	n := len(dst) - start
	le.PutUint32(dst[countAt:], uint32(n))
	if n == 0 {
		dst = append(dst, 0)
	}
	return dst
}

// Decode reads the body of a failed response.
func (r *ErrorResponse) Decode(msg []byte) error {
	const name = "SMB2 ERROR Response"
	b, err := body(name, msg, 9, 8)
	if err != nil {
		return err
	}
	*r = ErrorResponse{}
	data, err := field(name, "ErrorData", msg, HeaderSize+8, le.Uint32(b[4:]), HeaderSize+8)
	if err != nil {
		return err
	}
	count := int(b[2])
	if count == 0 {
		r.Data = data
		return nil
	}
	for i := range count {
		if len(data) < 8 {
			return truncated("SMB2 ERROR Context", len(data), 8)
		}
		n := uint64(le.Uint32(data))
		if n > uint64(len(data)-8) {
			return &DecodeError{"SMB2 ERROR Context", "ErrorDataLength", ErrOffset, ""}
		}
		r.Contexts = append(r.Contexts, ErrorContext{le.Uint32(data[4:]), data[8 : 8+n : 8+n]})
		next := 8 + (n+7)&^7
		if i < count-1 {
			if next > uint64(len(data)) {
				return truncated("SMB2 ERROR Context", len(data), int(next))
			}
			data = data[next:]
		}
	}
	return nil
}

// IsErrorBody reports whether msg has the StructureSize of an ERROR response.
// SESSION_SETUP and READ responses, for example, have their own even for a
// status that is not success.
func IsErrorBody(msg []byte) bool {
	return len(msg) >= HeaderSize+8 && le.Uint16(msg[HeaderSize:]) == 9 && isErrorShaped(msg)
}

// isErrorShaped tells a 9-byte ERROR response from the other structures of
// size 9, the responses to SESSION_SETUP, QUERY_DIRECTORY, CHANGE_NOTIFY and
// QUERY_INFO: those have a buffer offset of at least a header where an ERROR
// response has ErrorContextCount and a reserved byte.
func isErrorShaped(msg []byte) bool {
	switch Command(le.Uint16(msg[12:])) {
	case CommandSessionSetup:
		return le.Uint16(msg[HeaderSize+4:]) < HeaderSize+8
	case CommandQueryDirectory, CommandChangeNotify, CommandQueryInfo:
		return le.Uint16(msg[HeaderSize+2:]) < HeaderSize+8
	}
	return true
}

// SymlinkErrorResponse is the ErrorData of STATUS_STOPPED_ON_SYMLINK
// (MS-SMB2 2.2.2.2.1).
type SymlinkErrorResponse struct {
	UnparsedPathLength uint16 // bytes at the end of the request's name that were not parsed
	Relative           bool   // SYMLINK_FLAG_RELATIVE
	SubstituteName     string
	PrintName          string
}

const (
	symlinkErrorTag = 0x4C4D5953
	reparseSymlink  = 0xA000000C
)

// Append appends the structure.
func (r *SymlinkErrorResponse) Append(dst []byte) []byte {
	start := len(dst)
	subst, shown := fscc.EncodeUTF16(r.SubstituteName), fscc.EncodeUTF16(r.PrintName)
	dst = u32(dst, 0)
	dst = u32(dst, symlinkErrorTag)
	dst = u32(dst, reparseSymlink)
	dst = u16(dst, uint16(12+len(subst)+len(shown)))
	dst = u16(dst, r.UnparsedPathLength)
	dst = u16(dst, 0)
	dst = u16(dst, uint16(len(subst)))
	dst = u16(dst, uint16(len(subst)))
	dst = u16(dst, uint16(len(shown)))
	var flags uint32
	if r.Relative {
		flags = 1
	}
	dst = u32(dst, flags)
	dst = append(dst, subst...)
	dst = append(dst, shown...)
	le.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

// Decode reads the structure from the ErrorData.
func (r *SymlinkErrorResponse) Decode(b []byte) error {
	const name = "Symbolic Link Error Response"
	if len(b) < 28 {
		return truncated(name, len(b), 28)
	}
	if uint64(le.Uint32(b)) > uint64(len(b)-4) {
		return &DecodeError{name, "SymLinkLength", ErrOffset, ""}
	}
	if t := le.Uint32(b[4:]); t != symlinkErrorTag {
		return badValue(name, "SymLinkErrorTag", "0x%08X", t)
	}
	if t := le.Uint32(b[8:]); t != reparseSymlink {
		return badValue(name, "ReparseTag", "0x%08X", t)
	}
	*r = SymlinkErrorResponse{UnparsedPathLength: le.Uint16(b[14:]), Relative: le.Uint32(b[24:])&1 != 0}
	var err error
	r.SubstituteName, err = text(name, "SubstituteName", b, 28+uint32(le.Uint16(b[16:])), uint32(le.Uint16(b[18:])), 28)
	if err != nil {
		return err
	}
	r.PrintName, err = text(name, "PrintName", b, 28+uint32(le.Uint16(b[20:])), uint32(le.Uint16(b[22:])), 28)
	return err
}
