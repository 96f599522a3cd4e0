package smb2

import "crosswire/server/wire/fscc"

// QueryDirectoryFlags (MS-SMB2 2.2.33).
type QueryDirectoryFlags uint8

// The query directory flags.
const (
	RestartScans      QueryDirectoryFlags = 0x01
	ReturnSingleEntry QueryDirectoryFlags = 0x02
	IndexSpecified    QueryDirectoryFlags = 0x04
	Reopen            QueryDirectoryFlags = 0x10
)

// QueryDirectoryRequest is the SMB2 QUERY_DIRECTORY Request (MS-SMB2 2.2.33).
type QueryDirectoryRequest struct {
	Class              fscc.FileInfoClass
	Flags              QueryDirectoryFlags
	FileIndex          uint32
	FileID             FileID
	Pattern            string
	OutputBufferLength uint32
}

// Append appends the body.
func (r *QueryDirectoryRequest) Append(dst []byte) []byte {
	dst = u16(dst, 33)
	dst = append(dst, byte(r.Class), byte(r.Flags))
	dst = u32(dst, r.FileIndex)
	dst = r.FileID.append(dst)
	dst = u16(dst, HeaderSize+32)
	dst = u16(dst, uint16(fscc.UTF16Len(r.Pattern)))
	dst = u32(dst, r.OutputBufferLength)
	if r.Pattern == "" {
		return append(dst, 0)
	}
	return fscc.AppendUTF16(dst, r.Pattern)
}

// Decode reads the request.
func (r *QueryDirectoryRequest) Decode(msg []byte) error {
	const name = "SMB2 QUERY_DIRECTORY Request"
	b, err := body(name, msg, 33, 32)
	if err != nil {
		return err
	}
	*r = QueryDirectoryRequest{
		Class:              fscc.FileInfoClass(b[2]),
		Flags:              QueryDirectoryFlags(b[3]),
		FileIndex:          le.Uint32(b[4:]),
		FileID:             fileIDAt(b[8:]),
		OutputBufferLength: le.Uint32(b[28:]),
	}
	r.Pattern, err = text(name, "FileName", msg, uint32(le.Uint16(b[24:])), uint32(le.Uint16(b[26:])), HeaderSize+32)
	return err
}

// QueryDirectoryResponse is the SMB2 QUERY_DIRECTORY Response (MS-SMB2 2.2.34).
type QueryDirectoryResponse struct{ Output []byte }

// Append appends the body.
func (r *QueryDirectoryResponse) Append(dst []byte) []byte { return appendOutput(dst, r.Output) }

// Decode reads the response.
func (r *QueryDirectoryResponse) Decode(msg []byte) (err error) {
	r.Output, err = decodeOutput("SMB2 QUERY_DIRECTORY Response", msg)
	return err
}

// appendOutput writes the body that QUERY_DIRECTORY, CHANGE_NOTIFY and
// QUERY_INFO Responses share.
func appendOutput(dst, out []byte) []byte {
	dst = u16(dst, 9)
	dst = u16(dst, HeaderSize+8)
	dst = u32(dst, uint32(len(out)))
	if len(out) == 0 {
		return append(dst, 0)
	}
	return append(dst, out...)
}

func decodeOutput(structure string, msg []byte) ([]byte, error) {
	b, err := body(structure, msg, 9, 8)
	if err != nil {
		return nil, err
	}
	return field(structure, "OutputBuffer", msg, uint32(le.Uint16(b[2:])), le.Uint32(b[4:]), HeaderSize+8)
}
